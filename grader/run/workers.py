"""An evaluation in worker processes: each plans, screens, runs and judges, and writes its lines."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

from grader.core.activity import Activity
from grader.core.job import Job
from grader.core.result import Result, Trust, Verdict
from grader.core.task import Task
from grader.core.workers import spread
from grader.engine.grading import open_grading
from grader.engine.twins import SampleTwins
from grader.errors import UsageError
from grader.executors._facts import ProviderFacts, facts_of
from grader.executors.processes import PoolSetup, WorkerPool, open_pool
from grader.record import line
from grader.record.artifacts import BUDGET_MB, Artifacts
from grader.run import schedule
from grader.run.options import Options

ENTRY = "grader.run.workers:open_worker"
NAME = "processes"


class WorkerSetup(NamedTuple):
    """What a worker has to know."""

    options: Options
    run_id: str
    directory: Path
    budget_mb: int
    """MiB of artifacts that it may write."""


class WorkerLine(NamedTuple):
    """A result as a worker hands it over: plain values, and its line's text is ready."""

    task_id: str
    number: int
    """The sample's index."""
    verdict: Verdict
    reason: str
    trust: Trust
    same_as: int | None
    attempts: int
    sample_digest: str
    text: bytes

    @property
    def result(self) -> Result:
        """Without facts: what an observer is told."""
        return Result.model_construct(
            task_id=self.task_id,
            index=self.number,
            verdict=self.verdict,
            reason=self.reason,
            trust=self.trust,
            same_as=self.same_as,
            attempts=self.attempts,
            sample_digest=self.sample_digest,
        )


def line_of(result: Result) -> WorkerLine:
    """What is handed over of a result."""
    return WorkerLine(
        result.task_id,
        result.index,
        result.verdict,
        result.reason,
        result.trust,
        result.same_as,
        result.attempts,
        result.sample_digest,
        line.text(result),
    )


class PooledGrading(NamedTuple):
    """Open workers; as a `Grading` to whoever only looks at it."""

    pool: WorkerPool
    provider: ProviderFacts
    surveys: None = None
    ahead: int = 0

    def active(self) -> list[Activity]:
        """Workers do not tell what they are at."""
        return []


def is_wanted(options: Options) -> bool:
    """Whether an evaluation is to be done in worker processes."""
    return options.executor == NAME


def refuse_impossible(options: Options, chosen: Mapping[str, Task]) -> None:
    """UsageError for what is done in one process only."""
    why = ""
    if schedule.has_images(chosen):
        why = "tasks with images of their own share containers, which one process lends"
    elif options.adaptive is not None:
        why = "an adaptive evaluation chooses by each result"
    elif options.repeats > 1:
        why = "repeated passes are timed one by one"
    if why:
        raise UsageError(f"worker processes are not for this: {why}; take the executor 'local'")


def setup_for(options: Options, run_id: str, directory: Path) -> tuple[PoolSetup, int]:
    """How workers are made, and how many: one for each processor that is wanted."""
    count, share = spread(options.workers)
    own = options.model_copy(update={"workers": share})
    setup = WorkerSetup(own, run_id, directory, BUDGET_MB // count)
    return PoolSetup(ENTRY, setup, share + 1), count


@asynccontextmanager
async def open_worker(
    setup: WorkerSetup,
) -> AsyncGenerator[tuple[ProviderFacts, Callable[[Job], Awaitable[WorkerLine]]]]:
    """In a worker: an engine, and the attempt that gives lines."""
    options = setup.options
    async with open_grading(options, setup.run_id) as grading:
        graded = grading.grading(options, SampleTwins())
        artifacts = Artifacts(setup.directory, budget_mb=setup.budget_mb)

        async def attempt(job: Job) -> WorkerLine:
            return line_of(artifacts.slim(await graded(job)))

        yield facts_of(grading.provider), attempt


@asynccontextmanager
async def open_pooled(
    options: Options, run_id: str, directory: Path, *, accept: Callable[[Any], None]
) -> AsyncGenerator[PooledGrading]:
    """Open the workers; raises what their opening raises. `accept`: see `open_grading`."""
    made, count = setup_for(options, run_id, directory)
    async with open_pool(made, processes=count) as pool:
        accept(pool.facts)
        yield PooledGrading(pool, pool.facts)
