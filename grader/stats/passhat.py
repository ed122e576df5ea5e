"""pass^k and G-Pass@k: the chance that all, or enough, of k samples of a task are right.

Like pass@k they do not exist where n < k: every function here says so with None.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import cache

from grader.stats.passk import MeanPassAtK, TaskCount, check_counts

HALF = Fraction(1, 2)


def pass_hat_k(n: int, c: int, k: int) -> Fraction | None:
    """Chance that all of k draws are right: C(c, k) / C(n, k) (Yao et al. 2024, 2406.12045).

    Raises ValueError for counts that cannot be, TypeError for anything but integers.
    """
    check_counts(n, c, k)
    if n < k:
        return None
    return Fraction(math.comb(c, k), math.comb(n, k))


def g_pass_at_k(n: int, c: int, k: int, *, share: Fraction) -> Fraction | None:
    """Chance that at least ceil(share * k) of k draws are right (Liu et al. 2024, 2412.13147).

    `share` in [0, 1]; 0 asks for one right draw, as the paper's tau → 0 does, and is pass@k.
    """
    check_counts(n, c, k)
    if not 0 <= share <= 1:
        raise ValueError(f"the share must be from 0 to 1, not {share}")
    if n < k:
        return None
    least = max(1, math.ceil(share * k))
    return _at_least(n, c, k, least=least)


def mean_g_pass(n: int, c: int, k: int) -> Fraction | None:
    """mG-Pass@k: G-Pass@k averaged over shares above one half, 2/k · sum of P(>= i)."""
    check_counts(n, c, k)
    if n < k:
        return None
    first = math.ceil(HALF * k) + 1
    chances = (_at_least(n, c, k, least=i) for i in range(first, k + 1))
    return Fraction(2, k) * sum(chances, Fraction())


def mean_pass_hat_k(tasks: Sequence[TaskCount], k: int) -> MeanPassAtK:
    """Mean of pass^k over tasks; undefined as soon as one has fewer than k graded samples."""
    estimate = cache(pass_hat_k)
    estimates = [estimate(task.graded, task.passed, k) for task in tasks]
    values = tuple(float(value) for value in estimates if value is not None)
    too_few = len(estimates) - len(values)
    if too_few or not values:
        return MeanPassAtK(None, (), too_few)
    return MeanPassAtK(math.fsum(values) / len(values), values, 0)


def _at_least(n: int, c: int, k: int, *, least: int) -> Fraction:
    """Upper tail of the hypergeometric distribution."""
    ways = sum(math.comb(c, i) * math.comb(n - c, k - i) for i in range(least, min(c, k) + 1))
    return Fraction(ways, math.comb(n, k))
