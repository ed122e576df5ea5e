"""What the SWE-bench members share: where their rows are, tasks and predictions."""

from collections.abc import Iterator
from pathlib import Path

from grader.benchmarks._data import cache_directory
from grader.benchmarks._swebench_predictions import read_predictions
from grader.benchmarks._swebench_repository import TASKS, is_repository, rows_in, with_files
from grader.benchmarks._swebench_rows import file_in, rows_of
from grader.benchmarks._swebench_task import task_of
from grader.core.record import Record
from grader.core.sample import Sample
from grader.core.task import Task
from grader.errors import UsageError

HOME = "https://huggingface.co/datasets/SWE-bench"


class SweBench(Record):
    """One published set of issues with their repositories and tests."""

    name: str
    summary: str
    official: str
    """Its name at its public home, without the owner."""
    split: str = "test"
    version: str = "5"
    licence: str = "MIT; issues and patches under their projects' licences"

    def locate(self, data: Path | None) -> Path:
        """The rows' file, or a task repository: given, or in the folder that is given.

        UsageError with the next move.
        """
        if data is None:
            return self.cached()
        if is_repository(data):
            return data
        if data.is_dir():
            return file_in(data, (self.official, self.name), self.split)
        if not data.exists():
            raise UsageError(
                f"{data}: no such file or directory; --data takes the rows of {self.name}"
            )
        return data

    def cached(self) -> Path:
        """The rows' file in the cache; UsageError with the next move."""
        try:
            return file_in(cache_directory(), (self.official, self.name), self.split)
        except UsageError:
            raise UsageError(
                f"{self.name} needs its rows: --data FILE (parquet, .jsonl, .json) or a folder,"
                f" or {self.official}.{self.split}.parquet in {cache_directory()};"
                f" they are published at {HOME}/{self.official}"
            ) from None

    def tasks(self, path: Path) -> Iterator[Task]:
        """All rows as tasks; UsageError names file and line of what is malformed."""
        if path.is_dir():
            for row, folder in rows_in(path, self.official):
                yield with_files(task_of(row, self.name), folder)
            return
        for row in rows_of(path):
            yield task_of(row, self.name)

    def context(self, path: Path, task_id: str) -> Path:
        """The folder that a task's Dockerfile is built in."""
        return path if path.name == task_id else path / TASKS / task_id

    def samples(self, source: str, tasks: dict[str, Task]) -> Iterator[Sample]:
        """See `_swebench_predictions.read_predictions`."""
        return read_predictions(source, tasks)
