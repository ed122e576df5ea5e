"""What scores cost: score against cost, who is best for less, and totals."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from grader.leaderboard.records import BenchmarkBoard, BoardEntry
from grader.leaderboard.table import seconds
from grader.reports._words import counted, percent
from grader.reports.base import cells, clean, fit
from grader.reports.html import svg
from grader.reports.html.charts import empty, levels
from grader.reports.html.page import safe

WIDE, HIGH = 560.0, 330.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, WIDE - 16, 14.0, HIGH - 46
LOG_FROM = 25.0
"""Costs that differ by more than this factor stand on a logarithmic axis."""
LETTER = 7.0
"""Width of a letter of a label, generously."""
NAME = 22
LINE = 15.0
"""Height of a line of text."""


class CostPoint(NamedTuple):
    """One entry of the chart."""

    entry: BoardEntry
    cost: float
    score: float


class CostAxis(NamedTuple):
    """From a cost to its place."""

    low: float
    high: float
    is_log: bool

    def at(self, cost: float) -> float:
        """The place of a cost."""
        low, high, value = self.low, self.high, cost
        if self.is_log:
            low, high, value = math.log(low), math.log(high), math.log(max(cost, self.low))
        return LEFT + (value - low) / (high - low) * (RIGHT - LEFT)


def costs(board: BenchmarkBoard) -> str:
    """The charts of a board, of what its entries have, and the totals."""
    ranked = board.ranked
    declared = [
        CostPoint(e, e.cost.usd, e.score) for e in ranked if e.cost.usd and e.score is not None
    ]
    measured = [
        CostPoint(each, each.cost.cpu_total_s, each.score)
        for each in ranked
        if each.cost.cpu_total_s and each.score is not None
    ]
    parts = [
        figure(title, chart(points, dollars=dollars))
        for title, points, dollars in (
            ("Score by declared cost of the run", declared, True),
            ("Score by CPU time of all samples", measured, False),
        )
        if len(points) > 1
    ]
    pictures = "".join(parts) or empty("Two entries with a cost make a chart; there are fewer.")
    return f'<div class="pair">{pictures}</div>{totals(ranked)}'


def figure(title: str, picture: str) -> str:
    """A chart with its title."""
    return f"<figure><figcaption>{title}</figcaption>{picture}</figure>"


def chart(points: Sequence[CostPoint], *, dollars: bool) -> str:
    """Score against cost with intervals; the line leads along those that nobody beats for less."""
    said = money if dollars else seconds
    axis = axis_of([point.cost for point in points])
    best = frontier(points)
    parts = [levels(LEFT, RIGHT, y_of=[(share, y_of(share)) for share in (0, 0.25, 0.5, 0.75, 1)])]
    parts += [
        svg.text(axis.at(tick), BOTTOM + 18, said(tick), role="tick", anchor=anchor)
        for tick, anchor in ticks(axis)
    ]
    steps = " ".join(f"{svg.number(axis.at(p.cost))},{svg.number(y_of(p.score))}" for p in best)
    parts.append(svg.element("polyline", {"points": steps, "class_": "front"}))
    for point in sorted(points, key=lambda each: each in best):
        parts += dot(point, axis, said=said, is_best=point in best)
    parts += labels([*best, *(point for point in points if point not in best)], axis, len(best))
    words = "; ".join(f"{p.entry.name} {percent(p.score)} for {said(p.cost)}" for p in best)
    label = f"Nobody beats these for less: {words}"
    picture = svg.drawing(WIDE, HIGH, parts, label=label, role="chart")
    return f'{picture}<p class="note">{safe(label, 400)}</p>'


def y_of(score: float) -> float:
    """The place of a score."""
    return BOTTOM - score * (BOTTOM - TOP)


def axis_of(costs: Sequence[float]) -> CostAxis:
    """An axis on which all costs have room."""
    low, high = min(costs), max(costs)
    if high > LOG_FROM * low:
        return CostAxis(low / 1.3, high * 1.3, is_log=True)
    return CostAxis(0.0, high * 1.1, is_log=False)


def ticks(axis: CostAxis) -> list[tuple[float, str]]:
    """Round costs on the axis, and how their words stand."""
    if axis.is_log:
        powers = range(math.floor(math.log10(axis.low)), math.ceil(math.log10(axis.high)) + 1)
        found = [10.0**power for power in powers if axis.low <= 10.0**power <= axis.high]
        found = found[:: -(-len(found) // 5)] if found else []
        return [(cost, "middle") for cost in found or [axis.low * 1.3, axis.high / 1.3]]
    rough = axis.high / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(lead * power for lead in (1, 2, 5, 10) if lead * power >= rough)
    many = int(axis.high / step)
    return [(step * place, "middle" if place else "start") for place in range(many + 1)]


def frontier(points: Sequence[CostPoint]) -> list[CostPoint]:
    """Those that score more than every cheaper one, cheapest first."""
    found: list[CostPoint] = []
    for point in sorted(points, key=lambda each: (each.cost, -each.score, each.entry.name)):
        if not found or point.score > found[-1].score:
            found.append(point)
    return found


def dot(
    point: CostPoint, axis: CostAxis, *, said: Callable[[float], str], is_best: bool
) -> list[str]:
    """One entry: its interval and its place, which tells its figures."""
    x, y, entry = axis.at(point.cost), y_of(point.score), point.entry
    parts: list[str] = []
    if entry.low is not None and entry.high is not None:
        parts.append(svg.line(x, y_of(entry.low), x, y_of(entry.high), role="range"))
    title = f"{entry.name}: {percent(point.score)} for {said(point.cost)}"
    attributes = {"cx": x, "cy": y, "r": 5, "class_": "dot" if is_best else "dot other"}
    parts.append(svg.element("circle", attributes, content=f"<title>{safe(title)}</title>"))
    return parts


class LabelBox(NamedTuple):
    """What a word or a dot covers."""

    left: float
    right: float
    y: float

    def meets(self, other: "LabelBox") -> bool:
        """Whether two of them cover each other."""
        is_near = abs(self.y - other.y) < LINE
        return is_near and self.left < other.right and other.left < self.right


def labels(points: Sequence[CostPoint], axis: CostAxis, best: int) -> list[str]:
    """Names where there is room for them, those on the line first."""
    places = [(axis.at(point.cost), y_of(point.score)) for point in points]
    taken = [LabelBox(x - 7, x + 7, y) for x, y in places]
    parts: list[str] = []
    for number, (point, (x, y)) in enumerate(zip(points, places, strict=True)):
        name = fit(clean(point.entry.name), NAME)
        box = room(x, y, LETTER * cells(name), [*taken[:number], *taken[number + 1 :]])
        if box is not None:
            taken.append(box)
            role = "label" if number < best else "label extra"
            anchor = "start" if box.left > x else "end" if box.right < x else "middle"
            at = {"start": box.left, "end": box.right}.get(anchor, (box.left + box.right) / 2)
            parts.append(svg.text(at, box.y + 4, name, role=role, anchor=anchor))
    return parts


def room(x: float, y: float, width: float, taken: Sequence[LabelBox]) -> LabelBox | None:
    """A free place for a word beside, above or below a dot; None where there is none."""
    centred = max(LEFT, min(x - width / 2, WIDE - width))
    for left, line in (
        (x + 10, y),
        (x - 10 - width, y),
        (centred, y - LINE - 1),
        (centred, y + LINE + 1),
    ):
        box = LabelBox(left, left + width, line)
        is_inside = left >= LEFT and left + width <= WIDE and TOP - LINE < line < BOTTOM
        if is_inside and not any(box.meets(other) for other in taken):
            return box
    return None


def totals(entries: Sequence[BoardEntry]) -> str:
    """What all ranked entries took together."""
    declared = [each.cost.usd for each in entries if each.cost.usd is not None]
    cpu_s = [each.cost.cpu_total_s for each in entries if each.cost.cpu_total_s is not None]
    wall_s = [each.cost.wall_total_s for each in entries if each.cost.wall_total_s is not None]
    joules = [each.cost.energy_j for each in entries if each.cost.energy_j is not None]
    samples = sum(each.samples for each in entries)
    of = "1 ranked entry" if len(entries) == 1 else f"{len(entries):,} ranked entries"
    words = [f"{counted(samples, 'sample')} of {of}"]
    if cpu_s:
        words.append(
            f"{seconds(math.fsum(cpu_s))} of CPU and {seconds(math.fsum(wall_s))} in steps"
        )
    if joules:
        words.append(f"{math.fsum(joules):,.0f} J measured for {len(joules):,}")
    if declared:
        words.append(f"{money(math.fsum(declared))} declared for {len(declared):,}")
    return f'<p class="totals"><b>Together</b> {safe(" · ".join(words), 400)}</p>'


def money(value: float) -> str:
    """Dollars, with cents where they matter."""
    return f"${value:,.0f}" if value >= 100 or value == int(value) else f"${value:,.2f}"  # noqa: PLR2004
