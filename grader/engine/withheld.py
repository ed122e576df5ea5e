"""Results of sealed tasks: verdict, class and counts; nothing by which tests could be told.

A candidate sees the inputs of its own task. What it could tell by them has to be small: its
outputs, messages, names of its own and exit status are left out, and its measurements are coarse.
"""

import builtins

from grader.core.execution import (
    CALL_LIMIT,
    CPU_LIMIT,
    DISK_LIMIT,
    ELSEWHERE,
    CompletionRecord,
    Execution,
    StepEnd,
    StepResult,
)
from grader.core.record import digest
from grader.core.result import Cause, Result, TestResult, Verdict
from grader.core.sealed_task import SealedTask
from grader.core.task import Task

EVIDENCE = frozenset({DISK_LIMIT, CPU_LIMIT, CALL_LIMIT, ELSEWHERE, "wall limit", "oom_kill"})
"""The engine's own words that say nothing else."""
EXCEPTIONS = frozenset(
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
)
"""Names of exceptions that a candidate cannot make up."""
VERDICTS = frozenset(verdict.value for verdict in Verdict)
REASONS = {
    Verdict.FAILED: "a test said no",
    Verdict.ERROR: "ended before its tests were over",
    Verdict.TIMEOUT: "time limit",
    Verdict.MEMORY: "memory limit",
    Verdict.OUTPUT: "output limit",
    Verdict.PATCH_REJECTED: "the patch does not apply",
    Verdict.EMPTY: "no code",
    Verdict.TAMPERED: "touched its tests or their run",
}
CAUSES = {
    Cause.HOST: "the machine was too busy",
    Cause.SANDBOX: "the sandbox broke",
    Cause.IMAGE: "the image cannot be had",
    Cause.TASK: "the task's own data are unusable",
    Cause.DEADLINE: "the deadline came first",
    Cause.ENGINE: "the engine failed",
}
TIME_DIGITS = 1
"""Of seconds: what a candidate could say by its time is a few bits."""
MEMORY_MB = 16
"""Memory is told in steps of so many MiB."""


def withheld(result: Result, task: Task) -> Result:
    """`result` as it may be kept and shown; that of an open task is left as it is."""
    if not isinstance(task, SealedTask):
        return result
    key = f"{task.nonce}{result.plan_digest}".encode()
    return result.model_copy(
        update={
            "reason": reason_of(result),
            "tests": tuple(
                TestResult(name=str(number), outcome=test.outcome)
                for number, test in enumerate(result.tests, 1)
            ),
            "readings": {
                name: value for name, value in result.readings.items() if value in VERDICTS
            },
            "evidence": (),
            "solution_share": None,
            "solution_lines": 0,
            "plan_digest": digest(key) if result.plan_digest else "",
            "execution": result.execution and bare_execution(result.execution),
        }
    )


def reason_of(result: Result) -> str:
    """The class of what happened, in words that name nothing else."""
    if result.verdict is Verdict.PASSED:
        return ""
    if result.verdict is Verdict.UNGRADED:
        return CAUSES[result.cause] if result.cause else "our trouble"
    words = REASONS[result.verdict]
    named = exception_of(result)
    return f"{words} ({named})" if named else words


def exception_of(result: Result) -> str:
    """The exception that a candidate's program ended with, where it is one of Python's own."""
    steps = result.execution.steps if result.execution else ()
    name = steps[-1].completion.exception if steps and result.verdict is Verdict.ERROR else ""
    return name if name in EXCEPTIONS else ""


def bare_execution(execution: Execution) -> Execution:
    """Facts without anything that was written or read."""
    return execution.model_copy(update={"steps": tuple(map(bare_step, execution.steps))})


def bare_step(step: StepResult) -> StepResult:
    """One step's facts: how it ended, and what it took, coarsely."""
    code = int(step.code != 0) if step.ended is StepEnd.EXIT else step.code
    named = step.completion.exception
    return StepResult(
        name=step.name,
        ended=step.ended,
        code=code,
        evidence=step.evidence if step.evidence in EVIDENCE else "",
        completion=CompletionRecord(
            said=step.completion.said, exception=named if named in EXCEPTIONS else ""
        ),
        wall_s=round(step.wall_s, TIME_DIGITS),
        cpu_s=round(step.cpu_s, TIME_DIGITS),
        wait_s=round(step.wait_s, TIME_DIGITS),
        stopped_s=round(step.stopped_s, TIME_DIGITS),
        peak_mb=round(step.peak_mb / MEMORY_MB) * MEMORY_MB,
        is_setup=step.is_setup,
        checker=step.checker and bare_step(step.checker),
    )
