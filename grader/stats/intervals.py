"""95 % confidence intervals of a mean over tasks.

The tasks are the sample: an interval says how the mean would vary had other tasks of the same sort
been asked. Samples of one task are alike, so they are never counted as independent; each task
enters with one value between 0 and 1.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from functools import cache
from statistics import NormalDist
from typing import NamedTuple

from grader.stats import beta
from grader.stats.clusters import effective_number

LEVEL = 0.95
FEW_DEVIATING = 5
"""With fewer tasks than this away from the value that the others share, the spread says too little
for a t interval. Coverage of nominal 95 % at 164 tasks, all 0 but each with chance 0.02 (0.01) at a
uniform value, 4,000 draws: t alone 84.5 % (70.3 %), with this rule 99.9 % (99.0 %)."""
SKEWED = 25
"""With fewer tasks than this times their squared skewness a mean is itself skewed (Cochran 1977,
Sampling Techniques, 2.15); of fewer tasks than so many a skewness below 1 is noise. Of 100 tasks of
five samples with a mean of 0.05 t intervals covered 92 %, nearly all others missed at one end; with
Wilson's ends 94 to 97 %, missed alike at both."""
FEW_CLUSTERS = 10
"""With no more effective clusters than this the clustered error is itself uncertain, and the method
says so. `scripts/coverage` shows what its intervals then cover."""
ROUGH = "88 to 100"
"""What 95 % intervals of such tasks cover in `scripts/coverage`."""
ROUNDING = 1e-12
"""A clustered error below this is none: all clusters happen to have the same mean."""
SERIES_MAX = 200
"""Degrees of freedom up to which Student's distribution is summed exactly."""


class IntervalEstimate(NamedTuple):
    """Both ends, and how they were found."""

    low: float
    high: float
    method: str


class NoInterval(NamedTuple):
    """There is no interval."""

    why: str


def over_tasks(
    values: Sequence[float],
    clusters: Sequence[Hashable] | None = None,
    *,
    level: float = LEVEL,
) -> IntervalEstimate | NoInterval:
    """Confidence interval of the mean of per-task `values` in [0, 1], chosen by the data.

    Two-valued (0 or 1) tasks get Wilson's interval, others Student's t, with Wilson's ends where
    they are skewed; tasks that come in `clusters` (several of one repository are alike) get the
    clustered t. Where nearly all tasks share one value the t interval would pretend certainty;
    Wilson's for the same mean is then an upper bound, for no variable within [0, 1] varies more
    than a two-valued one of its mean. Few tasks that differ may still sit in one cluster: the wider
    end of both counts then.
    """
    if len(values) < 2:  # noqa: PLR2004  the least that has a spread
        return NoInterval(f"{'one task' if values else 'no task'} has no spread to judge by")
    if clusters is None or len(set(clusters)) < 2:  # noqa: PLR2004  one cluster says nothing
        return _of_single_tasks(values, level)
    clustered = clustered_t(values, clusters, level=level)
    if not _nearly_constant(values):
        return clustered
    single = _of_single_tasks(values, level)
    ends = min(single.low, clustered.low), max(single.high, clustered.high)
    return single if ends == single[:2] else IntervalEstimate(*ends, clustered.method)


def _of_single_tasks(values: Sequence[float], level: float) -> IntervalEstimate:
    if all(value in (0.0, 1.0) for value in values):
        return wilson(math.fsum(values), len(values), level=level)
    if _nearly_constant(values):
        low, high, _ = wilson(math.fsum(values), len(values), level=level)
        return IntervalEstimate(low, high, "wilson, tasks hardly differ")
    if max(len(values), SKEWED) >= SKEWED * _skewness(values) ** 2:
        return clustered_t(values, level=level)
    low, high = _score_ends_of(values, clustered_error(values).error, level, len(values) - 1)
    return IntervalEstimate(low, high, "Student's t, skewed scores")


