"""CRUXEval-I: find an input for which a function gives an output (arXiv:2401.03065).

The official program is `code`, then `assert <expected> == <answer>` with an answer like `f("x")`,
all in one process. Here the answer only tells with which arguments it calls `f`; the checker calls
its own `f` with them.
"""

from grader.benchmarks._cruxeval import CruxevalBenchmark, CruxevalProblem
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


def spec_of(problem: CruxevalProblem) -> Spec:
    """What is asked: an expression that calls `f` so that it gives the output."""
    return Spec(
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


def benchmark() -> CruxevalBenchmark:
    """The member that this module is."""
    return CruxevalBenchmark(
        name="cruxeval-input",
        summary="CRUXEval-I: find an input for which each of 800 Python functions gives an output",
        spec_of=spec_of,
    )
