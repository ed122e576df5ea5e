"""Libraries that only an extra of the package brings."""

from collections.abc import Generator
from contextlib import contextmanager

from grader.errors import UsageError


@contextmanager
def from_extra(name: str, *, who: str) -> Generator[None]:
    """Import in it what needs the extra `name`; UsageError, which begins with `who`, without."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("grader"):
            raise
        raise UsageError(
            f"{who} the extra '{name}' ({error.name} is missing); pip install 'grader[{name}]'"
        ) from error
