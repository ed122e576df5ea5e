"""The entries of one board as a table, which on a narrow screen becomes a list of cards."""

from collections.abc import Sequence
from typing import NamedTuple

from grader.benchmarks._translated import LANGUAGES
from grader.core.conditions import mark_words
from grader.leaderboard.records import BoardEntry, EntryCost, EntryStatus, SuiteStanding
from grader.reports._words import counted, percent
from grader.reports.html import charts as run_charts
from grader.reports.html.page import safe

DASH = "\u2013"
TRUST = "Trust"
FIGURES_MAX = 6
"""Columns of further figures, besides those of programming languages; JSON and CSV have all."""


class TableCell(NamedTuple):
    """One column of one entry."""

    key: str
    """What the column is sorted by; empty: it is not."""
    title: str
    body: str
    """HTML."""
    value: float | str = ""
    """What sorts, where the column does."""
    kind: str = ""
    """Classes."""


def entries_table(shown: Sequence[BoardEntry], *, name: str) -> str:
    """The table of those entries; columns of which no entry has a value are left out.

    The roles are those that the elements have anyway: as cards the browser would forget them.
    """
    figures = figures_of(shown)
    rows = [cells(entry, figures) for entry in shown]
    used = [place for place in range(len(rows[0])) if keeps(place, rows)]
    head = "".join(heading(rows[0][place]) for place in used)
    body = "".join(
        row(entry, [each[place] for place in used]) for entry, each in zip(shown, rows, strict=True)
    )
    return (
        f'<div class="wide" role="region" aria-label="{name}: entries" tabindex="0">'
        f'<table class="entries" role="table" aria-label="{name}: entries">'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{body}</tbody></table></div>{marks_note(shown)}'
    )


def keeps(place: int, rows: Sequence[Sequence[TableCell]]) -> bool:
    """Whether a column tells anything: trust that all share is said over the table."""
    bodies = {row[place].body for row in rows}
    return len(bodies) > 1 if rows[0][place].title == TRUST else bodies != {DASH}


def marks_note(shown: Sequence[BoardEntry]) -> str:
    """Why the conditions matter in which entries are not as most are."""
    whys = {mark.condition: mark.why for entry in shown for mark in entry.marks}
    if not whys:
        return ""
    words = "; ".join(f"{condition}: {why}" for condition, why in whys.items())
    return f'<p class="note">Marked entries are compared with care. {safe(words, 900)}.</p>'


def figures_of(shown: Sequence[BoardEntry]) -> list[str]:
    """Further figures that some entry has: pass@k by k, then those of other readings."""
    names = {name for entry in shown for name in entry.readings if name != entry.metric}
    own = sorted((name for name in names if name.startswith("pass@")), key=rank_of)
    other = sorted(name for name in names if name.endswith(" pass@1"))
    languages = {name for name in other if name.removesuffix(" pass@1") in LANGUAGES}
    rest = [name for name in other if name not in languages]
    return [*[*own, *rest][:FIGURES_MAX], *sorted(languages)]


def rank_of(name: str) -> tuple[int, str]:
    """pass@10 comes after pass@2."""
    k = name.removeprefix("pass@")
    return (int(k), name) if k.isascii() and k.isdigit() and len(k) < 10 else (0, name)  # noqa: PLR2004


def cells(entry: BoardEntry, figures: Sequence[str]) -> list[TableCell]:
    """One entry's columns."""
    cost = entry.cost
    return [
        TableCell("rank", "Rank", rank(entry), entry.rank_best or 10**6, "rank"),
        TableCell("name", "Name", named(entry), entry.name.lower(), "name"),
        TableCell("score", entry.metric or "pass@1", share(entry.score), or_less(entry.score),
             "number score"),
        TableCell("low", "95 % interval", interval(entry), or_less(entry.low), "ci"),
        *(
            TableCell(f"f{place}", figure, share(entry.readings.get(figure)),
                 or_less(entry.readings.get(figure)), "number")
            for place, figure in enumerate(figures)
        ),
        TableCell("", "Verdicts", verdicts(entry), kind="mix"),
        TableCell("samples", "Tasks", extent(entry), entry.samples, "number"),
        TableCell("", TRUST, trust(entry), kind="words"),
        TableCell("cpu", "CPU / sample", time(cost), or_less(cost.cpu_s), "number"),
        TableCell("usd", "Cost", money(entry), or_less(cost.usd), "number"),
        TableCell("date", "Date", safe(entry.date), entry.date, "words"),
    ]  # fmt: skip


def heading(cell: TableCell) -> str:
    """A column's head, which sorts where it can."""
    title = safe(cell.title, 40)
    inner = f'<button type="button" data-sort="{cell.key}">{title}</button>' if cell.key else title
    axis = AXIS if cell.kind == "ci" else ""
    return f'<th scope="col" role="columnheader" class="{cell.kind}">{inner}{axis}</th>'


def row(entry: BoardEntry, cells: Sequence[TableCell]) -> str:
    """One line of the table."""
    data = {cell.key: cell.value for cell in cells if cell.key}
    data |= {"date": entry.date, "name": entry.name.lower(), "tags": " ".join(entry.tags)}
    attributes = "".join(f' data-{key}="{safe(str(value), None)}"' for key, value in data.items())
    return f'<tr role="row"{attributes}>{"".join(map(cell_html, cells))}</tr>'


