"""Ranks that say how sure they are."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class RankBand(NamedTuple):
    """The ranks that one of several runs may have, 1 for the best."""

    best: int
    worst: int


def rank_bands(
    scores: Sequence[float], p_values: Mapping[tuple[int, int], float], *, alpha: float = 0.05
) -> list[RankBand]:
    """Each one's best and worst rank.

    `p_values`: (i, j) with i < j → p adjusted for all pairs. Best is one more than the number of
    those that are significantly better, worst leaves room for all that are not significantly worse.
    """
    better, worse = [0] * len(scores), [0] * len(scores)
    for (i, j), p in p_values.items():
        if p > alpha or scores[i] == scores[j]:
            continue
        high, low = (i, j) if scores[i] > scores[j] else (j, i)
        better[low] += 1
        worse[high] += 1
    count = len(scores)
    return [RankBand(1 + above, count - below) for above, below in zip(better, worse, strict=True)]
