"""A set whose tasks run by scripts and parsers of its own."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

from grader.benchmarks._logged.predictions import read_patches
from grader.core.limits import Limits
from grader.core.record import Record
from grader.core.sample import GOLD, Sample
from grader.core.task import Task
from grader.errors import UsageError

LIMITS = Limits(
    cpu_s=14400, wall_s=3600, memory_mb=8192, pids=4096, output_kb=65536, disk_mb=16384,
    network=True,
)  # fmt: skip
"""Pro allows an hour in its publisher's cloud; Live means 150 minutes, and says 150 hours."""


class LoggedSet(Record):
    """One published set."""

    name: str
    summary: str
    needs: str
    """What `--data` takes."""
    read: Callable[[Path], Iterator[Task]]
    version: str = "1"
    licence: str = "MIT; issues and patches under their projects' licences"
    words: tuple[str, ...] = (GOLD,)

    def locate(self, data: Path | None) -> Path:
        """The data that were given; UsageError with what they are."""
        if data is None or not data.exists():
            place = f"{data}: no such file or directory; " if data else ""
            raise UsageError(f"{place}{self.name} needs {self.needs}")
        return data

    def tasks(self, path: Path) -> Iterator[Task]:
        """All rows as tasks."""
        return self.read(path)

    def samples(self, source: str, tasks: dict[str, Task]) -> Iterator[Sample]:
        """See `read_patches`."""
        return read_patches(source, tasks)


def names_in(row: dict[str, Any], place: str, *keys: str) -> tuple[str, ...]:
    """A list of names, or the text of one as Python or JSON writes it; nothing is evaluated."""
    key = next((each for each in keys if each in row), keys[0])
    value: Any = row.get(key)
    if isinstance(value, str):
        try:
            value = ast.literal_eval(value)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            value = None
    if isinstance(value, list | tuple):
        names = cast("list[object]", value)
        if all(isinstance(name, str) for name in names):
            return tuple(cast("list[str]", names))
    raise UsageError(f"{place}: '{key}' must be a list of names")


def text_in(row: dict[str, Any], place: str, key: str) -> str:
    """A text that must be there."""
    value = row.get(key)
    if not isinstance(value, str) or not value:
        raise UsageError(f"{place}: no text under '{key}'")
    return value