def cell_html(cell: TableCell) -> str:
    """One cell; on a narrow screen its title stands in it."""
    if cell.key == "name":
        return f'<th scope="row" role="rowheader" class="name">{cell.body}</th>'
    title = f"{cell.title} on 0 {DASH} 100" if cell.kind == "ci" else cell.title
    label = f' data-label="{safe(title, 40)}"'
    return f'<td role="cell" class="{cell.kind}"{label}>{cell.body}</td>'


def named(entry: BoardEntry) -> str:
    """The name, which leads to the run's page, with tags and all that must be known about it."""
    name = safe(entry.name, 80)
    link = f'<a href="{safe(entry.page, None)}">{name}</a>' if entry.page else name
    tags = "".join(f'<span class="tag">{safe(tag, 40)}</span>' for tag in entry.tags)
    flags = [entry.why] if entry.why else []
    flags += [mark_words(mark) for mark in entry.marks]
    return f"{link} {tags}{''.join(map(flag, flags))}"


def flag(words: str) -> str:
    """Something to know about an entry."""
    return f'<span class="flag">{safe(words, 300)}</span>'


def rank(entry: BoardEntry | SuiteStanding) -> str:
    """A rank, or the ranks that are still possible."""
    if entry.rank_best is None:
        return f'<span class="muted">{DASH}</span>'
    if entry.rank_best == entry.rank_worst:
        return str(entry.rank_best)
    return f"{entry.rank_best}{DASH}{entry.rank_worst}"


def share(value: float | None) -> str:
    """A share in per cent; a dash where there is none."""
    return DASH if value is None else percent(value)


def or_less(value: float | None) -> float:
    """What sorts: a missing value below all others."""
    return -1 if value is None else value


TICKS = (0, 25, 50, 75, 100)
AXIS = (
    '<svg class="ticks" aria-hidden="true">'
    + "".join(
        f'<text x="{x}%" y="10" text-anchor="{anchor}" class="tick">{x}</text>'
        for x, anchor in ((0, "start"), (50, "middle"), (100, "end"))
    )
    + "</svg>"
)
"""The axis of the intervals, over the column."""


def interval(entry: BoardEntry | SuiteStanding) -> str:
    """An interval on the axis from 0 to 100 %, as wide as there is room, and its ends in words."""
    if entry.score is None:
        return DASH
    grid = '<line x1="0%" x2="100%" y1="8" y2="8" class="grid"/>' + "".join(
        f'<line x1="{x}%" x2="{x}%" y1="2" y2="14" class="grid"/>' for x in TICKS
    )
    words, line = "no interval", ""
    if entry.low is not None and entry.high is not None:
        words = f"{100 * entry.low:.1f} {DASH} {100 * entry.high:.1f}"
        line = (
            f'<line x1="{100 * entry.low:.2f}%" x2="{100 * entry.high:.2f}%" y1="8" y2="8"'
            ' class="whisker"/>'
        )
    dot = f'<circle cx="{100 * entry.score:.2f}%" cy="8" r="4" class="dot"/>'
    return (
        f'<svg class="strip" aria-hidden="true">{grid}{line}{dot}</svg>'
        f'<span class="ends">{words}</span>'
    )


def verdicts(entry: BoardEntry) -> str:
    """The mix of verdicts, and in words what a pointer is told."""
    if not entry.samples:
        return DASH
    return run_charts.bar(entry.counts, entry.samples)


def extent(entry: BoardEntry) -> str:
    """How many tasks, and how many samples of them."""
    if not entry.samples:
        return DASH
    tasks = f"{entry.tasks:,}"
    if entry.status is EntryStatus.PARTIAL and entry.tasks != entry.tasks_total:
        tasks += f" of {entry.tasks_total:,}"
    return f"{tasks}{below(counted(entry.samples, 'sample'))}"


def trust(entry: BoardEntry) -> str:
    """How far candidates were from their verdicts, by share of graded samples."""
    total = sum(entry.trust.values())
    ordered = sorted(entry.trust.items(), key=lambda item: -item[1])
    words = [
        name if count == total else f"{name} {100 * count / total:.0f} %" for name, count in ordered
    ]
    return "<br>".join(safe(word, 40) for word in words) or DASH


def time(cost: EntryCost) -> str:
    """Seconds per sample: of the processor, and of the clock."""
    if cost.cpu_s is None:
        return DASH
    wall = below(f"{seconds(cost.wall_s)} wall") if cost.wall_s is not None else ""
    return f"{seconds(cost.cpu_s)}{wall}"


def seconds(value: float) -> str:
    """A time in the unit that fits."""
    for size, unit in ((3600.0, "h"), (60.0, "min")):
        if value >= 2 * size:
            return f"{value / size:,.1f} {unit}"
    return f"{value:.2g} s" if value < 1 else f"{value:.3g} s"


def money(entry: BoardEntry) -> str:
    """A declared cost, and what a task costs by it."""
    usd = entry.cost.usd
    if usd is None:
        return DASH
    each = below(f"${usd / entry.tasks:.2g} / task") if entry.tasks else ""
    return f'<abbr title="declared, not measured">${usd:,.2f}</abbr>{each}'


def below(words: str) -> str:
    """A second line, smaller."""
    return f"<small>{words}</small>"
