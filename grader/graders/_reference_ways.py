"""In which ways a task's own solution passes: apart from its tests, in one process with them.

Learned once per task, never guessed. One pass is not enough where luck can give it: tests that
replace `random.randint` and are not heard pass one time in six. So the interview is repeated as
long as that costs next to nothing. Nor is one end by a limit or a signal, which may be our doing.
"""

from collections.abc import Sequence

from grader.core.execution import CompletionWord, StepEnd, StepResult
from grader.core.limits import Limits
from grader.core.result import Trust, Verdict
from grader.graders import _rounds
from grader.graders._arrangement import InterviewArrangement
from grader.graders._meaning import GONE, of_program

LEARN = "ways"
"""Name of the lesson, and of its place in a task's spec."""
INTERVIEWS_MAX = 8
"""The toss of a coin comes out right so often in one of 256 cases."""
INTERVIEWS_S = 0.5
"""Wall clock after which no further one is made; one mostly takes a few milliseconds."""
TROUBLES = 2
"""Ends by limits or signals from which they are the solution's own."""


def wanted(
    done: Sequence[StepResult],
    verdict: Verdict,
    arrangement: InterviewArrangement,
    *,
    ways: Sequence[Trust] | None,
    may_share: bool,
) -> str:
    """What a sample still needs: LEARN, the name of a step, or '' where the verdict stands.

    ways: of the task's own solution; None where they are not known yet.
    """
    if not is_open(done, verdict, arrangement):
        return ""
    if ways is None:
        return LEARN
    if Trust.SEPARATED in ways:
        watching = arrangement.watching or any(map(_rounds.looks_at_objects, done))
        also = verdict is Verdict.PASSED and watching and Trust.SHARED in ways
        return _rounds.ALSO if also else ""
    if Trust.SHARED not in ways:
        return ""
    if may_share:
        return _rounds.SHARED
    return "" if _rounds.REFERENCE in {step.name for step in done} else _rounds.REFERENCE


def is_open(
    done: Sequence[StepResult], verdict: Verdict, arrangement: InterviewArrangement
) -> bool:
    """Whether one process might show what the rounds so far have not.

    Not where tests and candidate shared one already, nor where all that passed between plain tests
    and the candidate was plain data.
    """
    taken = {step.name: step for step in done}
    if _rounds.SHARED in taken or _rounds.ALSO in taken:
        return False
    asked = taken.get(_rounds.REFERENCE)
    is_known = asked is not None and _rounds.passed(asked)
    if is_known:
        watching = arrangement.watching or any(map(_rounds.looks_at_objects, done))
        return verdict is Verdict.PASSED and watching
    return (
        not arrangement.plain
        or any(map(_rounds.looks_at_objects, done))
        or (verdict is not Verdict.PASSED and bool(_rounds.events(done[0])))
    )


def next_name(done: Sequence[StepResult]) -> str:
    """Name of the step to run next, or '' where enough is known.

    One process matters even where the solution passes apart from the tests: a sample may need it.
    """
    interviews = [step for step in done if step.name == _rounds.REFERENCE]
    if len(interviews) < len(done):
        return ""
    passed = sum(map(_rounds.passed, interviews))
    refused = any(map(has_said_no, interviews))
    if not passed and not refused and len(interviews) < TROUBLES:
        return _rounds.REFERENCE
    is_quick = sum(step.wall_s for step in interviews) < INTERVIEWS_S
    if passed and not refused and is_quick and len(interviews) < INTERVIEWS_MAX:
        return _rounds.REFERENCE
    return _rounds.SHARED


def ways(done: Sequence[StepResult], limits: Limits) -> list[Trust]:
    """What the runs have shown."""
    interviews = [step for step in done if step.name == _rounds.REFERENCE]
    is_apart = any(map(_rounds.passed, interviews)) and not any(map(has_said_no, interviews))
    is_shared = any(
        step.name == _rounds.SHARED and of_program(step, limits).verdict is Verdict.PASSED
        for step in done
    )
    return [Trust.SEPARATED] * is_apart + [Trust.SHARED] * is_shared


def has_said_no(step: StepResult) -> bool:
    """Whether a test failed, where nothing but the tests decided."""
    checker = step.checker
    return (
        checker is not None
        and checker.ended is StepEnd.EXIT
        and checker.completion.said is CompletionWord.RAISED
        and checker.completion.exception != GONE
    )
