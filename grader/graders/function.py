"""Grade a function: the prompt, the model's text and the tests make one program."""

from grader.core.execution import Completion, Ended, Execution, Said, StepResult
from grader.core.job import Job
from grader.core.plan import Plan, Program, Step
from grader.core.record import Record
from grader.core.result import Result, Trust, Verdict
from grader.core.sample import Sample
from grader.core.task import Task

REASON_CHARS = 300


class Spec(Record):
    """What `Task.spec` holds for this kind."""

    prompt: str = ""
    """Text before a completion; a whole-program sample goes without it."""
    tests: str
    """Text after the solution: set-up, test code and the call that starts it."""
    entry_point: str = ""
    reference: str = ""
    """The task's own solution: a continuation of `prompt`, unless `reference_whole`."""
    reference_whole: bool = False
    """True where `reference` is a whole program."""


def plan(job: Job) -> Plan:
    """One step: the assembled program, ended by its completion record."""
    spec = Spec.model_validate(job.task.spec)
    if job.sample.defect:
        return Plan(image=job.task.image, limits=job.task.limits, steps=())
    before = "" if job.sample.whole else spec.prompt
    program = Program(source=f"{before}{job.sample.body}\n{spec.tests}", module="solution")
    return Plan(
        image=job.task.image,
        limits=job.task.limits,
        steps=(Step(name="tests", action=program),),
    )


def judge(job: Job, execution: Execution) -> Result:
    """Kernel evidence first, then the completion record."""
    if job.sample.defect:
        verdict, reason = Verdict.ERROR, job.sample.defect
    elif not execution.steps:
        verdict, reason = Verdict.UNGRADED, "nothing ran"
    else:
        verdict, reason = meaning(execution.steps[0], job.task)
    return Result(
        task_id=job.sample.task_id,
        index=job.sample.index,
        verdict=verdict,
        reason=reason,
        trust=Trust.SHARED,
    )


def reference(task: Task) -> Sample | None:
    """The dataset's solution, if it has one."""
    spec = Spec.model_validate(task.spec)
    if not spec.reference:
        return None
    return Sample(task_id=task.id, index=0, body=spec.reference, whole=spec.reference_whole)


def empty(task: Task) -> Sample:
    """A body that does nothing."""
    return Sample(task_id=task.id, index=0, body="    pass\n")


def meaning(step: StepResult, task: Task) -> tuple[Verdict, str]:
    """Verdict and one-line reason of a program step with a completion record."""
    limits = task.limits
    match step.ended:
        case Ended.TIMEOUT:
            budget = (
                f"{limits.cpu_s:g} s of CPU"
                if step.evidence == "cpu limit"
                else f"{limits.wall_s:g} s of wall clock"
            )
            return Verdict.TIMEOUT, f"used up {budget}"
        case Ended.MEMORY:
            return Verdict.MEMORY, f"more than {limits.memory_mb} MiB ({step.evidence})"
        case Ended.OUTPUT:
            return Verdict.OUTPUT, f"more than {limits.output_kb} KiB ({step.evidence})"
        case Ended.SIGNAL:
            return Verdict.ERROR, f"killed by {step.evidence or f'signal {step.code}'}"
        case Ended.EXIT:
            return said(step.completion, step.code, limits.memory_mb)


def said(completion: Completion, code: int, memory_mb: int) -> tuple[Verdict, str]:
    """What the completion record of a program that ended by itself means."""
    match completion.said:
        case Said.DONE:
            return Verdict.PASSED, ""
        case Said.NOTHING:
            return Verdict.ERROR, f"left with status {code} before the tests were over"
        case Said.REFUSED:
            return Verdict.ERROR, one_line(completion)
        case Said.RAISED if completion.exception == "MemoryError":
            return Verdict.MEMORY, f"MemoryError within {memory_mb} MiB"
        case Said.RAISED if completion.exception == "AssertionError":
            return Verdict.FAILED, one_line(completion)
        case Said.RAISED:
            return Verdict.ERROR, one_line(completion)


def one_line(completion: Completion) -> str:
    """`Name: message (line n)`, cut to REASON_CHARS."""
    message = " ".join(completion.message.split())
    if len(message) > REASON_CHARS:
        message = message[:REASON_CHARS] + " …"
    text = f"{completion.exception}: {message}" if message else completion.exception
    return f"{text} (line {completion.line})" if completion.line else text
