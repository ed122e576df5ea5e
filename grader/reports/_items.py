"""Banks of items, and runs on their scale, for a person at a terminal."""

from collections.abc import Sequence
from datetime import UTC, datetime

from grader.core.items import BankFit, ItemBank, PlacedRun
from grader.reports._conditions import words
from grader.reports._table import table
from grader.reports.base import clean

EDGE = 3
TRACK = 40
NAME_CELLS = 40


def render_bank(bank: ItemBank, place: str) -> str:
    """What a fit found."""
    fit = bank.fit
    unseen = ", ".join(f"{name} {value:.4f}" for name, value in fit.heldout_nll.items())
    hard = sorted(bank.items, key=lambda item: item.difficulty)
    sharp = sorted(bank.items, key=lambda item: -item.discrimination)
    rows = [
        ("model", f"{fit.model}, {fit.iterations} iterations"),
        ("unseen data", f"mean negative log-likelihood {unseen}"),
        ("easiest", ", ".join(item.task_id for item in hard[:EDGE])),
        ("hardest", ", ".join(item.task_id for item in hard[-EDGE:])),
        ("most telling", ", ".join(item.task_id for item in sharp[:EDGE])),
        *_tried(fit),
        *_traits(bank),
        *_blind(bank),
        *(("the same run", f"{run} is {kept}: counted once") for run, kept in bank.doubles.items()),
        *(("runs differ in", words(each)) for each in bank.unlike),
        ("bank", place),
    ]
    if not fit.converged:
        rows.append(("note", "the fit was still moving when it ended; more runs make it steadier"))
    head = f"{clean(bank.benchmark)}  {len(bank.items):,} tasks, {fit.subjects:,} runs"
    return "\n".join([head, "", *table(rows)]) + "\n"


def _tried(fit: BankFit) -> list[tuple[str, str]]:
    """How far off predictions were for runs left out."""
    if not fit.misfits:
        return [("left out", "no run could be left out to try the bank on: intervals are guessed")]
    errors = ", ".join(
        f"{100 * each.error:.1f} after {each.tasks:,} tasks (times {each.factor:.2f})"
        for each in fit.misfits
    )
    rule = "nearest difficulty" if fit.nearest else "most information"
    text = f"error of the score in points {errors}; factors widen intervals"
    return [("asked by", rule), ("left out", text)]


def _traits(bank: ItemBank) -> list[tuple[str, str]]:
    """What corrects predictions, where something does."""
    count = max((len(item.traits) for item in bank.items), default=0)
    if not count:
        return []
    return [("traits", f"{count}; what runs have in common beyond ability corrects predictions")]


def _blind(bank: ItemBank) -> list[tuple[str, str]]:
    """Tasks that nothing is known of."""
    dark = sum(item.solved == 0 for item in bank.items)
    if not dark:
        return []
    share = 100 * dark / len(bank.items)
    return [("blind spots", f"{dark:,} tasks that no run solved leave {share:.1f} points open")]


def render_series(placed: Sequence[PlacedRun]) -> str:
    """Abilities over time, each with its error drawn to scale."""
    low = min(each.ability - 2 * each.error for each in placed)
    high = max(each.ability + 2 * each.error for each in placed)
    rows = [("run", "when", "ability", "error", "score", "predicted", "")]
    for each in placed:
        predicted = "-" if each.predicted is None else f"{100 * each.predicted:.1f} %"
        rows.append(
            (
                each.name,
                _day(each.created_at),
                f"{each.ability:+.2f}",
                f"{each.error:.2f}",
                f"{100 * each.score:.1f} % of {each.tasks:,}",
                predicted,
                _track(each, low, high),
            )
        )
    notes = [
        f"note: {clean(each.name)} was asked otherwise ({clean('; '.join(each.asked_otherwise))}):"
        " its ability may be what it was asked"
        for each in placed
        if each.asked_otherwise
    ]
    return "\n".join([*table(rows, right=(2, 3, 4, 5), limits=(NAME_CELLS,)), *notes]) + "\n"


def _track(each: PlacedRun, low: float, high: float) -> str:
    scale = (TRACK - 1) / max(high - low, 1e-9)
    start, middle, end = (
        round((each.ability + step * each.error - low) * scale) for step in (-2, 0, 2)
    )
    return " " * start + "─" * (middle - start) + "●" + "─" * (end - middle)


def _day(seconds: float | None) -> str:
    return (
        "-" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")
    )
