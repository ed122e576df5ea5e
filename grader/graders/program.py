"""Grade a whole program by what it prints: one run per case, compared outside the sandbox.

In other languages than Python it is built once, and run for each case.

The expected output never enters the sandbox, so nothing that the program does there can decide.
"""

import base64
import json
import zlib
from collections.abc import Iterable
from functools import lru_cache, partial

from pydantic import model_validator

from grader.core.execution import CompletionRecord, CompletionWord, Execution, StepEnd, StepResult
from grader.core.job import Job
from grader.core.limits import Limits
from grader.core.plan import Plan, Program, Step
from grader.core.record import Blob, Record
from grader.core.result import Outcome, Result, TestResult, Trust, Verdict
from grader.core.sample import Sample
from grader.core.task import Task
from grader.graders._meaning import of_defect
from grader.graders._outputs import OutputRule, difference
from grader.graders._program_meaning import compiler_lines
from grader.graders._written_in import written
from grader.languages._plans import shown

REASON_CHARS = 300
FIRST_CASES = 8
"""Cases that are run at once; then as many again as have been run, while all are right."""
LONG_BYTES = 256 << 10
"""Of outputs that differ in their bytes: half a second's work where every word is a number."""
COMPAT = "compat"
"""The reading under the official grader's rule, where a task has one besides its own."""


class StdioCase(Record):
    """One input and the output that it must bring."""

    name: str
    stdin: Blob = b""
    stdout: Blob


class Spec(Record):
    """What `Task.spec` holds for this kind."""

    cases: tuple[StdioCase, ...] = ()
    packed: str = ""
    """The cases in a form that is small in memory (`packed`), in place of `cases`."""
    rule: OutputRule = OutputRule.LINES
    compat: OutputRule | None = None
    """A more generous rule, the official grader's, for the reading `compat`."""
    float_tolerance: float = 0.0
    """With rule `tokens`: numbers may differ by this much, relatively or absolutely."""
    reference: str = ""
    """The task's own solution, a whole program."""
    language: str = ""
    """What programs are written in; empty: Python, unless a sample says otherwise."""
    prelude: str = ""
    """Lines before every program, which the official grader adds too."""

    @model_validator(mode="after")
    def _has_cases(self) -> "Spec":
        if not (self.cases or self.packed):
            raise ValueError("no cases")
        return self

    def all_cases(self) -> tuple[StdioCase, ...]:
        """The cases, named by their number where they were packed."""
        return self.cases or _unpacked(self.packed)

    def program(self, body: str) -> str:
        """What is run; a program that wants the future's features must begin with them."""
        return body if FUTURE in body else self.prelude + body


FUTURE = "from __future__"


def packed(cases: Iterable[tuple[str, str]]) -> str:
    """Pairs of input and output as `Spec.packed`."""
    text = json.dumps(list(cases), separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode())).decode()


@lru_cache(maxsize=4)
def _unpacked(text: str) -> tuple[StdioCase, ...]:
    pairs: list[tuple[str, str]] = json.loads(zlib.decompress(base64.b64decode(text)))
    return tuple(
        StdioCase(name=str(number), stdin=given.encode(), stdout=expected.encode())
        for number, (given, expected) in enumerate(pairs, start=1)
    )


def plan(job: Job) -> Plan:
    """One step per case; the first that crashes or exceeds a limit ends the run."""
    spec = Spec.model_validate(job.task.spec)
    if job.sample.defect:
        return Plan(image=job.task.image, limits=job.task.limits, steps=())
    steps = _steps(job, spec, 0, FIRST_CASES)
    program = written(job.sample, spec.language)
    if program is None:
        return Plan(image=job.task.image, limits=job.task.limits, steps=steps)
    return Plan(
        image=job.task.image,
        limits=job.task.limits,
        steps=(*program.build(), *steps),
        toolchain=shown(program.language),
        is_answers_choice=program.is_answers_choice,
    )


def more(job: Job, execution: Execution) -> tuple[Step, ...]:
    """More cases, as long as all are right: a wrong program is not run on hundreds of them."""
    spec = Spec.model_validate(job.task.spec)
    results = _case_steps(job, spec, execution)
    done = len(results)
    cases = spec.all_cases()
    if not done or done >= len(cases):
        return ()
    if all(map(partial(_is_right, spec, job.task.limits), results, cases)):
        return _steps(job, spec, done, 2 * done)
    return ()


def _is_right(spec: Spec, limits: Limits, step: StepResult, case: StdioCase) -> bool:
    """Whether one of the task's rules is content with a case."""
    rules = {spec.rule, spec.compat or spec.rule}
    return any(
        case_verdict(step, case, spec, limits, rule=rule)[0] is Verdict.PASSED for rule in rules
    )


def takes_long(job: Job, execution: Execution) -> bool:
    """Whether so much is to be compared that other samples should not wait for it."""
    if sum(len(step.stdout) for step in execution.steps) <= LONG_BYTES:
        return False
    spec = Spec.model_validate(job.task.spec)
    pairs = zip(_case_steps(job, spec, execution), spec.all_cases(), strict=False)
    differing = (case.stdout for step, case in pairs if step.stdout != case.stdout)
    return sum(map(len, differing)) > LONG_BYTES


