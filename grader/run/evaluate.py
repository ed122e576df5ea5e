"""One evaluation from options to report: the story of a run."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from anyio import get_cancelled_exc_class, move_on_after, to_thread

from grader.core.activity import Activity
from grader.core.job import Attempt, Job
from grader.core.manifest import Manifest
from grader.core.report import Report
from grader.core.result import Result, Verdict
from grader.core.task import Task
from grader.engine import dataset
from grader.engine.grading import Grading, fallen, open_grading, refuse
from grader.engine.loaded import LoadedDataset
from grader.engine.twins import SampleTwins
from grader.errors import ProviderError, UsageError
from grader.executors import local
from grader.record import directory, journal, received, seal
from grader.record.journal import Journal
from grader.record.ledger import Ledger, mark
from grader.run import adaptive, intake, machines, price, report, schedule, workers
from grader.run.agenda import WINDOW, JobAgenda
from grader.run.durations import TaskDurations
from grader.run.energy import EnergyMeter, MeteredObserver
from grader.run.intake import Samples, SamplesSource
from grader.run.machines import RemoteGrading
from grader.run.options import Options, RunObserver, SilentObserver, resume_command
from grader.run.place import RunPlace, manifest_for, place_of, start_run
from grader.run.pooled import keep_lines
from grader.run.workers import PooledGrading
from grader.sandboxes.base import Provider
from grader.stats.cost import EnergyUse, plus

Engine = Grading | PooledGrading | RemoteGrading
"""What an evaluation grades with."""


class JournalState(NamedTuple):
    """What the journal holds already."""

    done: Ledger
    """Graded keys; ungraded ones are tried again."""
    twins: SampleTwins


async def evaluate(
    options: Options, *, observe: RunObserver | None = None, samples: Samples | None = None
) -> Report:
    """Grade samples, journal every result, and report.

    `samples` replaces the file that `options.samples` names. Raises UsageError for what the caller
    can mend, SandboxError where no sandbox can be trusted here or can be made any more,
    JournalError where the disk fails.
    Results that were committed survive all of these, a cancellation and a kill.
    """
    meter = EnergyMeter()
    observer = MeteredObserver(observe or SilentObserver(), meter)
    data = await to_thread.run_sync(
        dataset.load, options.benchmark, options.data, options.languages, options.key
    )
    chosen = chosen_of(data, options)
    refuse(options, chosen)
    refuse_elsewhere(options, chosen, is_sealed=data.reference.sealed)
    source = await to_thread.run_sync(intake.source_for, data, options.samples, samples)
    surveyed = await to_thread.run_sync(looked_at, source, data, chosen, options)
    place = place_of(options, data, source)
    with directory.locked(place.path, create=place.stored is None):
        frozen: list[Manifest] = []

        def accept(provider: Provider) -> None:
            frozen.append(
                manifest_for(
                    options, place, data=data, chosen=chosen, source=source, provider=provider
                )
            )

        began = time.monotonic()
        kept = options.cache and schedule.has_images(chosen)
        own = options.model_copy(update={"cache": kept, "sealed": data.reference.sealed})
        opened = opened_for(own, place, chosen, accept, idle=surveyed.idle, note=observer.note)
        async with opened as engine:
            stored = place.stored or frozen[0]
            if place.stored is None:
                start_run(place.path, stored, options)
            before = reopened(place.path)
            held = held_by(place.path / journal.NAME)
            tell_start(observer, stored, surveyed, done=held.done.count)
            tell(observer, fallen(engine.provider), price.foretold(options, chosen))
            asked = partial(intake.jobs, shard=options.shard, skip_unknown=options.skip_unknown)
            jobs = asked(source, data, chosen, done=held.done)
            ahead = await to_thread.run_sync(ahead_of, chosen, data, place, source)
            book = partial(
                grade, engine=engine, options=options, place=place, held=held, ahead=ahead
            )
            await grade_all(jobs, options, place=place, observer=observer, grade_some=book)
            tell(observer, price.surveyed(engine.surveys))
        wall_s = before.wall_s + time.monotonic() - began
        energy = plus(before.energy, meter.taken())
        made = await to_thread.run_sync(
            partial(conclude, place, stored, chosen, options=options, wall_s=wall_s, energy=energy)
        )
    observer.finished(made)
    return made


def refuse_elsewhere(options: Options, chosen: Mapping[str, Task], *, is_sealed: bool) -> None:
    """UsageError for what cannot be done where it is wanted."""
    if is_sealed and machines.is_wanted(options):
        raise UsageError(
            "sealed tests do not leave this machine; take --executor local or processes"
        )
    if workers.is_wanted(options):
        workers.refuse_impossible(options, chosen)
    if machines.is_wanted(options):
        machines.refuse_impossible(options)


def opened_for(
    options: Options,
    place: RunPlace,
    chosen: Mapping[str, Task],
    accept: Callable[[Provider], None],
    *,
    idle: bool,
    note: Callable[[str], None],
) -> AbstractAsyncContextManager[Engine]:
    """What grades: here, in workers, on machines; `idle`: no sample has anything to run."""
    if machines.is_wanted(options) and not idle:
        return machines.open_remote(
            options, place.run_id, place.path, chosen, accept=accept, note=note
        )
    if workers.is_wanted(options) and not idle:
        return workers.open_pooled(options, place.run_id, place.path, accept=accept)
    programs = not schedule.all_have_images(chosen)
    return open_grading(options, place.run_id, accept=accept, programs=programs, idle=idle)


def looked_at(
    source: SamplesSource, data: LoadedDataset, chosen: Mapping[str, Task], options: Options
) -> intake.SampleCensus:
    """What the samples are; UsageError where they cannot be graded as the options ask."""
    if options.adaptive or options.repeats > 1:
        intake.refuse_stream(source)
    if options.shard:
        refuse_whole(options)
        intake.refuse_unshared(source)
    return intake.survey(
        source, data, chosen, shard=options.shard, skip_unknown=options.skip_unknown
    )


def refuse_whole(options: Options) -> None:
    """UsageError for what rests on all samples at once, where only a part of them is graded."""
    for name, is_asked in (("--adaptive", options.adaptive), ("--repeat", options.repeats > 1)):
        if is_asked:
            raise UsageError(f"--shard and {name} do not go together; leave out one of them")


def chosen_of(data: LoadedDataset, options: Options) -> dict[str, Task]:
    """The tasks that are asked for, within the limits that are."""
    return dataset.with_limits(
        dataset.select(data.tasks, options.tasks, limit=options.limit),
        timeout_s=options.timeout_s,
        memory_mb=options.memory_mb,
        pids=options.pids,
        rule=options.rule,
    )


def conclude(
    place: RunPlace,
    stored: Manifest,
    chosen: Mapping[str, Task],
    *,
    options: Options,
    wall_s: float,
    energy: EnergyUse,
) -> Report:
    """Write the report of a complete run and seal it; JournalError where the disk refuses."""
    path = place.path
    made = report.tally(
        path,
        stored,
        scope=report.scope_of_tasks(chosen),
        k=options.k,
        wall_s=wall_s,
        complete=True,
        energy=energy,
    )
    try:
        report.write(path, made)
        seal.write(path)
    except OSError as error:
        resume = resume_command(options, path)
        raise journal.trouble(path / report.NAME, error, resume=resume) from error
    return made


class EarlierTotals(NamedTuple):
    """What an earlier end of the run had counted."""

    wall_s: float = 0.0
    energy: EnergyUse = EnergyUse(0.0, "")


def reopened(path: Path) -> EarlierTotals:
    """Take the report of an earlier end away; return what it counted."""
    last = report.written(path)
    if received.is_there(path / seal.NAME):
        (path / seal.NAME).unlink()
    (path / report.NAME).unlink(missing_ok=True)
    if last is None:
        return EarlierTotals()
    return EarlierTotals(last.wall_s, EnergyUse(last.cost.energy_j, last.cost.energy_why))


def held_by(file: Path) -> JournalState:
    """Read what a journal holds; UsageError where it is damaged."""
    held = JournalState(Ledger(), SampleTwins(lambda offset: journal.at(file, offset)))
    for entry in journal.scan(file):
        graded = entry.verdict != Verdict.UNGRADED
        number = mark(entry.sample_digest) if graded else 0
        held.done.put(entry.task_id, entry.index, value=number)
        if graded and entry.same_as is None:
            held.twins.placed(entry.sample_digest, entry.offset)
    return held


def tell_start(
    observer: RunObserver, stored: Manifest, surveyed: intake.SampleCensus, *, done: int
) -> None:
    """Say what lies ahead."""
    if surveyed.shape:
        observer.note(f"{stored.samples_path}: read as {surveyed.shape}")
    tell(observer, surveyed.left_out)
    if done:
        observer.note(f"resuming: {done} samples are graded already")
    observer.started(stored, None if surveyed.total is None else surveyed.total - done)


def tell(observer: RunObserver, *texts: str) -> None:
    """Say what there is to say."""
    for text in texts:
        if text:
            observer.note(text)


async def grade_all(
    jobs: AsyncIterator[intake.Job],
    options: Options,
    *,
    place: RunPlace,
    observer: RunObserver,
    grade_some: adaptive.GradeSome,
) -> None:
    """Grade every job, or those that an adaptive evaluation asks for."""
    if options.adaptive is None:
        await grade_some(jobs, observer=observer)
        return
    await adaptive.grade_adaptively(
        jobs,
        options.adaptive,
        directory=place.path,
        batch=options.workers,
        observer=observer,
        grade_some=grade_some,
    )


class ImageSchedule(NamedTuple):
    """What jobs with images of their own are arranged by."""

    durations: TaskDurations
    window: int
    """Jobs that are arranged at one time."""


def ahead_of(
    chosen: Mapping[str, Task], data: LoadedDataset, place: RunPlace, source: SamplesSource
) -> ImageSchedule | None:
    """None where all jobs run on this machine's own file system: they are taken as they come."""
    if not schedule.has_images(chosen):
        return None
    durations = TaskDurations(data.benchmark.name, place.path)
    return ImageSchedule(durations, 1 if source.trickles else WINDOW)


