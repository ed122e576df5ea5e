"""Each entry's own page beside the board: what `grader report --format html` makes of its run."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from grader.errors import UsageError
from grader.leaderboard.records import BenchmarkBoard, BoardEntry, EntryStatus, LeaderboardFile
from grader.record import manifest
from grader.reports.base import replacing_bytes
from grader.study.publish import publish

FOLDER = "entries"
BACK = "../index.html"
HARMLESS = re.compile(r"[^A-Za-z0-9._-]+")
NAME_MAX = 80


class PageKey(NamedTuple):
    """Which run an entry is of; ids are unique within one dataset only."""

    benchmark: str
    version: str
    sha256: str
    run_id: str


def key_of(board: BenchmarkBoard, entry: BoardEntry) -> PageKey:
    """The key of an entry."""
    return PageKey(board.benchmark, board.version, board.dataset_sha256, entry.run_id)


def places(runs: Iterable[Path]) -> dict[PageKey, Path]:
    """Where each run lies: of doubles the one that counts, which is the first by path."""
    found: dict[PageKey, Path] = {}
    for path in sorted(runs, key=str):
        stored = manifest.read(path)
        data = stored.dataset
        found.setdefault(PageKey(data.benchmark, data.version, data.sha256, stored.run_id), path)
    return found


def file_name(key: PageKey) -> str:
    """A name that is harmless in a path and an address, whatever the id is, and only this run's."""
    plain = HARMLESS.sub("-", key.run_id)[:NAME_MAX].strip(".-") or "run"
    whole = "\0".join(key).encode(errors="backslashreplace")
    return f"{plain}-{hashlib.sha256(whole).hexdigest()[:8]}.html"


def linked(made: LeaderboardFile) -> LeaderboardFile:
    """The leaderboard with the address of each entry's page; a refused one has none."""
    boards = tuple(
        board.model_copy(update={"entries": tuple(with_page(board, e) for e in board.entries)})
        for board in made.boards
    )
    return made.model_copy(update={"boards": boards})


def with_page(board: BenchmarkBoard, entry: BoardEntry) -> BoardEntry:
    """The entry with its page's address, seen from the board."""
    if entry.status is EntryStatus.REFUSED:
        return entry
    return entry.model_copy(update={"page": f"{FOLDER}/{file_name(key_of(board, entry))}"})


def write(made: LeaderboardFile, runs: Sequence[Path], out: Path) -> None:
    """Write the page of every entry that has one."""
    folder = out / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"cannot make {folder}: {error.strerror}; choose another folder"
        ) from error
    found = places(runs)
    for board in made.boards:
        for entry in board.entries:
            if entry.page:
                path = found[key_of(board, entry)]
                with replacing_bytes(out / entry.page) as file:
                    publish(path, "html", file, settings={"back": BACK})
