"""Who wrote what while a step ran: facts from outside of what ran."""

from enum import StrEnum

from grader.core.record import Blob, Record


class WriterKind(StrEnum):
    """Whose process wrote a file."""

    TESTS = "tests"
    """The step's own command, or a child of it that never touched what was left."""
    MIXED = "mixed"
    """One that had opened code that was left: both are in one process."""
    MOVED = "moved"
    """The tests' own, under another name."""
    UNKNOWN = "unknown"
    """One that was gone before anybody could look whose child it was."""
    LEFT = "left"
    """What was left, or its descendant."""
    NOBODY = "nobody"
    """Nobody while the step ran."""
    UNSEEN = "unseen"
    """Nobody could look: the engine is not on this machine, or this process is not its root."""


class WitnessWish(Record):
    """What is to be witnessed."""

    folder: str
    """The folder in whose files the step says how it went; it must be there, and no link."""
    files: tuple[str, ...]
    """Names in it, that are brought back."""
    left: tuple[str, ...] = ()
    """Files that are not to be trusted."""
    places: tuple[str, ...] = ()
    """Folders in which what is not to be trusted is expected to run."""
    trusted: tuple[str, ...] = ()
    """Folders that nobody may change but the tests."""


class WitnessedFile(Record):
    """One of the files that were asked for, as it was at the end."""

    name: str
    data: Blob | None = None
    """None: there is none, or it is no plain file."""
    writer: WriterKind = WriterKind.UNSEEN
    program: str = ""
    """The command line of who wrote it last, as far as it is known."""


class WitnessReport(Record):
    """What was seen."""

    files: tuple[WitnessedFile, ...] = ()
    meddling: tuple[str, ...] = ()
    """What processes of what was left did to how tests run: `ran PATH`, `loaded PATH`, …"""
