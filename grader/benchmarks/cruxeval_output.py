"""CRUXEval-O: say what a function gives for an input (Gu et al. 2024, arXiv:2401.03065).

The official program is `code`, then `assert <expected> == <answer>`, all in one process. Here the
answer is an expression by itself: neither the function nor the expected value is in its process.
"""

from collections.abc import Iterator
from pathlib import Path

from grader.benchmarks._cruxeval import LICENCE, LIMITS, ORIGIN, VERSION, problems, unfold
from grader.benchmarks._data import locate
from grader.benchmarks._samples import read_samples
from grader.core.sample import Sample
from grader.core.task import Task
from grader.graders.function import Spec

BEFORE = "def answer():\n    return (\n"
AFTER = "\n    )\n"


class CruxevalOutput:
    """Predict the output. A sample is an expression."""

    name = "cruxeval-output"
    version = VERSION
    licence = LICENCE
    summary = "CRUXEval-O: say what each of 800 Python functions gives for an input"

    def locate(self, data: Path | None) -> Path:
        """See `_data.locate`; the usual name is cruxeval.jsonl."""
        return locate(data, ORIGIN)

    def tasks(self, path: Path) -> Iterator[Task]:
        """Tasks in the file's order."""
        for problem in problems(path):
            spec = Spec(
                prompt=BEFORE,
                suffix=AFTER,
                tests=f"assert {problem.output} == answer()",
                entry_point="answer",
                wraps_whole=True,
                reference=problem.output,
            )
            yield Task(
                id=problem.task_id,
                benchmark=self.name,
                kind="function",
                limits=LIMITS,
                spec=spec.model_dump(),
            )

    def samples(self, source: str, tasks: dict[str, Task]) -> Iterator[Sample]:
        """See `_cruxeval.unfold`."""
        return read_samples(source, tasks, unfold=unfold)


def benchmark() -> CruxevalOutput:
    """The member that this module is."""
    return CruxevalOutput()
