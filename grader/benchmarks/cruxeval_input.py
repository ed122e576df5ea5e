"""CRUXEval-I: find an input for which a function gives an output (arXiv:2401.03065).

The official program is `code`, then `assert <expected> == <answer>` with an answer like `f("x")`,
all in one process. Here the answer only tells with which arguments it calls `f`; the checker calls
its own `f` with them.
"""

from collections.abc import Iterator
from pathlib import Path

from grader.benchmarks._cruxeval import LICENCE, LIMITS, ORIGIN, VERSION, problems, unfold
from grader.benchmarks._data import locate
from grader.benchmarks._samples import read_samples
from grader.core.sample import Sample
from grader.core.task import Task
from grader.graders.function import Spec

BEFORE = '''
def noted(function):
    """`function`, and a list that keeps the arguments of the call that ended last."""
    from copy import deepcopy

    running, last = [], []

    def noting(*arguments, **named):
        if running:
            return function(*arguments, **named)
        try:
            kept = deepcopy((arguments, named))
        except Exception:
            kept = (arguments, named)
        running.append(True)
        try:
            return function(*arguments, **named)
        finally:
            running.pop()
            last[:] = [kept]

    return noting, last


f, last_call = noted(f)


def answer():
    (
'''
AFTER = """
    )
    if not last_call:
        raise ValueError("the answer does not call f")
    return last_call[0]
"""


class CruxevalInput:
    """Predict an input. A sample is an expression that calls `f`."""

    name = "cruxeval-input"
    version = VERSION
    licence = LICENCE
    summary = "CRUXEval-I: find an input for which each of 800 Python functions gives an output"

    def locate(self, data: Path | None) -> Path:
        """See `_data.locate`; the usual name is cruxeval.jsonl."""
        return locate(data, ORIGIN)

    def tasks(self, path: Path) -> Iterator[Task]:
        """Tasks in the file's order."""
        for problem in problems(path):
            spec = Spec(
                prompt=problem.code + BEFORE,
                suffix=AFTER,
                tests=(
                    f"{problem.code}\narguments, named = answer()\n"
                    f"assert {problem.output} == f(*arguments, **named)"
                ),
                entry_point="answer",
                wraps_whole=True,
                reference=f"f({problem.input})",
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


def benchmark() -> CruxevalInput:
    """The member that this module is."""
    return CruxevalInput()
