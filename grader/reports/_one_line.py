"""One result as one line: the verdict, why, and the test that said no."""

from grader.core.result import Outcome, Result, Verdict
from grader.reports.base import clean

TEST_CELLS = 200
OURS = "our trouble, not the solution's"


def in_one_line(result: Result) -> str:
    """`HumanEval/7: failed: AssertionError (line 3): assert f(2) == 4`."""
    return f"{clean(result.task_id)}: {why(result)}"


def why(result: Result) -> str:
    """The verdict, the reason and the failing test, harmless to a terminal."""
    verdict = result.verdict.value
    if result.verdict is Verdict.UNGRADED:
        verdict = f"{verdict} ({OURS})"
    parts = [verdict, clean(result.reason, TEST_CELLS), clean(failing_test(result), TEST_CELLS)]
    return ": ".join(part for part in parts if part)


def failing_test(result: Result) -> str:
    """The first test that said no, as its author wrote it; empty where none is known by itself."""
    if result.verdict not in {Verdict.FAILED, Verdict.ERROR}:
        return ""
    for test in result.tests:
        if test.outcome in {Outcome.FAILED, Outcome.ERROR}:
            return "" if test.name in result.reason else test.name
    steps = result.execution.steps if result.execution else ()
    side = steps[-1].checker if steps else None
    lines = (side.completion.traceback if side else "").splitlines()
    return lines[-1].strip() if lines else ""
