"""Banks of items, and runs on their scale, for a person at a terminal."""

from collections.abc import Sequence
from datetime import UTC, datetime

from grader.core.items import ItemBank, Placed
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
        ("bank", place),
    ]
    if not fit.converged:
        rows.append(("note", "the fit was still moving when it ended; more runs make it steadier"))
    head = f"{clean(bank.benchmark)}  {len(bank.items):,} tasks, {fit.subjects:,} runs"
    return "\n".join([head, "", *table(rows)]) + "\n"


def render_series(placed: Sequence[Placed]) -> str:
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
    return "\n".join(table(rows, right=(2, 3, 4, 5), limits=(NAME_CELLS,))) + "\n"


def _track(each: Placed, low: float, high: float) -> str:
    scale = (TRACK - 1) / max(high - low, 1e-9)
    start, middle, end = (
        round((each.ability + step * each.error - low) * scale) for step in (-2, 0, 2)
    )
    return " " * start + "─" * (middle - start) + "●" + "─" * (end - middle)


def _day(seconds: float | None) -> str:
    return (
        "-" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")
    )
