"""The official verdict in the grader's words, where it is no matter of single tests."""

from typing import NamedTuple

from grader.core.execution import DISK_LIMIT, StepEnd, StepResult
from grader.core.limits import Limits
from grader.core.result import Verdict
from grader.graders._repo_log import trouble
from grader.graders._repo_tests import TestsStatus


class ParityVerdict(NamedTuple):
    """The official verdict, and what it rests on."""

    verdict: Verdict
    reason: str
    status: TestsStatus | None = None
    """None where the log could not be used, or there is none."""
    named: tuple[str, ...] = ()
    """Expected tests of which the log itself says that they failed."""
    is_silent: bool = False
    """Whether the script came to its end and no test spoke."""


def unusable(text: str, problem: str, *, control: bool | None) -> ParityVerdict:
    """No test spoke: nobody's failure where the task's own solution does not pass here either.

    control: whether that is resolved in this image; None where nobody knows. Words in the log are
    the sample's own, and only explain.
    """
    if control is False:
        reason = f"{problem}; the task's own solution does not pass in this image either"
        return ParityVerdict(Verdict.UNGRADED, reason, is_silent=True)
    sign = trouble(text)
    named = f"{problem} ({sign.reason})" if sign else problem
    return ParityVerdict(Verdict.ERROR, named, is_silent=True)


def limit_of(step: StepResult, limits: Limits, what: str) -> ParityVerdict:
    """A step that did not end by itself."""
    match step.ended:
        case StepEnd.TIMEOUT:
            cpu = step.evidence == "cpu limit"
            budget = f"{limits.cpu_s:g} s of CPU" if cpu else f"{limits.wall_s:g} s of wall clock"
            return ParityVerdict(Verdict.TIMEOUT, f"{what}: used up {budget}")
        case StepEnd.MEMORY:
            return ParityVerdict(Verdict.MEMORY, f"{what}: more than {limits.memory_mb} MiB")
        case StepEnd.OUTPUT if step.evidence == DISK_LIMIT:
            return ParityVerdict(
                Verdict.OUTPUT, f"{what}: wrote more than {limits.disk_mb} MiB of files"
            )
        case StepEnd.OUTPUT:
            return ParityVerdict(Verdict.OUTPUT, f"{what}: more than {limits.output_kb} KiB")
        case _:
            return ParityVerdict(Verdict.ERROR, f"{what}: killed by {step.evidence or step.code}")