def wilson(successes: float, trials: int, *, level: float = LEVEL) -> IntervalEstimate:
    """Wilson's score interval (Wilson 1927) of a proportion; `trials` >= 1.

    `successes` may be fractional: a sum of values between 0 and 1.
    """
    share = successes / trials
    low, high = _score_ends(share, 1 / trials, NormalDist().inv_cdf(0.5 + level / 2))
    low = 0.0 if successes <= 0 else max(0.0, low)
    high = 1.0 if successes >= trials else min(1.0, high)
    return IntervalEstimate(low, high, "wilson")


def _score_ends(share: float, per_trial: float, quantile: float) -> tuple[float, float]:
    """Shares from which `share` is `quantile` errors away; `per_trial`: 1 over effective trials."""
    if math.isinf(quantile):
        return 0.0, 1.0
    extra = quantile * quantile * per_trial
    scale = 1 + extra
    centre = (share + extra / 2) / scale
    half = math.sqrt(extra * share * (1 - share) + (extra / 2) ** 2) / scale
    return centre - half, centre + half


def clopper_pearson(successes: int, trials: int, *, level: float = LEVEL) -> IntervalEstimate:
    """Clopper and Pearson's exact interval (1934): it covers at least `level`, mostly more."""
    outside = (1 - level) / 2
    rest = trials - successes
    low = beta.quantile(outside, successes, rest + 1) if successes else 0.0
    high = beta.quantile(1 - outside, successes + 1, rest) if rest else 1.0
    return IntervalEstimate(low, high, "clopper-pearson")


def clustered_t(
    values: Sequence[float],
    clusters: Sequence[Hashable] | None = None,
    *,
    level: float = LEVEL,
) -> IntervalEstimate:
    """Student's t interval of a mean, cut to [0, 1]; at least two values and two clusters.

    With `clusters`: the error is Miller's (2024, arXiv 2411.00640, appendix A) times
    sqrt(G / (G - 1)) for G clusters, and Student's t has one degree of freedom less than there are
    effective clusters, for one large cluster among small ones decides nearly alone. The ends are
    Wilson's for as many trials as have that error (as in surveys: Franco, Little, Louis & Slud
    2019), since clustered shares near 0 or 1 are as skewed as others.
    """
    mean = math.fsum(values) / len(values)
    error, groups, effective = clustered_error(values, clusters)
    if clusters is None:
        half = student_t(0.5 + level / 2, effective - 1) * error
        return IntervalEstimate(max(0.0, mean - half), min(1.0, mean + half), "Student's t")
    low, high = _score_ends_of(values, error, level, effective - 1)
    few = ", few clusters" if effective <= FEW_CLUSTERS else ""
    method = f"clustered t, {groups} clusters, {round(effective, 1):g} effective{few}"
    return IntervalEstimate(low, high, method)


def _score_ends_of(
    values: Sequence[float], error: float, level: float, freedom: float
) -> tuple[float, float]:
    """Wilson's ends for as many trials as have the `error` of this mean, by Student's t."""
    mean = math.fsum(values) / len(values)
    variance = mean * (1 - mean)
    quantile = student_t(0.5 + level / 2, freedom)
    low, high = _score_ends(mean, error * error / variance if variance > 0 else 0.0, quantile)
    return max(0.0, low), min(1.0, high)


def few_clusters(clusters: Sequence[Hashable]) -> str:
    """What an interval over few `clusters` cannot say, '' where there are enough of them."""
    effective = effective_number(clusters)
    if effective > FEW_CLUSTERS:
        return ""
    groups = len(set(clusters))
    named = f"{groups} repositor{'y' if groups == 1 else 'ies'} only"
    if groups - effective > 0.05:  # noqa: PLR2004  shown to one digit
        named = f"{groups} repositories count as {effective:.1f}, for their sizes differ"
    return f"{named}: the interval is itself rough and may cover {ROUGH} % in place of 95 %"


