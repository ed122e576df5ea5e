"""Run graded samples again, their tasks' references in between: what flickers, and how fast is it.

Nothing here changes a verdict of the run. Each pass is a file of timings beside the journal, which
appears whole when the pass is over; `--resume` goes on with the passes that are missing.
"""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import cast

from anyio import to_thread
from pydantic import ValidationError

from grader import plugins
from grader.core.job import Job
from grader.core.record import Record
from grader.core.result import Result, Verdict
from grader.core.sample import Sample
from grader.core.task import Task
from grader.engine import dataset
from grader.engine.grading import Grading, open_grading
from grader.engine.twins import REMEMBERED, SampleTwins
from grader.errors import UsageError
from grader.executors.base import Executor
from grader.record import directory, journal, received
from grader.record.directory import REPEATS
from grader.record.ledger import Ledger
from grader.run import intake, schedule
from grader.run.options import Options, RunObserver, SilentObserver

REFERENCE_INDEX = 1 << 62
"""Above any sample's: it tells a reference's job from the others while a pass goes on."""


class RepeatTiming(Record):
    """One execution of one pass."""

    task_id: str
    index: int | None
    """None for the task's reference."""
    verdict: Verdict
    wall_s: float
    cpu_s: float
    limit_s: float = 0.0
    """The task's limit of CPU seconds; 0 where nobody noted it."""


async def repeat(options: Options, place: Path, *, observe: RunObserver | None = None) -> None:
    """Make the passes 2 to `options.repeats` that are still missing; raises as `evaluate` does."""
    observer = observe or SilentObserver()
    data = await to_thread.run_sync(
        dataset.load, options.benchmark, options.data, options.languages, options.key
    )
    graded = {entry.task_id for entry in journal.scan(place / journal.NAME)}
    chosen = dataset.with_limits(
        {name: task for name, task in data.tasks.items() if name in graded},
        timeout_s=options.timeout_s,
        memory_mb=options.memory_mb,
        pids=options.pids,
    )
    source = await to_thread.run_sync(intake.source_for, data, options.samples, None)
    intake.refuse_stream(source)
    missing = [
        number
        for number in range(2, options.repeats + 1)
        if not (place / REPEATS / f"{number}.jsonl").exists()
    ]
    if not missing:
        return
    with directory.locked(place):
        async with open_grading(
            options.model_copy(update={"sealed": data.reference.sealed}),
            f"{place.name}-repeat",
            programs=not schedule.all_have_images(chosen),
        ) as engine:
            for number in missing:
                observer.note(f"pass {number} of {options.repeats}")
                jobs = interleaved(intake.jobs(source, data, chosen, done=Ledger()))
                limits = {task.id: task.limits.cpu_s for task in chosen.values()}
                timings = [
                    timing.model_copy(update={"limit_s": limits[timing.task_id]})
                    for timing in await one_pass(jobs, engine, options)
                ]
                await to_thread.run_sync(write, place / REPEATS / f"{number}.jsonl", timings)


async def interleaved(jobs: AsyncIterator[Job]) -> AsyncIterator[Job]:
    """Put each task's reference right before its samples."""
    last: Task | None = None
    async for job in jobs:
        if job.task is not last:
            last = job.task
            sample: Sample | None = plugins.load("graders", last.kind).reference(last)
            if sample is not None:
                again = sample.model_copy(update={"index": REFERENCE_INDEX})
                yield Job(task=last, sample=again)
        yield job


async def one_pass(
    jobs: AsyncIterator[Job], engine: Grading, options: Options
) -> list[RepeatTiming]:
    """Run all jobs once; identical samples share a run here too."""
    executor = cast("Executor", plugins.load("executors", options.executor))
    attempt = engine.grading(options, SampleTwins(recent=REMEMBERED))
    timings: list[RepeatTiming] = []
    async with executor.running(jobs, attempt, workers=options.workers) as results:
        async for result in results:
            timings.extend(timing_of(result))
    return timings


def timing_of(result: Result) -> Iterator[RepeatTiming]:
    """What a pass keeps of a result: nothing where it stayed ungraded or did not run itself."""
    if result.execution is None or result.verdict is Verdict.UNGRADED:
        return
    steps = result.execution.steps
    yield RepeatTiming(
        task_id=result.task_id,
        index=None if result.index == REFERENCE_INDEX else result.index,
        verdict=result.verdict,
        wall_s=sum(step.wall_s for step in steps),
        cpu_s=sum(step.cpu_s for step in steps),
    )


def write(path: Path, timings: list[RepeatTiming]) -> None:
    """Write a pass: it appears whole or not at all; JournalError where the disk refuses."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        received.folder(path.parent)
        text = "".join(timing.model_dump_json() + "\n" for timing in timings)
        with received.fresh(temporary) as file:
            file.write(text.encode())
        temporary.replace(path)
    except OSError as error:
        raise journal.trouble(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def read(place: Path) -> list[list[RepeatTiming]]:
    """All passes of a run; UsageError names a damaged line."""
    return [list(_timings(path)) for path in received.members(place / REPEATS, "*.jsonl")]


def _timings(path: Path) -> Iterator[RepeatTiming]:
    for number, line in enumerate(received.data(path).splitlines(), 1):
        try:
            timing = RepeatTiming.model_validate_json(line)
        except ValidationError:
            timing = None
        if timing is None or received.implausible(timing) or min(timing.wall_s, timing.cpu_s) < 0:
            raise UsageError(f"{path}:{number}: damaged; remove the file and repeat with --resume")
        yield timing
