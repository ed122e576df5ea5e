"""Quantiles of any number of values in little memory, whatever their order."""

import math
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from grader.core.report import QuantitySpread

ACCURACY = 0.01
"""Relative error of every quantile (DDSketch, Masson et al. 2019, 1908.10693)."""
GAMMA = (1 + ACCURACY) / (1 - ACCURACY)
LEAST = 1e-6
"""Values below (a microsecond, a byte of a MiB) count as 0."""
Z_95 = 1.959964
BARS = 40
MICRO = 1_000_000


class QuantileSketch:
    """Counts of values by logarithmic bins; memory grows with the logarithm of their range."""

    def __init__(self) -> None:
        self._bins: Counter[int] = Counter()
        self._zeros = 0
        self._total = 0
        """Sum in millionths: integers, so that the order of values does not matter."""

    def add(self, value: float, by: int = 1) -> None:
        """Count `value` (not below 0) `by` times more; negative: less."""
        self._total += round(value * MICRO) * by
        if value < LEAST:
            self._zeros += by
        else:
            self._bins[math.ceil(math.log(value, GAMMA))] += by

    @property
    def total(self) -> float:
        """Sum of all values."""
        return self._total / MICRO

    def spread(self) -> QuantitySpread | None:
        """Describe the values; None where there are none."""
        ordered = sorted((place, count) for place, count in self._bins.items() if count > 0)
        count = self._zeros + sum(number for _, number in ordered)
        if count <= 0:
            return None
        ranks = _Ranks(self._zeros, ordered, count)
        low, high = ranks.around(0.5)
        low_95, high_95 = ranks.around(0.95)
        return QuantitySpread(
            count=count,
            mean=self.total / count,
            median=ranks.at(0.5),
            median_low=low,
            median_high=high,
            p95=ranks.at(0.95),
            p95_low=low_95,
            p95_high=high_95,
            max=_value(ordered[-1][0]) if ordered else 0.0,
            bins=tuple(_bars(self._zeros, ordered)),
        )


class _Ends(NamedTuple):
    low: float | None
    high: float | None


class _Ranks(NamedTuple):
    zeros: int
    ordered: list[tuple[int, int]]
    number: int

    def value(self, rank: int) -> float:
        """Value of the given rank, 1 for the smallest."""
        left = rank - self.zeros
        if left <= 0:
            return 0.0
        for place, number in self.ordered:
            left -= number
            if left <= 0:
                return _value(place)
        return _value(self.ordered[-1][0])

    def at(self, share: float) -> float:
        return self.value(max(1, math.ceil(share * self.number)))

    def around(self, share: float) -> _Ends:
        """95 % interval of a quantile by order statistics (Conover 1999, section 3.2).

        No end where the values are too few to have one.
        """
        half = Z_95 * math.sqrt(self.number * share * (1 - share))
        low, high = (
            math.floor(share * self.number - half),
            math.ceil(share * self.number + half) + 1,
        )
        return _Ends(
            self.value(low) if low >= 1 else None, self.value(high) if high <= self.number else None
        )


def _value(place: int) -> float:
    """The value in a bin that is within ACCURACY of all others in it."""
    return 2 * GAMMA**place / (GAMMA + 1)


def _bars(zeros: int, ordered: list[tuple[int, int]]) -> Iterator[tuple[float, float, int]]:
    """At most BARS + 1 bars of equal width on a logarithmic scale."""
    if zeros:
        yield 0.0, LEAST, zeros
    if not ordered:
        return
    first, last = ordered[0][0], ordered[-1][0]
    width = max(1, math.ceil((last - first + 1) / BARS))
    bars: Counter[int] = Counter()
    for place, number in ordered:
        bars[(place - first) // width] += number
    for bar in range((last - first) // width + 1):
        start = first + bar * width
        yield GAMMA ** (start - 1), GAMMA ** (start + width - 1), bars[bar]
