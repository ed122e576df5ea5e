"""What one step's facts mean, for every kind of task that runs Python: kernel evidence first."""

import signal
from typing import NamedTuple

from grader.core.execution import (
    CALL_LIMIT,
    CPU_LIMIT,
    NOT_RUN,
    CompletionRecord,
    CompletionWord,
    StepEnd,
    StepResult,
)
from grader.core.limits import Limits
from grader.core.result import Verdict
from grader.core.sample import NO_TEXT, Sample

REASON_CHARS = 300
GONE = "Gone"
"""The checker's word for: the candidate's process ended before the tests did."""


class VerdictMeaning(NamedTuple):
    """A verdict and one line that a person can act on."""

    verdict: Verdict
    reason: str


def of_defect(sample: Sample) -> VerdictMeaning:
    """A sample that cannot be run at all."""
    is_empty = sample.defect == NO_TEXT
    return VerdictMeaning(Verdict.EMPTY if is_empty else Verdict.ERROR, sample.defect)


def of_program(step: StepResult, limits: Limits) -> VerdictMeaning:
    """A program that ends with a completion record."""
    if is_out_of_call_time(step):
        return VerdictMeaning(Verdict.TIMEOUT, "used up the CPU time of one call")
    match step.ended:
        case StepEnd.TIMEOUT:
            cpu = step.evidence == CPU_LIMIT
            budget = f"{limits.cpu_s:g} s of CPU" if cpu else f"{limits.wall_s:g} s of wall clock"
            return VerdictMeaning(Verdict.TIMEOUT, f"used up {budget}")
        case StepEnd.MEMORY:
            reason = f"more than {limits.memory_mb} MiB ({step.evidence})"
            return VerdictMeaning(Verdict.MEMORY, reason)
        case StepEnd.OUTPUT:
            reason = f"more than {limits.output_kb} KiB ({step.evidence})"
            return VerdictMeaning(Verdict.OUTPUT, reason)
        case StepEnd.SIGNAL:
            return VerdictMeaning(
                Verdict.ERROR, f"killed by {step.evidence or f'signal {step.code}'}"
            )
        case StepEnd.EXIT:
            return of_completion(step.completion, step.code, limits)


def is_out_of_call_time(step: StepResult) -> bool:
    """Whether one call took too long: by the supervisor's clock, or by the program's own alarm."""
    if step.ended is StepEnd.TIMEOUT:
        return step.evidence == CALL_LIMIT
    return step.ended is StepEnd.SIGNAL and step.code == signal.SIGPROF


def of_interview(step: StepResult, limits: Limits) -> VerdictMeaning:
    """An interview: the checker's word decides; the candidate's facts say why it left."""
    checker = step.checker
    if checker is None and step.evidence == NOT_RUN:
        return of_program(step, limits)
    if checker is None:
        return VerdictMeaning(Verdict.UNGRADED, "an interview without a checker")
    said = checker.completion
    if (
        checker.ended is StepEnd.EXIT
        and said.exception == GONE
        and said.said is CompletionWord.RAISED
    ):
        if step.evidence == "stopped":
            return VerdictMeaning(Verdict.ERROR, "closed its channel before the tests were over")
        # What the candidate says of itself counts only where it says that it could not start.
        own = (
            step.completion
            if step.completion.said is CompletionWord.REFUSED
            else CompletionRecord()
        )
        return of_program(step.model_copy(update={"completion": own}), limits)
    meaning = of_program(checker, limits)
    if checker.ended is StepEnd.EXIT:
        return meaning
    return VerdictMeaning(meaning.verdict, f"testing what it returned: {meaning.reason}")


def of_completion(completion: CompletionRecord, code: int, limits: Limits) -> VerdictMeaning:
    """The completion record of a program that ended by itself."""
    match completion.said:
        case CompletionWord.DONE:
            return VerdictMeaning(Verdict.PASSED, "")
        case CompletionWord.NOTHING:
            return VerdictMeaning(
                Verdict.ERROR, f"left with status {code} before the tests were over"
            )
        case CompletionWord.REFUSED:
            return VerdictMeaning(Verdict.ERROR, one_line(completion))
        case CompletionWord.RAISED if completion.exception == "MemoryError":
            return VerdictMeaning(Verdict.MEMORY, f"MemoryError within {limits.memory_mb} MiB")
        case CompletionWord.RAISED if completion.exception == "AssertionError":
            return VerdictMeaning(Verdict.FAILED, one_line(completion))
        case CompletionWord.RAISED:
            return VerdictMeaning(Verdict.ERROR, one_line(completion))


def one_line(completion: CompletionRecord) -> str:
    """`Name: message (line n)`, cut to REASON_CHARS."""
    message = " ".join(completion.message.split())
    if len(message) > REASON_CHARS:
        message = message[:REASON_CHARS] + " …"
    text = f"{completion.exception}: {message}" if message else completion.exception
    return f"{text} (line {completion.line})" if completion.line else text
