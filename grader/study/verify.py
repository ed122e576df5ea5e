"""Check that a run's directory is what the engine wrote: every byte, named by file and line."""

import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from grader.core.manifest import Manifest
from grader.core.record import Record
from grader.errors import UsageError
from grader.record import directory, journal, manifest, received, seal
from grader.record.directory import REPORT
from grader.record.line import CRC_CHARS, CorruptLine, check, decode, link, parts

DAMAGE_MAX = 1000
"""Damaged places that are listed; a journal of another file would list every line."""


class RunDamage(Record):
    """One place that is not what was written."""

    file: str
    line: int = 0
    """From 1; 0 where lines mean nothing."""
    why: str


class RunVerification(Record):
    """What was checked, and what was found."""

    run_id: str
    lines: int
    linked: int
    """Lines with a link; those of older graders have a checksum only."""
    sealed: bool
    """Whether the run is complete and its seal says what it consists of."""
    head: str
    """The last link: who keeps it elsewhere can prove later that nothing was changed."""
    files: int
    """Files checked besides the journal."""
    damage: tuple[RunDamage, ...]
    notes: tuple[str, ...] = ()
    """What could not be checked."""


class VerificationState:
    """The state of one verification."""

    def __init__(self, run: Path) -> None:
        self.run = run
        self.damage: list[RunDamage] = []
        self.notes: list[str] = []
        self.lines = self.linked = self.files = 0
        self.head = ""

    def bad(self, file: str, why: str, *, line: int = 0) -> None:
        """Note a damaged place."""
        if len(self.damage) < DAMAGE_MAX:
            self.damage.append(RunDamage(file=file, line=line, why=why))


def verify(run: Path, *, head: str = "") -> RunVerification:
    """Check everything in `run`; UsageError where there is no run.

    `head`: the last link as somebody noted it earlier.
    """
    if not run.is_dir() or not any((run / name).exists() for name in (manifest.NAME, seal.NAME)):
        raise UsageError(f"no run in {run}: it holds no {manifest.NAME}; pass a run directory")
    state = VerificationState(run)
    stored = check_manifest(state)
    sealed = read_seal(state)
    check_journal(state, torn_is_damage=sealed is not None)
    if sealed is not None:
        check_seal(state, sealed)
    elif (run / REPORT).exists():
        missing_seal(state)
    else:
        state.notes.append("the run is not complete: it has no seal, its artifacts are unchecked")
    if head and head != state.head:
        state.bad(journal.NAME, f"its head is {state.head}, not {head}: it was written anew or cut")
    check_strangers(state)
    return RunVerification(
        run_id=stored.run_id if stored else "",
        lines=state.lines,
        linked=state.linked,
        sealed=sealed is not None,
        head=state.head,
        files=state.files,
        damage=tuple(state.damage),
        notes=tuple(state.notes),
    )


def check_manifest(state: VerificationState) -> Manifest | None:
    """Read `run.json`; what it says is checked by the first line's link and by the seal."""
    try:
        return manifest.read(state.run)
    except UsageError as error:
        state.bad(manifest.NAME, str(error))
        return None


def check_journal(state: VerificationState, *, torn_is_damage: bool) -> None:
    """Every line's checksum to the byte, its content and its link to the line before."""
    path = state.run / journal.NAME
    origin = journal.origin(state.run)
    heads = frozenset({origin})
    before = hashlib.sha256()
    for number, offset, line in journal.lines(path):
        state.lines = number
        wrong = fault_of(line)
        if wrong and not torn_is_damage and journal.is_last(path, offset + len(line)):
            state.notes.append(f"the last line ({number}) is torn: a crash cut it, resume the run")
            return
        if wrong:
            state.bad(journal.NAME, wrong, line=number)
        rest, stored = parts(line)
        if state.linked == 0 and number > 1:
            heads = frozenset({before.hexdigest(), *(heads if state.damage else ())})
        heads = checked_link(state, number, heads=heads, rest=rest, stored=stored, known_bad=wrong)
        state.linked += bool(stored)
        if not state.linked:
            before.update(line)
    state.head = seal.head(state.run)
    if state.lines > state.linked:
        lacking = state.lines - state.linked
        state.notes.append(f"{lacking:,} lines are of an older grader: they have checksums only")


