"""Two runs over the same tasks: the difference, its error and the chance of it by luck alone."""

import math
from collections.abc import Hashable, Sequence
from fractions import Fraction
from random import Random
from typing import NamedTuple

from grader.stats import beta
from grader.stats.intervals import clustered_error, student_t

EXACT_BITS = 2_000_000_000
"""Work up to which the sign-flip distribution is counted exactly (about a second)."""
DRAWS = 20_000
"""Random sign flips where counting is too long: a p of 0.05 is then right to 0.003."""


class PairedDifference(NamedTuple):
    """Mean of paired differences, with error and interval."""

    mean: float
    error: float
    low: float
    high: float
    p: float
    """Two-sided, by Student's t: the test that fits the interval."""
    groups: int
    """Clusters, or tasks where there are none."""
    effective: float
    """As many clusters of one size would say as much."""


class McNemar(NamedTuple):
    """Tests on the tasks that exactly one of the two solved."""

    exact: float
    mid: float
    """Mid-p: less conservative than the exact one, still close to its level."""
    chi2: float
    chi2_corrected: float


class SignFlip(NamedTuple):
    """The permutation test of paired differences."""

    p: float
    exact: bool
    draws: int
    """Random sign flips; 0 where all were counted."""
    seed: int


def difference(
    values_a: Sequence[float],
    values_b: Sequence[float],
    clusters: Sequence[Hashable] | None = None,
    *,
    level: float = 0.95,
) -> PairedDifference:
    """Mean of a - b over tasks in [-1, 1], with the clustered error of Miller 2024.

    Student's t has one degree of freedom less than there are effective clusters. Raises
    ValueError with fewer than two tasks or clusters.
    """
    gaps = [a - b for a, b in zip(values_a, values_b, strict=True)]
    mean = math.fsum(gaps) / len(gaps)
    error, groups, effective = clustered_error(gaps, clusters)
    if not error:
        return PairedDifference(mean, 0.0, mean, mean, 0.0 if mean else 1.0, groups, effective)
    half = student_t(0.5 + level / 2, effective - 1) * error
    p = beta.student_tail(mean / error, effective - 1) if effective > 1 else 1.0
    low, high = max(-1.0, mean - half), min(1.0, mean + half)
    return PairedDifference(mean, error, low, high, p, groups, effective)


def mcnemar(only_a: int, only_b: int) -> McNemar:
    """Tests that both sides are equally good (McNemar 1947), given how often only one was right."""
    total = only_a + only_b
    if not total:
        return McNemar(1.0, 1.0, 1.0, 1.0)
    few = min(only_a, only_b)
    ways = sum(math.comb(total, i) for i in range(few + 1))
    exact = min(1.0, float(Fraction(2 * ways, 2**total)))
    at_few = Fraction(math.comb(total, few), 2**total)
    mid = 1.0 if only_a == only_b else float(Fraction(2 * ways, 2**total) - at_few)
    gap = abs(only_a - only_b)
    corrected = (gap - 1) ** 2 / total  # Edwards 1948, with his 1 even where there is no gap
    return McNemar(exact, mid, _chi2_tail(gap**2 / total), _chi2_tail(corrected))


def sign_flip(gaps: Sequence[Fraction | int], *, seed: int = 0, draws: int = DRAWS) -> SignFlip:
    """Chance of a sum as far from 0 had each task's difference an arbitrary sign; two-sided.

    Counted exactly over all 2^n flips wherever that is feasible, for 0/1 scores it then is the
    exact McNemar test; otherwise (b + 1) / (m + 1) over seeded random flips (Phipson & Smyth 2010).
    """
    denominator = math.lcm(*(gap.denominator for gap in gaps))
    signed = [int(gap * denominator) for gap in gaps if gap]
    unit = math.gcd(*signed)
    observed = abs(sum(signed)) // max(unit, 1)
    if not observed:
        return SignFlip(1.0, exact=True, draws=0, seed=seed)
    sizes = [abs(size) // unit for size in signed]
    if sum(sizes) * len(sizes) ** 2 <= EXACT_BITS:
        return SignFlip(_counted(sizes, observed), exact=True, draws=0, seed=seed)
    random = Random(seed)
    total = sum(sizes)
    as_far = 0
    for _ in range(draws):
        flips = random.getrandbits(len(sizes))
        positive = sum(size for place, size in enumerate(sizes) if flips >> place & 1)
        as_far += abs(2 * positive - total) >= observed
    return SignFlip((as_far + 1) / (draws + 1), exact=False, draws=draws, seed=seed)


def _counted(sizes: Sequence[int], observed: int) -> float:
    """Count the subsets whose signed sum is as far from 0 as `observed`.

    The numbers of subsets by sum are the coefficients of the product of 1 + x^size; they are kept
    in one integer, each in a field wide enough for 2^n (Kronecker substitution).
    """
    width = len(sizes) + 1
    ways = 1
    for size in sizes:
        ways += ways << (size * width)
    highest = (sum(sizes) - observed) // 2
    tail = ways & ((1 << ((highest + 1) * width)) - 1)
    count = tail % ((1 << width) - 1)  # the sum of all fields
    return min(1.0, float(Fraction(2 * count, 1 << len(sizes))))


def _chi2_tail(statistic: float) -> float:
    """Upper tail of the chi-squared distribution with one degree of freedom."""
    return math.erfc(math.sqrt(statistic / 2))
