"""The bootstrap of a mean: always seeded, so that the same run gives the same interval."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from random import Random
from statistics import NormalDist, stdev
from typing import NamedTuple

DRAWS = 4_000
"""Monte Carlo error of a 95 % end: about 3 % of the interval's half width."""
NORMAL = NormalDist()


class BootstrapInterval(NamedTuple):
    """Interval and error, and what they need to be found again."""

    low: float
    high: float
    error: float
    method: str
    draws: int
    seed: int


def bootstrap_mean(
    groups: Sequence[Sequence[float]],
    *,
    nested: bool = False,
    corrected: bool = True,
    draws: int = DRAWS,
    seed: int = 0,
    level: float = 0.95,
) -> BootstrapInterval:
    """Interval of the mean of all values by drawing whole groups with replacement.

    A group is what was drawn in the first place: a task, or a cluster of tasks. `nested` draws the
    values within each drawn group too (tasks, then their samples). `corrected`: bias-corrected and
    accelerated (Efron 1987), otherwise plain percentiles. Needs two groups, none of them empty.
    """
    if len(groups) < 2 or not all(groups):  # noqa: PLR2004  the least that has a spread
        raise ValueError("a bootstrap needs two groups or more, none of them empty")
    random = Random(seed)
    estimate = _mean(groups)
    if nested:
        means = sorted(_mean(_redrawn(groups, random)) for _ in range(draws))
    else:
        means = sorted(_drawn_means(groups, random, draws))
    tails = ((1 - level) / 2, (1 + level) / 2)
    if corrected:
        tails = _corrected(tails, means, estimate, groups)
    low, high = (_percentile(means, tail) for tail in tails)
    method = "BCa bootstrap" if corrected else "percentile bootstrap"
    return BootstrapInterval(low, high, stdev(means), method, draws, seed)


def _mean(groups: Sequence[Sequence[float]]) -> float:
    return math.fsum(math.fsum(group) for group in groups) / sum(len(group) for group in groups)


def _drawn_means(groups: Sequence[Sequence[float]], random: Random, draws: int) -> list[float]:
    totals = [(math.fsum(group), len(group)) for group in groups]
    if len({size for _, size in totals}) == 1:
        sums, count = [total for total, _ in totals], len(totals) * totals[0][1]
        return [math.fsum(random.choices(sums, k=len(sums))) / count for _ in range(draws)]
    means: list[float] = []
    for _ in range(draws):
        drawn = random.choices(totals, k=len(totals))
        means.append(math.fsum(total for total, _ in drawn) / sum(size for _, size in drawn))
    return means


def _redrawn(groups: Sequence[Sequence[float]], random: Random) -> list[list[float]]:
    drawn = random.choices(groups, k=len(groups))
    return [random.choices(group, k=len(group)) for group in drawn]


def _corrected(
    tails: tuple[float, float],
    means: Sequence[float],
    estimate: float,
    groups: Sequence[Sequence[float]],
) -> tuple[float, float]:
    """Move the tails by bias (ties count half) and by the jackknife's acceleration."""
    below = (bisect_left(means, estimate) + bisect_right(means, estimate)) / (2 * len(means))
    if not 0 < below < 1:
        return tails  # all draws on one side: there is nothing to correct by
    bias = NORMAL.inv_cdf(below)
    speed = _acceleration(groups)
    first, last = (
        NORMAL.cdf(bias + (bias + z) / (1 - speed * (bias + z)))
        for z in (NORMAL.inv_cdf(tail) for tail in tails)
    )
    return first, last


def _acceleration(groups: Sequence[Sequence[float]]) -> float:
    total = math.fsum(math.fsum(group) for group in groups)
    size = sum(len(group) for group in groups)
    left = [(total - math.fsum(group)) / (size - len(group)) for group in groups]
    centre = math.fsum(left) / len(left)
    squares = math.fsum((centre - each) ** 2 for each in left)
    cubes = math.fsum((centre - each) ** 3 for each in left)
    return cubes / (6 * squares**1.5) if squares > 0 else 0.0


def _percentile(ordered: Sequence[float], share: float) -> float:
    """Linear interpolation between order statistics."""
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])
