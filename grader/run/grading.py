"""The open engine: a provider that has shown what it can tell apart, and the attempt on top."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import NamedTuple

from grader import plugins
from grader.core.job import Job
from grader.core.result import Result
from grader.engine.attempt import attempt
from grader.engine.canary import check
from grader.engine.syntax import Gate, open_gate
from grader.executors.base import Attempt
from grader.run.options import Options
from grader.run.twins import Twins
from grader.sandboxes.base import Provider, Settings


class Engine(NamedTuple):
    """What attempts need; open as long as its context."""

    provider: Provider
    gate: Gate
    retries: int

    async def attempt(self, job: Job) -> Result:
        """One sample from plan to result."""
        return await attempt(job, self.provider, retries=self.retries, gate=self.gate)

    def grading(self, options: Options, twins: Twins) -> Attempt:
        """Extraction as asked for, identical samples once, then `attempt`."""

        async def graded(job: Job) -> Result:
            ready = job if options.extract == "none" else await self.extracted(job, options.extract)
            return await twins.once(ready, self.attempt)

        return graded

    async def extracted(self, job: Job, rule: str) -> Job:
        """`job` with the code taken out of the model's answer."""
        raise NotImplementedError(rule)


@asynccontextmanager
async def open_engine(
    options: Options, run_id: str, *, accept: Callable[[Provider], None]
) -> AsyncIterator[Engine]:
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
            await check(provider)
        gate = await stack.enter_async_context(open_gate())
        yield Engine(provider, gate, options.retries)
