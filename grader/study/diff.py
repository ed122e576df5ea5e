"""What differs between two runs of the same tasks, and why each verdict changed."""

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from grader.core.record import Record
from grader.core.result import Result, Verdict
from grader.record import journal, manifest
from grader.record.line import LineEntry

LIMITED = frozenset({Verdict.TIMEOUT, Verdict.MEMORY, Verdict.OUTPUT})


class ChangeCause(StrEnum):
    """Why two verdicts of one task and index differ; the first that holds."""

    SAMPLE = "another sample"
    """The graded texts differ."""
    OURS = "our trouble"
    """One of them stayed ungraded."""
    TASK = "another plan"
    """The same text, but task, tests, limits or extraction differ."""
    ENGINE = "another engine"
    """The same plan, judged by another version."""
    ISOLATION = "another sandbox"
    """The same plan in another sandbox or behind other walls."""
    LIMIT = "near a limit"
    """The same plan on the same engine; one of them ran into a limit."""
    CHANCE = "chance"
    """The same plan on the same engine within all limits: sample, test or machine is not steady."""


class VerdictDifference(Record):
    """One verdict that differs."""

    task_id: str
    index: int
    before: Verdict
    after: Verdict
    cause: ChangeCause
    why: str
    """One sentence with the evidence."""


class RunDifference(Record):
    """Two runs side by side."""

    before: str
    after: str
    """Run ids."""
    same: int
    """Samples with equal verdicts."""
    changes: tuple[VerdictDifference, ...]
    causes: dict[str, int]
    """Cause → changes."""
    only_before: int
    only_after: int
    """Samples that the other run has no result of."""
    settings: tuple[str, ...] = ()
    """What differs between the manifests, `key: before -> after`."""


class OffsetPair(NamedTuple):
    """Offsets of two lines with other verdicts."""

    before: int
    after: int


def diff(before: Path, after: Path) -> RunDifference:
    """Compare two runs; UsageError where one is none or its journal is damaged.

    Memory: some hundred bytes per sample of `before`.
    """
    first, second = manifest.read(before), manifest.read(after)
    held = {(each.task_id, each.index): (each.verdict, each.offset) for each in current(before)}
    count_before, same, only_after = len(held), 0, 0
    pairs: list[OffsetPair] = []
    for each in current(after):
        old = held.pop((each.task_id, each.index), None)
        if old is None:
            only_after += 1
        elif old[0] == each.verdict:
            same += 1
        else:
            pairs.append(OffsetPair(old[1], each.offset))
    changes = tuple(changes_of(pairs, before / journal.NAME, after / journal.NAME))
    causes = Counter(change.cause.value for change in changes)
    return RunDifference(
        before=first.run_id,
        after=second.run_id,
        same=same,
        changes=changes,
        causes={cause.value: causes[cause.value] for cause in ChangeCause if causes[cause.value]},
        only_before=count_before - same - len(pairs),
        only_after=only_after,
        settings=tuple(manifest.differences(first, second)),
    )


def current(run: Path) -> Iterator[LineEntry]:
    """The last line of every key."""
    path = run / journal.NAME
    last = journal.rewritten(path)
    for entry in journal.scan(path):
        if last.get(entry.task_id, {}).get(entry.index, entry.offset) == entry.offset:
            yield entry


def changes_of(pairs: list[OffsetPair], before: Path, after: Path) -> Iterator[VerdictDifference]:
    """Read both lines of every pair and say why they differ."""
    for pair in pairs:
        old, new = journal.at(before, pair.before), journal.at(after, pair.after)
        cause = cause_of(old, new)
        yield VerdictDifference(
            task_id=new.task_id,
            index=new.index,
            before=old.verdict,
            after=new.verdict,
            cause=cause,
            why=words_of(cause, old, new),
        )


def cause_of(old: Result, new: Result) -> ChangeCause:
    """The first cause that explains the change."""
    if old.sample_digest and new.sample_digest and old.sample_digest != new.sample_digest:
        return ChangeCause.SAMPLE
    if Verdict.UNGRADED in {old.verdict, new.verdict}:
        return ChangeCause.OURS
    if old.plan_digest != new.plan_digest:
        return ChangeCause.TASK
    if old.engine_version != new.engine_version:
        return ChangeCause.ENGINE
    if place_of(old) and place_of(new) and place_of(old) != place_of(new):
        return ChangeCause.ISOLATION
    return ChangeCause.LIMIT if {old.verdict, new.verdict} & LIMITED else ChangeCause.CHANCE


def place_of(result: Result) -> tuple[object, ...]:
    """Sandbox, tier and walls; empty where nothing ran."""
    execution = result.execution
    if execution is None:
        return ()
    return (execution.provider, execution.isolation.tier, execution.isolation.walls)


def words_of(cause: ChangeCause, old: Result, new: Result) -> str:
    """The evidence for a cause."""
    reasons = f"'{old.reason or old.verdict}', now '{new.reason or new.verdict}'"
    match cause:
        case ChangeCause.SAMPLE:
            return f"the text is another one ({old.sample_digest} -> {new.sample_digest})"
        case ChangeCause.OURS:
            lost = old if old.verdict is Verdict.UNGRADED else new
            return f"{'before' if lost is old else 'now'} without a verdict: {lost.reason}"
        case ChangeCause.TASK:
            digests = f"{old.plan_digest[:8] or 'none'} -> {new.plan_digest[:8] or 'none'}"
            lead = f"the same text under another plan ({digests})"
        case ChangeCause.ENGINE:
            lead = f"engine {old.engine_version} -> {new.engine_version}"
        case ChangeCause.ISOLATION:
            lead = f"{sandbox_of(old)} -> {sandbox_of(new)}"
        case ChangeCause.LIMIT:
            lead = f"{used(old)}, now {used(new)}"
        case ChangeCause.CHANCE:
            lead = "the same plan gave another outcome"
    return f"{lead}; it was {reasons}"


def sandbox_of(result: Result) -> str:
    """Sandbox and tier in words."""
    execution = result.execution
    return f"{execution.provider}/{execution.isolation.tier}" if execution else "nothing ran"


def used(result: Result) -> str:
    """What a result's steps took."""
    steps = result.execution.steps if result.execution else ()
    if not steps:
        return "nothing ran"
    cpu_s = sum(step.cpu_s for step in steps)
    wait_s = sum(step.wait_s for step in steps)
    peak_mb = max(step.peak_mb for step in steps)
    return f"{cpu_s:.2f} CPU s ({wait_s:.2f} s waiting, {peak_mb:.0f} MiB)"
