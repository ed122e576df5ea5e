"""The two-parameter logistic curve of one task and what it tells at an ability."""

import math
from typing import NamedTuple


class ItemCurve(NamedTuple):
    """One task's parameters."""

    a: float
    """Discrimination, above 0."""
    b: float
    """Difficulty."""


def probability(curve: ItemCurve, ability: float, *, scale: float = 1.0) -> float:
    """Chance of a right sample (Birnbaum 1968); `scale` 1.7 imitates the normal ogive."""
    z = scale * curve.a * (ability - curve.b)
    if z >= 0:
        return 1 / (1 + math.exp(-min(z, 700.0)))
    power = math.exp(max(z, -700.0))
    return power / (1 + power)


def information(curve: ItemCurve, ability: float, *, scale: float = 1.0) -> float:
    """Fisher information of one sample: scale² a² P (1 - P)."""
    p = probability(curve, ability, scale=scale)
    return (scale * curve.a) ** 2 * p * (1 - p)
