"""One sample from plan to result: the story of the engine on one screen."""

import sys
from collections.abc import Awaitable, Callable
from functools import partial
from typing import NamedTuple

from anyio import Semaphore
from pydantic import ValidationError

from grader import plugins
from grader.core.activity import enter
from grader.core.execution import NOT_RUN, Execution, StepEnd, StepResult
from grader.core.job import Job, sample_digest
from grader.core.plan import WORKING_DIRECTORY, Interview, Plan, Program, Step
from grader.core.result import Cause, Result, Verdict
from grader.core.turns import OneTurn
from grader.engine.disturbance import DoubtfulEnd, MemorySqueezed, ProcessorStarved
from grader.engine.drive import execute, no_more
from grader.engine.gate.syntax import SyntaxGate
from grader.engine.judgement import judge, later, more
from grader.engine.learning.survey import Supply, TaskSurveys, taught
from grader.engine.limits_named import limit_met
from grader.engine.proof.commands import ImageProof
from grader.engine.toolchains.ready import ReadyToolchains
from grader.errors import (
    BrokenByError,
    ImageError,
    InfraError,
    LanguageAbsentError,
    ProviderError,
    SandboxError,
    TaskError,
)
from grader.sandboxes.base import Provider
from grader.version import VERSION

RETRIES = 2
DOUBTS = 1
TELLING = 2
"""A sandbox that broke so often, and never before the program had begun, was broken by it."""
UNBUILT = "unbuilt"
"""Entry of a task's spec: what the compiler said of its checker."""


class ScreenedPlan(NamedTuple):
    """A plan, and its execution where nothing needs to run."""

    plan: Plan
    execution: Execution | None = None


async def attempt(
    job: Job,
    provider: Provider,
    *,
    retries: int = RETRIES,
    gate: SyntaxGate | None = None,
    surveys: TaskSurveys | None = None,
    proof: ImageProof | None = None,
    turns: Semaphore | None = None,
    toolchains: ReadyToolchains | None = None,
) -> Result:
    """Plan, execute, judge; our own trouble is tried again and at last left UNGRADED.

    But a sandbox that breaks each time, always after the sample's program had begun in it, was
    broken by that program: its ERROR.
    `turns` bounds how many plans are being carried out; more attempts may be in preparation.
    ProviderError is raised: no other sample could be graded either.
    """
    tries = AttemptState(retries)
    while tries.left >= 0:
        tries.number += 1
        try:
            job = await informed_first(job, provider, surveys)
            plan = plan_of(job)
            if proof is not None and plan.steps:
                await proof.given(plan, provider)
            ready, execution = await screened(plan, provider, gate)
            if plan.toolchain is not None and plan.steps and toolchains is not None:
                job, plan, ready = await equipped(job, plan, provider, toolchains)
            if execution is None:
                async with OneTurn(turns):
                    execution = await tries.execute(ready, provider, partial(more, job))
            if surveys is not None:
                supply = partial(supplied, provider=provider, toolchains=toolchains)
                job, execution = await finished(
                    job, plan, execution, provider, surveys, tries, supply
                )
            enter("judge")
            result = await judge(job, execution)
            return completed(result, job, plan, execution, attempts=tries.number)
        except ProviderError:
            raise
        except LanguageAbsentError as error:
            return stopped(job, Verdict.ERROR, f"in a language {error}", tries.number)
        except (ProcessorStarved, DoubtfulEnd, InfraError) as error:
            tries.failed(error)
    if tries.broken == retries + 1 >= TELLING:
        reason = f"broke its sandbox {tries.broken} times: {tries.reason}"
        return stopped(job, Verdict.ERROR, reason, tries.number)
    return stopped(job, Verdict.UNGRADED, tries.reason, tries.number, cause=tries.cause)


async def informed_first(job: Job, provider: Provider, surveys: TaskSurveys | None) -> Job:
    """The job with what its grader has to know of the task before it can plan."""
    wants_first = getattr(plugins.load("graders", job.task.kind), "wants_first", None)
    if wants_first is None or surveys is None:
        return job
    while what := wants_first(job.task):
        job = await surveys.informed(job, provider, what)
    return job


async def equipped(
    job: Job, plan: Plan, provider: Provider, toolchains: ReadyToolchains
) -> tuple[Job, Plan, Plan]:
    """The job as it is judged, its plan, and that plan with what it rests on.

    Where a checker of the task does not build, the job knows it, and has another plan.
    """
    supplied = await toolchains.supplied(plan, provider)
    if supplied.refused:
        job = job.model_copy(update={"task": taught(job.task, UNBUILT, supplied.refused)})
        plan = plan_of(job)
        supplied = await toolchains.supplied(plan, provider)
    return job, plan, supplied.plan


async def supplied(plan: Plan, *, provider: Provider, toolchains: ReadyToolchains | None) -> Plan:
    """A later plan with what its steps rest on."""
    if toolchains is None or plan.toolchain is None:
        return plan
    return (await toolchains.supplied(plan, provider)).plan


