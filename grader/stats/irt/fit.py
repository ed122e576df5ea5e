"""Fit 1PL and 2PL models to who solved what, by marginal maximum likelihood.

Needs numpy; import this module only where a fit is asked for.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from grader.stats.responses import ResponseMatrix

Array = NDArray[np.float64]
REACH = 6.0
NODES = 61
"""Quadrature points over ±REACH; more change no parameter by 0.01."""
SLOPE_DEVIATION = 0.5
DIFFICULTY_DEVIATION = 3.0
"""Priors log a ~ N(0, 0.5²), b ~ N(0, 3²): they keep tasks that all or none solve finite, and beat
no shrinkage on held-out runs."""
ITERATIONS = 300
TOLERANCE = 1e-7
"""Change of the log-likelihood per sample at which a fit has converged: no rank changes after it. A
fall is a change too: steps were too long, and all further ones are half as long."""
PACE_MIN = 1 / 8
"""Shorter steps would look like convergence."""
SPREAD_MIN = 0.1
"""Of abilities: less is noise of runs that are all alike."""
NEWTON_STEPS = 3
STEP_MAX = 1.0


class FittedModel(NamedTuple):
    """A fitted model."""

    a: Array
    """Discrimination per item."""
    b: Array
    """Difficulty per item."""
    ability: Array
    """Posterior mean per subject."""
    error: Array
    """Posterior deviation per subject."""
    nll: float
    """Mean negative log-likelihood per sample at the posterior means."""
    iterations: int
    converged: bool


class ResponseData(NamedTuple):
    """Subject by item."""

    right: Array
    wrong: Array


def data_of(responses: ResponseMatrix) -> ResponseData:
    """Shares of right samples as arrays: each task is one trial, whatever the number of samples.

    Samples of one task are alike, so that n of them are far from n trials: a quasi-likelihood
    with fractional results (Papke & Wooldridge 1996) is right about means and claims no more.
    """
    passed = np.array(responses.passed, dtype=np.float64)
    trials = np.array(responses.trials, dtype=np.float64)
    right = passed / np.maximum(trials, 1)
    return ResponseData(right, (trials > 0) - right)


def fit(data: ResponseData, *, model: str = "2pl", iterations: int = ITERATIONS) -> FittedModel:
    """EM (Bock & Aitkin 1981) with a standard normal ability and a binomial likelihood.

    `model`: `2pl`, or `1pl` where all items share one discrimination. Items without samples keep
    the prior's parameters.
    """
    nodes = np.linspace(-REACH, REACH, NODES)
    log_weights = -(nodes**2) / 2
    count = data.right.shape[1]
    log_a, b = np.zeros(count), _start(data)
    samples = max(float((data.right + data.wrong).sum()), 1.0)
    done, gain, level, pace = 0, np.inf, -np.inf, 1.0
    while done < iterations and abs(gain) > TOLERANCE:
        posterior, now = _posterior(data, np.exp(log_a), b, nodes, log_weights)
        now -= _penalty(log_a, b, shared=model == "1pl") / samples
        gain, level = now - level, now
        pace = max(pace / 2, PACE_MIN) if gain < -TOLERANCE else pace
        right, wrong = data.right.T @ posterior, data.wrong.T @ posterior
        for _ in range(NEWTON_STEPS):
            step_a, step_b = _newton(log_a, b, right, wrong, nodes, shared=model == "1pl")
            log_a, b = log_a + pace * step_a, b + pace * step_b
        done += 1
    posterior, _ = _posterior(data, np.exp(log_a), b, nodes, log_weights)
    ability = posterior @ nodes
    error = np.sqrt(np.maximum(posterior @ nodes**2 - ability**2, 0.0))
    a = np.exp(log_a)
    return FittedModel(a, b, ability, error, nll(data, a, b, ability), done, abs(gain) <= TOLERANCE)


def standardized(found: FittedModel) -> FittedModel:
    """The same model on a scale whose unit is the spread of the fit's runs, 0 their mean.

    The likelihood does not know the scale. Priors of many slopes hold a 2PL's near the one where
    runs have a deviation of 1; a 1PL's one slope leaves it adrift (0.4 on a board of 45 runs), and
    an error of 0.2 would be half of the spread.
    """
    mean, unit = float(found.ability.mean()), max(float(found.ability.std()), SPREAD_MIN)
    return found._replace(
        a=found.a * unit,
        b=(found.b - mean) / unit,
        ability=(found.ability - mean) / unit,
        error=found.error / unit,
    )


def nll(data: ResponseData, a: Array, b: Array, ability: Array) -> float:
    """Mean negative log-likelihood of one sample."""
    z = a * (ability[:, None] - b)
    total = data.right * np.logaddexp(0, -z) + data.wrong * np.logaddexp(0, z)
    return float(total.sum() / max(float((data.right + data.wrong).sum()), 1.0))


def held_out(data: ResponseData, *, model: str, folds: int = 5) -> float:
    """Mean negative log-likelihood on runs and tasks that nothing was learned from.

    Items are fitted on the other folds' runs; a run's ability comes from every other item, and is
    tried on the rest, both ways.
    """
    subjects: NDArray[np.int64] = np.arange(data.right.shape[0], dtype=np.int64)
    columns: NDArray[np.int64] = np.arange(data.right.shape[1], dtype=np.int64)
    total = samples = 0.0
    for fold in range(folds):
        test: NDArray[np.bool_] = np.equal(subjects % folds, fold)
        if bool(test.all()) or not bool(test.any()):
            continue
        found = fit(ResponseData(data.right[~test], data.wrong[~test]), model=model)
        part = ResponseData(data.right[test], data.wrong[test])
        for parity in (0, 1):
            known: NDArray[np.bool_] = np.equal(columns % 2, parity)
            ability = abilities(
                ResponseData(part.right[:, known], part.wrong[:, known]), found, known
            )
            rest = ResponseData(part.right[:, ~known], part.wrong[:, ~known])
            size = float((rest.right + rest.wrong).sum())
            total += nll(rest, found.a[~known], found.b[~known], ability) * size
            samples += size
    return total / max(samples, 1.0)


def abilities(data: ResponseData, found: FittedModel, items: NDArray[np.bool_]) -> Array:
    """Posterior mean abilities of new subjects on some of the items of a fit."""
    nodes = np.linspace(-REACH, REACH, NODES)
    posterior, _ = _posterior(data, found.a[items], found.b[items], nodes, -(nodes**2) / 2)
    return posterior @ nodes


def _start(data: ResponseData) -> Array:
    """Difficulties from pass rates, a little away from 0 and 1."""
    tried = data.right + data.wrong
    rate = (data.right.sum(axis=0) + 0.5) / (tried.sum(axis=0) + 1)
    return -np.log(rate / (1 - rate))


def _penalty(log_a: Array, b: Array, *, shared: bool) -> float:
    """What the priors take off the log-likelihood."""
    total = float((b**2).sum()) / (2 * DIFFICULTY_DEVIATION**2)
    slopes = log_a[:1] if shared else log_a
    return total + float((slopes**2).sum()) / (2 * SLOPE_DEVIATION**2)


class _Posterior(NamedTuple):
    weights: Array
    """Subject by node: the chance of each ability."""
    level: float
    """Marginal log-likelihood per sample, up to a constant."""


def _posterior(
    data: ResponseData, a: Array, b: Array, nodes: Array, log_weights: Array
) -> _Posterior:
    z = a[:, None] * (nodes - b[:, None])
    logs = -data.right @ np.logaddexp(0, -z) - data.wrong @ np.logaddexp(0, z) + log_weights
    peaks = logs.max(axis=1, keepdims=True)
    weights = np.exp(logs - peaks)
    totals = weights.sum(axis=1, keepdims=True)
    samples = max(float((data.right + data.wrong).sum()), 1.0)
    return _Posterior(weights / totals, float((peaks + np.log(totals)).sum()) / samples)


def _newton(
    log_a: Array, b: Array, right: Array, wrong: Array, nodes: Array, *, shared: bool
) -> tuple[Array, Array]:
    """Steps of log a and b for all items at once, by Fisher scoring.

    The expected curvature is never negative. `right`, `wrong`: item by node, expected samples.
    """
    a = np.exp(log_a)[:, None]
    distance = nodes - b[:, None]
    p = (1 + np.tanh(a * distance / 2)) / 2  # the logistic curve, without overflow
    tried = right + wrong
    excess, spread = right - tried * p, tried * p * (1 - p)
    slope_a = (excess * a * distance).sum(axis=1)
    slope_b = (excess * -a).sum(axis=1)
    curve_aa = (spread * (a * distance) ** 2).sum(axis=1)
    curve_bb = (spread * a**2).sum(axis=1)
    curve_ab = (spread * -(a**2) * distance).sum(axis=1)
    slope_b += -b / DIFFICULTY_DEVIATION**2
    curve_bb += 1 / DIFFICULTY_DEVIATION**2
    if shared:
        ratio = curve_ab / curve_bb
        whole = (curve_aa - ratio * curve_ab).sum() + 1 / SLOPE_DEVIATION**2
        pull = (slope_a - ratio * slope_b).sum() - log_a[0] / SLOPE_DEVIATION**2
        step_a = np.full_like(log_a, pull / whole)
        step_b = (slope_b - curve_ab * step_a) / curve_bb
    else:
        slope_a += -log_a / SLOPE_DEVIATION**2
        curve_aa += 1 / SLOPE_DEVIATION**2
        whole = curve_aa * curve_bb - curve_ab**2
        step_a = (curve_bb * slope_a - curve_ab * slope_b) / whole
        step_b = (curve_aa * slope_b - curve_ab * slope_a) / whole
    return np.clip(step_a, -STEP_MAX, STEP_MAX), np.clip(step_b, -STEP_MAX, STEP_MAX)
