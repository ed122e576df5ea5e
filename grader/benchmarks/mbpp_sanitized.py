"""The sanitized MBPP: the 427 problems that its authors checked by hand."""

from collections.abc import Iterator
from pathlib import Path

from grader.benchmarks._data import DataOrigin, locate
from grader.benchmarks._mbpp import mbpp_id, mbpp_task
from grader.benchmarks._rows import json_list, text_of, texts_of
from grader.benchmarks._samples import read_samples
from grader.core.sample import Sample
from grader.core.task import Task

ORIGIN = DataOrigin(
    url=(
        "https://raw.githubusercontent.com/google-research/google-research/"
        "f82046ba5aabbbb427dbfd38a254d26bff08b533/mbpp/sanitized-mbpp.json"
    ),
    sha256="ca95deaa9a01ef0a6f439f88bcf0dd3db3563d22f22aad6cae04ebb9a8d8c8e9",
    names=("sanitized-mbpp.json.gz",),
)


class MbppSanitized:
    """The checked problems. A sample is a whole program."""

    name = "mbpp-sanitized"
    version = "2022-03-31"
    licence = "CC-BY-4.0"
    summary = "427 short Python problems, checked by hand (Google Research)"

    def locate(self, data: Path | None) -> Path:
        """See `_data.locate`; the usual name is sanitized-mbpp.json."""
        return locate(data, ORIGIN)

    def tasks(self, path: Path) -> Iterator[Task]:
        """Tasks in the file's order."""
        for row in json_list(path):
            yield mbpp_task(
                row,
                benchmark=self.name,
                between="\n".join(texts_of(row, "test_imports")),
                tests=texts_of(row, "test_list"),
            )

    def prompts(self, path: Path) -> Iterator[tuple[str, str]]:
        """What a model is asked, by the task's id."""
        for row in json_list(path):
            yield mbpp_id(str(row.value.get("task_id"))), text_of(row, "prompt")

    def samples(self, source: str, tasks: dict[str, Task]) -> Iterator[Sample]:
        """See `_samples.read_samples`; ids may be 11, "11", "MBPP/11" or "Mbpp/11"."""
        return read_samples(source, tasks, canonical=mbpp_id)


def benchmark() -> MbppSanitized:
    """The member that this module is."""
    return MbppSanitized()
