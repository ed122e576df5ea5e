"""Banks of calibrated tasks: fit them, keep them, and place runs on their scale."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from grader.core.items import Fit, Item, ItemBank, Placed
from grader.errors import UsageError
from grader.record import manifest
from grader.record.bank import Bank, bank_of, spread_fault
from grader.reports._words import counted
from grader.stats.irt.ability import Ability
from grader.stats.irt.choose import estimate, predict
from grader.stats.irt.curve import Curve
from grader.stats.passk import TaskCount
from grader.stats.responses import Responses
from grader.study import matrix, outcomes

SUBJECTS_MIN = 5
"""With fewer runs the difficulties are hardly more than their priors."""
MODELS = ("2pl", "1pl")


def fit_bank(paths: Sequence[Path], *, model: str = "auto") -> ItemBank:
    """Fit a bank to a `.csv` matrix or to runs; `auto` takes the model that predicts unseen data.

    Raises UsageError without numpy, or with too few runs.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # its threads spin: 15 times slower if busy
    try:
        from grader.stats.irt import fit as fitting  # noqa: PLC0415  needs numpy
    except ImportError as error:
        raise UsageError("a fit needs numpy; install grader with its extra 'stats'") from error
    responses = matrix.read(paths)
    if len(responses.subjects) < SUBJECTS_MIN:
        few = counted(len(responses.subjects), "run")
        raise UsageError(
            f"{few}: too few to say how hard tasks are; give {SUBJECTS_MIN} or more,"
            " or a matrix of a leaderboard"
        )
    data = fitting.data_of(responses)
    unseen = {name: fitting.held_out(data, model=name) for name in MODELS}
    chosen = min(unseen, key=unseen.__getitem__) if model == "auto" else model
    found = fitting.fit(data, model=chosen)
    curves = [Curve(float(a), float(b)) for a, b in zip(found.a, found.b, strict=True)]
    abilities = [
        Ability(float(value), float(error))
        for value, error in zip(found.ability, found.error, strict=True)
    ]
    source = None if paths[0].is_file() else manifest.read(paths[0]).dataset
    bank = ItemBank(
        benchmark=source.benchmark if source else paths[0].stem,
        dataset_sha256=source.sha256 if source else "",
        fit=Fit(
            model=chosen,
            subjects=len(responses.subjects),
            iterations=found.iterations,
            converged=found.converged,
            nll=found.nll,
            heldout_nll=unseen,
        ),
        ability_mean=float(found.ability.mean()),
        ability_deviation=max(float(found.ability.std()), 0.1),
        items=tuple(_item(responses, place, curve) for place, curve in enumerate(curves)),
        subjects=tuple(
            _subject(responses, place, ability) for place, ability in enumerate(abilities)
        ),
    )
    if why := spread_fault(bank):
        raise UsageError(f"{paths[0]} makes no bank: {why}; give more and more different runs")
    return bank


def place_runs(stored: ItemBank, directories: Sequence[Path]) -> list[Placed]:
    """Place runs on the bank's scale, oldest first; UsageError where they share no task with it."""
    bank = bank_of(stored)
    names = outcomes.names_of(directories)
    found = outcomes.read_all(directories)
    placed: list[Placed] = []
    for run, name in zip(found, names, strict=True):
        counts = run.scores(name).counts
        if not any(task in bank.curves for task in counts):
            raise UsageError(
                f"{run.path} has no task of the bank ({stored.benchmark}); name runs of the"
                " benchmark that the bank was fitted to, or fit one to runs of theirs"
            )
        placed.append(place(name, bank, counts, created_at=run.manifest.created_at or None))
    return sorted(placed, key=lambda each: each.created_at or 0.0)


def place(
    name: str, bank: Bank, counts: Mapping[str, TaskCount], *, created_at: float | None
) -> Placed:
    """Ability of one run, and what it predicts for the whole bank."""
    ability = estimate(bank.curves, counts, bank.prior)
    prediction = predict(bank.curves, counts, ability)
    shares = [
        count.passed / count.graded
        for task, count in counts.items()
        if count.graded and task in bank.curves
    ]
    return Placed(
        name=name,
        ability=ability.value,
        error=ability.error,
        score=sum(shares) / len(shares) if shares else 0.0,
        tasks=len(shares),
        predicted=prediction.score,
        predicted_low=prediction.low,
        predicted_high=prediction.high,
        created_at=created_at,
    )


def _item(responses: Responses, place: int, curve: Curve) -> Item:
    shares = responses.shares(place)
    return Item(
        task_id=responses.items[place],
        discrimination=curve.a,
        difficulty=curve.b,
        solved=sum(shares) / len(shares) if shares else None,
    )


def _subject(responses: Responses, place: int, ability: Ability) -> Placed:
    return Placed(
        name=responses.subjects[place],
        ability=ability.value,
        error=ability.error,
        score=responses.score(place) or 0.0,
        tasks=sum(trials > 0 for trials in responses.trials[place]),
    )
