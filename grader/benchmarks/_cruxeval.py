"""What the two halves of CRUXEval share: the data, the limits, and how answers are read."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

from grader.benchmarks._data import DataOrigin, locate
from grader.benchmarks._rows import JsonRow, json_lines, kind_of, text_of
from grader.benchmarks._samples import read_samples
from grader.core.limits import Limits
from grader.core.sample import Sample
from grader.core.task import Task
from grader.errors import UsageError
from grader.graders.function import Spec

ORIGIN = DataOrigin(
    url=(
        "https://raw.githubusercontent.com/facebookresearch/cruxeval/"
        "190faf196bdba53e26ca151ac6b8396ed54f5fdc/data/cruxeval.jsonl"
    ),
    sha256="8368b81047dc5014e4caf5a2f97604eff7644e0ecd7415e3ceeb184bbc2e0c96",
    names=("cruxeval.jsonl.gz",),
)
LIMITS = Limits(cpu_s=3.0, wall_s=12.0, memory_mb=1024)
"""The official limit is 3 s of wall clock."""


class CruxevalProblem(NamedTuple):
    """One function `f` with one call of it."""

    task_id: str
    code: str
    input: str
    """The arguments, as they stand between the parentheses of a call."""
    output: str
    """An expression."""


class CruxevalBenchmark(NamedTuple):
    """One of the two halves."""

    name: str
    summary: str
    spec_of: Callable[[CruxevalProblem], Spec]
    """What is asked about a function, and what decides."""
    version: str = "2024-01-05"
    licence: str = "MIT"

    def locate(self, data: Path | None) -> Path:
        """See `_data.locate`; the usual name is cruxeval.jsonl."""
        return locate(data, ORIGIN)

    def tasks(self, path: Path) -> Iterator[Task]:
        """Tasks in the file's order."""
        for problem in problems(path):
            yield Task(
                id=problem.task_id,
                benchmark=self.name,
                kind="function",
                limits=LIMITS,
                spec=self.spec_of(problem).model_dump(),
            )

    def samples(self, source: str, tasks: dict[str, Task]) -> Iterator[Sample]:
        """See `unfold`."""
        return read_samples(source, tasks, unfold=unfold)


def problems(path: Path) -> Iterator[CruxevalProblem]:
    """The problems in the file's order; UsageError names file and line of what is malformed."""
    for row in json_lines(path):
        yield CruxevalProblem(*(text_of(row, key) for key in ("id", "code", "input", "output")))


def unfold(row: JsonRow) -> Iterator[JsonRow]:
    """One row per answer.

    Answers come as `{"sample_0": ["answer", …], …}` (the official form), as a row with `id` and
    `generations`, or as a row with `task_id` and `completion` (or `solution`).
    """
    value = row.value
    if "generations" in value:
        task_id: Any = value.get("id", value.get("task_id"))
        yield from _answers(row, task_id, value["generations"])
    elif "task_id" not in value and value and all(type(each) is list for each in value.values()):
        for task_id, answers in value.items():
            yield from _answers(row, task_id, answers)
    elif "solution" in value:
        rest = {key: each for key, each in value.items() if key != "solution"}
        yield row._replace(value=rest | {"completion": value["solution"]})
    else:
        yield row


def _answers(row: JsonRow, task_id: object, answers: object) -> Iterator[JsonRow]:
    if not isinstance(answers, list):
        raise UsageError(f"{row.place}: a list of answers is expected, found {kind_of(answers)}")
    for answer in cast("list[object]", answers):
        yield row._replace(value={"task_id": task_id, "completion": answer})