async def grade(
    jobs: AsyncIterator[intake.Job],
    *,
    engine: Engine,
    options: Options,
    place: RunPlace,
    held: JournalState,
    ahead: ImageSchedule | None,
    observer: RunObserver,
) -> None:
    """Attempt all jobs and journal what comes back; what came back is kept, whatever happens."""
    resume = resume_command(options, place.path)
    try:
        with Journal(place.path, resume=resume) as book:
            if isinstance(engine, PooledGrading):
                await keep_lines(jobs, engine.pool, book, twins=held.twins, observer=observer)
                return
            more = 0
            if isinstance(engine, RemoteGrading):
                attempt, more = engine.grading(options, held.twins, book.slim), engine.ahead
            else:
                attempt = slimmed(engine.grading(options, held.twins), book)
            keep = partial(
                record, book=book, twins=held.twins, observer=observer, active=engine.active
            )
            if ahead is None:
                await attempt_all(jobs, attempt, options, keep, ahead=engine.ahead)
                return
            agenda = JobAgenda(jobs, ahead.durations.seconds(), window=ahead.window)
            attempt = agenda.watched(attempt, ahead.durations.note)
            try:
                async with agenda.fetching(engine.provider, ahead=options.prefetch):
                    await attempt_all(agenda.jobs(), attempt, options, keep, ahead=more)
            finally:
                ahead.durations.keep()
    except get_cancelled_exc_class():
        observer.note(f"interrupted; to go on, run: {resume}")
        raise
    except ProviderError as gone:
        raise ProviderError(f"{gone}; then go on with: {resume}") from gone


