"""MBPP: 974 short Python problems, by Google Research (Austin et al. 2021, arXiv:2108.07732)."""

from collections.abc import Iterator
from pathlib import Path

from grader.benchmarks._data import DataOrigin, locate
from grader.benchmarks._mbpp import mbpp_id, mbpp_task
from grader.benchmarks._rows import json_lines, text_of, texts_of
from grader.benchmarks._samples import read_samples
from grader.core.sample import Sample
from grader.core.task import Task

ORIGIN = DataOrigin(
    url=(
        "https://raw.githubusercontent.com/google-research/google-research/"
        "f82046ba5aabbbb427dbfd38a254d26bff08b533/mbpp/mbpp.jsonl"
    ),
    sha256="ccf64ceae9c5403bf50a044cb6d505bfd2a2963ee58338ba268fd65beab92a9f",
    names=("mbpp.jsonl.gz",),
)


class MbppBenchmark:
    """All problems. A sample is a whole program; `challenge_test_list` is no official test."""

    name = "mbpp"
    version = "2022-03-31"
    licence = "CC-BY-4.0"
    summary = "974 short Python problems (Google Research)"

    def locate(self, data: Path | None) -> Path:
        """See `_data.locate`; the usual name is mbpp.jsonl."""
        return locate(data, ORIGIN)

    def tasks(self, path: Path) -> Iterator[Task]:
        """Tasks in the file's order."""
        for row in json_lines(path):
            yield mbpp_task(
                row,
                benchmark=self.name,
                between=text_of(row, "test_setup_code"),
                tests=texts_of(row, "test_list"),
            )

    def prompts(self, path: Path) -> Iterator[tuple[str, str]]:
        """What a model is asked, by the task's id."""
        for row in json_lines(path):
            yield mbpp_id(str(row.value.get("task_id"))), text_of(row, "text")

    def samples(self, source: str, tasks: dict[str, Task]) -> Iterator[Sample]:
        """See `_samples.read_samples`; ids may be 11, "11", "MBPP/11" or "Mbpp/11"."""
        return read_samples(source, tasks, canonical=mbpp_id)


def benchmark() -> MbppBenchmark:
    """The member that this module is."""
    return MbppBenchmark()
