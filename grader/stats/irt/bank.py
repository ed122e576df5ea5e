"""A bank of calibrated tasks: what is known of each, and how far predictions from it are off."""

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

from grader.stats.irt.ability import AbilityPrior
from grader.stats.irt.curve import ItemCurve
from grader.stats.irt.traits import TaskTraits

UNCHECKED = 1.7
"""Misfit of a bank that was not tried on runs left out. After 50 tasks six real matrices with 19 to
134 runs had 1.0 to 1.4, one with 16 runs 2.0."""


class CurveMisfit(NamedTuple):
    """How far predictions after so many tasks were off, over what the model allows."""

    tasks: int
    factor: float


class CurveBank(NamedTuple):
    """A bank for the mathematics."""

    curves: Mapping[str, ItemCurve]
    prior: AbilityPrior
    blind: frozenset[str] = frozenset()
    """Tasks that no run of the fit solved: nobody knows how hard they are."""
    misfits: tuple[CurveMisfit, ...] = ()
    """From runs left out of the fit, by number of tasks."""
    nearest: bool = False
    """Whether the next task is that of the nearest difficulty, not that of the most information."""
    traits: TaskTraits = {}
    """Of the tasks that have some: what runs have in common beyond ability."""


def misfit_after(misfits: tuple[CurveMisfit, ...], tasks: int) -> float:
    """Factor after so many `tasks`: on the line between its neighbours, the last one beyond."""
    if not misfits:
        return UNCHECKED
    if tasks <= misfits[0].tasks:
        return misfits[0].factor
    for before, after in pairwise(misfits):
        if tasks <= after.tasks:
            share = (tasks - before.tasks) / (after.tasks - before.tasks)
            return before.factor + share * (after.factor - before.factor)
    return misfits[-1].factor
