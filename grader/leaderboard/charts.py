"""The drawings of a leaderboard, readable without JavaScript."""

from collections.abc import Sequence
from datetime import date

from grader.core.comparison import PairDecision, RunPair
from grader.leaderboard.records import BenchmarkBoard, BoardEntry, EntryStatus
from grader.reports._words import percent
from grader.reports.html import svg
from grader.reports.html.charts import WIDTH, empty, levels
from grader.reports.html.page import safe

MATRIX_MAX = 30
HISTORY_MAX = 12
LINE = 14
"""Height of a line of text."""


def matrix(board: BenchmarkBoard, *, title: str) -> str:
    """Row against column: the difference in points, and whether it is more than chance."""
    ranked = board.ranked[:MATRIX_MAX]
    if len(ranked) < 2:  # noqa: PLR2004  a pair
        return empty("Two ranked entries make a pair; there are fewer.")
    pairs = {(pair.a, pair.b): pair for pair in board.pairs}
    head = "".join(f'<th scope="col">{safe(each.name, 20)}</th>' for each in ranked)
    body = "".join(
        f'<tr><th scope="row">{safe(one.name, 40)}</th>'
        + "".join(cell(one, other, pairs) for other in ranked)
        + "</tr>"
        for one in ranked
    )
    return (
        f'<div class="wide" role="region" aria-label="{safe(title)}: pair by pair" tabindex="0">'
        f'<table class="matrix"><thead><tr><td></td>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
        '<p class="note">Row minus column in points; ▲ and ▼ are more than chance would make'
        " (Holm over all pairs, 5 %), · is inconclusive.</p>"
    )


def cell(one: BoardEntry, other: BoardEntry, pairs: dict[tuple[str, str], RunPair]) -> str:
    """One pair, from the row's side."""
    if one.run_id == other.run_id:
        return '<td class="self"></td>'
    forward = pairs.get((one.run_id, other.run_id))
    pair = forward or pairs[other.run_id, one.run_id]
    points = 100 * (pair.difference if forward else -pair.difference)
    if pair.decision is PairDecision.INCONCLUSIVE:
        return f'<td title="{safe(pair.words, 400)}">· {points:+.1f}</td>'
    won = (pair.decision is PairDecision.A_BETTER) == bool(forward)
    kind, mark = ("won", "▲") if won else ("lost", "▼")
    return f'<td class="{kind}" title="{safe(pair.words, 400)}">{mark} {points:+.1f}</td>'


def history(board: BenchmarkBoard) -> str:
    """Scores over days, one line per name that has several."""
    dated: dict[str, list[BoardEntry]] = {}
    for each in board.entries:
        if each.score is not None and each.status in {EntryStatus.RANKED, EntryStatus.SUPERSEDED}:
            dated.setdefault(each.name, []).append(each)
    several = {
        name: sorted(found, key=lambda each: (each.date, each.run_id))
        for name, found in dated.items()
        if len(found) > 1
    }
    if not several:
        return empty("No name has several runs yet; with them this shows how scores move.")
    lines = sorted(several.items())[:HISTORY_MAX]
    days = [ordinal(each.date) for _, found in lines for each in found]
    return drawn(lines, begin=min(days), end=max(days))


def drawn(lines: Sequence[tuple[str, Sequence[BoardEntry]]], *, begin: int, end: int) -> str:
    """The history as a picture."""
    left, right, top, bottom = 44.0, WIDTH - 150.0, 12.0, 200.0

    def x_of(day: str) -> float:
        return left + (ordinal(day) - begin) / max(end - begin, 1) * (right - left)

    def y_of(score: float) -> float:
        return bottom - score * (bottom - top)

    marks = [(share, y_of(share)) for share in (0, 0.25, 0.5, 0.75, 1)]
    parts = [levels(left, right, y_of=marks)]
    taken: list[float] = []
    for name, found in lines:
        places = [(x_of(each.date), y_of(each.score or 0.0)) for each in found]
        points = " ".join(f"{svg.number(x)},{svg.number(y)}" for x, y in places)
        parts.append(svg.element("polyline", {"points": points, "class_": "curve"}))
        parts += [
            svg.element("circle", {"cx": x, "cy": y, "r": 3.5, "class_": "dot"}) for x, y in places
        ]
        y = free_line(places[-1][1] + 4, taken)
        parts.append(svg.text(right + 10, y, name[:22]))
    ends = sorted({found[0].date for _, found in lines} | {found[-1].date for _, found in lines})
    parts.append(svg.text(left, bottom + 18, ends[0], role="tick"))
    parts.append(svg.text(right, bottom + 18, ends[-1], role="tick", anchor="end"))
    label = "; ".join(
        f"{name} from {percent(found[0].score or 0)} to {percent(found[-1].score or 0)}"
        for name, found in lines
    )
    return svg.drawing(WIDTH, 226, parts, label=f"Scores over time: {label}", role="chart")


def free_line(y: float, taken: list[float]) -> float:
    """Where a name can stand, from `y` downwards; it is `taken` then."""
    while any(abs(y - other) < LINE for other in taken):
        y += LINE
    taken.append(y)
    return y


def ordinal(day: str) -> int:
    """Days since the first of January of year 1; 0 for what is no date."""
    try:
        return date.fromisoformat(day).toordinal()
    except ValueError:
        return 0
