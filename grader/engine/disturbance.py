"""What a step's end says about the machine, and nothing or little about the sample."""

import signal

from grader.core.execution import CALL_LIMIT, CPU_LIMIT, ELSEWHERE, StepEnd, StepResult
from grader.errors import SandboxError

STARVED_SHARE = 0.3
"""Share of the wall clock in the run queue from which a time-out says nothing about the sample.
A time-out after 3.2 s of wall clock with 0.15 s of CPU and 2.9 s of waiting has been measured."""
STOPPED_SHARE = 0.25
"""The same for standing still by a signal."""
SENT = frozenset({signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT})
"""Signals that somebody sends, and that no fault of a program raises."""


class ProcessorStarved(Exception):  # noqa: N818  it is a fact about the host, not an error of anyone's
    """A step ran out of wall clock because the host gave it no processor."""


class DoubtfulEnd(Exception):  # noqa: N818  as above
    """A step was killed or stopped by a signal: its own doing, or anybody's on this machine.

    The kernel does not tell who sent a signal. What happens again is the sample's own.
    """


class MemorySqueezed(SandboxError):  # noqa: N818  as above
    """A process was killed for want of memory though its own limit was not reached."""


def starved(result: StepResult) -> StepResult | None:
    """The side of a step whose wall-clock time-out is the host's fault, if one is.

    A candidate waits for its checker: what that one lost is lost to both. But a checker that used
    up its processor time did so over what the candidate gave it.
    """
    checker = result.checker
    if checker is not None and is_out_of_cpu_time(checker):
        return None
    for side in (result, checker):
        if side is None or not is_out_of_wall_time(side):
            continue
        beside_s = checker.wait_s if checker and side is result else 0.0
        if 0 < STARVED_SHARE * side.wall_s <= side.wait_s + beside_s:
            return side
    return None


def is_out_of_wall_time(side: StepResult) -> bool:
    """Whether it was ended by the wall clock."""
    return side.ended is StepEnd.TIMEOUT and not is_out_of_cpu_time(side)


def is_out_of_cpu_time(side: StepResult) -> bool:
    """Whether it used up what it, or one answer of its, may take of a processor."""
    return side.ended is StepEnd.TIMEOUT and side.evidence in {CPU_LIMIT, CALL_LIMIT}


def refuse_ours(result: StepResult) -> None:
    """SandboxError where the end is never the sample's doing."""
    for side in (result, result.checker):
        if side is not None and side.ended is StepEnd.MEMORY and side.evidence == ELSEWHERE:
            raise MemorySqueezed(
                f"step '{result.name}': the machine or the group around it ran out of memory at"
                f" {side.peak_mb:.0f} MiB of the step's own"
            )
    checker = result.checker
    if checker is not None and was_sent_a_signal(checker):
        raise SandboxError(f"step '{result.name}': its checker was killed by {checker.evidence}")


def was_sent_a_signal(side: StepResult) -> bool:
    """Whether it ended by a signal that somebody sent, for no reason of ours."""
    return side.ended is StepEnd.SIGNAL and side.code in SENT


def doubt(result: StepResult) -> str:
    """Why a step that went wrong may have been disturbed from outside; '' where it cannot."""
    if was_sent_a_signal(result):
        return f"was killed by {result.evidence}"
    stopped_s = result.stopped_s + (result.checker.stopped_s if result.checker else 0.0)
    if is_out_of_wall_time(result) and stopped_s >= STOPPED_SHARE * result.wall_s > 0:
        return f"stood still for {stopped_s:.1f} s by a signal"
    return ""
