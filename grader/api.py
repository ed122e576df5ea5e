"""The engine as a library: `evaluate`, `aevaluate` and `stream`.

    import grader

    report = grader.evaluate("humaneval", "samples.jsonl", workers=4)
    print(report.metrics[0].value)

All three raise UsageError for what the caller can mend, SandboxError where no sandbox can be
trusted on this machine, and InfraError for our own trouble; a bad sample is a verdict, never an
exception.
"""

import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Literal, TypedDict, Unpack, cast

import anyio
from anyio import to_thread
from anyio.from_thread import start_blocking_portal
from anyio.lowlevel import current_token
from pydantic import ValidationError

from grader import plugins
from grader.core.report import Report
from grader.core.result import Result
from grader.core.workers import processors
from grader.engine import dataset
from grader.engine.grading import open_grading
from grader.engine.run_id import new_run_id
from grader.engine.twins import REMEMBERED, SampleTwins
from grader.errors import UsageError
from grader.executors.base import Executor
from grader.record.ledger import Ledger
from grader.run import evaluate as runs
from grader.run import intake
from grader.run.intake import Samples
from grader.run.options import Options, RunObserver

CALLER = "<caller>"
"""What a manifest calls samples that no file holds."""


class EvaluateOptions(TypedDict, total=False):
    """Keyword arguments of `stream`, and of the other two; all may be left out."""

    data: str | os.PathLike[str] | None
    """The benchmark's data; default: the cached ones, downloaded where there are none."""
    workers: int
    """Attempts at one time; default: the processors that this process may use."""
    limit: int | None
    """Only the first tasks, of those that `tasks` selects."""
    tasks: tuple[str, ...]
    """Globs over task ids; default: all."""
    languages: tuple[str, ...]
    """Only tasks in these programming languages; default: all."""
    timeout_s: float | None
    """CPU seconds per sample; default: the task's own."""
    memory_mb: int | None
    """MiB per sample; default: the task's own."""
    pids: int | None
    """Processes and threads per sample; default: the task's own."""
    skip_unknown: bool
    """Leave out samples whose id is no task's; default False: UsageError."""
    rule: Literal["v5", "v4"]
    """By which version of the SWE-bench harness repositories are judged; default: `v5`."""
    extract: str
    """How code is taken out of a model's answer; default `auto`: only where the
    plain program does not compile."""
    packages: tuple[str, ...]
    """Distributions of this Python that samples may import, with all that they need; default: numpy
    alone."""
    trust: str
    sandbox: str
    """Name of the sandbox; default `local`."""
    fresh: str
    """`slot` (default) or `task`: new namespaces for every sample."""
    retries: int
    """How often our own trouble is tried again; default 2."""
    allow_weak: bool
    """Accept an isolation below the floor; default False."""


class RunChoices(EvaluateOptions, total=False):
    """Keyword arguments of `evaluate` and `aevaluate`."""

    out: str | os.PathLike[str] | None
    """Run directory; default `runs/<run id>`."""
    k: tuple[int, ...]
    """The k of pass@k; default 1, 10, 100."""
    executor: str
    """`local` (default): in this process; `processes`: an engine in a process of its own for each
    processor; `http`: on machines that serve as workers; `ray`: on the nodes of a Ray cluster."""
    worker_urls: tuple[str, ...]
    """Of `http`: where `grader serve --worker` listens."""
    worker_token: str
    """What these machines want to hear; default: the environment's GRADER_WORKER_TOKEN."""
    resume: bool
    """Go on with the run in `out`, or with the newest one of the same samples."""
    observe: RunObserver | None
    """Is told of every result as it comes."""


def evaluate(
    benchmark: str, samples: str | os.PathLike[str] | Samples, **choices: Unpack[RunChoices]
) -> Report:
    """Grade `samples` on `benchmark`, keep the run on disk and report.

    `samples`: a path, `-` for standard input, or samples themselves: `Sample`s or rows like
    `{"task_id": …, "completion": …}`. Works inside a running event loop too (a notebook), where it
    holds that loop up; `aevaluate` does not. Raises as the module says.
    """
    call = partial(aevaluate, benchmark, samples, **choices)
    if not in_event_loop():
        return anyio.run(call)
    with start_blocking_portal() as portal:
        future = portal.start_task_soon(call)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise


async def aevaluate(
    benchmark: str, samples: str | os.PathLike[str] | Samples, **choices: Unpack[RunChoices]
) -> Report:
    """`evaluate` for asynchronous callers; cancelling it keeps what was graded."""
    observe = choices.pop("observe", None)
    if isinstance(samples, str | os.PathLike):
        return await runs.evaluate(options(benchmark, os.fspath(samples), choices), observe=observe)
    return await runs.evaluate(
        options(benchmark, CALLER, choices), observe=observe, samples=samples
    )


@asynccontextmanager
async def stream(
    benchmark: str, samples: Samples, **choices: Unpack[EvaluateOptions]
) -> AsyncGenerator[AsyncIterator[Result]]:
    """Grade samples as they come and hand out results as they come, in no fixed order.

    Nothing is kept on disk. Samples are pulled only as fast as results are taken. Leaving the
    context early cancels what is still running. Raises as the module says.

        async with grader.stream("humaneval", samples) as results:
            async for result in results:
                print(result.task_id, result.verdict)
    """
    wanted = options(benchmark, CALLER, choices)
    data = await to_thread.run_sync(dataset.load, wanted.benchmark, wanted.data)
    chosen = dataset.with_limits(
        dataset.select(data.tasks, wanted.tasks, limit=wanted.limit),
        timeout_s=wanted.timeout_s,
        memory_mb=wanted.memory_mb,
        pids=wanted.pids,
        rule=wanted.rule,
    )
    source = intake.source_of(CALLER, samples)
    jobs = intake.jobs(source, data, chosen, done=Ledger(), skip_unknown=wanted.skip_unknown)
    executor = cast("Executor", plugins.load("executors", wanted.executor))
    run_id = new_run_id(data.benchmark.name)
    async with open_grading(wanted, run_id) as engine:
        attempt = engine.grading(wanted, SampleTwins(recent=REMEMBERED))
        going = wanted.workers + engine.ahead
        async with executor.running(jobs, attempt, workers=going) as results:
            yield results


def options(benchmark: str, samples: str, choices: RunChoices | EvaluateOptions) -> Options:
    """The engine's options; UsageError where a keyword's value is not of its kind."""
    values: dict[str, Any] = {"workers": processors(), **choices}
    try:
        return Options(benchmark=benchmark, samples=samples, **values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{name}={first['input']!r}: {first['msg']}") from error


def in_event_loop() -> bool:
    """Whether an event loop runs in this thread."""
    try:
        current_token()
    except RuntimeError:
        return False
    return True
