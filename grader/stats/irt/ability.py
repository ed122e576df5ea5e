"""Estimate an ability from graded samples of calibrated tasks."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from grader.stats.irt.curve import ItemCurve, information, probability

BOUNDS = (-6.0, 6.0)
"""Six deviations: beyond them no estimate means anything."""
NEAR = 1e-12
"""Of a root, or of 0: far below any error."""
NODES = 121
"""Points of the EAP's quadrature; over ±6 that is every tenth of a deviation."""


class TaskAnswer(NamedTuple):
    """What a run did on one task."""

    curve: ItemCurve
    right: float
    """Of `trials`; a share where several samples count as one."""
    trials: float
    """0 says nothing."""


class AbilityPrior(NamedTuple):
    """A normal distribution of abilities."""

    mean: float = 0.0
    deviation: float = 1.0


class Ability(NamedTuple):
    """An estimate with its standard error."""

    value: float
    error: float


def most_likely_with_prior(
    answers: Sequence[TaskAnswer],
    prior: AbilityPrior = AbilityPrior(),  # noqa: B008  a tuple
    *,
    scale: float = 1.0,
    bounds: tuple[float, float] = BOUNDS,
) -> Ability:
    """MAP: the peak of the posterior; finite even where all samples are right, or none.

    The slope of the log-posterior falls everywhere, so that bisection always finds its root.
    Error: 1 / sqrt(1 / deviation² + information).
    """

    def slope(ability: float) -> float:
        pull = (prior.mean - ability) / prior.deviation**2
        return pull + _slope(answers, ability, scale)

    value = _root(slope, bounds)
    precision = 1 / prior.deviation**2 + _information(answers, value, scale)
    return Ability(value, 1 / math.sqrt(precision))


def most_likely(
    answers: Sequence[TaskAnswer],
    *,
    scale: float = 1.0,
    bounds: tuple[float, float] = BOUNDS,
    start: float = 0.0,
) -> Ability:
    """MLE: without a prior, it runs to a bound where all samples are right, or none.

    `start` where there is no sample; the error is then infinite.
    """
    if not any(answer.trials for answer in answers):
        return Ability(start, math.inf)
    value = _root(lambda ability: _slope(answers, ability, scale), bounds)
    total = _information(answers, value, scale)
    return Ability(value, 1 / math.sqrt(total) if total > 0 else math.inf)


def expected(
    answers: Sequence[TaskAnswer],
    prior: AbilityPrior = AbilityPrior(),  # noqa: B008  a tuple
    *,
    scale: float = 1.0,
    bounds: tuple[float, float] = BOUNDS,
    nodes: int = NODES,
) -> Ability:
    """EAP: mean and deviation of the posterior, by quadrature over `nodes` equal steps."""
    low, high = bounds
    points = [low + (high - low) * i / (nodes - 1) for i in range(nodes)]
    logs = [_log_posterior(answers, point, prior, scale) for point in points]
    peak = max(logs)
    weights = [math.exp(value - peak) for value in logs]
    total = math.fsum(weights)
    mean = math.fsum(w * p for w, p in zip(weights, points, strict=True)) / total
    square = math.fsum(w * (p - mean) ** 2 for w, p in zip(weights, points, strict=True)) / total
    return Ability(mean, math.sqrt(square))


def _slope(answers: Sequence[TaskAnswer], ability: float, scale: float) -> float:
    return math.fsum(
        scale * each.curve.a
        * (each.right - each.trials * probability(each.curve, ability, scale=scale))
        for each in answers
    )  # fmt: skip


def _information(answers: Sequence[TaskAnswer], ability: float, scale: float) -> float:
    return math.fsum(
        each.trials * information(each.curve, ability, scale=scale) for each in answers
    )


def _log_posterior(
    answers: Sequence[TaskAnswer], ability: float, prior: AbilityPrior, scale: float
) -> float:
    total = -((ability - prior.mean) ** 2) / (2 * prior.deviation**2)
    for curve, right, trials in answers:
        z = scale * curve.a * (ability - curve.b)
        total += right * z - trials * _softplus(z)
    return total


def _softplus(z: float) -> float:
    """log(1 + exp(z)) without overflow."""
    return max(z, 0.0) + math.log1p(math.exp(-abs(z)))


def _root(falling: Callable[[float], float], bounds: tuple[float, float]) -> float:
    """Where a falling function crosses 0, or the bound that is nearest to it.

    Regula falsi with Illinois' step (Dowell & Jarratt 1971): about ten values for twelve digits.
    """
    low, high = bounds
    above, below = falling(low), falling(high)
    if above <= 0:
        return low
    if below >= 0:
        return high
    rose: bool | None = None
    while high - low > NEAR:
        middle = min(max(high - below * (high - low) / (below - above), low), high)
        value = falling(middle)
        if abs(value) < NEAR:
            return middle
        if value > 0:
            low, above, below = middle, value, below / 2 if rose is True else below
        else:
            high, below, above = middle, value, above / 2 if rose is False else above
        rose = value > 0
    return (low + high) / 2
