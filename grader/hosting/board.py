"""What the board shows, computed as `grader leaderboard build` does, from published runs alone."""

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from grader.core.manifest import Manifest
from grader.errors import UsageError
from grader.hosting.grading import run_of
from grader.hosting.settings import BoardSettings
from grader.hosting.store import BoardStore, Submission
from grader.leaderboard import site
from grader.leaderboard.entries import EntryDetails
from grader.leaderboard.records import BenchmarkBoard, BoardEntry, LeaderboardFile
from grader.record import journal, manifest
from grader.record.sign import envelope
from grader.reports.base import replacing_bytes
from grader.study.publish import publish

BUNDLED = ("run.json", "results.jsonl", "report.json", "seal.json")


class BuiltBoard(NamedTuple):
    """A board and whose entries are on it."""

    made: LeaderboardFile
    entries: Mapping[str, Submission]
    """Run id → submission."""


def built(settings: BoardSettings, store: BoardStore) -> BuiltBoard:
    """The board of today; runs that cannot be read any more are left out."""
    entries: dict[str, Submission] = {}
    paths: list[Path] = []
    about: dict[str, EntryDetails] = {}
    for each in store.published():
        path = run_of(settings, each.id)
        try:
            run_id = manifest.read(path).run_id
        except UsageError:
            continue
        entries[run_id] = each
        paths.append(path)
        about[run_id] = EntryDetails(name=f"{each.name} ({each.account})", usd=each.usd)
    return BuiltBoard(site.build(paths, title=settings.title, about=about), entries)


def shown(settings: BoardSettings, built_board: BuiltBoard) -> LeaderboardFile:
    """The board without verdicts of single hidden tasks."""
    boards = tuple(bare(settings, board, built_board.entries) for board in built_board.made.boards)
    return built_board.made.model_copy(update={"boards": boards})


def bare(
    settings: BoardSettings, board: BenchmarkBoard, entries: Mapping[str, Submission]
) -> BenchmarkBoard:
    """One benchmark's board, each entry with its page, and public tasks alone."""
    stored = [manifest.read(run_of(settings, each.id)) for each in entries.values()]
    sealed = any(each.dataset.sealed for each in stored)
    places = [at for at, task in enumerate(board.tasks) if settings.is_public(task, sealed=sealed)]

    def of_entry(entry: BoardEntry) -> BoardEntry:
        told = entry.outcomes.split()
        kept = [told[at] for at in places] if len(told) == len(board.tasks) else []
        page = f"/entries/{entries[entry.run_id].id}" if entry.run_id in entries else ""
        return entry.model_copy(update={"outcomes": " ".join(kept), "page": page})

    return board.model_copy(
        update={
            "tasks": tuple(board.tasks[at] for at in places),
            "entries": tuple(map(of_entry, board.entries)),
        }
    )


def verdicts(settings: BoardSettings, number: str) -> dict[str, str]:
    """Verdict by `task #sample`, of public tasks alone."""
    path = run_of(settings, number)
    if not (path / journal.NAME).is_file():
        return {}
    sealed = manifest.read(path).dataset.sealed
    return {
        f"{each.task_id} #{each.index}": each.verdict.value
        for each in journal.current(path / journal.NAME)
        if settings.is_public(each.task_id, sealed=sealed)
    }


def is_whole(settings: BoardSettings, number: str) -> bool:
    """Whether a run may be shown as it is: no task of it is hidden."""
    stored: Manifest = manifest.read(run_of(settings, number))
    return not settings.public and not stored.dataset.sealed


def bundle(settings: BoardSettings, found: Submission) -> bytes:
    """What proves an entry, as tar.gz: the run, its samples, and who signed it."""
    path = run_of(settings, found.id)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive, TemporaryDirectory() as folder:
        for name in BUNDLED:
            if (path / name).is_file():
                archive.add(path / name, f"run/{name}", recursive=False)
        statement = Path(folder) / "statement.json"
        with replacing_bytes(statement) as file:
            publish(path, "in-toto", file)
        archive.add(statement, "statement.json")
        if settings.sign:
            signed = Path(folder) / "attestation.json"
            signed.write_bytes(envelope(statement.read_bytes(), settings.sign))
            archive.add(signed, "attestation.json")
    return packed.getvalue()
