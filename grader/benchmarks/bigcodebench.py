"""BigCodeBench: 1,140 tasks that call many libraries, with unit tests (Zhuo et al., ICLR 2025).

Assembled as `bigcodebench/evaluate.py` does it, calibrated: the code prompt with a body that does
nothing, then the sample. Only the class `TestCases` counts.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from grader.benchmarks._data import given
from grader.benchmarks._rows import json_lines, shown, text_of
from grader.benchmarks._samples import read_samples
from grader.core.limits import Limits
from grader.core.sample import Sample
from grader.core.task import Image, Task
from grader.errors import UsageError
from grader.graders.suite import Spec

FILES = (
    "BigCodeBench.jsonl.gz", "BigCodeBench.hf.jsonl.gz", "BigCodeBench.jsonl",
    "BigCodeBench.hf.jsonl",
)  # fmt: skip
"""The usual names; there is no home of rows with a checksum."""
ENVIRONMENT = "bigcodebench"
LIMITS = Limits(cpu_s=10.0, wall_s=240.0, memory_mb=2048, disk_mb=512)
"""The official wall clock; CPU seconds come from each task's own solution."""
SPELLING = re.compile(r"bigcodebench[/_-]([0-9]+)", re.IGNORECASE)
NAMES = "import os, sys; from os import environ\n"
"""What the official program finds in its namespace."""


class BigCodeBench:
    """All tasks of the file, complete and instruct: their tests are the same."""

    name = "bigcodebench"
    version = "0.1"
    licence = "Apache-2.0"
    summary = "1,140 Python functions that call many libraries, with unit tests (BigCode)"

    def locate(self, data: Path | None) -> Path:
        """`data`, which has to be given: there is no home with a checksum."""
        if data is None:
            raise UsageError(
                "bigcodebench: pass --data BigCodeBench.jsonl.gz (the rows of the data set"
                " bigcode/bigcodebench, one JSON object a line)"
            )
        return given(data, *FILES)

    def tasks(self, path: Path) -> Iterator[Task]:
        """Tasks in the file's order."""
        for row in json_lines(path):
            task_id = text_of(row, "task_id")
            tests, entry_point = text_of(row, "test"), text_of(row, "entry_point")
            if "class TestCases" not in tests:
                raise UsageError(f"{row.place}: 'test' of {shown(task_id)} has no class TestCases")
            code = f"{text_of(row, 'code_prompt')}\n    pass\n"
            complete = text_of(row, "complete_prompt")
            spec = Spec(
                prompt=f"{NAMES}{code}",
                before_completion=complete,
                head=f"{NAMES}{code}",
                tests=tests,
                entry_point=entry_point,
                reference=f"{NAMES}{complete}\n{text_of(row, 'canonical_solution')}\n",
            )
            yield Task(
                id=task_id,
                benchmark=self.name,
                kind="suite",
                image=Image(environment=ENVIRONMENT),
                limits=LIMITS,
                spec=spec.model_dump(),
            )

    def samples(self, source: str, tasks: dict[str, Task]) -> Iterator[Sample]:
        """See `_samples.read_samples`."""
        return read_samples(source, tasks, canonical=bigcodebench_id)


def bigcodebench_id(spelling: str) -> str:
    """`BigCodeBench/0` for `BigCodeBench_0`; anything else unchanged."""
    match = SPELLING.fullmatch(spelling)
    return f"BigCodeBench/{match[1]}" if match else spelling


def benchmark() -> BigCodeBench:
    """The member that this module is."""
    return BigCodeBench()
