"""The files of a leaderboard: a page, the same as JSON and as CSV; equal runs give equal bytes."""

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from grader.core.comparison import RunComparison
from grader.core.conditions import mark_words, special
from grader.core.result import Verdict
from grader.core.strength import BenchmarkStrength
from grader.errors import UsageError
from grader.leaderboard import charts, costs, dates, forest, heat, pages, suite
from grader.leaderboard.entries import EntryDetails, candidate
from grader.leaderboard.ranking import boards
from grader.leaderboard.records import BenchmarkBoard, BoardEntry, EntryStatus, LeaderboardFile
from grader.leaderboard.standings import suite_section
from grader.leaderboard.table import entries_table, trust
from grader.record import manifest
from grader.reports._strength import chance
from grader.reports._words import counted
from grader.reports.base import replacing
from grader.reports.csv import harmless
from grader.reports.html import page
from grader.reports.html.page import safe
from grader.study.strength import kept

NAMES = ("index.html", "leaderboard.json", "leaderboard.csv")
COLUMNS = (
    "benchmark", "version", "name", "run_id", "date", "tags", "status", "why", "metric", "score",
    "low", "high", "rank_best", "rank_worst", "tasks", "tasks_total", "samples", "cpu_s", "wall_s",
    "energy_j", "usd", "isolation", "engine", "head", "trust", "marks",
    "cpu_total_s", "wall_total_s", "page",
)  # fmt: skip
FILES = '<p class="run"><a href="leaderboard.json">JSON</a><a href="leaderboard.csv">CSV</a></p>'
"""Links to the other two, which lie beside the page."""
WEAK_MAX = 10
"""Tasks with weak tests that a board names."""


def build(
    runs: Sequence[Path],
    *,
    title: str = "Leaderboard",
    about: dict[str, EntryDetails] | None = None,
    suite_of: suite.SuiteFile | None = None,
    strength: Sequence[Path] = (),
) -> LeaderboardFile:
    """Recompute everything from the runs; UsageError where a directory is no run.

    strength: figures of benchmarks' tests; each board says what there is of its tasks.
    """
    known = about or {}
    found = [candidate(path, known.get(run_id(path), EntryDetails())) for path in runs]
    examined = {each.dataset.sha256: each for each in map(kept.read, strength)}
    made = tuple(with_strength(board, examined) for board in boards(found))
    return LeaderboardFile(
        title=title, boards=made, suite=suite.standings(suite_of, made) if suite_of else None
    )


def with_strength(
    board: BenchmarkBoard, examined: Mapping[str, BenchmarkStrength]
) -> BenchmarkBoard:
    """The board with what is known of its tests."""
    found = examined.get(board.dataset_sha256)
    if found is None:
        return board
    weak = list(kept.weak_tasks(found))
    named = f"; weak: {', '.join(weak[:WEAK_MAX])}" if weak else ""
    more = f" and {len(weak) - WEAK_MAX:,} more" if len(weak) > WEAK_MAX else ""
    note = f"Its tests: {chance(found)}{named}{more}."
    return board.model_copy(update={"notes": (*board.notes, note)})


def run_id(path: Path) -> str:
    """The id of a run; empty where its manifest cannot be read (that is told later)."""
    try:
        return manifest.read(path).run_id
    except UsageError:
        return ""


def write(made: LeaderboardFile, out: Path, *, runs: Sequence[Path] = ()) -> None:
    """Write the site's files; UsageError where the folder cannot be written.

    `runs`: the directories, where every entry is to have its run's page.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make {out}: {error.strerror}; choose another folder") from error
    if runs:
        made = pages.linked(made)
        pages.write(made, runs, out)
    texts = (html(made), json.dumps(made.model_dump(mode="json"), indent=1) + "\n", table(made))
    for name, text in zip(NAMES, texts, strict=True):
        with replacing(out / name) as file:
            file.write(text)


def table(made: LeaderboardFile) -> str:
    """All entries as CSV."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    asked = tuple(dict.fromkeys(name for board in made.boards for name in board.conditions))
    figures = sorted(
        {name for board in made.boards for one in board.entries for name in one.readings}
    )
    head = [
        *COLUMNS,
        *(f"asked: {name}" for name in asked),
        *(verdict.value for verdict in Verdict),
    ]
    writer.writerow([harmless(name) for name in (*head, *figures)])
    for board in made.boards:
        values = [board.conditions.get(name, "") for name in asked]
        for entry in board.entries:
            fields = {**entry.model_dump(), **entry.cost.model_dump()}
            fields |= {"benchmark": board.benchmark, "version": board.version}
            fields |= {"tags": " ".join(entry.tags), "status": entry.status.value}
            fields["trust"] = " ".join(f"{name}:{count}" for name, count in entry.trust.items())
            fields["marks"] = "; ".join(mark_words(mark) for mark in entry.marks)
            row = [*(fields[name] for name in COLUMNS), *values]
            row += [entry.counts.get(verdict.value, 0) for verdict in Verdict]
            row += [entry.readings.get(name, "") for name in figures]
            writer.writerow([harmless(value) for value in row])
    return file.getvalue()


def compared(runs: Sequence[Path], comparison: RunComparison) -> str:
    """A page of its own that compares runs, under the names that the comparison gives them.

    None of them replaces another one, as runs of one name do on a board.
    """
    about = {side.run_id: EntryDetails(name=side.name) for side in comparison.sides}
    title = f"{len(runs)} runs of {comparison.benchmark} compared"
    return html(build(runs, title=title, about=about), links="")


