"""What the board shows, computed as `grader leaderboard build` does, from published runs alone."""

import io
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from grader.core.manifest import Manifest
from grader.errors import UsageError
from grader.hosting.grading import run_of
from grader.hosting.settings import BoardSettings
from grader.hosting.store import GRADED, Submission
from grader.leaderboard import site
from grader.leaderboard.entries import EntryDetails
from grader.leaderboard.records import BenchmarkBoard, BoardEntry, LeaderboardFile
from grader.record import journal, manifest
from grader.record.sign import envelope
from grader.study.publish import publish

BUNDLED = ("run.json", "results.jsonl", "report.json", "seal.json")


class BuiltBoard(NamedTuple):
    """A board, and what it was made of."""

    published: Sequence[Submission]
    made: LeaderboardFile
    """Without verdicts of single hidden tasks."""


def built(settings: BoardSettings, published: Sequence[Submission]) -> BuiltBoard:
    """The board of these entries; runs that cannot be read any more are left out."""
    found: dict[Path, Manifest] = {}
    entries: dict[str, Submission] = {}
    for each in published:
        path = run_of(settings, each.id)
        try:
            stored = manifest.read(path)
        except UsageError:
            continue
        found[path], entries[stored.run_id] = stored, each
    about = {
        run_id: EntryDetails(name=f"{each.name} ({each.account})", usd=each.usd)
        for run_id, each in entries.items()
    }
    whole = site.build([*found], title=settings.title, about=about)
    sealed = any(each.dataset.sealed for each in found.values())
    boards = tuple(bare(settings, board, entries, sealed=sealed) for board in whole.boards)
    return BuiltBoard(published, whole.model_copy(update={"boards": boards}))


def bare(
    settings: BoardSettings,
    board: BenchmarkBoard,
    entries: Mapping[str, Submission],
    *,
    sealed: bool,
) -> BenchmarkBoard:
    """One benchmark's board, each entry (by run id) with its page, and public tasks alone."""
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


def is_whole(settings: BoardSettings, found: Submission) -> bool:
    """Whether there is a run that may be shown as it is: no task of it is hidden."""
    if found.state != GRADED or settings.public:
        return False
    return not manifest.read(run_of(settings, found.id)).dataset.sealed


def document(settings: BoardSettings, found: Submission, name: str) -> bytes:
    """What the report member `name` makes of an entry's run."""
    file = io.BytesIO()
    publish(run_of(settings, found.id), name, file)
    return file.getvalue()


def bundle(settings: BoardSettings, found: Submission) -> bytes:
    """What proves an entry, as tar.gz: the run, a statement about it, and who signed that."""
    path, statement = run_of(settings, found.id), document(settings, found, "in-toto")
    made = {"statement.json": statement}
    if settings.sign:
        made["attestation.json"] = envelope(statement, settings.sign)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name in BUNDLED:
            if (path / name).is_file():
                archive.add(path / name, f"run/{name}", recursive=False)
        for name, data in made.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return packed.getvalue()
