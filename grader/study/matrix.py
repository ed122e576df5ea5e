"""Read who solved what: from runs, or from a matrix of a leaderboard."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from grader.errors import UsageError
from grader.stats.responses import ResponseMatrix, from_scores
from grader.study import outcomes

OTHER_MARKS = {";": "semicolons", "\t": "tabs"}
CELL = re.compile(r"^(?:(?P<right>\d+)/(?P<trials>\d+)|(?P<one>[01])(?:\.0)?)?$")


def read(paths: Sequence[Path]) -> ResponseMatrix:
    """Read one `.csv` matrix or any number of run directories; UsageError where neither fits."""
    if len(paths) == 1 and paths[0].is_file():
        return read_csv(paths[0])
    for path in paths:
        if path.is_file():
            raise UsageError(f"{path} is a file; give one matrix alone, or directories of runs")
    names = outcomes.names_of(paths)
    found = outcomes.read_all(paths)
    return from_scores([each.scores(name) for each, name in zip(found, names, strict=True)])


def read_csv(path: Path) -> ResponseMatrix:
    """Read a matrix: a head of task ids, then one line per run.

    Cells: `1`, `0`, `3/5` for right samples of all, or nothing. UsageError names the line.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"cannot read {path}: {error}; give a .csv file") from error
    if len(rows) < 2 or len(rows[0]) < 2:  # noqa: PLR2004  a head and a run
        first = rows[0][0] if rows and rows[0] else ""
        parted = next((mark for mark in OTHER_MARKS if mark in first), "")
        hint = f"; it is parted by {OTHER_MARKS[parted]}, give commas" if parted else ""
        raise UsageError(
            f"{path} is no matrix: it needs a head of task ids and a line per run{hint}"
        )
    head, *lines = rows
    twice = next((item for item, count in Counter(head).items() if count > 1), None)
    if twice is not None:
        raise UsageError(f"{path}:1: two columns are called '{twice}'; remove one of them")
    parsed = [
        _cells(line, len(head), f"{path}:{number}") for number, line in enumerate(lines, 2) if line
    ]
    return ResponseMatrix(
        tuple(line[0] for line in lines if line),
        tuple(head[1:]),
        tuple(tuple(right for right, _ in row) for row in parsed),
        tuple(tuple(trials for _, trials in row) for row in parsed),
    )


def _cells(line: list[str], width: int, where: str) -> list[tuple[int, int]]:
    if len(line) != width:
        raise UsageError(f"{where}: {len(line)} cells, and the head has {width}; mend the line")
    cells: list[tuple[int, int]] = []
    for column, text in enumerate(line[1:], 2):
        match = CELL.match(text.strip())
        if match is None:
            raise UsageError(f"{where}: column {column}: '{text[:20]}' is not 0, 1 or right/all")
        right, trials = int(match["right"] or match["one"] or 0), int(match["trials"] or 1)
        if right > trials:
            raise UsageError(f"{where}: column {column}: {right} right samples of {trials}")
        cells.append((right, trials if text.strip() else 0))
    return cells
