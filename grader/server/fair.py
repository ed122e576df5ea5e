"""The engine as one request sees it: with turns, joined jobs, ceilings, and its own arrival."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple, Self, Unpack

from grader.benchmarks._samples import without_surrogates
from grader.core.execution import StepResult
from grader.core.job import Job
from grader.core.limits import Limits
from grader.core.record import digest
from grader.core.result import Result
from grader.core.task import Task
from grader.dialects.base import LastingSandbox, WorkingEngine, with_lone_surrogates
from grader.engine.arguments import limits_of
from grader.engine.grading import REPOSITORY
from grader.engine.identity import job_identity
from grader.engine.options import EngineOptions
from grader.engine.service.asked import JobChoices, Solution, seconds, timed_job
from grader.engine.service.script import ProgramChoices, timed_program
from grader.engine.service.tasks import benchmark_task
from grader.errors import DeadlineError, UsageError
from grader.server.joined import JoinedJobs
from grader.server.turns import FairTurns


class SharedBackend(NamedTuple):
    """What all requests share."""

    engine: WorkingEngine
    options: EngineOptions
    data: Mapping[str, Path]
    """Benchmark → its data, where they are not the usual ones."""
    ceiling: Limits
    turns: FairTurns
    joined: JoinedJobs
    observe: Callable[[Job, Result], None]
    """Is told of each result that a client gets."""


class FairBackend:
    """A `Backend` for one request of one client."""

    def __init__(self, shared: SharedBackend, client: str, arrived: float, key: str = "") -> None:
        """`arrived`: of its first byte, on the monotonic clock. `key`: what else tells it apart."""
        self._shared = shared
        self.client = client
        self._arrived = arrived
        self._key = key

    async def grade(self, task: Task, solution: Solution, **choices: Unpack[JobChoices]) -> Result:
        """As `Engine.grade`, but DeadlineError where the deadline comes first."""
        deadline_s = seconds(choices.get("deadline_s"))
        wanted: JobChoices = {**choices, "deadline_s": None}
        job = as_sent(timed_job(task, solution, wanted, self._shared.options).job)
        if job.task.kind != REPOSITORY or choices.get("limits") is not None:
            refuse_above(job.task.limits, self._shared.ceiling)
        identity = job_identity(job)
        if self._key:
            identity = digest(identity.encode(), self._key.encode(errors="surrogateescape"))
        call = partial(
            self._shared.engine.grade, job.task, job.sample, trust=job.trust, reading=job.reading
        )
        async with self._until(deadline_s):
            result = await self._shared.joined.result(identity, self.client, call)
        if result.task_id != job.task.id:
            result = result.model_copy(update={"task_id": job.task.id})
        self._shared.observe(job, result)
        return result

    async def run(self, program: str | list[str], **choices: Unpack[ProgramChoices]) -> StepResult:
        """As `Engine.run`."""
        refuse_above(limits_of(choices.get("limits"), Limits()), self._shared.ceiling)
        deadline_s = seconds(choices.get("deadline_s"))
        wanted: ProgramChoices = {**choices, "deadline_s": None}
        timed_program(program, wanted)  # what is wrong with it waits for no turn
        async with self._until(deadline_s), self._shared.turns.turn(self.client):
            return await self._shared.engine.run(program, **wanted)

    def session(
        self, *, limits: Limits | Mapping[str, object] | None = None, image: str = ""
    ) -> "FairSession":
        """As `Engine.session`; each step waits for a turn."""
        refuse_above(limits_of(limits, Limits()), self._shared.ceiling)
        inner = self._shared.engine.session(limits=limits, image=image)
        return FairSession(inner, self._shared, self.client)

    def task(self, benchmark: str, task_id: str) -> Task:
        """As `Engine.task`."""
        return benchmark_task(benchmark, task_id, self._shared.data.get(benchmark))

    def _until(self, deadline_s: float) -> AbstractAsyncContextManager[None]:
        return until(self._arrived + deadline_s, deadline_s)


class FairSession:
    """A session whose steps wait for turns of its client's."""

    def __init__(self, inner: LastingSandbox, shared: SharedBackend, client: str) -> None:
        """Use `FairBackend.session`."""
        self._inner = inner
        self._shared = shared
        self._client = client

    async def __aenter__(self) -> Self:
        await self._inner.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._inner.__aexit__(None, None, None)

    async def run(self, program: str | list[str], **choices: Unpack[ProgramChoices]) -> StepResult:
        """As `Session.run`."""
        if choices.get("limits") is not None:
            refuse_above(limits_of(choices.get("limits"), Limits()), self._shared.ceiling)
        deadline_s = seconds(choices.get("deadline_s"))
        wanted: ProgramChoices = {**choices, "deadline_s": None}
        ends_at = time.monotonic() + deadline_s
        async with until(ends_at, deadline_s), self._shared.turns.turn(self._client):
            return await self._inner.run(program, **wanted)

    async def write(self, path: str, data: str | bytes) -> None:
        """As `Session.write`."""
        async with self._shared.turns.turn(self._client):
            await self._inner.write(path, data)

    async def read(self, path: str) -> bytes:
        """As `Session.read`."""
        async with self._shared.turns.turn(self._client):
            return await self._inner.read(path)


@asynccontextmanager
async def until(ends_at: float, deadline_s: float) -> AsyncGenerator[None]:
    """Raise DeadlineError where it is not over by then (on the monotonic clock)."""
    if deadline_s == float("inf"):
        yield
        return
    scope = asyncio.timeout(ends_at - time.monotonic())
    try:
        async with scope:
            yield
    except TimeoutError:
        if scope.expired():
            raise DeadlineError(f"not over within {deadline_s:g} s of its arrival") from None
        raise


def as_sent(job: Job) -> Job:
    """The job with its text's lone surrogates, which are a defect of the sample."""
    body, defect = without_surrogates(with_lone_surrogates(job.sample.body))
    if not defect:
        return job
    sample = job.sample.model_copy(update={"body": body, "defect": defect})
    return job.model_copy(update={"sample": sample})


def refuse_above(limits: Limits, ceiling: Limits) -> None:
    """UsageError for what this server gives nobody."""
    for name in Limits.model_fields:
        asked, most = getattr(limits, name), getattr(ceiling, name)
        if name == "network":
            if asked and not most:
                raise UsageError("limits.network: this server gives no program the network")
        elif asked > most:
            raise UsageError(f"limits.{name}: {asked:g} is more than the {most:g} of this server")
