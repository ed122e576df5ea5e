"""Figures over days: scores with their intervals, and abilities on one scale."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from grader.leaderboard import outcomes
from grader.leaderboard.charts import free_line, ordinal
from grader.leaderboard.records import BenchmarkBoard, BoardEntry, EntryStatus
from grader.reports._words import percent
from grader.reports.html import svg
from grader.reports.html.charts import WIDTH, empty, levels
from grader.reports.html.page import safe
from grader.stats.irt.ability import Ability, TaskAnswer, most_likely_with_prior
from grader.stats.irt.curve import ItemCurve
from grader.stats.sketch import Z_95

RUNS_MIN = 5
"""With fewer entries the difficulties of tasks are hardly known."""
NAMED_MAX = 14
LEFT, RIGHT, TOP, BOTTOM = 46.0, WIDTH - 150.0, 12.0, 210.0


class DatedPoint(NamedTuple):
    """One entry at its day."""

    name: str
    day: str
    value: float
    low: float | None = None
    high: float | None = None
    said: str = ""


def scores(board: BenchmarkBoard) -> str:
    """Score over date, of all ranked and superseded entries; the line is the best so far."""
    kinds = {EntryStatus.RANKED, EntryStatus.SUPERSEDED}
    points = [
        DatedPoint(each.name, each.date, each.score, each.low, each.high, percent(each.score))
        for each in board.entries
        if each.status in kinds and each.score is not None and ordinal(each.date)
    ]
    if len(points) < 2:  # noqa: PLR2004  one point has no course
        return empty("Two dated entries make a chart; there are fewer.")
    marks = (0, 0.25, 0.5, 0.75, 1)
    return drawn(points, marks, title="Score over date", words="{:.0%}".format)


def abilities(board: BenchmarkBoard) -> str:
    """Ability over date: what scores would be on a scale where easy tasks count for less."""
    ranked = board.ranked
    if not board.tasks:
        return empty("Abilities rest on results by task, of which this board tells none.")
    if len(ranked) < RUNS_MIN:
        return empty(f"{RUNS_MIN} ranked entries say how hard tasks are; there are {len(ranked)}.")
    points = [
        DatedPoint(
            entry.name,
            entry.date,
            found.value,
            found.value - Z_95 * found.error,
            found.value + Z_95 * found.error,
            f"{found.value:+.2f}",
        )
        for entry, found in zip(ranked, estimated(ranked), strict=True)
        if ordinal(entry.date)
    ]
    if not points:
        return empty("No entry has a date.")
    top = math.ceil(max(max(abs(p.low or 0), abs(p.high or 0)) for p in points))
    marks = (-top, -top / 2, 0, top / 2, top)
    note = (
        '<p class="note">Rasch model in logits: tasks are as hard as these entries find them, the'
        " mean task is at 0; entries shrink towards it where answers say little.</p>"
    )
    return drawn(points, marks, title="Ability over date", words="{:+g}".format) + note


def estimated(entries: Sequence[BoardEntry]) -> list[Ability]:
    """Each entry's ability; difficulties by what all entries together solved."""
    rows = [outcomes.read(each.outcomes) for each in entries]
    hard: list[float] = []
    for column in zip(*rows, strict=True):
        right = sum(each.passed / each.graded for each in column if each.graded)
        tries = sum(bool(each.graded) for each in column)
        hard.append(math.log((tries - right + 0.5) / (right + 0.5)))
    mean = math.fsum(hard) / max(1, len(hard))
    return [
        most_likely_with_prior(
            [
                TaskAnswer(ItemCurve(1.0, b - mean), each.passed / each.graded, 1.0)
                for each, b in zip(row, hard, strict=True)
                if each.graded
            ]
        )
        for row in rows
    ]


def drawn(
    points: Sequence[DatedPoint],
    marks: Sequence[float],
    *,
    title: str,
    words: Callable[[float], str],
) -> str:
    """Points with whiskers over days, and a line along the best so far.

    marks: values on the axis, lowest first; words: what stands at them.
    """
    ordered = sorted(points, key=lambda each: (each.day, each.name))
    begin, end = ordinal(ordered[0].day), ordinal(ordered[-1].day)
    low, high = marks[0], marks[-1]

    def x_of(day: str) -> float:
        return LEFT + 6 + (ordinal(day) - begin) / max(end - begin, 1) * (RIGHT - LEFT - 6)

    def y_of(value: float) -> float:
        return BOTTOM - (min(max(value, low), high) - low) / (high - low) * (BOTTOM - TOP)

    parts = [levels(LEFT, RIGHT, y_of=[(value, y_of(value)) for value in marks], words=words)]
    best = leading(ordered)
    steps = " ".join(f"{svg.number(x_of(p.day))},{svg.number(y_of(p.value))}" for p in best)
    parts.append(svg.element("polyline", {"points": steps, "class_": "front"}))
    for each in ordered:
        x = x_of(each.day)
        if each.low is not None and each.high is not None:
            parts.append(svg.line(x, y_of(each.low), x, y_of(each.high), role="whisker"))
        told = f"<title>{safe(f'{each.name}, {each.day}: {each.said}')}</title>"
        at = {"cx": x, "cy": y_of(each.value), "r": 4.0, "class_": "dot"}
        parts.append(svg.element("circle", at, content=told))
    parts += names(ordered, y_of)
    parts.append(svg.text(LEFT, BOTTOM + 18, ordered[0].day, role="tick"))
    if begin != end:
        parts.append(svg.text(RIGHT, BOTTOM + 18, ordered[-1].day, role="tick", anchor="end"))
    label = f"{title}: " + "; ".join(f"{p.name} {p.said} on {p.day}" for p in best)
    return svg.drawing(WIDTH, BOTTOM + 26, parts, label=label, role="chart")


def leading(ordered: Sequence[DatedPoint]) -> list[DatedPoint]:
    """Those that were better than all before them."""
    found: list[DatedPoint] = []
    for each in ordered:
        if not found or each.value > found[-1].value:
            found.append(each)
    return found


def names(ordered: Sequence[DatedPoint], y_of: Callable[[float], float]) -> list[str]:
    """Names at the right, the best ones first, without covering each other."""
    taken: list[float] = []
    parts: list[str] = []
    for each in sorted(ordered, key=lambda p: -p.value)[:NAMED_MAX]:
        y = free_line(y_of(each.value) + 4, taken)
        if y > BOTTOM + 8:
            break
        parts.append(svg.text(RIGHT + 10, y, each.name[:20]))
    return parts
