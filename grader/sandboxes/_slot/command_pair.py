"""Run two commands that talk over pipes: a candidate in one slot, its checker in another."""

import os
from contextlib import ExitStack

from grader.core.execution import StepEnd, StepResult
from grader.core.limits import Limits
from grader.core.plan import CommandInterview, Step
from grader.errors import SandboxError
from grader.sandboxes._slot import request
from grader.sandboxes._slot.examiner import SHORT_S
from grader.sandboxes._slot.pair import let_go
from grader.sandboxes._slot.slot import STARVED_FACTOR, WATCHDOG_S, Slot

GRACE_S = 1.0
"""How long a candidate may take to leave by itself once nobody asks it any more: an interpreter
ends its threads first, and a process that is killed for its memory gives that back."""


async def command_interview(
    candidate: Slot, checker: Slot, step: Step, action: CommandInterview, limits: Limits, *,
    fresh: bool, use: int = 0,
) -> StepResult:  # fmt: skip
    """The candidate's facts with the checker's beside them; SandboxError where a slot fails.

    `use`: see `Slot.run`.
    """
    hostile = step.model_copy(update={"action": action.candidate})
    trusted = Step(name=step.name, action=action.checker, files=action.checker_files)
    patient = limits.model_copy(update={"wall_s": 6 * limits.wall_s + request.PATIENCE_S})
    deadline = STARVED_FACTOR * patient.wall_s + WATCHDOG_S
    candidate.line.within(deadline)
    checker.line.within(deadline)
    try:
        with ExitStack() as ends:
            left, right = pipes(ends)
            asked = request.for_side(hostile, limits, fresh=fresh, job=candidate.job)
            asking = request.for_side(trusted, patient, fresh=fresh, job=checker.job)
            if use:
                asked[0]["use"] = use
            await candidate.begin(*asked, channels=left)
            await checker.begin(*asking, channels=right)
        # The checker says its last word first; who waits for the other's is woken once.
        has_left = await candidate.answers_within(SHORT_S)
        answer = await checker.finish("checker")
        if not has_left:
            await let_go(candidate, GRACE_S if answer.ended is StepEnd.EXIT else SHORT_S)
        candidate.line.within(deadline)
        result = await candidate.finish(step.name)
    except TimeoutError as error:
        raise SandboxError(f"the supervisors did not answer within {deadline:g} s") from error
    return result.model_copy(update={"checker": answer})


def pipes(ends: ExitStack) -> tuple[tuple[int, int], tuple[int, int]]:
    """What each side reads and writes, the candidate's first; closed by `ends`."""
    pairs = [os.pipe2(os.O_CLOEXEC) for _ in range(2)]
    for each in (*pairs[0], *pairs[1]):
        ends.callback(os.close, each)
    for reader, _ in pairs:  # some languages can only open /dev/fd/3, which asks for the mode
        os.fchmod(reader, 0o666)
    (questions_read, questions_write), (answers_read, answers_write) = pairs
    return (questions_read, answers_write), (answers_read, questions_write)
