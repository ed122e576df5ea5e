"""Adaptive evaluation: grade the samples of those tasks that tell most, until that is enough."""

from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Protocol

from anyio.lowlevel import checkpoint

from grader.core.activity import Activity
from grader.core.conditions import GradedConditions, otherwise
from grader.core.job import Job
from grader.core.manifest import AdaptiveRef, Manifest
from grader.core.record import digest
from grader.core.report import AdaptiveSummary, SightedScore, TaskRow
from grader.core.result import Result, Verdict
from grader.errors import UsageError
from grader.record import journal, manifest
from grader.record.bank import bank_of, read_bank, spread_fault
from grader.record.directory import BANK
from grader.reports._words import counted
from grader.run.options import AdaptiveOptions, RunObserver
from grader.stats.irt.asking import AskingAim, is_enough, known, next_tasks, without_blind
from grader.stats.irt.bank import CurveBank
from grader.stats.irt.blind import needed
from grader.stats.irt.reach import least_error
from grader.stats.passk import TaskCount


class GradeSome(Protocol):
    """Grades jobs and keeps what comes of them."""

    async def __call__(self, jobs: AsyncIterator[Job], /, *, observer: RunObserver) -> None:
        """Return when all is on disk."""
        ...


class CountingObserver:
    """Counts results on their way to another observer."""

    def __init__(self, observer: RunObserver, earlier: Iterable[Result]) -> None:
        """`earlier`: what the journal holds already."""
        self._observer = observer
        self.counts: dict[str, TaskCount] = {}
        for result in earlier:
            self._count(result)

    def started(self, manifest: Manifest, total: int | None) -> None:
        """Pass it on."""
        self._observer.started(manifest, total)

    def result(self, result: Result) -> None:
        """Count it and pass it on."""
        self._count(result)
        self._observer.result(result)

    def working(self, active: Sequence[Activity]) -> None:
        """Pass it on."""
        self._observer.working(active)

    def note(self, text: str) -> None:
        """Pass it on."""
        self._observer.note(text)

    def finished(self, report: object) -> None:
        """Nothing: only rounds end here, not the evaluation."""

    def _count(self, result: Result) -> None:
        before = self.counts.get(result.task_id, TaskCount(0, 0))
        graded = result.verdict is not Verdict.UNGRADED
        passed = result.verdict is Verdict.PASSED
        self.counts[result.task_id] = TaskCount(before.graded + graded, before.passed + passed)


def reference_of(wanted: AdaptiveOptions) -> AdaptiveRef:
    """What a manifest says about an adaptive evaluation; UsageError where the bank is unusable."""
    bank = read_bank(wanted.items)
    if why := spread_fault(bank):
        raise UsageError(
            f"{wanted.items} places nobody: {why}; fit it to more and more different runs"
            " or leave out --adaptive"
        )
    return AdaptiveRef(
        items_sha256=digest(bank.model_dump_json().encode()),
        error=wanted.error,
        width=wanted.width,
        max_items=wanted.max_items,
        seed=wanted.seed,
    )


def keep_bank(directory: Path, wanted: AdaptiveOptions) -> None:
    """Put the bank beside the results."""
    manifest.write_record(directory / BANK, read_bank(wanted.items))


async def grade_adaptively(
    jobs: AsyncIterator[Job],
    wanted: AdaptiveOptions,
    *,
    directory: Path,
    batch: int,
    observer: RunObserver,
    grade_some: GradeSome,
) -> None:
    """Ask `batch` tasks at a time until the error, the width or the number of tasks is reached.

    The error is that of the answers alone: what the bank expects of any run is no evidence.

    Raises UsageError where the bank knows none of the tasks that have samples.
    """
    stored = read_bank(wanted.items)
    bank = bank_of(stored)
    recorder = CountingObserver(observer, journal.current(directory / journal.NAME))
    waiting: dict[str, list[Job]] = {}
    async for job in jobs:
        waiting.setdefault(job.task.id, []).append(job)
    askable = [task for task in bank.curves if task in waiting]
    if not askable and not recorder.counts:
        raise UsageError(f"{wanted.items} knows none of these tasks; fit it to the same benchmark")
    aim = AskingAim(wanted.error, wanted.width, wanted.max_items)
    for text in foretold(bank, [*askable, *recorder.counts], aim):
        observer.note(f"{wanted.items}: {text}")
    for text in otherwise(stored.asked, GradedConditions(manifest.read(directory))):
        observer.note(f"{wanted.items} was made of runs that were asked otherwise: {text}")
    random = Random(wanted.seed)
    picked = [task for task in recorder.counts if task in waiting]
    while True:
        if picked:
            await grade_some(
                _flow([job for task in picked for job in waiting.pop(task)]), observer=recorder
            )
        picked = next_tasks(bank, recorder.counts, askable, aim=aim, count=batch, random=random)
        if not picked:
            return


def foretold(bank: CurveBank, tasks: Collection[str], aim: AskingAim) -> Iterator[str]:
    """What cannot be reached, before anything is asked; `tasks`: those that have samples."""
    there = {task for task in tasks if task in bank.curves}
    most = len(there) if aim.tasks is None else min(len(there), aim.tasks)
    if aim.error is not None:
        least = least_error((bank.curves[task] for task in there), bank.prior, tasks=most)
        if least > min(aim.error, bank.prior.deviation):
            yield (
                f"cannot bring the error to {aim.error:g}: {counted(most, 'task')} leave"
                f" {least:.2f} at best, so that all of them are asked"
            )
    if aim.width is not None:
        allowed = aim.width * len(bank.curves)
        least_dark = needed(len(bank.blind), allowed)
        if least_dark > most or (
            bank.blind and not bank.blind & there and len(bank.blind) > allowed
        ):
            yield (
                f"cannot narrow the interval to {100 * aim.width:g} points: no run of its fit"
                f" solved {counted(len(bank.blind), 'task')}, of which {least_dark:,} must be asked"
            )


def summary(directory: Path, reference: AdaptiveRef, rows: Iterable[TaskRow]) -> AdaptiveSummary:
    """Ability and predicted score from the counts of a run; UsageError without its bank."""
    stored = read_bank(directory / BANK)
    bank = bank_of(stored)
    counts = {row.task_id: TaskCount(row.graded, row.passed) for row in rows}
    now = known(bank, counts)
    enough = is_enough(bank, now, AskingAim(reference.error, reference.width))
    lit = known(without_blind(bank), counts).prediction._asdict() if now.dark else None
    return AdaptiveSummary(
        model=stored.fit.model,
        ability=now.ability.value,
        error=now.ability.error,
        asked=now.asked,
        items=len(bank.curves),
        predicted=now.prediction.score,
        low=now.prediction.low,
        high=now.prediction.high,
        stopped=_reason(bank, reference, now.asked, enough=enough),
        proven=enough or now.asked == len(bank.curves),
        blind=len(bank.blind),
        blind_left=now.dark,
        sighted=SightedScore(**lit) if lit else None,
        asked_otherwise=otherwise(stored.asked, GradedConditions(manifest.read(directory))),
    )


def _reason(bank: CurveBank, reference: AdaptiveRef, asked: int, *, enough: bool) -> str:
    if enough and reference.width is not None:
        return f"the interval is no wider than {100 * reference.width:g} points"
    if enough:
        return f"the error reached {reference.error:g}"
    if asked >= (reference.max_items or len(bank.curves)):
        return f"{counted(asked, 'task')} {'was' if asked == 1 else 'were'} asked"
    return "no task was left"


async def _flow(jobs: list[Job]) -> AsyncIterator[Job]:
    for job in jobs:
        await checkpoint()
        yield job
