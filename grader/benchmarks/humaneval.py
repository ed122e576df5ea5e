"""HumanEval: 164 functions to complete, by OpenAI (Chen et al. 2021, arXiv:2107.03374)."""

import re
from collections.abc import Iterator
from pathlib import Path

from grader.benchmarks._data import DataOrigin, locate
from grader.benchmarks._rows import json_lines, shown, text_of
from grader.benchmarks._samples import read_samples
from grader.core.limits import Limits
from grader.core.sample import Sample
from grader.core.task import Task
from grader.errors import UsageError
from grader.graders.function import Spec

ORIGIN = DataOrigin(
    url=(
        "https://raw.githubusercontent.com/openai/human-eval/"
        "6d43fb980f9fee3c892a914eda09951f772ad10d/data/HumanEval.jsonl.gz"
    ),
    sha256="b796127e635a67f93fb35c04f4cb03cf06f38c8072ee7cee8833d7bee06979ef",
    names=("HumanEval.jsonl", "human-eval-v2-20210705.jsonl"),
)
LIMITS = Limits(cpu_s=3.0, wall_s=12.0, memory_mb=1024)
"""The official limit is 3 s of wall clock."""
SPELLING = re.compile(r"(?:python|humaneval)[/_]([0-9]+)", re.IGNORECASE)
KNOWN_BROKEN = {
    "HumanEval/47": "the prompt's example says 15.0 where the tests demand 8.0",
    "HumanEval/50": "the tests draw random inputs without a seed, from lower-case letters only;"
    " the prompt does not say how other characters shift",
    "HumanEval/57": "the prompt does not say whether equal neighbours count; the tests say yes",
    "HumanEval/75": "the prompt promises inputs below 100; the tests go beyond",
    "HumanEval/95": "the reference is wrong (it stops after two keys) and the tests do not see it",
    "HumanEval/116": "the prompt's examples contradict the tests",
}
"""From openai/human-eval pull request 23 and evalplus issue 12, those that can change a verdict."""


class HumanEval:
    """The original tasks and tests."""

    name = "humaneval"
    version = "2021-07-05"
    licence = "MIT"
    summary = "164 Python functions to complete (OpenAI)"

    def locate(self, data: Path | None) -> Path:
        """See `_data.locate`; the usual name is HumanEval.jsonl.gz."""
        return locate(data, ORIGIN)

    def tasks(self, path: Path) -> Iterator[Task]:
        """Tasks in the file's order; the program is assembled as human-eval does it."""
        for row in json_lines(path):
            task_id = text_of(row, "task_id")
            entry_point = text_of(row, "entry_point")
            if "check" not in text_of(row, "test"):
                raise UsageError(
                    f"{row.place}: 'test' of {shown(task_id)} defines no check(), which is called"
                    " with the solution; is this another benchmark's file?"
                )
            spec = Spec(
                prompt=text_of(row, "prompt"),
                tests=f"{text_of(row, 'test')}\ncheck({entry_point})",
                entry_point=entry_point,
                reference=text_of(row, "canonical_solution"),
            )
            yield Task(
                id=task_id,
                benchmark=self.name,
                kind="function",
                limits=LIMITS,
                spec=spec.model_dump(),
                known_broken=KNOWN_BROKEN.get(task_id, ""),
            )

    def samples(self, source: str, tasks: dict[str, Task]) -> Iterator[Sample]:
        """See `_samples.read_samples`; HumanEval-X calls the same tasks `Python/0` and so on."""
        return read_samples(source, tasks, canonical=humaneval_id)


def humaneval_id(spelling: str) -> str:
    """`HumanEval/0` for `Python/0` and `HumanEval_0`; anything else unchanged."""
    match = SPELLING.fullmatch(spelling)
    return f"HumanEval/{match[1]}" if match else spelling


def benchmark() -> HumanEval:
    """The member that this module is."""
    return HumanEval()