def _steps(job: Job, spec: Spec, start: int, end: int) -> tuple[Step, ...]:
    cases = spec.all_cases()[start:end]
    other = written(job.sample, spec.language)
    if other is not None:
        return tuple(other.run(case.name, case.stdin, job.task.limits) for case in cases)
    source = spec.program(job.sample.body)
    program = Program(source=source, module="__main__", finish=True)
    return tuple(Step(name=case.name, action=program, stdin=case.stdin) for case in cases)


def _case_steps(job: Job, spec: Spec, execution: Execution) -> tuple[StepResult, ...]:
    """What ran for the cases, in their order."""
    other = None if job.sample.defect else written(job.sample, spec.language)
    return execution.steps if other is None else execution.steps[other.built :]


def judge(job: Job, execution: Execution) -> Result:
    """The first case that did not pass decides; cases that never ran are skipped."""
    spec = Spec.model_validate(job.task.spec)
    broken = _broken(job, spec, execution)
    if broken is not None:
        return broken
    verdict, reason, tests = _judged(job, execution, spec, spec.rule)
    readings: dict[str, str] = {}
    if spec.compat is not None:
        readings[COMPAT] = _judged(job, execution, spec, spec.compat)[0].value
    return Result(
        task_id=job.sample.task_id,
        index=job.sample.index,
        verdict=verdict,
        reason=reason,
        tests=tuple(tests),
        trust=Trust.SEPARATED,
        readings=readings,
    )


def _broken(job: Job, spec: Spec, execution: Execution) -> Result | None:
    """The result of a program that could not be built."""
    other = None if job.sample.defect else written(job.sample, spec.language)
    meaning = other.broken(execution) if other else None
    if other is None or meaning is None:
        return None
    cases = spec.all_cases()
    return Result(
        task_id=job.sample.task_id,
        index=job.sample.index,
        verdict=meaning.verdict,
        reason=meaning.reason,
        tests=tuple(
            TestResult(name=case.name, outcome=Outcome.SKIPPED, message="not built")
            for case in cases
        ),
        trust=Trust.SEPARATED,
        readings={} if spec.compat is None else {COMPAT: meaning.verdict.value},
        evidence=compiler_lines(other.build_of(execution)),
    )


def _judged(
    job: Job, execution: Execution, spec: Spec, rule: OutputRule
) -> tuple[Verdict, str, list[TestResult]]:
    cases = spec.all_cases()
    steps = _case_steps(job, spec, execution)
    verdict, reason = Verdict.PASSED, ""
    tests: list[TestResult] = []
    if job.sample.defect:
        verdict, reason = of_defect(job.sample)
    elif not steps:
        verdict, reason = Verdict.UNGRADED, "nothing ran"
    for number, case in enumerate(cases):
        if number >= len(steps):
            tests.append(TestResult(name=case.name, outcome=Outcome.SKIPPED, message="not run"))
            continue
        meaning, message = case_verdict(steps[number], case, spec, job.task.limits, rule=rule)
        tests.append(TestResult(name=case.name, outcome=OUTCOMES[meaning], message=message))
        if verdict is Verdict.PASSED and meaning is not Verdict.PASSED:
            verdict, reason = meaning, f"case {case.name}: {message}"
    if verdict is Verdict.PASSED and len(steps) < len(cases):
        ran = f"{len(steps)} of {len(cases)}"
        verdict, reason = Verdict.UNGRADED, f"only {ran} cases ran"
    return verdict, reason, tests


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


def case_verdict(
    step: StepResult, case: StdioCase, spec: Spec, limits: Limits, *, rule: OutputRule
) -> tuple[Verdict, str]:
    """Kernel evidence first, then the exit status, last the output."""
    match step.ended:
        case StepEnd.TIMEOUT:
            by_cpu = step.evidence == "cpu limit"
            spent = f"{limits.cpu_s:g} s of CPU" if by_cpu else f"{limits.wall_s:g} s of wall clock"
            return Verdict.TIMEOUT, f"used up {spent}"
        case StepEnd.MEMORY:
            return Verdict.MEMORY, f"more than {limits.memory_mb} MiB ({step.evidence})"
        case StepEnd.OUTPUT:
            return Verdict.OUTPUT, f"more than {limits.output_kb} KiB ({step.evidence})"
        case StepEnd.SIGNAL:
            return Verdict.ERROR, f"killed by {step.evidence or f'signal {step.code}'}"
        case StepEnd.EXIT:
            return exit_verdict(step, case, spec, rule=rule)


def exit_verdict(
    step: StepResult, case: StdioCase, spec: Spec, *, rule: OutputRule
) -> tuple[Verdict, str]:
    """What a program that ended by itself is worth; its output counts only after status 0."""
    if step.completion.said in {CompletionWord.RAISED, CompletionWord.REFUSED}:
        out_of_memory = step.completion.exception == "MemoryError"
        return (Verdict.MEMORY if out_of_memory else Verdict.ERROR), said(step.completion)
    if step.code:
        return Verdict.ERROR, f"left with status {step.code}"
    tolerance = spec.float_tolerance
    found = difference(step.stdout, case.stdout, rule, tolerance=tolerance)
    return (Verdict.FAILED, found) if found else (Verdict.PASSED, "")


def said(completion: CompletionRecord) -> str:
    """`Name: message (line n)`, cut to REASON_CHARS."""
    message = " ".join(completion.message.split())[:REASON_CHARS]
    text = f"{completion.exception}: {message}" if message else completion.exception
    return f"{text} (line {completion.line})" if completion.line else text
