"""Derive a run's report from its journal; nothing here runs anything."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from grader.core.manifest import Manifest
from grader.core.report import MetricEstimate, Report
from grader.core.shard import ShardRef
from grader.core.task import Task
from grader.engine import dataset
from grader.errors import UsageError
from grader.record import journal, manifest, received, seal
from grader.record.directory import REPORT
from grader.run import adaptive
from grader.run.answered import AnsweredSets
from grader.run.missed import MissedModules
from grader.run.placed import placed
from grader.run.repeated import folded
from grader.stats.cost import EnergyUse
from grader.stats.summary import NOT_MEASURED, RunTally

NAME = REPORT


class ReportScope(NamedTuple):
    """Which tasks a report is about."""

    task_ids: tuple[str, ...]
    known_broken: dict[str, str]
    tasks: Mapping[str, Task] = {}
    """Where they are at hand."""


def derive(directory: Path, *, k: tuple[int, ...] = ()) -> Report:
    """The report of a run on disk, finished or not; UsageError where there is none.

    `k` replaces the run's own. Selected tasks without a sample are counted where the dataset is
    still to be found; otherwise only tasks with results are known.
    """
    stored = manifest.read(directory)
    last = written(directory)
    made = tally(
        directory,
        stored,
        scope=scope_of(directory, stored),
        k=k or stored.k,
        wall_s=last.wall_s if last else 0.0,
        complete=last is not None,
        energy=EnergyUse(last.cost.energy_j, last.cost.energy_why) if last else NOT_MEASURED,
    )
    lost = cut_off(directory) if last else ""
    if not lost:
        return made
    return made.model_copy(update={"complete": False, "notes": (lost, *made.notes)})


def tally(
    directory: Path,
    stored: Manifest,
    *,
    scope: ReportScope,
    k: tuple[int, ...],
    wall_s: float,
    complete: bool,
    energy: EnergyUse = NOT_MEASURED,
) -> Report:
    """Count every key's last result. Memory grows with tasks, not with results."""
    counts = RunTally(task_ids=scope.task_ids, known_broken=scope.known_broken)
    missed = MissedModules()
    answered = AnsweredSets(scope.tasks)
    for result in journal.current(directory / journal.NAME):
        counts.add(result)
        missed.add(result)
        answered.add(result)
    made = counts.report(stored, ks=k, wall_s=wall_s, complete=complete, energy=energy)
    if sets := answered.metrics(stored.dataset.benchmark):
        made = made.model_copy(update={"sets": sets})
    if not stored.containers:
        made = made.model_copy(update={"notes": (*made.notes, *missed.notes())})
    made = placed(folded(made, directory), directory)
    if stored.shard is not None:
        made = as_part(made, stored.shard)
    if stored.adaptive is None:
        return made
    found = adaptive.summary(directory, stored.adaptive, made.rows)
    made = made.model_copy(update={"adaptive": found})
    return made.model_copy(update={"resolved": unknown(made)}) if made.predicts else made


def as_part(made: Report, shard: ShardRef) -> Report:
    """The report of a part, which says so: its figures are not those of the evaluation."""
    why = f"only shard {shard} was graded here; put all parts together with: grader merge"
    resolved = MetricEstimate(name="resolved", value=None, why=why) if made.resolved else None
    return made.model_copy(update={"resolved": resolved, "notes": (f"a part: {why}", *made.notes)})


def unknown(made: Report) -> MetricEstimate:
    """What is resolved of a benchmark of which few tasks were asked, and none at random."""
    asked = f"{made.tasks_covered:,} of {made.tasks_total:,} tasks were asked"
    return MetricEstimate(name="resolved", value=None, why=f"{asked}; see what is predicted")


def write(directory: Path, report: Report) -> None:
    """Put `report.json` into the run."""
    manifest.write_record(directory / NAME, report)


def cut_off(directory: Path) -> str:
    """What a run that was once complete has lost since; empty where it is whole.

    Only lines that are missing are counted here; `grader verify` looks at every byte.
    """
    try:
        sealed = seal.RunSeal.model_validate_json(received.data(directory / seal.NAME))
    except (OSError, ValidationError):
        return ""
    left = sum(1 for _ in journal.scan(directory / journal.NAME))
    if left >= sealed.lines:
        return ""
    return (
        f"truncated: {left:,} of {sealed.lines:,} lines are left of {journal.NAME}, and figures are"
        " those of what is left; resume the run with its own command and --resume"
    )


def written(directory: Path) -> Report | None:
    """The report of a complete run; None where there is none."""
    try:
        found = Report.model_validate_json(received.data(directory / NAME))
    except (OSError, ValidationError):
        return None
    if why := received.implausible(found):
        raise UsageError(f"{directory / NAME} is no report: {why}; get the run again")
    return found


def scope_of_tasks(tasks: Mapping[str, Task]) -> ReportScope:
    """The scope that a selection makes."""
    broken = {task.id: task.known_broken for task in tasks.values() if task.known_broken}
    return ReportScope(tuple(tasks), broken, tasks)


def scope_of(directory: Path, stored: Manifest) -> ReportScope:
    """The scope of a run on disk."""
    try:
        return scope_of_tasks(tasks_of(stored))
    except UsageError:
        pass  # the data may have moved since; the journal still knows what was graded
    path = directory / journal.NAME
    some = {entry.task_id: entry.offset for entry in journal.scan(path)}
    broken = {task_id: journal.at(path, offset).known_broken for task_id, offset in some.items()}
    return ReportScope(tuple(broken), {task_id: why for task_id, why in broken.items() if why})


def tasks_of(stored: Manifest, data: Path | None = None) -> dict[str, Task]:
    """The tasks that a run selected, with its limits; UsageError where the data are others now."""
    place = data or Path(stored.dataset.path)
    if data is None and received.strange(place.resolve()) not in {"", "a folder"}:
        raise UsageError(f"{place} is neither file nor folder; pass the original with --data")
    loaded = dataset.known(stored.dataset.benchmark, place, stored.dataset.languages)
    if loaded.reference.sha256 != stored.dataset.sha256:
        raise UsageError(
            f"{place} is not what the run graded (other SHA-256); pass the original with --data"
        )
    chosen = dataset.select(loaded.tasks, stored.selection, limit=stored.limit)
    return dataset.with_limits(
        chosen,
        timeout_s=stored.timeout_s,
        memory_mb=stored.memory_mb,
        pids=stored.pids,
        rule=stored.rule,
    )
