"""How often the printed 95 % intervals hold the truth: `scripts/coverage [DRAWS]`.

Tasks are drawn in clusters (repositories) whose own pass rates vary around the true one by a beta
distribution with the given intraclass correlation; every draw goes through the functions that a
report uses. A line per table row: kind, shape, tasks, rate, correlation, covered, effective
clusters, and `said` where the report says that the interval is itself rough. `scripts/adaptive`
does the same for predicted scores.
"""

import sys
from collections.abc import Iterator
from statistics import fmean
from typing import NamedTuple

import numpy as np

from grader.leaderboard.records import BoardEntry
from grader.leaderboard.suite import ends_of
from grader.stats.clusters import effective_number
from grader.stats.figures import resolved
from grader.stats.findings import FEW_TASKS
from grader.stats.intervals import FEW_CLUSTERS, IntervalEstimate, over_tasks
from grader.stats.paired import difference

VERIFIED = (231, 75, 44, 34, 32, 22, 22, 19, 10, 8, 2, 1)
"""Tasks of SWE-bench Verified by repository."""
SIZES = (20, 100, 500)
RATES = (0.05, 0.5, 0.95)
CORRELATIONS = (0.0, 0.006, 0.02, 0.05, 0.1)
KINDS = ("binary", "shares", "resolved", "paired", "suite")
LOST = 0.1
"""Share of tasks without a sample, where what is resolved is asked."""
SAMPLES = 5
"""Per task, where scores are shares."""
DRAWS = 1000


class Case(NamedTuple):
    """One row of the table."""

    kind: str
    """`binary`, `shares` (of several samples), `resolved` (some tasks have none), `paired`, or
    `suite` (two benchmarks with equal weights)."""
    shape: str
    sizes: tuple[int, ...]
    rate: float
    correlation: float

    @property
    def clusters(self) -> list[int] | None:
        """Each task's cluster; None where every task is its own."""
        if max(self.sizes) == 1:
            return None
        return [place for place, size in enumerate(self.sizes) for _ in range(size)]

    @property
    def effective(self) -> float:
        """What the report says it rests on."""
        return effective_number(self.clusters or range(len(self.sizes)))

    @property
    def is_said(self) -> bool:
        """Whether the report says that the interval is rough."""
        few = self.clusters is not None and self.effective <= FEW_CLUSTERS
        return few or sum(self.sizes) < FEW_TASKS


def shapes(tasks: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Cluster sizes of so many tasks."""
    yield "single", (1,) * tasks
    scaled = [round(size * tasks / sum(VERIFIED)) for size in VERIFIED]
    scaled[0] += tasks - sum(scaled)
    yield "verified", tuple(size for size in scaled if size > 0)
    yield "even5", (tasks // 5,) * 5
    yield "even10", (tasks // 10,) * 10
    if tasks > min(SIZES):
        yield "even50", (tasks // 50,) * 50


def cases() -> Iterator[Case]:
    """The whole table."""
    for kind in KINDS:
        for tasks in SIZES:
            for shape, sizes in shapes(tasks):
                for rate in RATES:
                    for correlation in CORRELATIONS if shape != "single" else (0.0,):
                        yield Case(kind, shape, sizes, rate, correlation)


def covered(case: Case, draws: int, seed: int = 0) -> float:
    """Share of `draws` whose interval holds the truth."""
    random = np.random.default_rng([seed, *case.sizes, round(1000 * case.rate)])
    clusters = case.clusters
    truth = {"paired": 0.0, "resolved": (1 - LOST) * case.rate}.get(case.kind, case.rate)
    hits = 0
    for _ in range(draws):
        low, high = _ends(case, random, clusters)
        hits += low - 1e-12 <= truth <= high + 1e-12
    return hits / draws


def _ends(
    case: Case, random: np.random.Generator, clusters: list[int] | None
) -> tuple[float, float]:
    """One draw's interval, by the function that a report has it from."""
    values = _scores(case, random)
    if case.kind == "paired":
        gap = difference(values, _scores(case, random), clusters)
        return gap.low, gap.high
    if case.kind == "resolved":
        return _resolved(values, random, clusters)
    first = over_tasks(values, clusters)
    assert isinstance(first, IntervalEstimate)
    if case.kind != "suite":
        return first.low, first.high
    others = _scores(case, random)
    second = over_tasks(others, clusters)
    assert isinstance(second, IntervalEstimate)
    scores = fmean(values), fmean(others)
    ends = zip(scores, (first, second), strict=True)
    parts = [
        (0.5, BoardEntry.model_construct(score=score, low=each.low, high=each.high))
        for score, each in ends
    ]
    low, high = ends_of(fmean(scores), parts)
    assert low is not None
    assert high is not None
    return low, high


def _resolved(
    values: list[float], random: np.random.Generator, clusters: list[int] | None
) -> tuple[float, float]:
    there = random.random(len(values)) >= LOST
    counts = [
        {"passed": round(SAMPLES * value), "failed": SAMPLES - round(SAMPLES * value)}
        for value, is_there in zip(values, there, strict=True)
        if is_there
    ]
    order: list[int] = np.argsort(~there, kind="stable").tolist()  # those with samples first
    groups = None if clusters is None else [str(clusters[place]) for place in order]
    found = resolved(counts, len(values), groups)
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    return found.low, found.high


def _scores(case: Case, random: np.random.Generator) -> list[float]:
    rates = np.full(len(case.sizes), case.rate)
    if case.correlation:
        weight = (1 - case.correlation) / case.correlation
        rates = random.beta(case.rate * weight, (1 - case.rate) * weight, len(case.sizes))
    of_task = np.repeat(rates, case.sizes)
    if case.kind not in {"shares", "resolved"}:
        return random.binomial(1, of_task).astype(float).tolist()
    # Tasks differ in difficulty: each has a rate of its own around its cluster's.
    own = random.beta(np.maximum(of_task, 1e-9), np.maximum(1 - of_task, 1e-9))
    return (random.binomial(SAMPLES, own) / SAMPLES).tolist()


def main() -> None:
    """Print the table."""
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else DRAWS
    for case in cases():
        share = covered(case, draws)
        print(
            f"{case.kind:8} {case.shape:9} {sum(case.sizes):4} {case.rate:5} {case.correlation:6}"
            f" {100 * share:6.1f} {case.effective:6.1f}{' said' if case.is_said else ''}"
        )


if __name__ == "__main__":
    main()
