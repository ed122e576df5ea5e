"""Calibrated tasks: what adaptive evaluation needs to know about each."""

from grader.core.conditions import ConditionDifference
from grader.core.record import Record


class BankItem(Record):
    """One task: the chance of a right sample is 1 / (1 + exp(-discrimination (ability - b)))."""

    task_id: str
    discrimination: float
    """How sharply the task tells runs apart; above 0."""
    difficulty: float
    """The ability at which half of the samples are right (b)."""
    solved: float | None = None
    """Pass rate over the runs of the fit; 0 makes the task a blind spot."""
    traits: tuple[float, ...] = ()
    """How it loads on what runs have in common beyond ability, as a share of 1; empty where that
    predicted runs left out of the fit no better."""


class PlacedRun(Record):
    """One run on the scale of a bank."""

    name: str
    ability: float
    error: float
    """Standard error."""
    score: float
    """Mean pass rate over the tasks that it tried."""
    tasks: int
    predicted: float | None = None
    """Score on all tasks of the bank: what was seen, and what the model says of the rest."""
    predicted_low: float | None = None
    predicted_high: float | None = None
    created_at: float | None = None
    """Seconds since the epoch; None where nobody noted it."""
    asked_otherwise: tuple[str, ...] = ()
    """Conditions in which it was asked otherwise than the bank's runs; where those are unknown,
    otherwise than the oldest of the series."""


class BankMisfit(Record):
    """How far predictions for runs left out of the fit were off, over what the model allows."""

    tasks: int
    """Asked before the prediction."""
    factor: float
    error: float
    """Root of the mean squared error of the predicted score."""


class BankFit(Record):
    """How a bank was fitted."""

    model: str
    """`2pl` or `1pl`."""
    subjects: int
    iterations: int
    converged: bool
    nll: float
    """Mean negative log-likelihood of one sample in the data of the fit."""
    heldout_nll: dict[str, float] = {}
    """Model → the same on tasks and runs that the fit did not see."""
    nearest: bool = False
    """Whether tasks are asked by difficulty alone: that predicted runs left out of the fit better
    than asking by information."""
    misfits: tuple[BankMisfit, ...] = ()
    """By number of tasks asked; empty where there were too few runs to leave some out."""


class ItemBank(Record):
    """All tasks of a benchmark on one scale."""

    schema_version: int = 1
    benchmark: str
    dataset_sha256: str = ""
    """Empty where the responses came without a dataset."""
    fit: BankFit
    ability_mean: float
    ability_deviation: float
    """Of the runs of the fit: what is expected of a run before it has answered anything."""
    items: tuple[BankItem, ...]
    subjects: tuple[PlacedRun, ...] = ()
    doubles: dict[str, str] = {}
    """Run → another with the same outcome on every task: left out of the fit, said once."""
    asked: dict[str, str] = {}
    """Condition → value of what the runs of the fit were asked; empty where that is unknown."""
    unlike: tuple[ConditionDifference, ...] = ()
    """In what else those runs differ."""
