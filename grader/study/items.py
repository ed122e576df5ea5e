"""Banks of calibrated tasks: fit them, keep them, and place runs on their scale."""

import importlib.util
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader.core.conditions import ConditionEffect, otherwise, splitting
from grader.core.items import BankFit, BankItem, BankMisfit, ItemBank, PlacedRun
from grader.errors import UsageError
from grader.record import manifest
from grader.record.bank import bank_of, spread_fault
from grader.reports._conditions import words
from grader.reports._words import counted
from grader.stats import doubles
from grader.stats.irt.ability import Ability
from grader.stats.irt.asking import prediction
from grader.stats.irt.bank import CurveBank
from grader.stats.irt.choose import estimate
from grader.stats.irt.curve import ItemCurve
from grader.stats.passk import TaskCount
from grader.stats.responses import ResponseMatrix
from grader.study import conditions, matrix, outcomes

if TYPE_CHECKING:
    from grader.stats.irt.trial import HeldOutTrial  # needs numpy

SUBJECTS_MIN = 5
"""With fewer runs the difficulties are hardly more than their priors."""
MODELS = ("2pl", "1pl")
LOAD_DIGITS = 4
"""Of how tasks load on traits: no score differs by more than a hundredth of a point."""


def fit_bank(paths: Sequence[Path], *, model: str = "auto") -> ItemBank:
    """Fit a bank to a `.csv` matrix or to runs; `auto` takes the model that predicts unseen data.

    Raises UsageError without numpy, with too few runs, or where those were not asked the same.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # its threads spin: 15 times slower if busy
    if importlib.util.find_spec("numpy") is None:
        raise UsageError("a fit needs numpy; install grader with its extra 'stats'")
    everything = matrix.read(paths)
    twice = doubles.doubles(everything)
    responses = doubles.once(everything, twice)
    if twice and len(responses.subjects) < SUBJECTS_MIN:
        raise UsageError(
            f"{counted(len(everything.subjects), 'run')}, of which {len(twice):,} are others again:"
            f" too few to say how hard tasks are; give {SUBJECTS_MIN} different ones or more"
        )
    known = {} if paths[0].is_file() else _asked_alike(paths)
    source = None if paths[0].is_file() else manifest.read(paths[0]).dataset
    named = source.benchmark if source else paths[0].stem
    bank = fit_responses(responses, benchmark=named, model=model)
    if why := spread_fault(bank):
        raise UsageError(f"{paths[0]} makes no bank: {why}; give more and more different runs")
    known |= {"doubles": doubles.names(everything, twice)}
    return bank.model_copy(update={"dataset_sha256": source.sha256 if source else "", **known})


def _asked_alike(paths: Sequence[Path]) -> dict[str, object]:
    """What a bank keeps of how its runs were graded; UsageError where they were asked unlike."""
    runs = outcomes.read_all(paths)
    unlike = conditions.differences(outcomes.names_of(paths), runs)
    apart = "; ".join(words(each) for each in unlike if each.effect is ConditionEffect.SPLITS)
    if apart:
        raise UsageError(
            f"these runs were not asked the same: {apart}; fit a bank to those alone that agree"
        )
    return {"asked": splitting(conditions.graded(runs[0])), "unlike": unlike}


def fit_responses(responses: ResponseMatrix, *, benchmark: str, model: str = "auto") -> ItemBank:
    """Fit a bank, and try it on runs left out. Needs numpy.

    Runs without a graded sample say nothing, and of tasks that no run tried nothing is known:
    neither is part of the bank. UsageError with too few runs, or such that share no task.
    """
    from grader.stats.irt import fit as fitting  # noqa: PLC0415  needs numpy
    from grader.stats.irt import residuals, trial  # noqa: PLC0415

    responses = _linked(responses.tried())
    data = fitting.data_of(responses)
    unseen = {name: fitting.held_out(data, model=name) for name in MODELS}
    ways = trial.ways_of(len(responses.subjects), model)
    trials = trial.attempt(data, ways)
    untried = trial.Way(min(unseen, key=unseen.__getitem__), nearest=True)
    way = trial.better(trials) if trials else untried if model == "auto" else ways[0]
    found = fitting.fit(data, model=way.model)
    loads = residuals.trait_loads(data, found) if way.traits else None
    found = fitting.standardized(found) if way.model == "1pl" else found
    curves = [ItemCurve(float(a), float(b)) for a, b in zip(found.a, found.b, strict=True)]
    abilities = [
        Ability(float(value), float(error))
        for value, error in zip(found.ability, found.error, strict=True)
    ]
    return ItemBank(
        benchmark=benchmark,
        fit=BankFit(
            model=way.model,
            subjects=len(responses.subjects),
            iterations=found.iterations,
            converged=found.converged,
            nll=found.nll,
            heldout_nll=unseen,
            nearest=way.nearest,
            misfits=_misfits(trials[way]) if trials else (),
        ),
        ability_mean=float(found.ability.mean()),
        ability_deviation=max(float(found.ability.std()), fitting.SPREAD_MIN),
        items=tuple(
            _item(responses, place, curve, () if loads is None else loads[place].tolist())
            for place, curve in enumerate(curves)
        ),
        subjects=tuple(
            _subject(responses, place, ability) for place, ability in enumerate(abilities)
        ),
    )


def _linked(responses: ResponseMatrix) -> ResponseMatrix:
    """The same; UsageError where it is too small, or its runs cannot be compared."""
    if len(responses.subjects) < SUBJECTS_MIN:
        few = counted(len(responses.subjects), "run")
        raise UsageError(
            f"{few}: too few to say how hard tasks are; give {SUBJECTS_MIN} or more,"
            " or a matrix of a leaderboard"
        )
    if len(groups := responses.groups()) > 1:
        sizes = " and ".join(map(str, groups))
        raise UsageError(
            f"groups of {sizes} runs share no task: nothing tells whose tasks were harder;"
            " fit a bank to each, or give runs that were asked tasks of both"
        )
    return responses


def place_runs(stored: ItemBank, directories: Sequence[Path]) -> list[PlacedRun]:
    """Place runs on the bank's scale, oldest first; UsageError where they share no task with it."""
    bank = bank_of(stored)
    names = outcomes.names_of(directories)
    found = outcomes.read_all(directories)
    oldest = min(found, key=lambda run: run.manifest.created_at or 0.0)
    asked = stored.asked or splitting(conditions.graded(oldest))
    placed: list[PlacedRun] = []
    for run, name in zip(found, names, strict=True):
        counts = run.scores(name).counts
        if not any(task in bank.curves for task in counts):
            raise UsageError(
                f"{run.path} has no task of the bank ({stored.benchmark}); name runs of the"
                " benchmark that the bank was fitted to, or fit one to runs of theirs"
            )
        made = place(name, bank, counts, created_at=run.manifest.created_at or None)
        unlike = otherwise(asked, conditions.graded(run))
        placed.append(made.model_copy(update={"asked_otherwise": unlike}))
    return sorted(placed, key=lambda each: each.created_at or 0.0)