def html(made: LeaderboardFile, *, links: str = FILES) -> str:
    """The page; links: to the same figures in other forms."""
    style = page.asset("base.css") + asset("leaderboard.css")
    script = asset("leaderboard.js")
    tags = sorted({tag for board in made.boards for each in board.entries for tag in each.tags})
    digest = hashlib.sha256(made.model_dump_json().encode()).hexdigest()
    slots = {
        "policy": page.policy(style, script),
        "style": style,
        "script": script,
        "title": safe(made.title),
        "files": links,
        "tags": "".join(tag_button(tag) for tag in tags),
        "contents": contents(made),
        "suite": suite_section(made.suite) if made.suite else "",
        "boards": "".join(board_section(made, place) for place in range(len(made.boards)))
        or '<p class="empty">No run was given.</p>',
        "blocks": "".join(heat.data(board, place) for place, board in enumerate(made.boards)),
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


def contents(made: LeaderboardFile) -> str:
    """Where the boards are, where there are several."""
    if len(made.boards) + bool(made.suite) < 2:  # noqa: PLR2004  one needs no list
        return ""
    links = [("suite", made.suite.title)] if made.suite else []
    for place, board in enumerate(made.boards):
        links.append((f"b{place}", f"{whole_title(board)} ({len(board.entries):,})"))
    items = "".join(f'<li><a href="#{key}">{safe(title, 120)}</a></li>' for key, title in links)
    return f'<nav class="contents" aria-label="Boards"><ul>{items}</ul></nav>'


def titled(board: BenchmarkBoard) -> str:
    """Benchmark and version."""
    return f"{board.benchmark} {board.version}".strip()


def whole_title(board: BenchmarkBoard) -> str:
    """The same with what is unusual: no two boards have one."""
    asked = special(board.conditions)
    return ", ".join([titled(board), *(f"{name} {value}" for name, value in asked.items())])


def board_section(made: LeaderboardFile, place: int) -> str:
    """One benchmark: its table, which tasks are solved, what it cost, its pairs, its history."""
    board = made.boards[place]
    shown = [
        each for each in board.entries if each.status in {EntryStatus.RANKED, EntryStatus.PARTIAL}
    ]
    others = [each for each in board.entries if each not in shown]
    notes = "".join(f'<p class="note">{safe(note, 500)}</p>' for note in board.notes)
    body = (
        entries_table(shown, name=safe(whole_title(board)))
        if shown
        else charts.empty("No run of this benchmark can be shown; see below.")
    )
    parts = [
        folded("Tasks", heat.heat(board, place, title=whole_title(board)), is_open=True),
        folded("Differences", forest.forest(board), is_open=True),
        folded("Cost", costs.costs(board), is_open=True),
        folded("Scores over time", dates.scores(board)),
        folded("Ability over time", dates.abilities(board)),
        folded("Pair by pair", charts.matrix(board, title=whole_title(board))),
        folded("History", charts.history(board)),
    ]
    if others:
        parts.append(folded(f"Not ranked ({len(others)})", refusals(others)))
    return (
        f'<section class="card board" aria-labelledby="b{place}">'
        f'<h2 id="b{place}">{safe(titled(board))}{loud(board)}</h2>'
        f'<p class="asked">{asked(board, made.boards)}</p>{body}{notes}'
        '<p class="empty none" hidden>No entry matches the filters.</p>'
        f"{''.join(parts)}</section>"
    )


def loud(board: BenchmarkBoard) -> str:
    """What is unusual about a board."""
    return "".join(
        f' <strong class="unusual">{safe(f"{name}: {value}", 160)}</strong>'
        for name, value in special(board.conditions).items()
    )


def asked(board: BenchmarkBoard, boards: Sequence[BenchmarkBoard]) -> str:
    """What else was asked of every entry, by its value."""
    unusual = special(board.conditions)
    names: dict[str, list[str]] = {}
    for name, value in board.conditions.items():
        if name not in unusual:
            names.setdefault(value, []).append(name)
    words = [f"{counted(len(board.tasks), 'task')}"] if board.tasks else []
    words += [f"{', '.join(found)}: {value}" for value, found in names.items()]
    got = {trust(each) for each in board.entries if each.trust}
    words += [f"trust got: {got.pop().replace('<br>', ', ')}"] if len(got) == 1 else []
    key = (board.benchmark, board.version, board.dataset_sha256)
    same = sum((one.benchmark, one.version, one.dataset_sha256) == key for one in boards)
    apart = (
        f"<br>These tasks have {same} boards: runs of which not the same was asked cannot be ranked"
        " together."
        if same > 1
        else ""
    )
    return f"{safe(' · '.join(words), 600)}{apart}"


def refusals(entries: Sequence[BoardEntry]) -> str:
    """Runs that do not count, and why."""
    items = "".join(
        f"<li><strong>{linked_name(each)}</strong> {each.status.value} · {safe(each.run_id, 100)}"
        f"<br>{safe(each.why, 500)}</li>"
        for each in entries
    )
    return f'<ul class="refused">{items}</ul>'


def linked_name(entry: BoardEntry) -> str:
    """A name, which leads to the run's page where there is one."""
    name = safe(entry.name, 80)
    return f'<a href="{safe(entry.page, None)}">{name}</a>' if entry.page else name


def folded(title: str, body: str, *, is_open: bool = False) -> str:
    """A part that opens on demand, without JavaScript."""
    return f"<details{' open' if is_open else ''}><summary>{safe(title)}</summary>{body}</details>"
