"""A benchmark's data, as everything that grades takes them."""

from typing import NamedTuple

from grader.benchmarks.base import Benchmark
from grader.core.manifest import DatasetRef
from grader.core.task import Task


class LoadedDataset(NamedTuple):
    """A benchmark's data, loaded."""

    benchmark: Benchmark
    reference: DatasetRef
    tasks: dict[str, Task]
    """All of them: what a samples file may name."""
