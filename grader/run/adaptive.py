"""Adaptive evaluation: grade the samples of those tasks that tell most, until that is enough."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Protocol

from anyio.lowlevel import checkpoint

from grader.core.activity import Activity
from grader.core.job import Job
from grader.core.manifest import AdaptiveRef, Manifest
from grader.core.record import digest
from grader.core.report import Adaptive, TaskRow
from grader.core.result import Result, Verdict
from grader.errors import UsageError
from grader.record import journal, manifest
from grader.record.bank import Bank, bank_of, read_bank, spread_fault
from grader.record.directory import BANK
from grader.run.options import AdaptiveOptions, Observer
from grader.stats.irt.ability import Ability
from grader.stats.irt.choose import TOP, choose, error_of_answers, estimate, predict
from grader.stats.passk import TaskCount


class GradeSome(Protocol):
    """Grades jobs and keeps what comes of them."""

    async def __call__(self, jobs: AsyncIterator[Job], /, *, observer: Observer) -> None:
        """Return when all is on disk."""
        ...


class Recorder:
    """Counts results on their way to another observer."""

    def __init__(self, observer: Observer, earlier: Iterable[Result]) -> None:
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
    observer: Observer,
    grade_some: GradeSome,
) -> None:
    """Ask `batch` tasks at a time until the error or the number of tasks is reached.

    The error is that of the answers alone: what the bank expects of any run is no evidence.

    Raises UsageError where the bank knows none of the tasks that have samples.
    """
    bank = bank_of(read_bank(wanted.items))
    recorder = Recorder(observer, journal.current(directory / journal.NAME))
    waiting: dict[str, list[Job]] = {}
    async for job in jobs:
        waiting.setdefault(job.task.id, []).append(job)
    known = {task: curve for task, curve in bank.curves.items() if task in waiting}
    if not known and not recorder.counts:
        raise UsageError(f"{wanted.items} knows none of these tasks; fit it to the same benchmark")
    random = Random(wanted.seed)
    picked = [task for task in recorder.counts if task in waiting]
    while True:
        if picked:
            await grade_some(
                _flow([job for task in picked for job in waiting.pop(task)]), observer=recorder
            )
        asked = recorder.counts
        ability = estimate(bank.curves, asked, bank.prior)
        room = (wanted.max_items or len(bank.curves)) - len(asked)
        if room <= 0 or is_enough(bank, asked, ability, wanted.error):
            return
        picked = choose(known, asked, ability.value, count=min(batch, room), top=TOP, random=random)
        if not picked:
            return


def summary(directory: Path, reference: AdaptiveRef, rows: Iterable[TaskRow]) -> Adaptive:
    """Ability and predicted score from the counts of a run; UsageError without its bank."""
    stored = read_bank(directory / BANK)
    bank = bank_of(stored)
    counts = {row.task_id: TaskCount(row.graded, row.passed) for row in rows}
    ability = estimate(bank.curves, counts, bank.prior)
    found = predict(bank.curves, counts, ability)
    asked = sum(task in bank.curves for task in counts)
    enough = is_enough(bank, counts, ability, reference.error)
    return Adaptive(
        model=stored.fit.model,
        ability=ability.value,
        error=ability.error,
        asked=asked,
        items=len(bank.curves),
        predicted=found.score,
        low=found.low,
        high=found.high,
        stopped=_reason(bank, reference, asked, enough=enough),
        proven=enough or asked == len(bank.curves),
    )


def is_enough(bank: Bank, counts: Mapping[str, TaskCount], ability: Ability, wanted: float) -> bool:
    """Whether the answers alone, without the prior, leave no more than the `wanted` error.

    Nor may they say less than the prior does: any error is reached by a prior that is narrow.
    """
    error = error_of_answers(bank.curves, counts, ability)
    return error <= min(wanted, bank.prior.deviation)


def _reason(bank: Bank, reference: AdaptiveRef, asked: int, *, enough: bool) -> str:
    if enough:
        return f"the error reached {reference.error:g}"
    if asked >= (reference.max_items or len(bank.curves)):
        return f"{asked} tasks were asked"
    return "no task was left"


async def _flow(jobs: list[Job]) -> AsyncIterator[Job]:
    for job in jobs:
        await checkpoint()
        yield job
