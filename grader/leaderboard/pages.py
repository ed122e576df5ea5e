"""Each entry's own page beside the board: what `grader report --format html` makes of its run."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from grader.errors import UsageError
from grader.leaderboard.records import Entry, Leaderboard, Status
from grader.reports.base import replacing_bytes
from grader.study.publish import publish

FOLDER = "runs"
BACK = "../index.html"
HARMLESS = re.compile(r"[^A-Za-z0-9._-]+")
NAME_MAX = 80


def file_name(run_id: str) -> str:
    """A name that is harmless in a path and an address, whatever the id is, and only this id's."""
    plain = HARMLESS.sub("-", run_id)[:NAME_MAX].strip(".-") or "run"
    return f"{plain}-{hashlib.sha256(run_id.encode(errors='replace')).hexdigest()[:8]}.html"


def linked(made: Leaderboard) -> Leaderboard:
    """The leaderboard with the address of each entry's page; a refused one has none."""
    boards = tuple(
        board.model_copy(update={"entries": tuple(with_page(each) for each in board.entries)})
        for board in made.boards
    )
    return made.model_copy(update={"boards": boards})


def with_page(entry: Entry) -> Entry:
    """The entry with its page's address, seen from the board."""
    if entry.status is Status.REFUSED:
        return entry
    return entry.model_copy(update={"page": f"{FOLDER}/{file_name(entry.run_id)}"})


def write(made: Leaderboard, runs: Mapping[str, Path], out: Path) -> None:
    """Write the page of every entry that has one; `runs`: run id → directory."""
    folder = out / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"cannot make {folder}: {error.strerror}; choose another folder"
        ) from error
    for board in made.boards:
        for entry in board.entries:
            if entry.page:
                with replacing_bytes(out / entry.page) as file:
                    publish(runs[entry.run_id], "html", file, settings={"back": BACK})
