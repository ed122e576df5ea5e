"""How fast right answers are: the rules of ENAMEL and EvalPerf, and robust ratios."""

import math
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple


class DifferentialScore(NamedTuple):
    """EvalPerf's differential performance score, in percent."""

    score: float
    """Cumulative share of the reference solutions that the sample matches."""
    normalized: float
    """Share of the reference clusters that it matches."""
    cluster: int | None
    """Index of the fastest cluster that it matches; None where it matches none."""


def efficiency(elapsed: float, reference: float, limit: float) -> float:
    """ENAMEL's score of one right sample: (limit - elapsed) / (limit - reference), at least 0.

    1 is as fast as the reference, more is faster. All three in the same unit, `limit` above
    `reference`. Wrong samples score 0 (Qiu et al. 2024, 2406.06647, section 2.3).
    """
    if limit <= reference:
        raise ValueError(f"the limit {limit} must be above the reference {reference}")
    return max(0.0, limit - elapsed) / (limit - reference)


def efficiency_at_k(scores: Sequence[float], k: int) -> float | None:
    """Expected best efficiency of k of the samples; None where there are fewer than k.

    Unbiased: the r-th smallest of n is the best of k with chance C(r-1, k-1) / C(n, k)
    (the same paper, equation 7).
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, not {k}")
    if len(scores) < k:
        return None
    ordered = sorted(scores)
    draws = math.comb(len(ordered), k)
    return math.fsum(score * (math.comb(rank, k - 1) / draws) for rank, score in enumerate(ordered))


def hodges_lehmann(values: Sequence[float]) -> float:
    """Median of all pairwise means, each value with itself too: robust, and nearly as sharp as the
    mean (Hodges & Lehmann 1963). Raises ValueError for no value.
    """  # noqa: D205  one thought
    if not values:
        raise ValueError("no value has a centre")
    return median(
        (first + second) / 2 for place, first in enumerate(values) for second in values[place:]
    )


def dps(cost: float, references: Sequence[float], scores: Sequence[float]) -> DifferentialScore:
    """EvalPerf's rule (Liu et al. 2024, 2408.06450).

    `references`: cost of each cluster's slowest member, slowest cluster first; `scores`: cumulative
    share of solutions in percent. A cluster is matched by a cost that is not above its own.
    """
    matched = [place for place, limit in enumerate(references) if cost <= limit]
    if not matched:
        return DifferentialScore(0.0, 0.0, None)
    best = matched[-1]
    return DifferentialScore(scores[best], 100 * (best + 1) / len(references), best)
