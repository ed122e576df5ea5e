"""A bank of calibrated tasks: read it, and tell whether it can place anybody."""

from pathlib import Path

from pydantic import ValidationError

from grader.core.items import ItemBank
from grader.errors import UsageError
from grader.record import received
from grader.stats.irt.ability import Ability, AbilityPrior
from grader.stats.irt.bank import CurveBank, CurveMisfit
from grader.stats.irt.curve import ItemCurve
from grader.stats.irt.spread import flat

AGAIN = "make it with 'grader irt fit'"


def read_bank(path: Path) -> ItemBank:
    """Read a bank; UsageError where it is none."""
    try:
        bank = ItemBank.model_validate_json(received.data(path))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}; {AGAIN}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{path} is no bank of items: {where}: {first['msg']}; {AGAIN}") from error
    if why := received.implausible(bank):
        raise UsageError(f"{path} is no bank of items: {why}; {AGAIN}")
    bad = next((item for item in bank.items if item.discrimination <= 0), None)
    if bad is not None:
        raise UsageError(
            f"{path}: {bad.task_id} has a discrimination of {bad.discrimination:g}; {AGAIN}"
        )
    if len({len(item.traits) for item in bank.items if item.traits}) > 1:
        raise UsageError(f"{path}: its tasks do not have the same traits; {AGAIN}")
    if bank.ability_deviation <= 0:
        raise UsageError(
            f"{path}: its abilities have a deviation of {bank.ability_deviation:g}; {AGAIN}"
        )
    if len({item.task_id for item in bank.items}) < len(bank.items):
        raise UsageError(f"{path} has a task twice; {AGAIN}")
    return bank


def spread_fault(stored: ItemBank) -> str:
    """Why a bank can place nobody: what it was made of hardly differs; empty where it can."""
    bank = bank_of(stored)
    abilities = [Ability(each.ability, each.error) for each in stored.subjects]
    return flat(tuple(bank.curves.values()), bank.prior, abilities)


def bank_of(stored: ItemBank) -> CurveBank:
    """A stored bank for the mathematics."""
    curves = {
        item.task_id: ItemCurve(item.discrimination, item.difficulty) for item in stored.items
    }
    return CurveBank(
        curves,
        AbilityPrior(stored.ability_mean, stored.ability_deviation),
        blind=frozenset(item.task_id for item in stored.items if item.solved == 0),
        misfits=tuple(CurveMisfit(each.tasks, each.factor) for each in stored.fit.misfits),
        nearest=stored.fit.nearest,
        traits={item.task_id: item.traits for item in stored.items if item.traits},
    )
