"""What an open engine does in its own loop: jobs and programs with their deadlines and places."""

from collections.abc import AsyncGenerator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import NamedTuple

import anyio

from grader.core.activity import Activity, ActivityBoard
from grader.core.execution import StepResult
from grader.core.job import Job, sample_digest
from grader.core.limits import Limits
from grader.core.plan import Plan, Step
from grader.core.result import Cause, Result, Verdict
from grader.core.task import Image
from grader.engine.disturbance import ProcessorStarved
from grader.engine.drive import execute, refuse
from grader.engine.grading import Grading, open_grading
from grader.engine.identity import job_identity
from grader.engine.options import EngineOptions
from grader.engine.run_id import new_run_id
from grader.engine.service.asked import TimedJob
from grader.engine.twins import SampleTwins
from grader.errors import (
    BusyHostError,
    DeadlineError,
    ProviderError,
    SandboxError,
    UsageError,
)
from grader.sandboxes.base import KeepsFiles, Sandbox, has_images
from grader.version import VERSION

NAME = "engine"
"""How the things that an engine makes on this machine are labelled."""


class TimedProgram(NamedTuple):
    """A program to run and when it must be over."""

    plan: Plan
    deadline_s: float
    ends_at: float


class LentSandbox(NamedTuple):
    """A sandbox that a session has."""

    sandbox: Sandbox
    turn: anyio.Lock
    """One step at a time."""
    ended: anyio.Event
    image: str


class JobDesk:
    """Takes jobs in; all its calls come from the loop that it was made in."""

    def __init__(self, grading: Grading, options: EngineOptions) -> None:
        """`grading`: open as long as this is used."""
        self.grading = grading
        self._sandbox = options.sandbox
        self._retries = options.retries
        self._attempt = grading.extracting(options.extract)
        self._twins = SampleTwins(identity=job_identity)
        self._board = grading.board or ActivityBoard()
        self._places = anyio.Semaphore(options.workers + grading.ahead, fast_acquire=True)
        self._turns = grading.turns or anyio.Semaphore(options.workers)

    async def grade(self, timed: TimedJob) -> Result:
        """A job's result; UNGRADED where its deadline came first."""
        phase: list[str] = []
        with anyio.CancelScope(deadline=timed.ends_at):
            return await self._twins.once(timed.job, partial(self._placed, phase=phase))
        return late(timed, phase[-1] if phase else "")

    async def _placed(self, job: Job, *, phase: list[str]) -> Result:
        """Attempt a job when there is a place; `phase` is told where it was if it is cancelled."""
        async with self._places:
            with self._board.working(job.sample.task_id, job.sample.index) as activity:
                try:
                    return await self._attempt(job)
                finally:
                    phase.append(activity.phase)

    async def run(self, timed: TimedProgram) -> StepResult:
        """One step's facts. Raises DeadlineError, BusyHostError or what the sandbox raises."""
        with anyio.CancelScope(deadline=timed.ends_at):
            plan = await self._equipped(timed.plan)
            async with self._turns:
                return await self._executed(plan)
        raise DeadlineError(f"not over within {timed.deadline_s:g} s of its arrival")

    async def _equipped(self, plan: Plan) -> Plan:
        """The plan with its toolchain proven; ImageError where that is not here."""
        toolchains = self.grading.toolchains
        if plan.toolchain is None or toolchains is None:
            return plan
        return (await toolchains.supplied(plan, self.grading.provider)).plan

    async def _executed(self, plan: Plan) -> StepResult:
        for left in reversed(range(self._retries + 1)):
            try:
                return (await execute(plan, self.grading.provider)).steps[-1]
            except ProcessorStarved as starved:
                if not left:
                    raise BusyHostError(f"busy host: {starved}") from starved
            except ProviderError:
                raise
            except SandboxError:
                if not left:
                    raise
        raise AssertionError  # the last try returns or raises

    async def hold(self, limits: Limits, image: str, lent: "Future[LentSandbox]") -> None:
        """Lend a sandbox for a session until it is given back; raises why none can be lent."""
        async with self._session(limits, image) as sandbox:
            session = LentSandbox(sandbox, anyio.Lock(), anyio.Event(), image)
            if lent.set_running_or_notify_cancel():
                lent.set_result(session)
                await session.ended.wait()
            async with session.turn:
                pass  # what still runs comes to its end

    async def give_back(self, session: "LentSandbox") -> None:
        """End a session; a step that still runs is waited for."""
        session.ended.set()

    async def run_in(self, session: "LentSandbox", timed: TimedProgram) -> StepResult:
        """One step's facts in a session; raises as `run`, but is not tried again."""
        step = timed.plan.steps[0]
        with anyio.CancelScope(deadline=timed.ends_at):
            async with session.turn, self._turns:
                if session.ended.is_set():
                    raise UsageError("the session is over")
                result = await session.sandbox.run(step, timed.plan.limits)
                try:
                    refuse(result, doubting=False)
                except ProcessorStarved as starved:
                    raise BusyHostError(f"busy host: {starved}") from starved
                return result
        raise DeadlineError(f"not over within {timed.deadline_s:g} s of its arrival")

    def _session(self, limits: Limits, image: str) -> AbstractAsyncContextManager[Sandbox]:
        provider = self.grading.provider
        if image and not has_images(self._sandbox):
            raise UsageError(f"image: the sandbox '{provider.name}' has none; leave it out")
        if image:
            return provider.sandbox(Plan(image=Image(name=image), limits=limits, steps=()))
        if not isinstance(provider, KeepsFiles):
            raise UsageError(
                f"image: the sandbox '{provider.name}' keeps files only in an image's container;"
                " name one"
            )
        return provider.session(limits)

    async def active(self) -> list[Activity]:
        """What is being worked on."""
        return self._board.now()


def late(timed: TimedJob, phase: str) -> Result:
    """The result of a job whose deadline came: what its program would have done is not known."""
    sample = timed.job.sample
    began = phase not in {"", "queue"}
    what = "was not over" if began else "could not begin"
    return Result(
        task_id=sample.task_id,
        index=sample.index,
        verdict=Verdict.UNGRADED,
        cause=Cause.DEADLINE,
        reason=f"deadline: it {what} within {timed.deadline_s:g} s of its arrival",
        attempts=int(began),
        sample_digest=sample_digest(sample),
        known_broken=timed.job.task.known_broken,
        engine_version=VERSION,
    )


def planned(step: Step) -> Plan:
    """A step as a plan of its own."""
    assert step.limits is not None  # noqa: S101  whoever asks says how much it may use
    return Plan(image=Image(), limits=step.limits, steps=(step,))


@asynccontextmanager
async def open_desk(options: EngineOptions) -> AsyncGenerator[JobDesk]:
    """A desk over a sandbox that has shown what it tells apart; SandboxError where none can be."""
    async with open_grading(options, new_run_id(NAME), apart=True) as grading:
        yield JobDesk(grading, options)
