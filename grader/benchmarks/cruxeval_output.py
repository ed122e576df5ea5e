"""CRUXEval-O: say what a function gives for an input (Gu et al. 2024, arXiv:2401.03065).

The official program is `code`, then `assert <expected> == <answer>`, all in one process. Here the
answer is an expression by itself: neither the function nor the expected value is in its process.
"""

from grader.benchmarks._cruxeval import CruxevalBenchmark, CruxevalProblem
from grader.graders.function import Spec

BEFORE = "def answer():\n    return (\n"
AFTER = "\n    )\n"


def spec_of(problem: CruxevalProblem) -> Spec:
    """What is asked: an expression for what `f` gives."""
    return Spec(
        prompt=BEFORE,
        suffix=AFTER,
        tests=f"assert {problem.output} == answer()",
        entry_point="answer",
        wraps_whole=True,
        reference=problem.output,
    )


def benchmark() -> CruxevalBenchmark:
    """The member that this module is."""
    return CruxevalBenchmark(
        name="cruxeval-output",
        summary="CRUXEval-O: say what each of 800 Python functions gives for an input",
        spec_of=spec_of,
    )
