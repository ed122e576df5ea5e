"""Whether a run does better on tasks from before a date than on later, equally hard ones."""

import math
from collections.abc import Sequence
from datetime import date
from statistics import median
from typing import NamedTuple

from grader.core.audit import CutoffRow, CutoffStratum

TASKS_MIN = 5
"""Tasks that a stratum needs on either side."""
Z_ALARM = -3.0
"""Of some dozens of honest runs none is this far below by luck (one in 740)."""


class DatedTask(NamedTuple):
    """One task as one run found it."""

    day: date
    difficulty: str
    score: float


def cutoff(run: str, tasks: Sequence[DatedTask], day: date) -> CutoffRow:
    """Compare tasks on or after `day` with those before, difficulty by difficulty.

    Each difficulty weighs as much as it does among the later tasks, so that a harder mix is not
    taken for a gap. No gap where no difficulty has TASKS_MIN tasks on both sides.
    """
    strata: list[_Stratum] = []
    for name in sorted({task.difficulty for task in tasks}):
        alike = [task for task in tasks if task.difficulty == name]
        before = [task.score for task in alike if task.day < day]
        after = [task.score for task in alike if task.day >= day]
        if min(len(before), len(after)) >= TASKS_MIN:
            strata.append(_Stratum(name, before, after))
    if not strata:
        why = f"no difficulty has {TASKS_MIN} tasks on both sides of {day}"
        return CutoffRow(run=run, date=str(day), gap=None, why=why)
    total = sum(len(each.after) for each in strata)
    weights = [len(each.after) / total for each in strata]
    gap = math.fsum(w * each.gap for w, each in zip(weights, strata, strict=True))
    variance = math.fsum(w * w * each.variance for w, each in zip(weights, strata, strict=True))
    error = math.sqrt(variance)
    return CutoffRow(
        run=run,
        date=str(day),
        gap=gap,
        error=error,
        z=gap / error if error else None,
        strata=tuple(each.record() for each in strata),
    )


def against_median(cutoffs: Sequence[CutoffRow]) -> list[CutoffRow]:
    """Take out what all runs share, and mark those that fall much further than the median does."""
    gaps = [each.gap for each in cutoffs if each.gap is not None]
    if not gaps:
        return list(cutoffs)
    middle = median(gaps) if len(gaps) > 2 else 0.0  # noqa: PLR2004  a median of two says nothing
    return [_placed(each, middle) for each in cutoffs]


def _placed(each: CutoffRow, middle: float) -> CutoffRow:
    if each.gap is None:
        return each
    own = each.gap - middle
    z = own / each.error if each.error else None
    alarm = z is not None and z < Z_ALARM
    return each.model_copy(update={"gap_to_median": own, "z_to_median": z, "suspicious": alarm})


class _Stratum(NamedTuple):
    name: str
    before: list[float]
    after: list[float]

    @property
    def gap(self) -> float:
        return _mean(self.after) - _mean(self.before)

    @property
    def variance(self) -> float:
        return _variance(self.after) / len(self.after) + _variance(self.before) / len(self.before)

    def record(self) -> CutoffStratum:
        return CutoffStratum(
            name=self.name,
            before=len(self.before),
            after=len(self.after),
            score_before=_mean(self.before),
            score_after=_mean(self.after),
        )


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _variance(values: Sequence[float]) -> float:
    mean = _mean(values)
    if all(value == values[0] for value in values):  # all alike is no proof that none can differ
        mean = (math.fsum(values) + 1) / (len(values) + 2)
        return mean * (1 - mean)
    return math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)
