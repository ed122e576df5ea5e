"""Grade a whole program by what it prints: one run per case, compared outside the sandbox.

The expected output never enters the sandbox, so nothing that the program does there can decide.
"""

import math
import re
from enum import StrEnum

from pydantic import Field

from grader.core.execution import Completion, Ended, Execution, Said, StepResult
from grader.core.job import Job
from grader.core.limits import Limits
from grader.core.plan import Plan, Program, Step
from grader.core.record import Blob, Record
from grader.core.result import Outcome, Result, TestResult, Trust, Verdict
from grader.core.sample import Sample
from grader.core.task import Task

REASON_CHARS = 300
SHOWN_CHARS = 60
NUMBER = re.compile(rb"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


class Rule(StrEnum):
    """When two outputs are equal."""

    EXACT = "exact"
    """Byte for byte."""
    LINES = "lines"
    """Line by line, without white space at line ends and blank lines at the end."""
    TOKENS = "tokens"
    """As sequences of words, whatever white space separates them."""


class Case(Record):
    """One input and the output that it must bring."""

    name: str
    stdin: Blob = b""
    stdout: Blob


class Spec(Record):
    """What `Task.spec` holds for this kind."""

    cases: tuple[Case, ...] = Field(min_length=1)
    rule: Rule = Rule.LINES
    float_tolerance: float = 0.0
    """With rule `tokens`: numbers may differ by this much, relatively or absolutely."""
    reference: str = ""
    """The task's own solution, a whole program."""


def plan(job: Job) -> Plan:
    """One step per case; the first that crashes or exceeds a limit ends the run."""
    spec = Spec.model_validate(job.task.spec)
    steps: tuple[Step, ...] = ()
    if not job.sample.defect:
        program = Program(source=job.sample.body, module="__main__", finish=True)
        steps = tuple(Step(name=case.name, action=program, stdin=case.stdin) for case in spec.cases)
    return Plan(image=job.task.image, limits=job.task.limits, steps=steps)


def judge(job: Job, execution: Execution) -> Result:
    """The first case that did not pass decides; cases that never ran are skipped."""
    spec = Spec.model_validate(job.task.spec)
    verdict, reason = Verdict.PASSED, ""
    tests: list[TestResult] = []
    if job.sample.defect:
        verdict, reason = Verdict.ERROR, job.sample.defect
    elif not execution.steps:
        verdict, reason = Verdict.UNGRADED, "nothing ran"
    for number, case in enumerate(spec.cases):
        if number >= len(execution.steps):
            tests.append(TestResult(name=case.name, outcome=Outcome.SKIPPED, message="not run"))
            continue
        meaning, message = case_verdict(execution.steps[number], case, spec, job.task.limits)
        tests.append(TestResult(name=case.name, outcome=OUTCOMES[meaning], message=message))
        if verdict is Verdict.PASSED and meaning is not Verdict.PASSED:
            verdict, reason = meaning, f"case {case.name}: {message}"
    if verdict is Verdict.PASSED and len(execution.steps) < len(spec.cases):
        ran = f"{len(execution.steps)} of {len(spec.cases)}"
        verdict, reason = Verdict.UNGRADED, f"only {ran} cases ran"
    return Result(
        task_id=job.sample.task_id,
        index=job.sample.index,
        verdict=verdict,
        reason=reason,
        tests=tuple(tests),
        trust=Trust.SEPARATED,
    )


def reference(task: Task) -> Sample | None:
    """The task's solution, if it has one."""
    body = Spec.model_validate(task.spec).reference
    return Sample(task_id=task.id, index=0, body=body, whole=True) if body else None


def empty(task: Task) -> Sample:
    """A program that prints nothing."""
    return Sample(task_id=task.id, index=0, body="pass\n", whole=True)


OUTCOMES = {
    Verdict.PASSED: Outcome.PASSED,
    Verdict.FAILED: Outcome.FAILED,
    Verdict.ERROR: Outcome.ERROR,
    Verdict.TIMEOUT: Outcome.ERROR,
    Verdict.MEMORY: Outcome.ERROR,
    Verdict.OUTPUT: Outcome.ERROR,
}


def case_verdict(step: StepResult, case: Case, spec: Spec, limits: Limits) -> tuple[Verdict, str]:
    """Kernel evidence first, then the exit status, last the output."""
    match step.ended:
        case Ended.TIMEOUT:
            by_cpu = step.evidence == "cpu limit"
            spent = f"{limits.cpu_s:g} s of CPU" if by_cpu else f"{limits.wall_s:g} s of wall clock"
            return Verdict.TIMEOUT, f"used up {spent}"
        case Ended.MEMORY:
            return Verdict.MEMORY, f"more than {limits.memory_mb} MiB ({step.evidence})"
        case Ended.OUTPUT:
            return Verdict.OUTPUT, f"more than {limits.output_kb} KiB ({step.evidence})"
        case Ended.SIGNAL:
            return Verdict.ERROR, f"killed by {step.evidence or f'signal {step.code}'}"
        case Ended.EXIT:
            return exit_verdict(step, case, spec)


def exit_verdict(step: StepResult, case: Case, spec: Spec) -> tuple[Verdict, str]:
    """What a program that ended by itself is worth; its output counts only after status 0."""
    if step.completion.said in {Said.RAISED, Said.REFUSED}:
        out_of_memory = step.completion.exception == "MemoryError"
        return (Verdict.MEMORY if out_of_memory else Verdict.ERROR), said(step.completion)
    if step.code:
        return Verdict.ERROR, f"left with status {step.code}"
    difference = compare(step.stdout, case.stdout, spec)
    return (Verdict.FAILED, difference) if difference else (Verdict.PASSED, "")


def compare(got: bytes, expected: bytes, spec: Spec) -> str:
    """Empty where `got` is right under the rule; else the first difference, in one line."""
    match spec.rule:
        case Rule.EXACT:
            return first_difference(
                got.splitlines(keepends=True), expected.splitlines(keepends=True), "line"
            )
        case Rule.LINES:
            return first_difference(lines(got), lines(expected), "line")
        case Rule.TOKENS:
            return first_difference(
                got.split(), expected.split(), "word", tolerance=spec.float_tolerance
            )


def lines(output: bytes) -> list[bytes]:
    """Lines without white space at their ends, and without blank ones at the end of all."""
    found = [line.rstrip() for line in output.splitlines()]
    while found and not found[-1]:
        found.pop()
    return found


def first_difference(
    got: list[bytes], expected: list[bytes], unit: str, *, tolerance: float = 0.0
) -> str:
    """`line 3: expected '5', got '6'`; empty where there is none."""
    for number, (mine, theirs) in enumerate(zip(got, expected, strict=False), start=1):
        if mine != theirs and not is_near(mine, theirs, tolerance):
            return f"{unit} {number}: expected {shown(theirs)}, got {shown(mine)}"
    if len(got) < len(expected):
        return f"{unit} {len(got) + 1}: expected {shown(expected[len(got)])}, got the end"
    if len(got) > len(expected):
        return f"{unit} {len(expected) + 1}: expected the end, got {shown(got[len(expected)])}"
    return ""


def is_near(got: bytes, expected: bytes, tolerance: float) -> bool:
    """Whether both are plain decimal numbers that differ by at most `tolerance`."""
    if not (tolerance and NUMBER.fullmatch(got) and NUMBER.fullmatch(expected)):
        return False
    mine, theirs = float(got), float(expected)
    return math.isclose(mine, theirs, rel_tol=tolerance, abs_tol=tolerance)


def shown(text: bytes) -> str:
    """Quoted, printable and short."""
    decoded = text.decode(errors="backslashreplace")
    return ascii(decoded if len(decoded) <= SHOWN_CHARS else decoded[:SHOWN_CHARS] + "…")


def said(completion: Completion) -> str:
    """`Name: message (line n)`, cut to REASON_CHARS."""
    message = " ".join(completion.message.split())[:REASON_CHARS]
    text = f"{completion.exception}: {message}" if message else completion.exception
    return f"{text} (line {completion.line})" if completion.line else text
