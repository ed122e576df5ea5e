"""HumanEval+: HumanEval's 164 functions with some eighty times as many inputs."""

from collections.abc import Iterator
from pathlib import Path

from grader.benchmarks._cases import OutputJudging, case_tasks
from grader.benchmarks._data import DataOrigin, locate
from grader.benchmarks._samples import read_samples
from grader.core.sample import Sample
from grader.core.task import Task

VERSION = "v0.1.10"
ORIGIN = DataOrigin(
    url=(
        "https://raw.githubusercontent.com/evalplus/humanevalplus_release/"
        "200defce9e3429d28ca215b6dd061c0f7f31c18b/HumanEvalPlus.jsonl.gz"
    ),
    sha256="272720b90ac375502c8ed23cd791c2a93dfb22a911641a494da74a426c09f101",
    names=("HumanEvalPlus.jsonl",),
)
RULES = {"find_zero": "root"}
"""Entry points whose output is judged otherwise than by equality."""


class HumanEvalPlus:
    """EvalPlus's HumanEval+."""

    name = "humanevalplus"
    version = VERSION
    licence = "Apache-2.0"
    summary = "HumanEval+: 164 Python functions, judged on 124,253 inputs"

    def locate(self, data: Path | None) -> Path:
        """`data` if given, else the cached file, else a download."""
        return locate(data, ORIGIN)

    def tasks(self, path: Path) -> Iterator[Task]:
        """One task per row, one row at a time."""
        return case_tasks(path, benchmark=self.name, prefix="HumanEval/", judging=judging)

    def samples(self, source: str, tasks: dict[str, Task]) -> Iterator[Sample]:
        """Samples with `completion` (continues the prompt) or `solution` (a whole program)."""
        return read_samples(source, tasks)


def judging(_task_id: str, entry_point: str) -> OutputJudging:
    """Equality, but for the one task with many right answers."""
    return OutputJudging(rule=RULES.get(entry_point, "equal"))


def benchmark() -> HumanEvalPlus:
    """The member of the family."""
    return HumanEvalPlus()
