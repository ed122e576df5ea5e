"""Try ways of asking on runs left out of the fit: how far off their predictions are.

Needs numpy; import this module only where a fit is asked for.
"""

import math
from collections.abc import Mapping
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from grader.stats.intervals import LEVEL, student_t
from grader.stats.irt.bank import CurveMisfit
from grader.stats.irt.blind import critical
from grader.stats.irt.choose import TOP
from grader.stats.irt.fit import SPREAD_MIN, Array, FittedModel, ResponseData, fit
from grader.stats.irt.residuals import corrections, trait_loads

FOLDS = 10
FEW_RUNS = 20
"""Of no more runs one at a time is left out: two less of 16 are another bank. Slopes from so few
answers are mostly noise, and asking by information asks where noise makes them largest: even with
the asked run in its fit a bank of 16 then errs by 2.7 points, by difficulty alone by 1.7."""
SEEDS = 4
"""Each run is asked so often, as picks are drawn."""
LENGTHS = (10, 20, 50, 100)
"""Numbers of tasks after which predictions are looked at, of runs that have twice as many: where
nothing is left to predict an error of 0 would narrow intervals."""
DECISIVE = 50
"""The one that ways are told apart by."""
RUNS_MIN = 5
"""With fewer runs left in a fit there is nothing to try."""
PLACES = np.linspace(-6.0, 6.0, 241)
"""Abilities that are told apart, a twentieth of a deviation each."""


class Way(NamedTuple):
    """A model, how the next task is chosen, and whether traits correct what is predicted."""

    model: str
    nearest: bool
    traits: bool = False


PLAIN = (Way("2pl", nearest=False), Way("2pl", nearest=True), Way("1pl", nearest=True))
WAYS = (*PLAIN, *(way._replace(traits=True) for way in PLAIN))
"""The first is taken unless another is better beyond chance."""


def ways_of(runs: int, model: str = "auto") -> tuple[Way, ...]:
    """Those of `model` (`auto`: all); of few runs by difficulty alone."""
    known = (way for way in WAYS if model in {"auto", way.model})
    return tuple(way for way in known if way.nearest or runs > FEW_RUNS)


class HeldOutTrial(NamedTuple):
    """Predictions of one way for all runs, each left out of the fit that predicts it."""

    missed: Mapping[int, Array]
    """Number of tasks asked → mean squared error of the score, by run."""
    excess: Mapping[int, Array]
    """Number of tasks asked → mean squared error over what the model allows, by run."""
    needed: Mapping[int, Array]
    """Number of tasks asked → factor with which the interval would just have held the score, by
    asking and run: blind spots give it room at one end and take of it at the other."""

    def misfits(self) -> tuple[CurveMisfit, ...]:
        """Factors of the interval, by number of tasks.

        The wider of two: Student's t on the runs' mean square, and what ⌈0.95 (n + 1)⌉ of n runs
        needed, all of twenty or fewer: below that a new run stays with 95 %, as any order is as
        likely (conformal, Vovk et al. 2005). A few runs that are far off hide in a mean.
        """
        normal = NormalDist().inv_cdf((1 + LEVEL) / 2)
        found: list[CurveMisfit] = []
        for tasks, excess in self.excess.items():
            runs = len(excess)
            mean = student_t((1 + LEVEL) / 2, runs - 1) * float(np.sqrt(excess.mean()))
            rank = min(math.ceil(LEVEL * (runs + 1)), runs)
            far = float(np.sort(self.needed[tasks], axis=1)[:, rank - 1].mean())
            found.append(CurveMisfit(tasks, max(mean / normal, far)))
        return tuple(found)


def better(trials: Mapping[Way, HeldOutTrial]) -> Way:
    """The way with the smallest error; the first where no other is better by a standard error.

    The rule of one standard error (Breiman et al. 1984, 3.4.3), on differences by run. How to ask
    is decided without traits, and then whether they help, by two: of six ways of which none is
    better one wins too often by chance, and its factor is then too small.
    """
    plain = _better({way: each for way, each in trials.items() if not way.traits}, 1)
    others = {way: each for way, each in trials.items() if way.traits}
    return _better({plain: trials[plain]} | others, 2)


def _better(trials: Mapping[Way, HeldOutTrial], errors: float) -> Way:
    """The first, or one that is better by so many standard errors."""
    first, *others = trials
    length = max((n for n in trials[first].missed if n <= DECISIVE), default=None)
    if length is None:
        return first
    best, least = first, 0.0
    for way in others:
        gain = trials[way].missed[length] - trials[first].missed[length]
        error = float(gain.std(ddof=1)) / np.sqrt(len(gain))
        if gain.mean() + errors * error < 0 and gain.mean() < least:
            best, least = way, float(gain.mean())
    return best


def folds_of(runs: int) -> int:
    """Into how many parts so many runs are divided, of which one at a time is left out."""
    return runs if runs <= FEW_RUNS else FOLDS


