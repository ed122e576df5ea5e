"""Put the parts of an evaluation together: the run that they make is as one that was never parted.

Parts may come from anywhere, so each is verified to the byte first. Nothing is run and nothing is
judged again; what is missing or there twice is named.
"""

import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from grader.core.execution import Isolation
from grader.core.manifest import Manifest
from grader.core.report import Report
from grader.core.shard import MergedShard
from grader.engine.run_id import new_run_id
from grader.errors import UsageError
from grader.record import artifacts, directory, journal, manifest, received, seal
from grader.record.journal import Journal
from grader.record.ledger import Ledger
from grader.run import report
from grader.run.report import ReportScope
from grader.stats.cost import EnergyUse, plus
from grader.study.verify import verify

SHOWN = 8
"""Parts or differences named in one message."""


class ShardRun(NamedTuple):
    """A part on disk that was found to be sound."""

    path: Path
    stored: Manifest
    report: Report | None
    """None where the part is not finished."""
    head: str

    @property
    def number(self) -> int:
        """Which part it is, from 1."""
        return self.stored.shard.number if self.stored.shard else 0


def merge(runs: Sequence[Path], out: Path, *, unfinished: bool = False) -> Report:
    """Make `out` the run that all parts are together, and return its report.

    unfinished: take parts that are not finished, or not there, too; then the run is not finished
    either, and resuming it without `--shard` grades what is missing. Raises UsageError for parts
    that are no sound parts of one evaluation, and JournalError where the disk refuses.
    """
    parts = sorted((sound(path) for path in runs), key=lambda part: part.number)
    refuse_unlike(parts)
    refuse_doubles(parts)
    if not unfinished:
        refuse_gaps(parts)
    stored = merged_manifest(parts)
    begun = is_begun(out, stored)
    if not begun:
        directory.refuse_occupied(out)
    with directory.locked(out, create=not begun):
        lay(parts, stored, out)
        complete = not gaps(parts)
        made = tallied(parts, stored, out, complete=complete)
        if complete:
            report.write(out, made)
            seal.write(out)
    return made


def sound(path: Path) -> ShardRun:
    """A part; UsageError where it is none or a byte of it was changed."""
    stored = manifest.read(path)
    if stored.shard is None:
        raise UsageError(f"{path} is no part of a run: it was graded without --shard; leave it out")
    found = verify(path)
    if found.damage:
        first = found.damage[0]
        raise UsageError(
            f"{path} is damaged: {first.file}{f':{first.line}' if first.line else ''}: {first.why};"
            f" get it again, see: grader verify {path}"
        )
    return ShardRun(path, stored, report.written(path), found.head)


def refuse_unlike(parts: Sequence[ShardRun]) -> None:
    """UsageError unless all are parts of one and the same evaluation."""
    first, *others = parts
    for other in others:
        unlike = manifest.differences(whole(first.stored), whole(other.stored))
        count = (first.stored.shard, other.stored.shard)
        if count[0] and count[1] and count[0].count != count[1].count:
            unlike.insert(0, f"shard: one of {count[0].count} -> one of {count[1].count}")
        if unlike:
            raise UsageError(
                f"{first.path} and {other.path} are parts of different evaluations:"
                f" {'; '.join(unlike[:SHOWN])}; run one of them again"
            )
        tiers = [each.stored.isolation.tier for each in (first, other) if each.stored.isolation]
        if len(set(tiers)) > 1:
            raise UsageError(
                f"{first.path} ran in the tier '{tiers[0]}' and {other.path} in '{tiers[1]}';"
                " run one of them again where the other ran"
            )


def whole(stored: Manifest) -> Manifest:
    """A part's manifest as the whole evaluation's would be."""
    return stored.model_copy(update={"shard": None})


def refuse_doubles(parts: Sequence[ShardRun]) -> None:
    """UsageError where a part is there twice."""
    for first, second in pairwise(parts):
        if first.number == second.number:
            raise UsageError(
                f"{first.path} and {second.path} are both shard {first.stored.shard};"
                " leave out one of them"
            )


def gaps(parts: Sequence[ShardRun]) -> list[int]:
    """Numbers of the parts that are not there or not finished."""
    shard = parts[0].stored.shard
    finished = {part.number for part in parts if part.report is not None}
    return [
        number for number in range(1, (shard.count if shard else 0) + 1) if number not in finished
    ]


def refuse_gaps(parts: Sequence[ShardRun]) -> None:
    """UsageError where a part is missing or not finished, with what finishes it."""
    for part in parts:
        if part.report is None:
            raise UsageError(
                f"{part.path} is not finished: resume shard {part.stored.shard} with its own"
                " command and --resume, or take what there is with --unfinished"
            )
    missing = gaps(parts)
    if missing:
        named = ", ".join(map(str, missing[:SHOWN])) + (" …" if len(missing) > SHOWN else "")
        raise UsageError(
            f"{len(missing)} of {len(missing) + len(parts)} shards are missing: {named};"
            " give their runs too, or take what there is with --unfinished"
        )