def place(
    name: str, bank: CurveBank, counts: Mapping[str, TaskCount], *, created_at: float | None
) -> PlacedRun:
    """Ability of one run, and what it predicts for the whole bank."""
    ability = estimate(bank.curves, counts, bank.prior)
    predicted = prediction(bank, counts, ability, probed=False)
    shares = [
        count.passed / count.graded
        for task, count in counts.items()
        if count.graded and task in bank.curves
    ]
    return PlacedRun(
        name=name,
        ability=ability.value,
        error=ability.error,
        score=sum(shares) / len(shares) if shares else 0.0,
        tasks=len(shares),
        predicted=predicted.score,
        predicted_low=predicted.low,
        predicted_high=predicted.high,
        created_at=created_at,
    )


def _item(
    responses: ResponseMatrix, place: int, curve: ItemCurve, loads: Sequence[float]
) -> BankItem:
    shares = responses.shares(place)
    solved = sum(shares) / len(shares) if shares else None
    return BankItem(
        task_id=responses.items[place],
        discrimination=curve.a,
        difficulty=curve.b,
        solved=solved,
        traits=tuple(round(load, LOAD_DIGITS) for load in loads) if solved else (),
    )


def _misfits(trial: "HeldOutTrial") -> tuple[BankMisfit, ...]:
    return tuple(
        BankMisfit(
            tasks=each.tasks,
            factor=each.factor,
            error=float(trial.missed[each.tasks].mean()) ** 0.5,
        )
        for each in trial.misfits()
    )


def _subject(responses: ResponseMatrix, place: int, ability: Ability) -> PlacedRun:
    return PlacedRun(
        name=responses.subjects[place],
        ability=ability.value,
        error=ability.error,
        score=responses.score(place) or 0.0,
        tasks=sum(trials > 0 for trials in responses.trials[place]),
    )
