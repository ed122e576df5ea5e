"""One evaluation from options to report: the story of a run."""

import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import NamedTuple, cast

from anyio import get_cancelled_exc_class, move_on_after, to_thread

from grader import plugins
from grader.core.activity import Activity
from grader.core.job import Attempt, Job
from grader.core.manifest import Manifest
from grader.core.report import Report
from grader.core.result import Result, Verdict
from grader.core.task import Task
from grader.engine import dataset, packages, provenance
from grader.engine.dataset import LoadedDataset
from grader.engine.grading import Grading, fallen, open_grading, refuse
from grader.engine.run_id import new_run_id
from grader.engine.toolchains import needed
from grader.engine.twins import SampleTwins
from grader.errors import ProviderError, UsageError
from grader.executors.base import Executor
from grader.record import directory, journal, manifest, received, seal
from grader.record.journal import Journal
from grader.record.ledger import Ledger, mark
from grader.run import adaptive, intake, price, report, schedule, workers
from grader.run.agenda import WINDOW, JobAgenda
from grader.run.durations import TaskDurations
from grader.run.energy import EnergyMeter, MeteredObserver
from grader.run.intake import Samples, SamplesSource
from grader.run.options import Options, RunObserver, SilentObserver, resume_command
from grader.run.pooled import keep_lines
from grader.run.workers import PooledGrading
from grader.sandboxes.base import Provider
from grader.stats.cost import EnergyUse, plus
from grader.version import VERSION


class RunPlace(NamedTuple):
    """Where a run is kept."""

    path: Path
    run_id: str
    stored: Manifest | None
    """The manifest of the run that goes on; None for a new one."""


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
        dataset.load, options.benchmark, options.data, options.languages
    )
    chosen = chosen_of(data, options)
    refuse(options, chosen)
    if workers.is_wanted(options):
        workers.refuse_impossible(options, chosen)
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
        cache = {"cache": options.cache and schedule.has_images(chosen)}
        opened = opened_for(
            options.model_copy(update=cache), place, chosen, accept, idle=surveyed.idle
        )
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


def opened_for(
    options: Options,
    place: RunPlace,
    chosen: Mapping[str, Task],
    accept: Callable[[Provider], None],
    *,
    idle: bool,
) -> AbstractAsyncContextManager[Grading | PooledGrading]:
    """What grades: here, or in workers; `idle`: no sample has anything to run."""
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


def place_of(options: Options, data: LoadedDataset, source: SamplesSource) -> RunPlace:
    """A new run's place, or that of the run to go on with; UsageError where neither can be."""
    name = data.benchmark.name
    run_id = new_run_id(name)
    if not options.resume:
        path = options.out or directory.ROOT / run_id
        directory.refuse_occupied(path)
        return RunPlace(path, run_id, None)
    if source.handed is not None and options.out is None:
        raise UsageError("samples handed over have no name to find their run by; name it with out=")
    path = options.out or directory.newest(
        name, samples=source.name, sha256=source.sha256, shard=options.shard
    )
    if path.is_dir() and not directory.has_run(path):
        directory.refuse_occupied(path)  # killed before its first line: there is nothing to lose
        return RunPlace(path, run_id, None)
    if not path.exists():
        raise UsageError(f"nothing to resume: there is no {path}; leave out --resume")
    stored = manifest.read(path)
    return RunPlace(path, stored.run_id, stored)


def manifest_for(
    options: Options,
    place: RunPlace,
    *,
    data: LoadedDataset,
    chosen: Mapping[str, Task],
    source: SamplesSource,
    provider: Provider,
) -> Manifest:
    """This evaluation's manifest; UsageError where a stored one says that it was another."""
    wanted = Manifest(
        run_id=place.run_id,
        engine_version=VERSION,
        dataset=data.reference,
        samples_path=source.name,
        samples_sha256=source.sha256,
        selection=options.tasks,
        limit=options.limit,
        shard=options.shard,
        timeout_s=options.timeout_s,
        memory_mb=options.memory_mb,
        pids=options.pids,
        rule=options.rule,
        packages=packages.shown(options),
        extract=options.extract,
        trust=options.trust,
        reading=options.reading,
        sandbox=options.sandbox,
        fresh=options.fresh,
        containers=getattr(provider, "options", None),
        python=".".join(str(part) for part in provider.python),
        environment=getattr(provider, "environment", ()),
        adaptive=adaptive.reference_of(options.adaptive) if options.adaptive else None,
        k=options.k,
        engine_sha256=provenance.engine_sha256(),
        tasks_sha256=dataset.content_of(chosen),
        images=provenance.images_of(chosen),
        toolchains=needed.versions_of(chosen.values()),
        model=options.model,
        tags=options.tags,
        isolation=provider.isolation,
        host=os.uname().nodename,
        host_facts=provenance.host_facts(),
        workers=options.workers,
        command=options.command,
        created_at=time.time(),
    )
    if place.stored:
        refuse_other_tier(place, provider)
    changed = manifest.differences(place.stored, wanted) if place.stored else []
    if changed:
        raise UsageError(
            f"{place.path} was another evaluation: {'; '.join(changed)};"
            " give the same options or start a new run"
        )
    refuse_renaming(place, options)
    return wanted


def refuse_other_tier(place: RunPlace, provider: Provider) -> None:
    """UsageError where a run would go on behind other walls than it began with."""
    before = place.stored.isolation if place.stored else None
    now = provider.isolation
    if before is None or before.tier == now.tier:
        return
    why = getattr(provider, "fell", "")
    raise UsageError(
        f"{place.path} was begun in the tier '{before.tier}', and here is '{now.tier}'"
        f"{f' ({why})' if why else ''}; resume it where the run began, or start a new one"
    )


def refuse_renaming(place: RunPlace, options: Options) -> None:
    """UsageError where a resume names another model or tags: a run keeps those it began with."""
    stored = place.stored
    if stored is None:
        return
    pairs = (("--model", options.model, stored.model), ("--tag", options.tags, stored.tags))
    for name, given, kept in pairs:
        if given and given != kept:
            was = ", ".join(kept) if isinstance(kept, tuple) else kept
            raise UsageError(
                f"{place.path} was begun with {f'{name} {was}' if kept else f'no {name}'}, and a"
                f" resume changes nothing of that; leave out {name} or start a new run"
            )


def start_run(path: Path, wanted: Manifest, options: Options) -> None:
    """Write the manifest of a new run; JournalError where the disk refuses."""
    try:
        if options.adaptive:
            adaptive.keep_bank(path, options.adaptive)
        manifest.write(path, wanted)
    except OSError as error:
        resume = resume_command(options, path)
        raise journal.trouble(path / manifest.NAME, error, resume=resume) from error


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
    engine: Grading | PooledGrading,
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
                    await attempt_all(agenda.jobs(), attempt, options, keep)
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
    executor = cast("Executor", plugins.load("executors", options.executor))
    async with executor.running(jobs, attempt, workers=options.workers + ahead) as results:
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
