"""Whether a bank of items can tell runs apart at all."""

import math
from collections.abc import Sequence

from grader.stats.irt.ability import Ability, AbilityPrior
from grader.stats.irt.curve import ItemCurve, information

RELIABILITY_MIN = 0.5
"""Share of the runs' differences that is no noise. Real leaderboards have 0.9 and more; six runs of
one strength on sixteen tasks 0.01."""
DEVIATION_MIN = 0.3
"""Of abilities, on a scale where a fit expects 1; asked where a bank does not hold its runs."""
DIFFICULTIES_MIN = 0.1
"""Difference of the easiest and the hardest task: below it one task is like any other."""
INFORMATION_MIN = 1.0
"""Of all tasks together, at the best place: less is less than the prior of a fit says."""
PLACES = (-2.0, -1.0, 0.0, 1.0, 2.0)


def flat(curves: Sequence[ItemCurve], prior: AbilityPrior, abilities: Sequence[Ability]) -> str:
    """What does not spread in a bank, in words; empty where it can place a run.

    abilities: of the runs that it was fitted to, where they are known.
    """
    if not curves:
        return "it has no task"
    hardness = [curve.b for curve in curves]
    if max(hardness) - min(hardness) < DIFFICULTIES_MIN:
        return "all its tasks are equally hard"
    if len(abilities) > 1:
        share = reliability(abilities)
        if share < RELIABILITY_MIN:
            return (
                f"the {len(abilities)} runs of its fit are equally strong"
                f" (reliability {share:.2f}, {RELIABILITY_MIN:g} is the least)"
            )
    elif prior.deviation < DEVIATION_MIN:
        return f"the runs of its fit are equally strong (deviation {prior.deviation:.2g})"
    if most(curves, prior) < INFORMATION_MIN:
        return "its tasks do not discriminate: all together tell less than one expects anyway"
    return ""


def reliability(abilities: Sequence[Ability]) -> float:
    """Variance of abilities over that and their mean squared error (EAP reliability); 0 to 1."""
    mean = math.fsum(each.value for each in abilities) / len(abilities)
    spread = math.fsum((each.value - mean) ** 2 for each in abilities) / len(abilities)
    noise = math.fsum(each.error**2 for each in abilities) / len(abilities)
    return spread / (spread + noise) if spread > 0 else 0.0


def most(curves: Sequence[ItemCurve], prior: AbilityPrior) -> float:
    """Information of all tasks where they tell most, within two deviations."""
    return max(
        math.fsum(information(curve, prior.mean + place * prior.deviation) for curve in curves)
        for place in PLACES
    )
