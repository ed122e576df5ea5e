"""The files of a leaderboard: a page, the same as JSON and as CSV; equal runs give equal bytes."""

import csv
import hashlib
import io
import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from grader.core.conditions import mark_words, special
from grader.errors import UsageError
from grader.leaderboard import charts, suite
from grader.leaderboard.entries import About, candidate
from grader.leaderboard.ranking import boards
from grader.leaderboard.records import Board, Entry, Leaderboard, Standing, Status, SuiteBoard
from grader.record import manifest
from grader.reports._words import counted, percent
from grader.reports.base import replacing
from grader.reports.csv import harmless
from grader.reports.html import page
from grader.reports.html.page import safe

DASH = "\u2013"
NAMES = ("index.html", "leaderboard.json", "leaderboard.csv")
COLUMNS = (
    "benchmark", "version", "name", "run_id", "date", "tags", "status", "why", "metric", "score",
    "low", "high", "rank_best", "rank_worst", "tasks", "tasks_total", "samples", "cpu_s", "wall_s",
    "energy_j", "usd", "isolation", "engine", "head", "trust", "marks",
)  # fmt: skip


def build(
    runs: Sequence[Path],
    *,
    title: str = "Leaderboard",
    about: dict[str, About] | None = None,
    suite_of: suite.Suite | None = None,
) -> Leaderboard:
    """Recompute everything from the runs; UsageError where a directory is no run."""
    known = about or {}
    found = [candidate(path, known.get(run_id(path), About())) for path in runs]
    made = boards(found)
    return Leaderboard(
        title=title, boards=made, suite=suite.standings(suite_of, made) if suite_of else None
    )


def run_id(path: Path) -> str:
    """The id of a run; empty where its manifest cannot be read (that is told later)."""
    try:
        return manifest.read(path).run_id
    except UsageError:
        return ""


def write(made: Leaderboard, out: Path) -> None:
    """Write the site's files; UsageError where the folder cannot be written."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make {out}: {error.strerror}; choose another folder") from error
    texts = (html(made), json.dumps(made.model_dump(mode="json"), indent=1) + "\n", table(made))
    for name, text in zip(NAMES, texts, strict=True):
        with replacing(out / name) as file:
            file.write(text)


def table(made: Leaderboard) -> str:
    """All entries as CSV."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    asked = tuple(dict.fromkeys(name for board in made.boards for name in board.conditions))
    writer.writerow([*COLUMNS, *(f"asked: {name}" for name in asked)])
    for board in made.boards:
        values = [board.conditions.get(name, "") for name in asked]
        for entry in board.entries:
            fields = {**entry.model_dump(), **entry.cost.model_dump()}
            fields |= {"benchmark": board.benchmark, "version": board.version}
            fields |= {"tags": " ".join(entry.tags), "status": entry.status.value}
            fields["trust"] = " ".join(f"{name}:{count}" for name, count in entry.trust.items())
            fields["marks"] = "; ".join(mark_words(mark) for mark in entry.marks)
            row = (*(fields[name] for name in COLUMNS), *values)
            writer.writerow([harmless(value) for value in row])
    return file.getvalue()


def html(made: Leaderboard) -> str:
    """The page."""
    style = page.asset("base.css") + asset("leaderboard.css")
    script = asset("leaderboard.js")
    tags = sorted({tag for board in made.boards for each in board.entries for tag in each.tags})
    digest = hashlib.sha256(made.model_dump_json().encode()).hexdigest()
    slots = {
        "policy": page.policy(style, script),
        "style": style,
        "script": script,
        "title": safe(made.title),
        "tags": "".join(tag_button(tag) for tag in tags),
        "suite": suite_section(made.suite) if made.suite else "",
        "boards": "".join(board_section(board, place) for place, board in enumerate(made.boards))
        or '<p class="empty">No run was given.</p>',
        "digest": digest,
    }
    return page.SLOT.sub(lambda found: slots[found[1]], asset("leaderboard.html"))


def tag_button(tag: str) -> str:
    """A filter."""
    word = safe(tag)
    return f'<button type="button" aria-pressed="false" data-tag="{word}">{word}</button>'


def asset(name: str) -> str:
    """A file beside this one."""
    return files("grader.leaderboard").joinpath(name).read_text(encoding="utf-8")


def board_section(board: Board, place: int) -> str:
    """One benchmark: its table, its pairs, its history."""
    shown = [each for each in board.entries if each.status in {Status.RANKED, Status.PARTIAL}]
    others = [each for each in board.entries if each not in shown]
    rows = "".join(row(each) for each in shown)
    notes = "".join(f'<p class="note">{safe(note, 500)}</p>' for note in board.notes)
    name = safe(f"{board.benchmark} {board.version}".strip())
    body = (
        f'<div class="wide" role="region" aria-label="{name}: entries" tabindex="0">'
        f"<table>{HEAD}<tbody>{rows}</tbody></table></div>"
        if rows
        else charts.empty("No run of this benchmark can be shown; see below.")
    )
    return (
        f'<section class="card board" aria-labelledby="b{place}"><h2 id="b{place}">{name}</h2>'
        f'<p class="asked">{asked(board)}</p>{body}{notes}'
        '<p class="empty none" hidden>No entry matches the filters.</p>'
        f"{folded('Pair by pair', charts.matrix(board))}{folded('History', charts.history(board))}"
        f"{folded(f'Not ranked ({len(others)})', refusals(others)) if others else ''}</section>"
    )


def asked(board: Board) -> str:
    """What was asked of every entry, what is unusual first and loud."""
    unusual = special(board.conditions)
    rest = {name: value for name, value in board.conditions.items() if name not in unusual}
    loud = "".join(
        f'<strong class="unusual">{safe(f"{name}: {value}", 160)}</strong> '
        for name, value in unusual.items()
    )
    return loud + safe(" · ".join(f"{name}: {value}" for name, value in rest.items()), 600)