class ClusteredError(NamedTuple):
    """A standard error and what it rests on."""

    error: float
    groups: int
    """Clusters, or values where there are none."""
    effective: float
    """As many clusters of one size would say as much."""


def clustered_error(
    values: Sequence[float], clusters: Sequence[Hashable] | None = None
) -> ClusteredError:
    """Standard error of the mean as `clustered_t` uses it; at least two clusters.

    Where all clusters have the same mean by chance their spread would be 0: then that of the
    single values counts.
    """
    mean = math.fsum(values) / len(values)
    residuals: dict[Hashable, list[float]] = defaultdict(list)
    for number, value in enumerate(values):
        residuals[clusters[number] if clusters is not None else number].append(value - mean)
    count = len(residuals)
    if count < 2:  # noqa: PLR2004  the least that has a spread
        raise ValueError(f"{count} cluster has no spread to judge by")
    squares = math.fsum(math.fsum(cluster) ** 2 for cluster in residuals.values())
    error = math.sqrt(squares * count / (count - 1)) / len(values)
    if clusters is None:
        return ClusteredError(error, count, float(count))
    if error < ROUNDING:
        error = clustered_error(values).error
    return ClusteredError(error, count, effective_number(clusters))


@cache
def student_t(probability: float, freedom: float) -> float:
    """Quantile of Student's t; `probability` in [0.5, 1), degrees of `freedom` >= 0.

    Up to SERIES_MAX whole degrees by bisection on the finite series, above by the asymptotic
    expansion (Abramowitz & Stegun 26.7.3, 26.7.4 and 26.7.5), others from the beta distribution;
    right to 1e-10. Infinite where so few degrees say nothing.
    """
    if freedom > SERIES_MAX:
        return _expanded(NormalDist().inv_cdf(probability), freedom)
    if freedom != int(freedom):
        share = beta.quantile(2 * (1 - probability), freedom / 2, 0.5)
        return math.sqrt(freedom * (1 - share) / share) if share > 0 else math.inf
    if not freedom:
        return math.inf
    freedom = int(freedom)
    inner = 2 * probability - 1
    low, high = 0.0, math.pi / 2
    while (middle := (low + high) / 2) not in (low, high):
        if _inner_probability(middle, freedom) < inner:
            low = middle
        else:
            high = middle
    return math.tan(low) * math.sqrt(freedom)


def _inner_probability(angle: float, freedom: int) -> float:
    """P(|T| < sqrt(freedom) * tan(angle)): A & S 26.7.3 (odd), 26.7.4 (even)."""
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2
    term = cosine if odd else 1.0
    total = term if freedom > 1 else 0.0
    for step in range(2 + odd, freedom - 1, 2):
        term *= cosine * cosine * (step - 1) / step
        total += term
    return 2 / math.pi * (angle + sine * total) if odd else sine * total


def _expanded(x: float, freedom: float) -> float:
    """Turn the normal quantile `x` into that of Student's t: A & S 26.7.5."""
    terms = (
        (x**3 + x) / 4,
        (5 * x**5 + 16 * x**3 + 3 * x) / 96,
        (3 * x**7 + 19 * x**5 + 17 * x**3 - 15 * x) / 384,
        (79 * x**9 + 776 * x**7 + 1482 * x**5 - 1920 * x**3 - 945 * x) / 92160,
    )
    return x + math.fsum(term / freedom**power for power, term in enumerate(terms, start=1))


def _skewness(values: Sequence[float]) -> float:
    """Third moment over the cubed deviation; 0 where nothing varies."""
    mean = math.fsum(values) / len(values)
    square = math.fsum((value - mean) ** 2 for value in values) / len(values)
    cube = math.fsum((value - mean) ** 3 for value in values) / len(values)
    scale = square**1.5
    return cube / scale if scale > 0 else 0.0


def _nearly_constant(values: Sequence[float]) -> bool:
    shared = Counter(values).most_common(1)[0][1]
    deviating = len(values) - shared
    return deviating < FEW_DEVIATING and deviating < shared
