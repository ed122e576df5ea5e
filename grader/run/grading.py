"""The open engine: a provider that has shown what it can tell apart, and the attempt on top."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import NamedTuple

from grader import plugins
from grader.benchmarks._extract import Mode, candidates, fenced
from grader.core.job import Job
from grader.core.result import Result
from grader.engine.attempt import attempt, plan_of, refused
from grader.engine.canary import prove
from grader.engine.syntax import Gate, open_gate
from grader.errors import TaskError
from grader.executors.base import Attempt
from grader.run.options import Options
from grader.run.twins import Twins
from grader.sandboxes.base import Provider, Settings


class Engine(NamedTuple):
    """What attempts need; open as long as its context."""

    provider: Provider
    gate: Gate
    retries: int
    trust: str = "auto"

    async def attempt(self, job: Job) -> Result:
        """One sample from plan to result."""
        if self.trust != job.trust:
            job = job.model_copy(update={"trust": self.trust})
        return await attempt(job, self.provider, retries=self.retries, gate=self.gate)

    def grading(self, options: Options, twins: Twins) -> Attempt:
        """Extraction as asked for, identical samples once, then `attempt`."""

        async def graded(job: Job) -> Result:
            if options.extract is not Mode.NONE and not job.sample.defect:
                job = await self.extracted(job, options.extract)
            return await twins.once(job, self.attempt)

        return graded

    async def extracted(self, job: Job, mode: Mode) -> Job:
        """`job` with the code taken out of the model's answer; as it is where none is found."""
        if mode is Mode.FENCE:
            return job.model_copy(update={"sample": fenced(job.task, job.sample)})
        if await self.accepts(job):
            return job
        for other in candidates(job.task, job.sample):
            candidate = job.model_copy(update={"sample": other})
            if await self.accepts(candidate):
                return candidate
        return job

    async def accepts(self, job: Job) -> bool:
        """Whether the job's program compiles, or nobody can say; TaskError is left to `attempt`."""
        try:
            return await refused(plan_of(job), self.provider, self.gate) is None
        except TaskError:
            return True


@asynccontextmanager
async def open_engine(
    options: Options, run_id: str, *, accept: Callable[[Provider], None] = lambda _: None
) -> AsyncGenerator[Engine]:
    """Open the sandbox and the compile gate; SandboxError before any sample is touched.

    `accept` sees the provider before its canaries run and may refuse by raising.
    """
    member = plugins.load("sandboxes", options.sandbox)
    settings = Settings(
        run_id=run_id,
        workers=options.workers,
        fresh=options.fresh,
        allow_weak=options.allow_weak,
    )
    async with AsyncExitStack() as stack:
        provider: Provider = await stack.enter_async_context(member.open_provider(settings))
        accept(provider)
        if not getattr(member, "RUNS_NOTHING", False):
            await prove(provider)
        gate = await stack.enter_async_context(open_gate())
        yield Engine(provider, gate, options.retries, options.trust)
