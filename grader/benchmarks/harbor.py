"""Task directories of Harbor: Terminal-Bench 2 and whatever else its registry holds."""

from collections.abc import Iterator
from pathlib import Path

from grader.benchmarks._harbor.artifacts import read_artifacts
from grader.benchmarks._harbor.directory import is_task, read_directory, task_name
from grader.benchmarks._harbor.toml import read_toml
from grader.core.sample import GOLD, Sample
from grader.core.task import Task
from grader.errors import UsageError


class HarborBenchmark:
    """A task directory, or a folder of them."""

    name = "harbor"
    version = "1.4"
    licence = "as stated by the tasks' authors"
    summary = "Harbor task directories (Terminal-Bench 2 and others), --data DIR"
    words = (GOLD,)
    """What stands for samples in place of a path."""

    def locate(self, data: Path | None) -> Path:
        """`data`, which must be or hold task directories."""
        if data is None:
            raise UsageError("harbor needs its tasks: --data DIR, a task directory or their parent")
        if not data.is_dir():
            raise UsageError(f"{data}: not a directory; --data takes a task directory")
        if not directories(data):
            raise UsageError(f"{data}: neither a task (task.toml, instruction.md) nor any in it")
        return data

    def tasks(self, path: Path) -> Iterator[Task]:
        """Tasks in the order of their directories' names."""
        for directory in directories(path):
            yield read_directory(directory)

    def samples(self, source: str, tasks: dict[str, Task]) -> Iterator[Sample]:
        """What agents left; see `_harbor.artifacts`."""
        return read_artifacts(source, tasks)

    def context(self, path: Path, task_id: str) -> Path:
        """The folder that a task's Dockerfile is built in."""
        for directory in directories(path):
            if task_name(directory, read_toml(directory / "task.toml")) == task_id:
                return directory / "environment"
        raise UsageError(f"{path}: no task is called '{task_id}'")


def benchmark() -> HarborBenchmark:
    """The member that this module is."""
    return HarborBenchmark()


def directories(path: Path) -> list[Path]:
    """The task directories that a path is or holds."""
    if is_task(path):
        return [path]
    return sorted(entry for entry in path.iterdir() if entry.is_dir() and is_task(entry))
