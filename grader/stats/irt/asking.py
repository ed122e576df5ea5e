"""An adaptive evaluation as decisions alone: what is known, whether it is enough, what to ask."""

from collections.abc import Collection, Mapping
from random import Random
from typing import NamedTuple

from grader.stats.irt.ability import Ability
from grader.stats.irt.bank import CurveBank, misfit_after
from grader.stats.irt.choose import (
    TOP,
    PredictedScore,
    choose,
    error_of_answers,
    estimate,
    is_seen,
    predict,
)
from grader.stats.passk import TaskCount


class AskingAim(NamedTuple):
    """When to stop; what is None stops nothing."""

    error: float | None = None
    """Standard error of the ability from the answers alone."""
    width: float | None = None
    """Of the predicted score's interval, as a share of 1."""
    tasks: int | None = None


class AnswersSoFar(NamedTuple):
    """What the answers so far say."""

    ability: Ability
    error: float
    """Of the answers alone, without the prior."""
    prediction: PredictedScore
    asked: int
    """Tasks of the bank."""
    dark: int
    """Tasks of the bank that were not graded and that no run of its fit solved."""


def known(bank: CurveBank, counts: Mapping[str, TaskCount]) -> AnswersSoFar:
    """Read the answers; `counts`: task → graded samples."""
    ability = estimate(bank.curves, counts, bank.prior)
    asked = sum(task in bank.curves for task in counts)
    found = prediction(bank, counts, ability)
    error = error_of_answers(bank.curves, counts, ability)
    open_dark = sum(task in bank.curves and not is_seen(counts, task) for task in bank.blind)
    return AnswersSoFar(ability, error, found, asked, open_dark)


def prediction(
    bank: CurveBank, counts: Mapping[str, TaskCount], ability: Ability, *, probed: bool = True
) -> PredictedScore:
    """Score on the whole bank, after all that it knows; probed: blind spots were drawn at random.

    Tasks of which no sample was graded say nothing.
    """
    seen = sum(is_seen(counts, task) for task in bank.curves)
    return predict(
        bank.curves,
        counts,
        ability,
        misfit=misfit_after(bank.misfits, seen),
        blind=bank.blind,
        probed=probed,
        prior=bank.prior,
        traits=bank.traits,
    )


def without_blind(bank: CurveBank) -> CurveBank:
    """The part of a bank that some run of its fit solved, where 95 % intervals need no room."""
    sighted = {task: curve for task, curve in bank.curves.items() if task not in bank.blind}
    return bank._replace(curves=sighted, blind=frozenset())


def is_enough(bank: CurveBank, now: AnswersSoFar, aim: AskingAim) -> bool:
    """Whether the answers alone reach the aim.

    They may not say less than the prior does: any error is reached by a prior that is narrow.
    """
    if now.error > bank.prior.deviation or (aim.error is None and aim.width is None):
        return False
    reached = aim.error is None or now.error <= aim.error
    width = now.prediction.high - now.prediction.low
    return reached and (aim.width is None or width <= aim.width)


def next_tasks(
    bank: CurveBank,
    counts: Mapping[str, TaskCount],
    askable: Collection[str],
    *,
    aim: AskingAim,
    count: int,
    random: Random,
) -> list[str]:
    """At most `count` more of the `askable` tasks; none where the aim is reached or none is left.

    Blind spots tell nothing of the ability. They are drawn at random, when all else was asked, or
    as soon as they are most of an interval that is to be narrower.
    """
    now = known(bank, counts)
    room = count if aim.tasks is None else min(count, aim.tasks - len(counts))
    if room <= 0 or is_enough(bank, now, aim):
        return []
    open_dark = [task for task in askable if task in bank.blind and task not in counts]
    sighted = {task: bank.curves[task] for task in askable if task not in bank.blind}
    if aim.width is not None and open_dark and _is_mostly_dark(bank, counts, now):
        return random.sample(open_dark, min(room, len(open_dark)))
    picked = choose(
        sighted,
        counts,
        now.ability.value,
        count=room,
        top=TOP,
        random=random,
        nearest=bank.nearest,
    )
    return picked or random.sample(open_dark, min(room, len(open_dark)))


def _is_mostly_dark(bank: CurveBank, counts: Mapping[str, TaskCount], now: AnswersSoFar) -> bool:
    """Whether blind spots take more of the interval than all that their curves would leave."""
    light = prediction(bank._replace(blind=frozenset()), counts, now.ability)
    return now.prediction.high - light.high > light.high - light.low
