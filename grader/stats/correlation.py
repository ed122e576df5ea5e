"""How far two rows of numbers go together."""

import math
from collections.abc import Sequence

SAME = 1e-13
"""A spread so small beside the values is rounding: SciPy calls such input constant too."""


def correlation(xs: Sequence[float], ys: Sequence[float]) -> float | None:
    """Pearson's r of finite numbers; None where one side does not vary."""
    dx, dy = _centred(xs), _centred(ys)
    norm_x, norm_y = math.hypot(*dx), math.hypot(*dy)
    if norm_x <= SAME * math.hypot(*xs) or norm_y <= SAME * math.hypot(*ys):
        return None
    found = math.fsum((x / norm_x) * (y / norm_y) for x, y in zip(dx, dy, strict=True))
    return max(-1.0, min(1.0, found))


def _centred(values: Sequence[float]) -> list[float]:
    mean = math.fsum(values) / len(values)
    return [value - mean for value in values]


def ranks(values: Sequence[float]) -> list[float]:
    """Ranks from 1; equal values get their mean rank."""
    order = sorted(range(len(values)), key=values.__getitem__)
    found = [0.0] * len(values)
    first = 0
    while first < len(order):
        last = first
        while last + 1 < len(order) and values[order[last + 1]] == values[order[first]]:
            last += 1
        for place in range(first, last + 1):
            found[order[place]] = (first + last) / 2 + 1
        first = last + 1
    return found
