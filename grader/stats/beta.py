"""The beta distribution, from which binomial limits and tails of Student's t follow."""

import math

TINY = 1e-300
TERMS_MAX = 10_000
"""The continued fraction needs about the square root of its larger parameter."""


def cumulative(x: float, a: float, b: float) -> float:
    """Regularized incomplete beta function I_x(a, b); `a`, `b` > 0, `x` in [0, 1].

    Abramowitz & Stegun 26.5.8 by Lentz's method; right to about 1e-13.
    """
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    if x > (a + 1) / (a + b + 2):  # the fraction converges fast on the other side
        return 1 - cumulative(1 - x, b, a)
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front += a * math.log(x) + b * math.log1p(-x)
    return math.exp(front) * _fraction(x, a, b) / a


def quantile(probability: float, a: float, b: float) -> float:
    """Find the x at which `cumulative` is `probability`, by bisection to the last bit."""
    low, high = 0.0, 1.0
    while (middle := (low + high) / 2) not in (low, high):
        if cumulative(middle, a, b) < probability:
            low = middle
        else:
            high = middle
    return middle


def student_tail(statistic: float, freedom: float) -> float:
    """Two-sided p-value of a `statistic` with Student's distribution (A & S 26.7.1)."""
    if math.isinf(statistic):
        return 0.0
    return cumulative(freedom / (freedom + statistic * statistic), freedom / 2, 0.5)


def _fraction(x: float, a: float, b: float) -> float:
    upper, lower = 1.0, 1 / _away_from_zero(1 - (a + b) * x / (a + 1))
    value = lower
    for m in range(1, TERMS_MAX):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        factor = 1.0
        for term in (even, odd):
            lower = 1 / _away_from_zero(1 + term * lower)
            upper = _away_from_zero(1 + term / upper)
            factor = lower * upper
            value *= factor
        if abs(factor - 1) < 1e-16:  # noqa: PLR2004  the last bit
            break
    return value


def _away_from_zero(value: float) -> float:
    return value if abs(value) > TINY else TINY
