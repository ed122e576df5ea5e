"""Whether weaker runs solve a task more often than luck alone would have it."""

import math
from collections.abc import Sequence
from itertools import permutations
from random import Random

from grader.stats import beta

ALPHA = 0.05
"""Tasks that tell nothing are flagged no more often; sound ones, which correlate upwards, hardly
ever: `tests/stats/test_reversal.py` counts them over numbers of runs."""
EXACT_RUNS = 7
"""Runs up to which all orders are counted (5,040)."""
DRAWS = 2_000
HOPELESS = 0.15
"""Where Student's t gives more than this, permutations are not tried: they would not find less than
ALPHA."""
ROUNDING = 1e-9


def reversal_p(shares: Sequence[float], scores: Sequence[float], correlation: float) -> float:
    """Chance that shares which have nothing to do with `scores` correlate so far downwards.

    `shares`: pass rates of one task by run; `scores`: the runs' scores on all other tasks;
    `correlation`: Pearson's r of both, neither constant. A permutation test, one-sided: exact for
    few runs, by seeded draws for more ((b + 1) / (m + 1), Phipson & Smyth 2010). Anything that
    cannot be significant comes from Student's t.
    """
    if correlation >= 0:
        return 1.0
    seen = _product(shares, scores)
    if len(shares) <= EXACT_RUNS:
        sums = [_product(order, scores) for order in permutations(shares)]
        return sum(each <= seen + ROUNDING for each in sums) / len(sums)
    freedom = len(shares) - 2
    statistic = correlation * math.sqrt(freedom / max(1 - correlation**2, ROUNDING))
    if (p := beta.student_tail(statistic, freedom) / 2) > HOPELESS:
        return p
    random, order = Random(0), list(shares)
    as_far = 1
    for _ in range(DRAWS):
        random.shuffle(order)
        as_far += _product(order, scores) <= seen + ROUNDING
    return as_far / (DRAWS + 1)


def _product(xs: Sequence[float], ys: Sequence[float]) -> float:
    return sum(x * y for x, y in zip(xs, ys, strict=True))
