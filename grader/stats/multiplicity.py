"""Many tests at once: p-values that keep their meaning."""

from collections.abc import Sequence
from itertools import accumulate


def bonferroni(values: Sequence[float]) -> list[float]:
    """Adjusted for the chance of any false alarm; simplest and weakest."""
    return [min(1.0, value * len(values)) for value in values]


def holm(values: Sequence[float]) -> list[float]:
    """Adjusted for the chance of any false alarm (Holm 1979): never weaker than Bonferroni."""
    order = sorted(range(len(values)), key=values.__getitem__)
    raised = (values[place] * (len(values) - rank) for rank, place in enumerate(order))
    return _placed(order, [min(1.0, value) for value in accumulate(raised, max)])


def benjamini_hochberg(values: Sequence[float]) -> list[float]:
    """Adjusted for the share of false alarms among all alarms (Benjamini & Hochberg 1995)."""
    return _stepped_up(values, 1.0)


def benjamini_yekutieli(values: Sequence[float]) -> list[float]:
    """Like `benjamini_hochberg`, under any dependence (Benjamini & Yekutieli 2001)."""
    return _stepped_up(values, sum(1 / rank for rank in range(1, len(values) + 1)))


def _stepped_up(values: Sequence[float], factor: float) -> list[float]:
    order = sorted(range(len(values)), key=values.__getitem__, reverse=True)
    count = len(values)
    raised = (values[place] * count * factor / (count - rank) for rank, place in enumerate(order))
    return _placed(order, [min(1.0, value) for value in accumulate(raised, min)])


def _placed(order: Sequence[int], values: Sequence[float]) -> list[float]:
    placed = [0.0] * len(values)
    for place, value in zip(order, values, strict=True):
        placed[place] = value
    return placed
