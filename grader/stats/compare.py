"""From the counts of several runs to who is better, and how sure that is."""

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

from grader.core.comparison import ComparedRun, RunComparison
from grader.stats import multiplicity
from grader.stats.bounds import UngradedRange, bounds
from grader.stats.clusters import clusters_of, effective_number
from grader.stats.intervals import NoInterval, few_clusters, over_tasks
from grader.stats.pair import ALPHA, AdjustedPValues, UngradedBounds, pair_of, test_of
from grader.stats.passk import TaskCount, pass_at_k
from grader.stats.ranks import RankBand, rank_bands


class RunScores(NamedTuple):
    """What one run says about each task."""

    name: str
    run_id: str
    counts: Mapping[str, TaskCount]
    ungraded: Mapping[str, int]
    """Task → samples without a verdict; tasks without any may be left out."""


def compare(
    runs: Sequence[RunScores], *, benchmark: str = "", k: int = 1, seed: int = 0
) -> RunComparison:
    """Compare every two of `runs` by pass@k on the tasks that all of them have.

    Raises ValueError with fewer than two runs or without a task that all have k graded samples of.
    """
    if len(runs) < 2:  # noqa: PLR2004  a pair
        raise ValueError("a comparison needs two runs or more")
    union = list(dict.fromkeys(task for run in runs for task in run.counts))
    common = [task for task in union if all(_has_enough(run, task, k) for run in runs)]
    if not common:
        raise ValueError(f"no task has {k} graded sample{'s' * (k > 1)} in every run")
    rows = [[_score(run.counts[task], k) for task in common] for run in runs]
    clusters = clusters_of(common)
    places = list(combinations(range(len(runs)), 2))
    tests = [test_of(rows[a], rows[b], clusters, seed=seed) for a, b in places]
    sober = [test.sober_p for test in tests]
    adjusted = [
        AdjustedPValues(*both)
        for both in zip(
            multiplicity.holm(sober), multiplicity.benjamini_hochberg(sober), strict=True
        )
    ]
    means = [float(sum(row, Fraction()) / len(row)) for row in rows]
    bands = rank_bands(
        means, {place: p.holm for place, p in zip(places, adjusted, strict=True)}, alpha=ALPHA
    )
    limits = [_bounds(run, common, k) for run in runs]
    sides = [
        _side(run, [float(value) for value in row], common, clusters, band)
        for run, row, band in zip(runs, rows, bands, strict=True)
    ]
    return RunComparison(
        benchmark=benchmark,
        metric=f"pass@{k}",
        tasks=len(common),
        left_out=len(union) - len(common),
        clusters=len(set(clusters or ())),
        clusters_effective=effective_number(clusters) if clusters else 0.0,
        sides=tuple(sorted(sides, key=lambda side: (-side.score, side.name))),
        pairs=tuple(
            pair_of(
                (runs[a].name, runs[b].name),
                test,
                p,
                tasks=len(common),
                between=_between(limits[a], limits[b], (means[a], means[b])),
            )
            for (a, b), test, p in zip(places, tests, adjusted, strict=True)
        ),
        notes=tuple(_notes(runs, union, common, clusters)),
    )


def _has_enough(run: RunScores, task: str, k: int) -> bool:
    count = run.counts.get(task)
    return count is not None and count.graded >= k


def _score(count: TaskCount, k: int) -> Fraction | int:
    value = pass_at_k(count.graded, count.passed, k)
    assert value is not None  # noqa: S101  the task has enough samples
    return int(value) if value.denominator == 1 else value  # integers are 20 times faster


def _side(
    run: RunScores,
    values: Sequence[float],
    common: Sequence[str],
    clusters: Sequence[str] | None,
    band: RankBand,
) -> ComparedRun:
    interval = over_tasks(values, clusters)
    known = not isinstance(interval, NoInterval)
    return ComparedRun(
        name=run.name,
        run_id=run.run_id,
        score=math.fsum(values) / len(values),
        low=interval.low if known else None,
        high=interval.high if known else None,
        method=interval.method if known else interval.why,
        samples=sum(run.counts[task].graded for task in common),
        ungraded=sum(run.ungraded.get(task, 0) for task in common),
        rank_best=band.best,
        rank_worst=band.worst,
    )


def _bounds(run: RunScores, common: Sequence[str], k: int) -> UngradedRange | None:
    lost = [run.ungraded.get(task, 0) for task in common]
    return bounds([run.counts[task] for task in common], lost, k) if any(lost) else None


def _between(
    a: UngradedRange | None, b: UngradedRange | None, means: tuple[float, float]
) -> UngradedBounds | None:
    if a is None and b is None:
        return None
    first = a or UngradedRange(means[0], means[0])
    second = b or UngradedRange(means[1], means[1])
    return UngradedBounds(first.worst - second.best, first.best - second.worst)


def _notes(
    runs: Sequence[RunScores],
    union: Sequence[str],
    common: Sequence[str],
    clusters: Sequence[str] | None,
) -> list[str]:
    notes: list[str] = []
    if len(common) < len(union):
        notes.append(
            f"{len(union) - len(common)} of {len(union)} tasks are left out: some run has too few"
            " graded samples of them"
        )
    if clusters and (few := few_clusters(clusters)):
        notes.append(few)
    if len(runs) > 2:  # noqa: PLR2004  one pair needs no adjustment
        pairs = len(runs) * (len(runs) - 1) // 2
        notes.append(f"p-values are adjusted for all {pairs} pairs (Holm)")
    if all(run.counts[task].graded == 1 for run in runs for task in common):
        notes.append(
            "one sample per task: what another draw of the same models would give is unknown"
        )
    return notes
