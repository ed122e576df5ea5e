"""What the SWE-bench members share: where their rows are, tasks and predictions."""

from collections.abc import Callable, Iterator
from pathlib import Path

from grader.benchmarks._data import cache_directory
from grader.benchmarks._hub import has_client, snapshot
from grader.benchmarks._rows import JsonRow
from grader.benchmarks._swebench.classic import with_scripts
from grader.benchmarks._swebench.predictions import read_predictions
from grader.benchmarks._swebench.repository import TASKS, is_repository, rows_in, with_files
from grader.benchmarks._swebench.rows import file_in, rows_of
from grader.benchmarks._swebench.task import task_of
from grader.core.record import Record
from grader.core.sample import GOLD, Sample
from grader.core.task import Task
from grader.errors import UsageError
from grader.graders._repo_log import HarnessRule

HOME = "https://huggingface.co/datasets"


def unchanged(row: JsonRow) -> JsonRow:
    """Rows of SWE-bench itself."""
    return row


class SweBench(Record):
    """One published set of issues with their repositories and tests."""

    name: str
    summary: str
    official: str
    """Its name at its public home, without the owner."""
    split: str = "test"
    version: str = "5"
    owners: tuple[str, ...] = ("SWE-bench", "princeton-nlp")
    """Who publishes it on the hub; the first one is asked where nobody is named."""
    rule: HarnessRule = HarnessRule.V5
    """By which version of the harness its publisher judges."""
    adapt: Callable[[JsonRow], JsonRow] = unchanged
    """Makes its rows such as SWE-bench 5 has them; the one place where a relative differs."""
    words: tuple[str, ...] = (GOLD,)
    """What stands for samples in place of a path, whatever lies in the working directory."""
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
        """The rows' file in the cache, else from the hub; UsageError with the next move."""
        try:
            return file_in(cache_directory(), (self.official, self.name), self.split)
        except UsageError:
            if has_client():
                return self.fetch(self.hub[0])
            raise UsageError(
                f"{self.name} needs its rows: --data FILE (parquet, .jsonl, .json) or a folder,"
                f" or {self.official}.{self.split}.parquet in {cache_directory()}; they are"
                f" published at {HOME}/{self.hub[0]}, and pip install 'grader[swebench]' fetches"
                " them"
            ) from None

    @property
    def hub(self) -> tuple[str, ...]:
        """Its ids on the hub."""
        return tuple(f"{owner}/{self.official}" for owner in self.owners)

    def fetch(self, dataset: str) -> Path:
        """The rows' file out of a data set on the hub; UsageError with the next move."""
        return file_in(snapshot(dataset, self.split), (self.official, self.name), self.split)

    def tasks(self, path: Path) -> Iterator[Task]:
        """All rows as tasks; UsageError names file and line of what is malformed."""
        if is_repository(path):
            for row, folder in rows_in(path, self.official):
                yield with_files(task_of(row, self.name), folder)
            return
        for row in with_scripts(map(self.adapt, rows_of(path, self.split))):
            yield task_of(row, self.name, rule=self.rule)

    def context(self, path: Path, task_id: str) -> Path:
        """The folder that a task's Dockerfile is built in."""
        return path if path.name == task_id else path / TASKS / task_id

    def samples(self, source: str, tasks: dict[str, Task]) -> Iterator[Sample]:
        """See `_swebench_predictions.read_predictions`."""
        return read_predictions(source, tasks)