def fault_of(line: bytes) -> str:
    """What is wrong with a line by itself; empty where it is sound."""
    try:
        check(line)
        decode(line)
    except CorruptLine as error:
        return str(error)
    begin = b'{"crc":"%08x",' % zlib.crc32(line[CRC_CHARS:-1])
    return "" if line.startswith(begin) else "its beginning is not as the engine writes it"


def checked_link(
    state: VerificationState,
    number: int,
    *,
    heads: frozenset[str],
    rest: bytes,
    stored: str,
    known_bad: str,
) -> frozenset[str]:
    """Compare a line's link with what it must continue; give what the next line may continue.

    No heads: anything will do. After a damaged line both its stored link and the one that its text
    makes will do, so that one changed byte is one damaged line.
    """
    made = {link(head, rest) for head in heads}
    if known_bad:
        return frozenset(made | {stored}) if stored else frozenset()
    if not stored:
        if state.linked:
            state.bad(journal.NAME, "its link to the line before is missing", line=number)
        return heads
    if heads and stored not in made:
        first = f"; or {manifest.NAME} was changed" if number == 1 else ""
        why = f"it does not continue the line before: one of them was changed or removed{first}"
        state.bad(journal.NAME, why, line=number)
    return frozenset({stored})


def read_seal(state: VerificationState) -> seal.RunSeal | None:
    """The seal, if it is one to the byte."""
    path = state.run / seal.NAME
    if not received.is_there(path):
        return None
    data = received.data(path)
    try:
        found = seal.RunSeal.model_validate_json(data)
    except ValidationError as error:
        state.bad(seal.NAME, f"it is no seal: {error.errors()[0]['msg']}")
        return None
    if seal.digest_of(found) != found.self_sha256 or seal.text_of(found) != data:
        line = differing_line(data, seal.text_of(found)) or differing_line(data, deserved(state))
        state.bad(seal.NAME, "it was changed after it was written", line=line)
    return found


def deserved(state: VerificationState) -> bytes:
    """The seal that the directory should have now; empty where that cannot be said."""
    try:
        return seal.text_of(seal.make(state.run))
    except UsageError:
        return b""


def differing_line(data: bytes, wanted: bytes) -> int:
    """The first line in which two texts differ; 0 where they are equal."""
    pairs = zip(data.split(b"\n"), wanted.split(b"\n"), strict=False)
    return next((number for number, (a, b) in enumerate(pairs, 1) if a != b), 0)


def check_seal(state: VerificationState, found: seal.RunSeal) -> None:
    """The journal's end and every sealed file."""
    if found.lines != state.lines:
        state.bad(journal.NAME, f"it has {state.lines:,} lines, sealed were {found.lines:,}")
    elif found.head != state.head and not state.damage:
        state.bad(journal.NAME, "its last link is not the sealed one", line=state.lines)
    there = {path.relative_to(state.run).as_posix(): path for path in seal.sealed_files(state.run)}
    for wanted in found.files:
        path = there.pop(wanted.path, None)
        if path is None:
            state.bad(wanted.path, "it is missing")
            continue
        state.files += 1
        if seal.file_of(state.run, path) != wanted:
            state.bad(wanted.path, "its content is not what was sealed")
    for name in there:
        if name.startswith(f"{directory.REPEATS}/"):
            state.notes.append(f"{name} is of a repetition that was interrupted: not sealed yet")
        else:
            state.bad(name, "it was added after the run was sealed")


def missing_seal(state: VerificationState) -> None:
    """A complete run without a seal is an older one, or somebody removed the seal."""
    if state.linked:
        state.bad(seal.NAME, "it is missing, and the run is complete")
    else:
        state.notes.append("an older grader wrote this run: only its lines have checksums")


def check_strangers(state: VerificationState) -> None:
    """Files that are no part of a run are named: nothing vouches for them."""
    for name in strangers(state.run):
        if name == directory.LOCK:
            state.bad(name, "it must be empty")
        else:
            state.notes.append(f"{name} is no part of the run; nothing vouches for it")


def strangers(run: Path) -> Iterator[str]:
    """Names below the run that no seal covers."""
    for path in sorted(run.rglob("*")):
        name = path.relative_to(run).as_posix()
        if path.is_dir() and not path.is_symlink():
            continue
        if name in {seal.NAME, journal.NAME} or (seal.is_ours(name) and not path.is_symlink()):
            continue
        if name == directory.LOCK and not received.strange(path) and path.stat().st_size == 0:
            continue
        yield name
