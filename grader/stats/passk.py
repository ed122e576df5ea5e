"""pass@k: the chance that at least one of k samples drawn from a task's n is right.

The estimator is the unbiased one of Chen et al. 2021 (arXiv 2107.03374, section 2.1):
1 - C(n-c, k) / C(n, k) with c right samples of n. It does not exist where n < k: every function
here says so with None, never with 1.0 or 0.0.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from operator import index
from typing import NamedTuple

EXACT_TERMS = 10_000
"""Products of at most this many integers are formed exactly (10 ms); longer ones in logarithms."""


class TaskCount(NamedTuple):
    """One task's graded samples and how many of them passed."""

    graded: int
    passed: int


class MeanPassAtK(NamedTuple):
    """pass@k of a benchmark."""

    value: float | None
    """Mean over tasks; None where some task has too few samples or there is no task."""
    values: tuple[float, ...]
    """Each task's pass@k in the given order; empty where `value` is None."""
    too_few: int
    """Tasks with fewer than k graded samples."""


def pass_at_k(n: int, c: int, k: int) -> Fraction | None:
    """Exact pass@k of one task with `c` right ones among `n` samples; None where n < k.

    Raises ValueError for counts that cannot be, TypeError for anything but integers.
    """
    check_counts(n, c, k)
    if n < k:
        return None
    few, many = sorted((c, k))
    # C(n-c, k) / C(n, k) is symmetric in c and k: the product with fewer terms is enough.
    return 1 - Fraction(math.perm(n - many, few), math.perm(n, few))


def pass_at_k_float(n: int, c: int, k: int) -> float | None:
    """`pass_at_k` as the nearest float, for any n; None where n < k.

    With more than EXACT_TERMS factors: -expm1 of a sum of log1p, right to some 1e-15.
    """
    check_counts(n, c, k)
    if n < k:
        return None
    few, many = sorted((c, k))
    if n - many < few:
        return 1.0
    if few <= EXACT_TERMS:
        draws = math.perm(n, few)
        return (draws - math.perm(n - many, few)) / draws
    return -math.expm1(math.fsum(math.log1p(-many / i) for i in range(n - few + 1, n + 1)))


def mean_pass_at_k(tasks: Sequence[TaskCount], k: int) -> MeanPassAtK:
    """Mean of pass@k over tasks, each with the same weight whatever its number of samples."""
    estimate = cache(pass_at_k_float)
    estimates = [estimate(task.graded, task.passed, k) for task in tasks]
    values = tuple(value for value in estimates if value is not None)
    too_few = len(estimates) - len(values)
    if too_few or not values:
        return MeanPassAtK(None, (), too_few)
    return MeanPassAtK(math.fsum(values) / len(values), values, 0)


def check_counts(n: int, c: int, k: int) -> None:
    """ValueError for counts that cannot be, TypeError for what is no integer."""
    if index(k) < 1:
        raise ValueError(f"k must be at least 1, not {k}")
    if not 0 <= index(c) <= index(n):
        raise ValueError(f"{c} right samples of {n} cannot be")