class AttemptState:
    """How often one sample was tried, and how it is tried next."""

    def __init__(self, retries: int) -> None:
        """`retries`: how often our own trouble is tried again."""
        self.number = 0
        self.left = retries
        self.doubts = DOUBTS
        """How often an end that may be anybody's doing is not yet believed."""
        self.alone = False
        self.broken = 0
        """How often a sandbox broke after the program had begun."""
        self.reason = ""
        self.cause: Cause | None = None

    def execute(
        self,
        plan: Plan,
        provider: Provider,
        more: Callable[[Execution], Awaitable[tuple[Step, ...]]] = no_more,
        *,
        after: Execution | None = None,
    ) -> Awaitable[Execution]:
        """Carry the plan out as it is this try's turn to be."""
        doubting = self.doubts > 0
        return execute(plan, provider, more, after=after, doubting=doubting, alone=self.alone)

    def failed(self, error: Exception) -> None:
        """Learn from what a try was stopped by."""
        self.reason = f"busy host: {error}" if isinstance(error, ProcessorStarved) else str(error)
        self.cause = cause_of(error)
        if isinstance(error, DoubtfulEnd):
            self.doubts -= 1
            return
        self.left -= 1
        self.broken += isinstance(error, BrokenByError)
        self.alone = self.alone or isinstance(error, MemorySqueezed)


def cause_of(error: Exception) -> Cause:
    """Whose trouble an error is."""
    match error:
        case ProcessorStarved() | DoubtfulEnd() | MemorySqueezed():
            return Cause.HOST
        case TaskError():
            return Cause.TASK
        case ImageError():
            return Cause.IMAGE
        case SandboxError():
            return Cause.SANDBOX
        case _:
            return Cause.ENGINE


async def finished(
    job: Job,
    plan: Plan,
    execution: Execution,
    provider: Provider,
    surveys: TaskSurveys,
    tries: AttemptState,
    supply: Supply,
) -> tuple[Job, Execution]:
    """Learn and run what the grader still wants in the light of the facts."""
    while True:
        wanted = await later(job, execution)
        if wanted.learn:
            job = await surveys.informed(job, provider, wanted.learn, supply)
        elif wanted.steps:
            rest = await supply(plan.model_copy(update={"steps": wanted.steps}))
            execution = await tries.execute(rest, provider, after=execution)
        else:
            return job, execution


def plan_of(job: Job) -> Plan:
    """The plan that the task's grader makes for this job; TaskError where it cannot."""
    try:
        return plugins.load("graders", job.task.kind).plan(job)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise TaskError(f"task '{job.task.id}': {place}: {first['msg']}") from error


def judged(job: Job, plan: Plan, execution: Execution, *, attempts: int = 1) -> Result:
    """The grader's judgement, with what identifies it added."""
    result: Result = plugins.load("graders", job.task.kind).judge(job, execution)
    return completed(result, job, plan, execution, attempts=attempts)


def completed(
    result: Result, job: Job, plan: Plan, execution: Execution, *, attempts: int
) -> Result:
    """A judgement with what identifies it, and with the limit of ours that its sample met."""
    met = ""
    if result.verdict not in {Verdict.PASSED, Verdict.UNGRADED}:
        last = execution.steps[-1] if execution.steps else None
        met = limit_met(result.reason, last, plan.limits)
    return result.model_copy(
        update={
            "reason": result.reason + met,
            "execution": execution,
            "attempts": attempts,
            "extraction": job.sample.extraction,
            "plan_digest": plan.digest,
            "sample_digest": sample_digest(job.sample),
            "known_broken": job.task.known_broken,
            "engine_version": VERSION,
        }
    )


def stopped(
    job: Job, verdict: Verdict, reason: str, attempts: int, *, cause: Cause | None = None
) -> Result:
    """A verdict without facts."""
    return Result(
        task_id=job.sample.task_id,
        index=job.sample.index,
        verdict=verdict,
        reason=reason,
        cause=cause,
        attempts=attempts,
        sample_digest=sample_digest(job.sample),
        known_broken=job.task.known_broken,
        engine_version=VERSION,
    )


async def refused(plan: Plan, provider: Provider, gate: SyntaxGate | None) -> Execution | None:
    """The execution of a plan whose first program does not compile: nothing needs to be forked."""
    return (await screened(plan, provider, gate)).execution


async def screened(plan: Plan, provider: Provider, gate: SyntaxGate | None) -> ScreenedPlan:
    """`plan` with its first program's code in it, or the execution of one that has none."""
    if gate is None or not plan.steps or provider.python != sys.version_info[:2]:
        return ScreenedPlan(plan)
    step = plan.steps[0]
    match step.action:
        case Program(source=source):
            name = step.action.file_name
        case Interview(candidate=source):
            name = step.action.file_name
        case _:
            return ScreenedPlan(plan)
    compiled = await gate.compiled(source, path=f"{WORKING_DIRECTORY}/{name}")
    if compiled.refusal is not None:
        result = StepResult(
            name=step.name,
            ended=StepEnd.EXIT,
            code=1,
            evidence=NOT_RUN,
            completion=compiled.refusal,
        )
        execution = Execution(provider=provider.name, isolation=provider.isolation, steps=(result,))
        return ScreenedPlan(plan, execution)
    action = step.action.model_copy(update={"code": compiled.code})
    first = step.model_copy(update={"action": action})
    return ScreenedPlan(plan.model_copy(update={"steps": (first, *plan.steps[1:])}))