def slimmed(attempt: Attempt, book: Journal) -> Attempt:
    """`attempt`, after which long outputs are on disk and not in memory any more."""

    async def attempted(job: Job) -> Result:
        return book.slim(await attempt(job))

    return attempted


async def attempt_all(
    jobs: AsyncIterator[intake.Job],
    attempt: Attempt,
    options: Options,
    keep: Callable[[AsyncIterator[Result]], Awaitable[None]],
    *,
    ahead: int = 0,
) -> None:
    """Attempt jobs, `ahead` more at a time than `options.workers`, and keep their results."""
    async with local.running(jobs, attempt, workers=options.workers + ahead) as results:
        await keep(results)


async def record(
    results: AsyncIterator[Result],
    *,
    book: Journal,
    twins: SampleTwins,
    observer: RunObserver,
    active: Callable[[], list[Activity]],
) -> None:
    """Journal results in groups: when one is full, or when its time is up."""
    ended = False
    while not ended:
        observer.working(active())
        with move_on_after(journal.GROUP_S):
            ended = await fill(results, book, observer)
        for digest, offset in await to_thread.run_sync(book.commit):
            twins.placed(digest, offset)


async def fill(results: AsyncIterator[Result], book: Journal, observer: RunObserver) -> bool:
    """Take slim results until a group is full (False) or there are no more (True)."""
    async for result in results:
        full = book.append_slim(result)
        observer.result(result)
        if full:
            return False
    return True
