"""From a run's directory to an entry: nothing that the run says about itself is taken as given."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from pydantic import Field, ValidationError

from grader.core.conditions import GradedConditions, marking
from grader.core.manifest import Manifest
from grader.core.record import Record
from grader.core.report import MetricEstimate, Report
from grader.core.result import Verdict
from grader.errors import UsageError
from grader.leaderboard.records import BoardEntry, EntryCost, EntryStatus
from grader.record import journal, manifest
from grader.run import report
from grader.stats.compare import RunScores
from grader.study import outcomes
from grader.study.verify import verify


class EntryDetails(Record):
    """What a caller adds to a run: a table of `--about FILE`, named after the run's id."""

    name: str = ""
    date: str = ""
    tags: tuple[str, ...] = ()
    usd: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    withdrawn: str = ""
    """Why the entry must no longer be ranked."""


class EntryCandidate(NamedTuple):
    """A run that may become an entry."""

    path: Path
    graded: GradedConditions
    entry: BoardEntry
    scores: RunScores | None
    """None where the entry cannot be ranked."""


def read_about(path: Path | None) -> dict[str, EntryDetails]:
    """The tables of a TOML file; UsageError where it is not one."""
    if path is None:
        return {}
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        return {name: EntryDetails.model_validate(table) for name, table in tables.items()}
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
        first = str(error).splitlines()[0]
        raise UsageError(f"{path} is no description of runs: {first}; see the README") from error


def candidate(path: Path, about: EntryDetails) -> EntryCandidate:
    """Recompute one run; UsageError only where there is no run at all."""
    stored = manifest.read(path)
    checked = verify(path)
    bare = BoardEntry(
        name=about.name or stored.model or stored.run_id,
        run_id=stored.run_id,
        date=about.date or day(stored.created_at),
        tags=tuple(sorted({*stored.tags, *about.tags})),
        status=EntryStatus.REFUSED,
        engine=stored.engine_version,
        head=checked.head,
    )
    if checked.damage:
        first = checked.damage[0]
        place = f"{first.file}{f':{first.line}' if first.line else ''}"
        return refused(path, stored, bare, f"{place}: {first.why}")
    made, told = report.derive(path, k=stored.k), report.written(path)
    if told is not None and (wrong := contradiction(made, told)):
        return refused(path, stored, bare, wrong)
    graded = GradedConditions(stored, made.passes_by_trust, made.isolation, made.engines)
    filled = with_figures(bare, made, told, cost=cost_of(path, made, about))
    filled = filled.model_copy(update={"conditions": marking(graded)})
    why = about.withdrawn or shortfall(made, filled, stored)
    entry = filled.model_copy(
        update={"status": EntryStatus.PARTIAL if why else EntryStatus.RANKED, "why": why}
    )
    return EntryCandidate(
        path, graded, entry, None if why else outcomes.read(path).scores(entry.run_id)
    )


def refused(path: Path, stored: Manifest, bare: BoardEntry, why: str) -> EntryCandidate:
    """An entry without figures."""
    return EntryCandidate(
        path, GradedConditions(stored), bare.model_copy(update={"why": why}), None
    )


def contradiction(made: Report, told: Report) -> str:
    """What the stored report says and the results do not; empty where they agree."""
    if (made.samples, made.counts) != (told.samples, told.counts):
        return f"report.json counts {told.counts}, the results are {made.counts}"
    stored = {metric.name: metric.value for metric in (*told.metrics, *told.sets)}
    for metric in (*made.metrics, *made.sets):
        if metric.name in stored and not close(stored[metric.name], metric.value):
            was = stored[metric.name]
            return f"report.json says {metric.name} {was}, the results say {metric.value}"
    return ""


def close(a: float | None, b: float | None) -> bool:
    """Whether two figures agree but for the last bits."""
    return a == b if a is None or b is None else abs(a - b) < 1e-9  # noqa: PLR2004  rounding


def with_figures(
    bare: BoardEntry, made: Report, told: Report | None, *, cost: EntryCost
) -> BoardEntry:
    """The entry with what the results say."""
    named = {metric.name: metric for metric in made.metrics}
    first = named.get(
        "pass@1", made.metrics[0] if made.metrics else MetricEstimate(name="", value=None)
    )
    own = (*made.metrics, *made.sets)
    readings = {metric.name: metric.value for metric in own if metric.value is not None}
    parts = [(reading.name, reading.metrics) for reading in made.readings]
    parts += [(score.language, score.metrics) for score in made.languages]
    for name, metrics in parts:
        readings |= {
            f"{name} {each.name}": each.value for each in metrics if each.value is not None
        }
    return bare.model_copy(
        update={
            "metric": first.name,
            "score": first.value,
            "low": first.low,
            "high": first.high,
            "method": first.method or first.why,
            "readings": readings,
            "tasks": made.tasks_covered,
            "tasks_total": max(made.tasks_total, told.tasks_total if told else 0),
            "samples": made.samples,
            "counts": made.counts,
            "cost": cost,
            "trust": made.trust,
            "isolation": made.isolation.tier if made.isolation else "",
        }
    )


def shortfall(made: Report, entry: BoardEntry, stored: Manifest) -> str:
    """Why an entry cannot be ranked; empty where it can."""
    lost = made.counts.get(Verdict.UNGRADED.value, 0)
    if not made.complete:
        return "the run is not finished"
    if missing := missing_tasks(entry, stored):
        return missing
    if lost:
        return f"{lost:,} of {made.samples:,} samples are ungraded"
    if entry.score is None or entry.metric != "pass@1":
        return f"pass@1 is undefined: {entry.method}"
    return ""


def missing_tasks(entry: BoardEntry, stored: Manifest) -> str:
    """Which tasks the entry says nothing about; empty where it is about all."""
    if stored.adaptive is not None and entry.tasks < entry.tasks_total:
        return "an adaptive run: its tasks were not chosen at random"
    if entry.tasks_total < stored.dataset.tasks:
        return f"it was about {entry.tasks_total:,} of {stored.dataset.tasks:,} tasks"
    if entry.tasks < entry.tasks_total:
        return f"{entry.tasks_total - entry.tasks:,} of {entry.tasks_total:,} tasks have no sample"
    return ""


def cost_of(path: Path, made: Report, about: EntryDetails) -> EntryCost:
    """Means over the samples that ran, and totals, from their executions."""
    cpu_s = wall_s = 0.0
    ran = 0
    for result in journal.current(path / journal.NAME):
        steps = result.execution.steps if result.execution else ()
        ran += bool(steps)
        cpu_s += sum(step.cpu_s for step in steps)
        wall_s += sum(step.wall_s for step in steps)
    return EntryCost(
        cpu_s=round(cpu_s / ran, 6) if ran else None,
        wall_s=round(wall_s / ran, 6) if ran else None,
        cpu_total_s=round(cpu_s, 3) if ran else None,
        wall_total_s=round(wall_s, 3) if ran else None,
        energy_j=made.cost.energy_j,
        usd=about.usd,
    )


def day(seconds: float) -> str:
    """The day of a moment, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")
