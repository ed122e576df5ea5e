"""What a bank can reach at best, before anything is asked."""

import math
from collections.abc import Iterable

from grader.stats.irt.ability import AbilityPrior
from grader.stats.irt.curve import ItemCurve, information

PLACES = tuple(step / 4 for step in range(-8, 9))
"""Where a bank is looked at: every quarter of a deviation, within two of them."""


def least_error(
    curves: Iterable[ItemCurve], prior: AbilityPrior, *, tasks: int | None = None
) -> float:
    """Standard error of the ability that the most telling `tasks` leave where they tell most.

    Infinite without tasks. None: all of them.
    """
    found = list(curves)
    total = 0.0
    for place in PLACES:
        ability = prior.mean + place * prior.deviation
        each = sorted((information(curve, ability) for curve in found), reverse=True)
        total = max(total, math.fsum(each[:tasks]))
    return 1 / math.sqrt(total) if total > 0 else math.inf