def merged_manifest(parts: Sequence[ShardRun]) -> Manifest:
    """The manifest of the whole: the first part's, and where it was made."""
    first = parts[0].stored
    hosts = sorted({part.stored.host for part in parts})
    facts = {part.stored.host_facts for part in parts}
    return first.model_copy(
        update={
            "run_id": new_run_id(first.dataset.benchmark),
            "shard": None,
            "shards": tuple(provenance_of(part) for part in parts),
            "isolation": weaker(parts),
            "host": ", ".join(hosts),
            "host_facts": first.host_facts if len(facts) == 1 else (),
            "workers": sum(part.stored.workers for part in parts),
            "command": (),
            "created_at": min(part.stored.created_at for part in parts),
        }
    )


def weaker(parts: Sequence[ShardRun]) -> Isolation | None:
    """The walls that stood around every part."""
    found = [part.stored.isolation for part in parts if part.stored.isolation]
    if not found:
        return None
    walls = [wall for wall in found[0].walls if all(wall in each.walls for each in found)]
    missing = dict.fromkeys(name for each in found for name in each.missing)
    return found[0].model_copy(update={"walls": tuple(walls), "missing": tuple(missing)})


def provenance_of(part: ShardRun) -> MergedShard:
    """What a merged run says of one of its parts."""
    keys = Ledger()
    for entry in journal.scan(part.path / journal.NAME):
        keys.put(entry.task_id, entry.index, value=1)
    return MergedShard(
        number=part.number,
        run_id=part.stored.run_id,
        host=part.stored.host,
        results=keys.count,
        head=part.head,
    )


def is_begun(out: Path, stored: Manifest) -> bool:
    """Whether `out` is what a killed merge of the same parts left: it is begun anew then."""
    if not directory.has_run(out) or received.is_there(out / seal.NAME):
        return False
    with suppress(UsageError):
        return heads(manifest.read(out)) == heads(stored)
    return False


def heads(stored: Manifest) -> list[str]:
    """What tells the parts of a merged run."""
    return [part.head for part in stored.shards]


def lay(parts: Sequence[ShardRun], stored: Manifest, out: Path) -> None:
    """Write manifest, journal and artifacts of the whole; UsageError where parts overlap."""
    (out / journal.NAME).unlink(missing_ok=True)
    manifest.write(out, stored)
    owners = {part.number: part.path for part in parts}
    held = Ledger()
    with Journal(out, resume="the same command again") as book:
        for part in parts:
            copy_artifacts(part.path, out)
            for result in journal.current(part.path / journal.NAME):
                if before := held.put(result.task_id, result.index, value=part.number):
                    raise UsageError(
                        f"{owners[before]} and {part.path} both hold sample {result.index} of"
                        f" {result.task_id}; one of them is not what it says: run it again"
                    )
                if book.append_slim(result):
                    book.commit()


def copy_artifacts(part: Path, out: Path) -> None:
    """Copy the wholes of long outputs; their names come from what was run."""
    for path in received.members(part / artifacts.NAME):
        with (
            received.opened(path) as source,
            received.fresh(received.folder(out / artifacts.NAME) / path.name) as target,
        ):
            shutil.copyfileobj(source, target)


def tallied(parts: Sequence[ShardRun], stored: Manifest, out: Path, *, complete: bool) -> Report:
    """The report of the whole; the parts ran side by side, so the longest is its wall clock."""
    reports = [part.report for part in parts if part.report is not None]
    energy = EnergyUse(0.0, "")
    for each in reports:
        energy = plus(energy, EnergyUse(each.cost.energy_j, each.cost.energy_why))
    return report.tally(
        out,
        stored,
        scope=scope_of(reports, stored, out),
        k=stored.k,
        wall_s=max((each.wall_s for each in reports), default=0.0),
        complete=complete,
        energy=energy,
    )


def scope_of(reports: Sequence[Report], stored: Manifest, out: Path) -> ReportScope:
    """Which tasks the evaluation is about, also where its data are not at hand."""
    try:
        return report.scope_of_tasks(report.tasks_of(stored))
    except UsageError:
        pass  # the parts know
    if not reports:
        return report.scope_of(out, stored)
    broken: Mapping[str, str] = {
        name: why for each in reports for name, why in each.known_broken.items()
    }
    return ReportScope(tuple(row.task_id for row in reports[0].rows), dict(broken))
