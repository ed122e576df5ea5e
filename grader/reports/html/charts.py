"""The charts of a page: inline SVG that is readable without JavaScript."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from grader.core.report import MetricEstimate, QuantitySpread, Report, TaskRow
from grader.core.result import Verdict
from grader.reports._words import counted, percent, uncertainty
from grader.reports.html import svg
from grader.reports.html.page import safe
from grader.reports.html.rows import SampleTable
from grader.stats.passk import TaskCount, mean_pass_at_k

WIDTH = 560
CURVE_POINTS = 40
BINS_PER_DECADE = 6
CELLS_MAX = 1500
SHADES = 5
MILLISECOND_US = 1000
SECOND_US = 1_000_000


class IntervalMark(NamedTuple):
    """One line of the interval chart."""

    label: str
    metric: MetricEstimate


def bar(counts: dict[str, int], samples: int) -> str:
    """The verdict bar: one segment per verdict, in the order in which `Verdict` lists them."""
    x = 0.0
    parts: list[str] = []
    for verdict in Verdict:
        share = counts.get(verdict.value, 0) / samples if samples else 0
        if share:
            title = f"{verdict.value}: {counts[verdict.value]:,} ({percent(share)})"
            parts.append(svg.rect(x, 0, 1000 * share, 10, role=f"v-{verdict.value}", title=title))
            x += 1000 * share
    words = ", ".join(f"{name} {count:,}" for name, count in counts.items()) or "no samples"
    inner = "".join(parts)
    return (
        '<svg viewBox="0 0 1000 10" preserveAspectRatio="none" class="verdicts" role="img"'
        f' aria-label="{safe(f"Verdicts: {words}", 500)}">{inner}</svg>'
    )


def forest(report: Report) -> str:
    """Every metric with its interval on one axis from 0 to 100 %."""
    marks = [IntervalMark(metric.name, metric) for metric in report.metrics]
    marks += [IntervalMark(metric.name, metric) for metric in report.consistency]
    marks += [
        IntervalMark(f"{reading.name} {metric.name}", metric)
        for reading in report.readings
        for metric in reading.metrics
    ]
    known = [mark for mark in marks if mark.metric.value is not None]
    if not known:
        return empty("No metric is defined yet: nothing was graded.")
    left, right, step = 124.0, WIDTH - 112.0, 34  # room for figures in a narrow screen's letters
    height = 26 + step * len(known)
    parts = [axis(left, right, height - 20)]
    for place, mark in enumerate(known):
        parts += interval(mark, 22 + step * place, left=left, right=right)
    label = "; ".join(said(mark) for mark in known)
    return svg.drawing(WIDTH, height, parts, label=f"Intervals. {label}", role="chart")


def said(mark: IntervalMark) -> str:
    """One line of the interval chart in words."""
    value = mark.metric.value
    return f"{mark.label} {percent(value)}, {uncertainty(mark.metric)}" if value is not None else ""


def axis(left: float, right: float, bottom: float) -> str:
    """Grid lines and labels from 0 to 100 %."""
    parts: list[str] = []
    for share in (0, 0.25, 0.5, 0.75, 1):
        x = left + share * (right - left)
        parts.append(svg.line(x, 6, x, bottom, role="grid"))
        parts.append(svg.text(x, bottom + 15, f"{share:.0%}", role="tick", anchor="middle"))
    return "".join(parts)


def interval(mark: IntervalMark, y: float, *, left: float, right: float) -> list[str]:
    """A dot, its whiskers, its name and its figure."""
    metric, span = mark.metric, right - left
    value = metric.value or 0.0
    parts = [svg.text(left - 14, y + 4, mark.label, anchor="end")]
    if metric.low is not None and metric.high is not None:
        low, high = left + metric.low * span, left + metric.high * span
        parts.append(svg.line(low, y, high, y, role="whisker"))
        parts += [svg.line(x, y - 5, x, y + 5, role="whisker") for x in (low, high)]
    parts.append(
        svg.element("circle", {"cx": left + value * span, "cy": y, "r": 5, "class_": "dot"})
    )
    parts.append(svg.text(WIDTH - 2, y + 4, percent(value), role="figure", anchor="end"))
    return parts


def curve(rows: Sequence[TaskRow]) -> str:
    """pass@k for every k that all tasks have samples for."""
    counts = [TaskCount(row.graded, row.passed) for row in rows]
    most = min((count.graded for count in counts), default=0)
    if most < 2:  # noqa: PLR2004  a curve has at least two points
        return empty("A curve needs two graded samples of every task; this run has fewer.")
    ks = spread(most)
    values = [mean_pass_at_k(counts, k).value or 0.0 for k in ks]
    left, right, top, bottom = 44.0, WIDTH - 14.0, 10.0, 190.0
    scale = math.log if most > CURVE_POINTS else float
    begin, end = scale(1), scale(most)

    def x_of(k: int) -> float:
        return left + (scale(k) - begin) / (end - begin) * (right - left)

    def y_of(value: float) -> float:
        return bottom - value * (bottom - top)

    parts = [levels(left, right, y_of=[(share, y_of(share)) for share in (0, 0.25, 0.5, 0.75, 1)])]
    points = " ".join(
        f"{svg.number(x_of(k))},{svg.number(y_of(v))}" for k, v in zip(ks, values, strict=True)
    )
    parts.append(svg.element("polyline", {"points": points, "class_": "curve"}))
    ends = sorted({0, len(ks) // 2, len(ks) - 1})
    for place in ends:
        x, y = x_of(ks[place]), y_of(values[place])
        parts.append(svg.element("circle", {"cx": x, "cy": y, "r": 4, "class_": "dot"}))
        anchor = "start" if place == 0 else "end" if place == len(ks) - 1 else "middle"
        parts.append(svg.text(x, bottom + 18, f"k = {ks[place]}", role="tick", anchor=anchor))
        below = y + 20 if place == 0 or y < top + 20 else y - 10  # the curve rises from its start
        parts.append(svg.text(x, below, percent(values[place]), role="figure", anchor=anchor))
    label = ", ".join(f"pass@{ks[place]} {percent(values[place])}" for place in ends)
    return svg.drawing(WIDTH, 216, parts, label=f"pass@k by k: {label}", role="chart")


def spread(most: int) -> list[int]:
    """At most CURVE_POINTS values of k from 1 to `most`, evenly on a logarithmic scale."""
    if most <= CURVE_POINTS:
        return list(range(1, most + 1))
    steps = (round(most ** (place / (CURVE_POINTS - 1))) for place in range(CURVE_POINTS))
    return sorted(set(steps))


def levels(
    left: float,
    right: float,
    *,
    y_of: Sequence[tuple[float, float]],
    words: Callable[[float], str] = "{:.0%}".format,
) -> str:
    """Horizontal grid lines at values, by default shares, and their places."""
    return "".join(
        svg.line(left, y, right, y, role="grid")
        + svg.text(left - 8, y + 4, words(value), role="tick", anchor="end")
        for value, y in y_of
    )


def histogram(table: SampleTable, spread: QuantitySpread | None = None) -> str:
    """How long samples took, on a logarithmic scale; identical samples count once.

    `spread`: the report's own figures of the same times, which then are those that are told.
    """
    times = sorted(value for value in table.wall_us if value)
    if not times:
        return empty("Nothing ran: there are no times to show.")
    low = math.floor(math.log10(times[0]) * BINS_PER_DECADE)
    high = math.floor(math.log10(times[-1]) * BINS_PER_DECADE)
    bins = [0] * (high - low + 1)
    for value in times:
        bins[math.floor(math.log10(value) * BINS_PER_DECADE) - low] += 1
    left, right, top, bottom = 8.0, WIDTH - 8.0, 24.0, 176.0
    width = min((right - left) / len(bins), 64)
    left += (right - left - width * len(bins)) / 2
    parts: list[str] = []
    for place, count in enumerate(bins):
        begin = duration(10 ** ((low + place) / BINS_PER_DECADE))
        end = duration(10 ** ((low + place + 1) / BINS_PER_DECADE))
        if count:
            size = max(count / max(bins) * (bottom - top), 1.5)
            title = f"{begin} to {end}: {counted(count, 'sample')}"
            x = left + place * width + 1
            parts.append(svg.rect(x, bottom - size, width - 2, size, role="bin", title=title))
        if place in {0, len(bins) // 2} or place == len(bins) - 1:
            middle = left + (place + 0.5) * width
            parts.append(svg.text(middle, bottom + 18, begin, role="tick", anchor="middle"))
    parts.append(svg.line(8, bottom, WIDTH - 8, bottom, role="axis"))
    middle_us, high_us = float(quantile(times, 0.5)), float(quantile(times, 0.95))
    if spread is not None:
        middle_us, high_us = spread.median * SECOND_US, spread.p95 * SECOND_US
    summary = f"median {duration(middle_us)}, p95 {duration(high_us)}"
    parts.append(svg.text(WIDTH - 8, 14, summary, role="figure", anchor="end"))
    label = f"Wall time of {counted(len(times), 'sample')}: {summary}"
    return svg.drawing(WIDTH, 202, parts, label=label, role="chart")


def quantile(ordered: Sequence[int], share: float) -> int:
    """The value that `share` of all do not exceed (nearest rank)."""
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


def duration(microseconds: float) -> str:
    """Two significant digits in the unit that fits."""
    for size, unit in ((SECOND_US, "s"), (MILLISECOND_US, "ms")):
        if microseconds >= size:
            value = microseconds / size
            return f"{value:.1f} {unit}" if value < 10 else f"{value:,.0f} {unit}"  # noqa: PLR2004
    return f"{microseconds:.0f} µs"


def heat(rows: Sequence[TaskRow]) -> str:
    """One cell per task, its shade the share of graded samples that pass.

    Beyond CELLS_MAX tasks a cell stands for several neighbours.
    """
    if not rows:
        return empty("No task has a sample yet.")
    size = -(-len(rows) // CELLS_MAX)
    groups = [rows[start : start + size] for start in range(0, len(rows), size)]
    columns = min(max(math.ceil(math.sqrt(len(groups) * 2.6)), 12), 60)
    cell = min(WIDTH / columns, 36.0)
    parts = [
        heat_cell(group, place % columns * cell, place // columns * cell, cell)
        for place, group in enumerate(groups)
    ]
    solved = sum(row.passed == row.graded > 0 for row in rows)
    never = sum(row.passed == 0 < row.graded for row in rows)
    label = f"{counted(len(rows), 'task')}: {solved:,} always solved, {never:,} never solved"
    height = -(-len(groups) // columns) * cell
    each = f" Each cell stands for {size} tasks." if size > 1 else ""
    picture = svg.drawing(WIDTH, height, parts, label=label + each, role="chart heat")
    return f'{picture}<p class="note">{safe(label)}.{each}</p>'


def heat_cell(group: Sequence[TaskRow], x: float, y: float, size: float) -> str:
    """One cell."""
    graded = sum(row.graded for row in group)
    passed = sum(row.passed for row in group)
    name = group[0].task_id if len(group) == 1 else f"{group[0].task_id} to {group[-1].task_id}"
    if not graded:
        return svg.rect(x + 1, y + 1, size - 2, size - 2, role="none", title=f"{name}: not graded")
    shade = (
        0 if not passed else SHADES if passed == graded else 1 + int((SHADES - 1) * passed / graded)
    )
    title = f"{name}: {passed:,} of {graded:,} passed"
    return svg.rect(x + 1, y + 1, size - 2, size - 2, role=f"h{shade}", title=title)


def empty(words: str) -> str:
    """What stands in a chart's place where there is nothing to draw."""
    return f'<p class="empty">{safe(words)}</p>'
