"""What repeated runs of a run's samples say: what flickers, and how fast samples are."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from grader.core.report import MetricEstimate, QuantitySpread, RepeatAgreement, Report, TaskFinding
from grader.core.result import Verdict
from grader.record import journal
from grader.run.repeat import read, timing_of
from grader.stats.bootstrap import bootstrap_mean
from grader.stats.cost import CpuRatios
from grader.stats.efficiency import efficiency, efficiency_at_k
from grader.stats.flakiness import flakiness
from grader.stats.sketch import QuantileSketch


class _Seen(NamedTuple):
    verdicts: Counter[str]
    wall_s: list[float]
    cpu_s: list[float]

    @property
    def passed(self) -> bool:
        """Whether it passed every time."""
        return set(self.verdicts) == {Verdict.PASSED.value}


def folded(made: Report, place: Path) -> Report:
    """Add to a report what the passes of its run say; the report itself where there are none."""
    passes = read(place)
    if not passes:
        return made
    first = [t for result in journal.current(place / journal.NAME) for t in timing_of(result)]
    seen: dict[tuple[str, int], _Seen] = {}
    references: dict[str, list[float]] = {}
    limits: dict[str, float] = {}
    for timing in (timing for one in (first, *passes) for timing in one):
        limits[timing.task_id] = max(timing.limit_s, limits.get(timing.task_id, 0.0))
        if timing.index is None:
            references.setdefault(timing.task_id, []).append(timing.cpu_s)
            continue
        each = seen.setdefault((timing.task_id, timing.index), _Seen(Counter(), [], []))
        each.verdicts[timing.verdict.value] += 1
        each.wall_s.append(timing.wall_s)
        each.cpu_s.append(timing.cpu_s)
    medians = {task: median(values) for task, values in references.items()}
    found = flakiness(each.verdicts for each in seen.values())
    spreads = _spreads(seen, medians)
    update = {
        **spreads,
        "repeats": len(passes) + 1,
        "efficiency": tuple(_efficiency(seen, medians, limits, ks=ks_of(made))),
    }
    return made.model_copy(
        update={
            "cost": made.cost.model_copy(update=update),
            "findings": (*made.findings, *_flaky(seen)),
            "repeatability": RepeatAgreement(
                samples=found.samples, flaky=found.flaky, disagreement=found.disagreement or 0.0
            ),
        }
    )


def ks_of(made: Report) -> list[int]:
    """The k of the report's pass@k."""
    return [int(metric.name.rpartition("@")[2]) for metric in made.metrics]


def _spreads(
    seen: Mapping[tuple[str, int], _Seen], references: Mapping[str, float]
) -> dict[str, QuantitySpread | None]:
    """Each sample counts once, with the median of its runs."""
    wall, cpu, ratios = QuantileSketch(), QuantileSketch(), CpuRatios(references)
    for (task, _), each in seen.items():
        wall.add(median(each.wall_s))
        cpu.add(median(each.cpu_s))
        if each.passed:
            ratios.add(task, median(each.cpu_s))
    return {
        "wall_s": wall.spread(),
        "cpu_s": cpu.spread(),
        "reference_ratio": ratios.sketch.spread(),
    }


def _efficiency(
    seen: Mapping[tuple[str, int], _Seen],
    references: Mapping[str, float],
    limits: Mapping[str, float],
    *,
    ks: Sequence[int],
) -> Iterator[MetricEstimate]:
    """eff@k over tasks with a reference; samples without an execution of their own are no part."""
    scores: dict[str, list[float]] = {}
    for (task, _), each in seen.items():
        if 0 < references.get(task, 0.0) < limits[task]:
            score = efficiency(median(each.cpu_s), references[task], limits[task])
            scores.setdefault(task, []).append(score if each.passed else 0.0)
    for k in ks:
        best = [efficiency_at_k(values, k) for values in scores.values()]
        values = [value for value in best if value is not None]
        if values and len(values) == len(best):
            yield _efficiency_metric(k, values)


def _efficiency_metric(k: int, values: Sequence[float]) -> MetricEstimate:
    name, value = f"eff@{k}", sum(values) / len(values)
    if len(values) < 2:  # noqa: PLR2004  the least that has a spread
        return MetricEstimate(
            name=name, value=value, why="one task has no spread", tasks=len(values)
        )
    interval = bootstrap_mean([[each] for each in values])
    return MetricEstimate(
        name=name,
        value=value,
        low=interval.low,
        high=interval.high,
        method=f"{interval.method}, seed {interval.seed}",
        tasks=len(values),
    )


def _flaky(seen: dict[tuple[str, int], _Seen]) -> Iterator[TaskFinding]:
    """One finding per task whose samples did not always end alike."""
    told: set[str] = set()
    for (task, index), each in seen.items():
        if len(each.verdicts) > 1 and task not in told:
            told.add(task)
            counts = ", ".join(f"{name} {count}" for name, count in sorted(each.verdicts.items()))
            why = f"equal runs of sample {index} ended differently: {counts}"
            yield TaskFinding(task_id=task, kind="flaky", why=why)
