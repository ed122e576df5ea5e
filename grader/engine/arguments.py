"""What callers give by name, checked; the first thing that is wrong is told with its field."""

from collections.abc import Mapping
from typing import Any, cast

from pydantic import ValidationError

from grader.core.limits import Limits
from grader.errors import UsageError


def limits_of(value: object, usual: Limits) -> Limits:
    """The limits that are meant; of a mapping only what it names is other than usual.

    UsageError for a field that is none or has no such value.
    """
    if value is None or isinstance(value, Limits):
        return usual if value is None else value
    if not isinstance(value, Mapping):
        raise UsageError(
            f"limits: grader.Limits or a mapping is expected, found {type(value).__name__}"
        )
    try:
        return Limits.model_validate({**usual.model_dump(), **cast("Mapping[str, Any]", value)})
    except ValidationError as error:
        raise UsageError(f"limits.{first_wrong(error)}") from error


def first_wrong(error: ValidationError) -> str:
    """The first thing that is wrong, with its field and what stood there."""
    first = error.errors()[0]
    name = ".".join(map(str, first["loc"]))
    return f"{name}={first['input']!r:.100}: {first['msg']}"
