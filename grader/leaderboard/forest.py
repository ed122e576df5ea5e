"""Paired differences with their intervals, one line a pair, around no difference."""

from collections.abc import Sequence

from grader.core.comparison import PairDecision, RunPair
from grader.leaderboard.records import BenchmarkBoard
from grader.reports.html import svg
from grader.reports.html.charts import WIDTH, empty
from grader.reports.html.page import safe

PAIRS_MAX = 40
FEW = 6
"""Entries of which all pairs are drawn; of more those with the best one."""
WORDS_MAX = 6
"""Pairs that are told in words too."""
ROW = 24.0
LEFT = 230.0
TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


def forest(board: BenchmarkBoard) -> str:
    """The pairs of a board: of few entries all, else each entry against the best."""
    ranked = board.ranked
    names = {each.run_id: each.name for each in ranked}
    known = [pair for pair in board.pairs if pair.a in names and pair.b in names]
    if len(ranked) > FEW:
        best = ranked[0].run_id
        known = [pair for pair in known if best in {pair.a, pair.b}]
    if not known:
        return empty("Two ranked entries make a pair; there are fewer.")
    shown = sorted(known, key=lambda pair: -abs(pair.difference))[:PAIRS_MAX]
    rest = len(known) - len(shown)
    more = f" {rest:,} closer pairs are left out." if rest else ""
    said = ""
    if len(shown) <= WORDS_MAX:
        said = "".join(f"<li>{safe(pair.words, 400)}</li>" for pair in shown)
        said = f'<ul class="note">{said}</ul>'
    return (
        f"{drawn(shown, names)}{said}"
        '<p class="note">How far the first is ahead of the second, in points, on the tasks that'
        " both have, with 95 % intervals of the paired difference;"
        f" those that leave 0 out stand filled.{more}</p>"
    )


def drawn(pairs: Sequence[RunPair], names: dict[str, str]) -> str:
    """The picture; the larger side of each pair stands first."""
    right, bottom = WIDTH - 70.0, 14 + ROW * len(pairs)
    reach = reach_of(pairs)
    middle = (LEFT + right) / 2

    def x_of(share: float) -> float:
        return middle + max(-1.0, min(1.0, share / reach)) * (right - LEFT) / 2

    parts: list[str] = []
    for share in (-reach, -reach / 2, 0.0, reach / 2, reach):
        parts.append(svg.line(x_of(share), 6, x_of(share), bottom, role="grid"))
        tick = f"{100 * share:+.3g}" if share else "0"
        parts.append(svg.text(x_of(share), bottom + 16, tick, role="tick", anchor="middle"))
    words: list[str] = []
    for number, pair in enumerate(pairs):
        y = 14 + ROW * (number + 0.5)
        sign = 1 if pair.difference >= 0 else -1
        first, second = (pair.a, pair.b) if sign > 0 else (pair.b, pair.a)
        label = f"{names[first][:14]} over {names[second][:14]}"
        parts.append(svg.text(LEFT - 12, y + 4, label, anchor="end"))
        if pair.low is not None and pair.high is not None:
            ends = sorted((sign * pair.low, sign * pair.high))
            parts.append(svg.line(x_of(ends[0]), y, x_of(ends[1]), y, role="whisker"))
        is_sure = pair.decision in {PairDecision.A_BETTER, PairDecision.B_BETTER}
        role = "dot" if is_sure else "dot other"
        at = {"cx": x_of(sign * pair.difference), "cy": y, "r": 4.5, "class_": role}
        parts.append(svg.element("circle", at, content=f"<title>{safe(pair.words)}</title>"))
        figure = f"{100 * abs(pair.difference):.1f}"
        parts.append(svg.text(right + 12, y + 4, figure, role="tick"))
        words.append(f"{label} {figure} points{'' if is_sure else ', inconclusive'}")
    label = f"Paired differences: {'; '.join(words)}"
    return svg.drawing(WIDTH, bottom + 26, parts, label=label, role="chart")


def reach_of(pairs: Sequence[RunPair]) -> float:
    """How far the axis goes to either side: a round share that holds every interval."""
    ends = [
        abs(value)
        for pair in pairs
        for value in (pair.low, pair.high, pair.difference)
        if value is not None
    ]
    most = max(ends)
    return next((tick for tick in TICKS if tick >= most), 1.0)
