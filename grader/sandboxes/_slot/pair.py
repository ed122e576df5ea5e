"""Run an interview: a candidate in one slot, its checker in another, one socket between them."""

import os
import socket
from contextlib import ExitStack
from typing import Any

from grader.core.execution import CompletionWord, StepResult
from grader.core.limits import Limits
from grader.core.plan import Interview, Step
from grader.errors import SandboxError
from grader.sandboxes._slot import request
from grader.sandboxes._slot.examiner import SHORT_S
from grader.sandboxes._slot.interview.crossing import HASTY
from grader.sandboxes._slot.slot import STARVED_FACTOR, WATCHDOG_S, Slot

GRACE_S = 0.25
"""How long a candidate may take to leave by itself once its checker has finished."""
BUSY_S = 0.05
"""The same where its tests have failed: it may be at work on questions that nobody asks now."""
GONE = "Gone"
"""What a checker says whose candidate left first: why it left is then for its own limits and its
own supervisor to say, however long that takes."""


async def interview(
    candidate: Slot, checker: Slot, step: Step, action: Interview, limits: Limits, *,
    fresh: bool, apart: bool,
) -> StepResult:  # fmt: skip
    """The candidate's facts with the checker's beside them; SandboxError where a slot fails.

    `apart`: see `request.for_checker`.
    """
    ends = (candidate, checker, step, action, limits)
    result = await _once(*ends, fresh=fresh, hasty=True, apart=apart)
    if result.checker and result.checker.completion.exception == HASTY:
        return await _once(*ends, fresh=fresh, hasty=False, apart=apart)
    return result


async def _once(
    candidate: Slot, checker: Slot, step: Step, action: Interview, limits: Limits, *,
    fresh: bool, hasty: bool, apart: bool,
) -> StepResult:  # fmt: skip
    asked = request.for_candidate(step, action, limits, fresh=fresh, job=candidate.job)
    asking = request.for_checker(step, action, limits, fresh=fresh, hasty=hasty, apart=apart)
    deadline = STARVED_FACTOR * (6 * limits.wall_s + request.PATIENCE_S) + WATCHDOG_S
    candidate.line.within(deadline)
    try:
        with ExitStack() as ends:
            left, right = _channels(ends, clocked=action.call_cpu_s > 0)
            await candidate.begin(*asked, channels=left)
            await _ask(checker, asking, right, patience_s=deadline)
        # The checker says its last word first; who waits for the other's is woken once.
        has_left = await candidate.answers_within(SHORT_S)
        answer = await _answered(checker)
        if not has_left and answer.completion.exception != GONE:
            has_passed = answer.completion.said is CompletionWord.DONE
            await let_go(candidate, GRACE_S if has_passed else BUSY_S)
        candidate.line.within(deadline)
        result = await candidate.finish(step.name)
    except TimeoutError as error:
        raise SandboxError(f"the supervisors did not answer within {deadline:g} s") from error
    return result.model_copy(update={"checker": answer})


async def _ask(
    checker: Slot, asking: tuple[dict[str, Any], list[bytes]], channels: tuple[int, ...], *,
    patience_s: float,
) -> None:  # fmt: skip
    """Have the checker begin; one that stays is asked itself."""
    if not asking[0]["standing"]:
        checker.examiner.leave()
        checker.line.within(patience_s)
        await checker.begin(*asking, channels=channels)
        return
    checker.taken()
    await checker.examiner.begin(*asking, channels, patience_s=patience_s)


async def _answered(checker: Slot) -> StepResult:
    """What the checker says."""
    if not checker.examiner.is_busy:
        return await checker.finish("checker")
    result = await checker.examiner.finish("checker")
    checker.is_free()
    return result


def _channels(ends: ExitStack, *, clocked: bool) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Descriptors for the candidate's slot and for the checker's; closed by `ends`.

    `clocked`: each also gets its end of a pipe, see `_slot/questions.py`.
    """
    left, right = (ends.enter_context(each) for each in socket.socketpair())
    if not clocked:
        return (left.fileno(),), (right.fileno(),)
    reader, writer = os.pipe2(os.O_CLOEXEC)
    ends.callback(os.close, reader)
    ends.callback(os.close, writer)
    return (left.fileno(), reader), (right.fileno(), writer)


async def let_go(candidate: Slot, grace_s: float) -> None:
    """Nobody asks the candidate any more: it may leave by itself, or is made to."""
    if not await candidate.answers_within(grace_s):
        await candidate.stop()
