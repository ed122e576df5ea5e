"""`seal.json`: what a complete run consists of, so that a changed byte anywhere is found.

The seal holds the number of the journal's lines and the last link of their chain, and the SHA-256
of every other file that the engine wrote. It ends with the SHA-256 of itself. Whoever can write to
the directory can make a new seal: to prove that nobody did, keep the head elsewhere, or sign it
(`grader report RUN --format in-toto --key …`).
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from grader.core.record import Record
from grader.record import directory, journal, manifest, received

NAME = "seal.json"
BLOCK = 1 << 20
OURS = ("artifacts/", f"{journal.NAME}.before-", f"{directory.REPEATS}/")
"""How the names of further files of a run begin."""


class SealedFile(Record):
    """One sealed file."""

    path: str
    """Relative to the run, with slashes."""
    size: int
    sha256: str


class RunSeal(Record):
    """`seal.json`."""

    schema_version: int = 1
    run_id: str
    lines: int
    """Of the journal."""
    head: str
    """The last line's link."""
    files: tuple[SealedFile, ...]
    """Everything but the journal, sorted by path."""
    self_sha256: str = ""
    """Of this record's JSON without this field's value."""


def write(run: Path) -> RunSeal:
    """Seal a complete run; the caller holds its lock."""
    seal = make(run)
    manifest.write_record(run / NAME, seal)
    return seal


def make(run: Path) -> RunSeal:
    """The seal that the run's files deserve now."""
    path = run / journal.NAME
    seal = RunSeal(
        run_id=manifest.read(run).run_id,
        lines=lines_of(path),
        head=head(run),
        files=tuple(file_of(run, each) for each in sealed_files(run)),
    )
    return seal.model_copy(update={"self_sha256": digest_of(seal)})


def digest_of(seal: RunSeal) -> str:
    """What `self_sha256` must be."""
    bare = seal.model_copy(update={"self_sha256": ""})
    return hashlib.sha256(bare.model_dump_json().encode()).hexdigest()


def text_of(seal: RunSeal) -> bytes:
    """The bytes of `seal.json`: there is only one way to write a seal."""
    return (seal.model_dump_json(indent=2) + "\n").encode()


def sealed_files(run: Path) -> Iterator[Path]:
    """What a seal covers besides the journal: manifest, report, artifacts, replaced journals."""
    for path in sorted(run.rglob("*")):
        name = path.relative_to(run).as_posix()
        if path.is_symlink() or not path.is_file() or not is_ours(name):
            continue
        yield path


def is_ours(name: str) -> bool:
    """Whether the engine writes such a file and its content counts."""
    if name in {NAME, journal.NAME, directory.LOCK}:
        return False
    ours = {manifest.NAME, directory.REPORT, directory.BANK}
    return name in ours or name.startswith(OURS)


def file_of(run: Path, path: Path) -> SealedFile:
    """One file's entry."""
    with received.opened(path) as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return SealedFile(
        path=path.relative_to(run).as_posix(), size=path.stat().st_size, sha256=sha256
    )


def lines_of(path: Path) -> int:
    """Line feeds in a file; 0 where there is none."""
    if not received.is_there(path):
        return 0
    with received.opened(path) as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(BLOCK), b""))


def head(run: Path) -> str:
    """The link that the next line of the journal would continue."""
    origin, path = journal.origin(run), run / journal.NAME
    if not received.is_there(path):
        return origin
    file = received.descriptor(path)
    try:
        return journal.head_of(file, os.fstat(file).st_size, origin=origin)
    finally:
        os.close(file)
