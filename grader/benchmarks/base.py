"""What a benchmark is: a named, versioned set of tasks.

A member module of `benchmarks/` has one top-level function `benchmark() -> Benchmark`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from grader.core.record import Record
from grader.core.sample import Sample
from grader.core.task import Task


class DatasetReference(Record):
    """Which data a run used."""

    path: str
    sha256: str
    tasks: int


class Benchmark(Protocol):
    """One benchmark."""

    name: str
    version: str
    licence: str
    summary: str
    """One line for `grader list`."""

    def locate(self, data: Path | None) -> Path:
        """`data` if given, else the cached file, else download it.

        Raises UsageError (bad path, offline) with the next move.
        """
        ...

    def tasks(self, path: Path) -> Iterator[Task]:
        """All tasks in the file's order; UsageError names file and line of what is malformed."""
        ...

    def samples(self, source: str, tasks: dict[str, Task]) -> Iterator[Sample]:
        """Read samples from a path or `-`; UsageError names file, line and the next move."""
        ...
