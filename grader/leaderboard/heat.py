"""Which entry solves which task: a strip per entry, drawn in some hundred bytes each.

Tasks stand from the one that most entries solve to the one that fewest do. Cells of one shade are
one path, so that fifty thousand of them stay small and quick; what a single cell says is read from
a packed block by the script. What matters is said in words as well.
"""

import json
from collections.abc import Sequence
from itertools import groupby

from grader.leaderboard import outcomes
from grader.leaderboard.records import BenchmarkBoard, BoardEntry
from grader.reports._words import counted, percent
from grader.reports.base import clean
from grader.reports.html import page
from grader.reports.html.charts import empty
from grader.reports.html.page import safe
from grader.stats.passk import TaskCount

SHADES = 5
CELLS_MAX = 600
"""Cells of a strip: more would be thinner than a line."""
NAMED_MAX = 40
ROWS_MAX = 200


def heat(board: BenchmarkBoard, place: int, *, title: str) -> str:
    """The map and its words; `place` numbers the boards of a page."""
    ranked = board.ranked
    if not ranked or not board.tasks:
        return empty("No entry is ranked: there is nothing to map.")
    rows = [outcomes.read(each.outcomes) for each in ranked]
    size = -(-len(board.tasks) // CELLS_MAX)
    body = "".join(
        strip(each, grouped(row, size)) for each, row in zip(ranked[:ROWS_MAX], rows, strict=False)
    )
    together = [totalled(column) for column in zip(*rows, strict=True)]
    first = all_row(grouped(together, size)) if len(ranked) > 1 else ""
    name = safe(f"{title}: tasks by entry")
    each = f" A cell stands for {size} tasks." if size > 1 else ""
    return (
        f'<p class="note">{safe(summary(board.tasks, rows))}{each} {legend()}</p>'
        f'<div class="wide heat" role="region" aria-label="{name}" tabindex="0"'
        f' data-block="heat{place}" data-size="{size}">'
        f'<table class="map">{head(len(board.tasks))}<tbody>{first}{body}</tbody></table></div>'
        f'<p class="readout" aria-live="polite" hidden></p>{"".join(lists(board.tasks, rows))}'
    )


def head(tasks: int) -> str:
    """The columns' names, over the strips with numbers of tasks."""
    return (
        '<thead><tr><th scope="col">Name</th><th scope="col" class="number">Solved</th>'
        f'<th scope="col"><span class="hidden">Tasks</span>{ticks(tasks)}</th></tr></thead>'
    )


def legend() -> str:
    """What the shades say."""
    boxes = "".join(
        f'<svg class="cells" viewBox="0 -.5 1 1" preserveAspectRatio="none" aria-hidden="true">'
        f'<path class="s{value}" d="M0 0h1"/></svg>'
        for value in range(SHADES + 1)
    )
    return f'None right<span class="shades">{boxes}</span>all right.'


def data(board: BenchmarkBoard, place: int) -> str:
    """The block from which the script reads single cells."""
    ranked = board.ranked[:ROWS_MAX]
    value = {
        "tasks": [clean(task, 120) for task in board.tasks],
        "rows": [each.outcomes for each in ranked],
    }
    return page.block(f"heat{place}", json.dumps(value, separators=(",", ":")).encode())


def grouped(counts: Sequence[TaskCount], size: int) -> list[TaskCount]:
    """Neighbours together, so that no more than CELLS_MAX cells are left."""
    starts = range(0, len(counts), size)
    return [totalled(counts[start : start + size]) for start in starts]


def totalled(counts: Sequence[TaskCount]) -> TaskCount:
    """Several counts as one."""
    return TaskCount(sum(one.graded for one in counts), sum(one.passed for one in counts))


def shade(count: TaskCount) -> int:
    """0 for never, SHADES for always; -1 where nothing is graded."""
    if not count.graded:
        return -1
    if count.passed in (0, count.graded):
        return SHADES if count.passed else 0
    return 1 + int((SHADES - 1) * count.passed / count.graded)


def drawn(counts: Sequence[TaskCount], label: str) -> str:
    """A strip: for each shade one path of its runs."""
    runs: dict[int, list[str]] = {}
    x = 0
    for value, group in groupby(map(shade, counts)):
        length = len(list(group))
        runs.setdefault(value, []).append(f"M{x} 0h{length}")
        x += length
    paths = "".join(
        f'<path class="s{value}" d="{"".join(found)}"/>'
        for value, found in sorted(runs.items())
        if value >= 0
    )
    return (
        f'<svg class="cells" viewBox="0 -.5 {len(counts)} 1" preserveAspectRatio="none" role="img"'
        f' aria-label="{safe(label)}">{paths}</svg>'
    )


def strip(entry: BoardEntry, counts: Sequence[TaskCount]) -> str:
    """One entry's row."""
    score = entry.score or 0.0
    return map_row(safe(entry.name, 40), percent(score), drawn(counts, f"{percent(score)} solved"))


def all_row(counts: Sequence[TaskCount]) -> str:
    """What all entries do together."""
    graded, passed = sum(one.graded for one in counts), sum(one.passed for one in counts)
    mean = percent(passed / graded) if graded else ""
    return map_row("<em>All together</em>", mean, drawn(counts, f"{mean} solved on average"), "all")


def map_row(name: str, solved: str, picture: str, kind: str = "") -> str:
    """A row of the map."""
    return (
        f'<tr class="{kind}"><th scope="row">{name}</th><td class="number">{solved}</td>'
        f"<td>{picture}</td></tr>"
    )


def ticks(tasks: int) -> str:
    """The numbers of tasks, over the strips."""
    step = next(step for step in steps() if tasks / step <= 6)  # noqa: PLR2004  more would touch
    words = [(0.0, "start", "1 easiest"), (100.0, "end", f"hardest {tasks:,}")]
    words += [
        (100 * at / tasks, "middle", f"{at:,}")
        for at in range(step, tasks, step)
        if 0.15 * tasks < at < 0.85 * tasks
    ]
    return (
        '<svg class="ticks" aria-hidden="true">'
        + "".join(
            f'<text x="{x:.1f}%" y="10" text-anchor="{anchor}" class="tick">{text}</text>'
            for x, anchor, text in words
        )
        + "</svg>"
    )


def steps() -> Sequence[int]:
    """Give 1, 2, 5, 10, 20 and so on."""
    return [lead * 10**power for power in range(9) for lead in (1, 2, 5)]


def summary(tasks: Sequence[str], rows: Sequence[Sequence[TaskCount]]) -> str:
    """The map in a sentence."""
    found = solvers(rows)
    several = any(count.graded > 1 for row in rows for count in row)
    once = " at least once" if several else ""
    return (
        f"{counted(len(tasks), 'task')} from the easiest to the hardest, as entries find them:"
        f" {found.count(len(rows)):,} solved{once} by every entry, {found.count(0):,} by none."
    )


def solvers(rows: Sequence[Sequence[TaskCount]]) -> list[int]:
    """For every task how many entries solve it at least once."""
    return [sum(count.passed > 0 for count in column) for column in zip(*rows, strict=True)]


def lists(tasks: Sequence[str], rows: Sequence[Sequence[TaskCount]]) -> list[str]:
    """The tasks that tell most about a benchmark, by name."""
    if len(rows) < 2:  # noqa: PLR2004  of one entry the strip says all
        return []
    found = solvers(rows)
    wanted = (("Solved by no entry", 0), ("Solved by one entry alone", 1))
    return [
        f'<p class="note"><b>{title} ({len(names):,}):</b> {some(names)}</p>'
        for title, count in wanted
        if (names := [task for task, many in zip(tasks, found, strict=True) if many == count])
    ]


def some(names: Sequence[str]) -> str:
    """The first of many names."""
    more = f" and {len(names) - NAMED_MAX:,} more" if len(names) > NAMED_MAX else ""
    return ", ".join(safe(name, 80) for name in names[:NAMED_MAX]) + more