HEAD = (
    "<thead><tr>"
    + "".join(
        f'<th scope="col"{extra}><button type="button" data-sort="{key}">{words}</button></th>'
        for key, words, extra in (
            ("rank", "Rank", ""),
            ("name", "Name", ""),
            ("score", "pass@1", ' class="number"'),
            ("low", "95 % interval", ""),
            ("samples", "Samples", ' class="number"'),
            ("cpu", "CPU / sample", ' class="number"'),
            ("wall", "Wall / sample", ' class="number"'),
            ("usd", "Cost", ' class="number"'),
            ("date", "Date", ""),
        )
    )
    + "</tr></thead>"
)


def row(entry: Entry) -> str:
    """One line of the table."""
    cost = entry.cost
    data = {
        "rank": entry.rank_best or 10**6, "name": entry.name.lower(), "score": entry.score or -1,
        "low": entry.low or -1, "samples": entry.samples, "cpu": cost.cpu_s or -1,
        "wall": cost.wall_s or -1, "usd": cost.usd or -1, "date": entry.date,
        "tags": " ".join(entry.tags),
    }  # fmt: skip
    attributes = "".join(f' data-{key}="{safe(str(value), None)}"' for key, value in data.items())
    status = f'<span class="flag">{safe(entry.why)}</span>' if entry.why else ""
    status += "".join(
        f'<span class="flag">{safe(mark_words(each), 300)}</span>' for each in entry.marks
    )
    tags = "".join(f'<span class="tag">{safe(tag, 40)}</span>' for tag in entry.tags)
    cells = (
        f'<td class="rank">{rank(entry)}</td>',
        f'<th scope="row">{safe(entry.name, 80)}{tags}{status}</th>',
        f'<td class="number">{percent(entry.score) if entry.score is not None else DASH}</td>',
        f"<td>{charts.interval(entry)}</td>",
        f'<td class="number">{entry.samples:,}</td>',
        f'<td class="number">{figure(cost.cpu_s, "s")}</td>',
        f'<td class="number">{figure(cost.wall_s, "s")}</td>',
        f'<td class="number">{money(cost.usd)}</td>',
        f"<td>{safe(entry.date)}</td>",
    )
    return f"<tr{attributes}>{''.join(cells)}</tr>"


def rank(entry: Entry | Standing) -> str:
    """A rank, or the ranks that are still possible."""
    if entry.rank_best is None:
        return f'<span class="muted">{DASH}</span>'
    if entry.rank_best == entry.rank_worst:
        return str(entry.rank_best)
    return f"{entry.rank_best}{DASH}{entry.rank_worst}"


def figure(value: float | None, unit: str) -> str:
    """A measured number; a dash where nothing was measured."""
    return DASH if value is None else f"{value:.3g} {unit}"


def money(value: float | None) -> str:
    """A declared cost."""
    return DASH if value is None else f'<abbr title="declared, not measured">${value:,.2f}</abbr>'


def refusals(entries: Sequence[Entry]) -> str:
    """Runs that do not count, and why."""
    items = "".join(
        f"<li><strong>{safe(each.name, 80)}</strong> {each.status.value} · {safe(each.run_id, 100)}"
        f"<br>{safe(each.why, 500)}</li>"
        for each in entries
    )
    return f'<ul class="refused">{items}</ul>'


def folded(title: str, body: str) -> str:
    """A part that opens on demand, without JavaScript."""
    return f"<details><summary>{safe(title)}</summary>{body}</details>"


def suite_section(made: SuiteBoard) -> str:
    """The suite's table."""
    words = [heading(made, name) for name in made.weights]
    head = '<th scope="col">Rank</th><th scope="col">Name</th>'
    head += '<th scope="col" class="number">Score</th><th scope="col">95 % interval</th>'
    head += "".join(f'<th scope="col" class="number">{safe(each)}</th>' for each in words)
    rows = "".join(suite_row(each, tuple(made.weights)) for each in made.standings)
    note = f"{counted(len(made.standings), 'name')}; {made.method}."
    return (
        '<section class="card board" aria-labelledby="suite">'
        f'<h2 id="suite">{safe(made.title)}</h2>'
        f'<div class="wide" role="region" aria-label="{safe(made.title)}: names" tabindex="0">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        f'<p class="note">{safe(note, 600)}</p></section>'
    )


def suite_row(each: Standing, parts: tuple[str, ...]) -> str:
    """One name."""
    flag = f'<span class="flag">{safe(each.why)}</span>' if each.why else ""
    flag += "".join(
        f'<span class="flag">{safe(f"{part}: {mark_words(mark)}", 300)}</span>'
        for part, marks in each.marks.items()
        for mark in marks
    )
    place = rank(each) if each.rank_best else str(each.rank or DASH)
    return (
        f'<tr data-name="{safe(each.name.lower(), None)}"><td class="rank">{place}</td>'
        f'<th scope="row">{safe(each.name, 80)}{flag}</th>'
        f'<td class="number">{share(each.score)}</td><td>{charts.interval(each)}</td>'
        + "".join(f'<td class="number">{share(each.parts.get(name))}</td>' for name in parts)
        + "</tr>"
    )


def heading(made: SuiteBoard, name: str) -> str:
    """A part's name with its weight."""
    weight = made.weights[name]
    return f"{name} (weight {weight:g})" if weight else f"{name} (diagnostic)"


def share(value: float | None) -> str:
    """A score of the suite."""
    return DASH if value is None else percent(value)
