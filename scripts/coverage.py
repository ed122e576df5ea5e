"""How often the printed 95 % intervals hold the truth: `scripts/coverage [DRAWS]`.

Tasks are drawn in clusters (repositories) whose own pass rates vary around the true one by a beta
distribution with the given intraclass correlation; every draw goes through the functions that a
report uses. A line per table row: kind, shape, tasks, rate, correlation, covered, effective
clusters, and `said` where the report says that the interval is itself rough.
"""

import sys
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from grader.stats.clusters import effective_number
from grader.stats.findings import FEW_TASKS
from grader.stats.intervals import FEW_CLUSTERS, Interval, over_tasks
from grader.stats.paired import difference

VERIFIED = (231, 75, 44, 34, 32, 22, 22, 19, 10, 8, 2, 1)
"""Tasks of SWE-bench Verified by repository."""
SIZES = (20, 100, 500)
RATES = (0.05, 0.5, 0.95)
CORRELATIONS = (0.0, 0.006, 0.02, 0.05, 0.1)
SAMPLES = 5
"""Per task, where scores are shares."""
DRAWS = 1000


class Case(NamedTuple):
    """One row of the table."""

    kind: str
    """`binary`, `shares` (of several samples) or `paired`."""
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
    for kind in ("binary", "shares", "paired"):
        for tasks in SIZES:
            for shape, sizes in shapes(tasks):
                for rate in RATES:
                    for correlation in CORRELATIONS if shape != "single" else (0.0,):
                        yield Case(kind, shape, sizes, rate, correlation)


def covered(case: Case, draws: int, seed: int = 0) -> float:
    """Share of `draws` whose interval holds the truth."""
    random = np.random.default_rng([seed, *case.sizes, round(1000 * case.rate)])
    clusters = case.clusters
    hits = 0
    for _ in range(draws):
        values = _scores(case, random)
        if case.kind == "paired":
            found, truth = difference(values, _scores(case, random), clusters), 0.0
        else:
            found, truth = over_tasks(values, clusters), case.rate
            assert isinstance(found, Interval)
        hits += found.low - 1e-12 <= truth <= found.high + 1e-12
    return hits / draws


def _scores(case: Case, random: np.random.Generator) -> list[float]:
    rates = np.full(len(case.sizes), case.rate)
    if case.correlation:
        weight = (1 - case.correlation) / case.correlation
        rates = random.beta(case.rate * weight, (1 - case.rate) * weight, len(case.sizes))
    of_task = np.repeat(rates, case.sizes)
    if case.kind != "shares":
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
            f"{case.kind:7} {case.shape:9} {sum(case.sizes):4} {case.rate:5} {case.correlation:6}"
            f" {100 * share:6.1f} {case.effective:6.1f}{' said' if case.is_said else ''}"
        )


if __name__ == "__main__":
    main()