def attempt(data: ResponseData, ways: tuple[Way, ...] = WAYS) -> dict[Way, HeldOutTrial]:
    """Try `ways` on every run, left out of the fit; empty with too few runs."""
    runs = len(data.right)
    folds = folds_of(runs)
    if runs - -(-runs // folds) < RUNS_MIN:
        return {}
    known = (data.right + data.wrong > 0).sum(axis=1)
    whole = {length: known >= 2 * length for length in LENGTHS}
    lengths = [length for length in LENGTHS if whole[length].sum() >= RUNS_MIN]
    found = {way: {length: np.zeros((2 + SEEDS, runs)) for length in lengths} for way in ways}
    order = np.random.default_rng(0).permutation(runs) % folds
    for fold in range(folds):
        left = np.flatnonzero(order == fold)
        rest, part = _of(data, np.flatnonzero(order != fold)), _of(data, left)
        blind: NDArray[np.bool_] = np.equal(rest.right.sum(axis=0), 0)
        for model in dict.fromkeys(way.model for way in ways):
            fitted = fit(rest, model=model)
            loads = trait_loads(rest, fitted) if any(way.traits for way in ways) else None
            for nearest in {way.nearest for way in ways if way.model == model}:
                asked = _Asked(fitted, part, blind=blind, fold=fold)
                for length in lengths:
                    asked.until(length, nearest=nearest)
                    for way in (each for each in ways if each[:2] == (model, nearest)):
                        told = asked.misses(loads if way.traits else None)
                        found[way][length][:, left] = told
    return {
        way: HeldOutTrial(
            {n: each[0, whole[n]] for n, each in by.items()},
            {n: each[1, whole[n]] for n, each in by.items()},
            {n: each[2:, whole[n]] for n, each in by.items()},
        )
        for way, by in found.items()
        if by
    }


def _of(data: ResponseData, rows: NDArray[np.int64]) -> ResponseData:
    return ResponseData(data.right[rows], data.wrong[rows])


class _Asked:
    """An adaptive evaluation of all runs at once, as `choose`, `estimate` and `predict` have it."""

    def __init__(
        self, fitted: FittedModel, part: ResponseData, *, blind: NDArray[np.bool_], fold: int
    ) -> None:
        self._a, self._b = fitted.a, fitted.b
        self._share = np.tile(part.right, (SEEDS, 1))
        self._known: NDArray[np.bool_] = np.tile(part.right + part.wrong > 0, (SEEDS, 1))
        self._left = self._known & ~blind
        self._dark = self._known & blind
        z = self._a[:, None] * (PLACES - self._b[:, None])
        self._right, self._wrong = -np.logaddexp(0, -z), -np.logaddexp(0, z)
        chance = np.exp(self._right)
        self._information = self._a[:, None] ** 2 * chance * (1 - chance)
        self._closeness = -np.abs(PLACES - self._b[:, None])
        self._mean = float(fitted.ability.mean())
        self._spread = max(float(fitted.ability.std()), SPREAD_MIN)
        prior = -((PLACES - self._mean) ** 2) / (2 * self._spread**2)
        self._posterior = np.tile(prior, (len(self._share), 1))
        self._random = np.random.default_rng(fold)
        self._asked = 0

    def until(self, length: int, *, nearest: bool) -> None:
        """Ask more tasks, until it are `length`."""
        rows = np.arange(len(self._share))
        worth_of = self._closeness if nearest else self._information
        while self._asked < length:
            worth = np.where(self._left, worth_of[:, self._posterior.argmax(axis=1)].T, -np.inf)
            best = np.argsort(-worth, axis=1, kind="stable")[:, :TOP]
            pick = best[rows, self._random.integers(0, best.shape[1], len(rows))]
            pick = np.where(self._left[rows, pick], pick, best[:, 0])
            there = self._left[rows, pick][:, None]
            share = self._share[rows, pick][:, None]
            gain = share * self._right[pick] + (1 - share) * self._wrong[pick]
            self._posterior += there * gain
            self._left[rows, pick] = False
            self._asked += 1

    def misses(self, loads: Array | None) -> Array:
        """Rows: squared error of the score, and over the model's variance; factors needed.

        By run; the first two are means over SEEDS, of the last there is one for each.
        loads: of tasks on traits, where those correct the prediction.
        """
        place = self._posterior.argmax(axis=1)
        chance = np.exp(self._right[:, place].T)
        spread = chance * (1 - chance)
        slope = self._a * spread
        seen = self._known & ~self._left & ~self._dark
        heard = (self._information[:, place].T * seen).sum(axis=1)
        error = 1 / (1 / self._spread**2 + heard)
        allowed = (spread * self._left).sum(axis=1)
        allowed += (slope * self._left).sum(axis=1) ** 2 * error
        likely = chance
        if loads is not None:
            start = (self._mean - PLACES[place]) / self._spread
            residual = self._share - chance
            added = corrections(residual, slope * self._spread, spread, loads, seen, start)
            likely = np.clip(chance + added, 0.0, 1.0)
        off = ((self._share - likely) * self._left).sum(axis=1)
        solved = (self._share * self._dark).sum(axis=1)
        dark = solved - (chance * self._dark).sum(axis=1)
        size = np.maximum(self._known.sum(axis=1), 1)
        allowed = np.maximum(allowed, 1e-9)
        factors = needed(off + solved, np.sqrt(allowed), self._dark.sum(axis=1))
        both = np.stack([((off + dark) / size) ** 2, off**2 / allowed])
        means = both.reshape(2, SEEDS, -1).mean(axis=1)
        return np.concatenate([means, factors.reshape(SEEDS, -1)])


def needed(off: Array, error: Array, dark: NDArray[np.int64]) -> Array:
    """Factor of the interval that just holds the score; 0 within the stretch of blind spots.

    off: of the score from what is expected of sighted tasks, in tasks; dark: blind spots.
    """
    outside = np.maximum(np.maximum(-off, off - dark), 0.0)
    steps = [critical(each) for each in (dark / error).tolist()]
    return outside / (error * np.array(steps))
