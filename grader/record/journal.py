"""`results.jsonl`: append-only, one self-checking line per result, committed in groups.

What was committed survives a kill at any moment. A torn last line, which only a crash can leave,
is cut off when the journal is opened again; a damaged line anywhere else is an error that names
it. Where a key (task, index) has several lines the last one counts.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from grader.core.result import Result, Verdict
from grader.errors import FULL, InfraError, UsageError
from grader.record import received
from grader.record.artifacts import Artifacts
from grader.record.ledger import Ledger
from grader.record.line import CorruptLine, LineChain, LineEntry, check, decode, glance, parts, text

NAME = "results.jsonl"
GROUP = 256
"""Results per commit: at 600 bytes each one write of 150 KiB. One fsync per result would cost
0.1 to 10 ms, several times the grading itself; one per 256 is below the noise."""
GROUP_BYTES = 4 << 20
"""Bytes of lines at which a group is full, however few they are."""
GROUP_S = 0.2
"""Seconds after which fewer results are committed too: the most grading that a crash loses."""
RESUME = "grader evaluate … --resume"
MANIFEST = "run.json"
BLOCK = 1 << 20
TAIL = 1 << 16
"""Bytes read at a time when looking backwards for the last line."""


class JournalError(InfraError):
    """The journal cannot be written; what was committed before is safe."""


class Journal:
    """The writing end. The caller holds the run directory's lock."""

    def __init__(self, directory: Path, *, resume: str = RESUME) -> None:
        """Open or create the journal in `directory`; `resume` is the command named in errors."""
        self.path = directory / NAME
        self._resume = resume
        self._artifacts = Artifacts(directory)
        self._pending: list[bytes] = []
        self._size = 0
        self._places: list[tuple[str, int]] = []
        self._broken = False
        try:
            self._file = received.descriptor(self.path, os.O_RDWR | os.O_CREAT)
            self._end = cut_torn_tail(self._file)
            self._chain = LineChain(head_of(self._file, self._end, origin=origin(directory)))
        except OSError as error:
            raise trouble(self.path, error, resume=self._resume) from error

    def slim(self, result: Result) -> Result:
        """`result` with long outputs cut, and their whole put beside the journal."""
        try:
            return self._artifacts.slim(result)
        except OSError as error:
            raise trouble(self.path, error, resume=self._resume) from error

    def append(self, result: Result) -> bool:
        """Take `result` into the group; True when the group is full and wants `commit`."""
        return self.append_slim(self.slim(result))

    def append_slim(self, result: Result) -> bool:
        """`append` for what `slim` has given."""
        ran = result.same_as is None and result.verdict is not Verdict.UNGRADED
        return self.append_text(text(result), result.sample_digest if ran else "")

    def append_text(self, text: bytes, digest: str) -> bool:
        """`append_slim` for a line's text; digest: of a sample that ran and was graded, or ''."""
        line = self._chain.encode_text(text)
        self._pending.append(line)
        self._size += len(line)
        if digest:
            self._places.append((digest, self._end + self._size - len(line)))
        return len(self._pending) >= GROUP or self._size >= GROUP_BYTES

    def commit(self) -> list[tuple[str, int]]:
        """Write the group and make it durable; JournalError where the disk refuses.

        Returns digest and offset of the samples in it that ran and were graded. Blocks on the disk:
        call it in a thread where a loop must go on, and wait for it before the next `append`.
        """
        data, places = b"".join(self._pending), self._places
        self._pending, self._places, self._size = [], [], 0
        if not data or self._broken:
            return []
        try:
            write_all(self._file, data, self._end)
            os.fsync(self._file)
        except OSError as error:
            self._broken = True
            with suppress(OSError):
                os.ftruncate(self._file, self._end)
            raise trouble(self.path, error, resume=self._resume) from error
        self._end += len(data)
        return places

    def close(self) -> None:
        """Commit the rest and close; safe to call twice."""
        if self._file < 0:
            return
        try:
            self.commit()
        finally:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def origin(directory: Path) -> str:
    """What the first line is linked to: the SHA-256 of `run.json`, so that neither goes alone."""
    path = directory / MANIFEST
    return hashlib.sha256(received.data(path) if received.is_there(path) else b"").hexdigest()


def head_of(file: int, size: int, *, origin: str) -> str:
    """The link that the next line continues.

    Where an older grader wrote lines without links it is the SHA-256 of all of them.
    """
    if not size:
        return origin
    begin = begin_of_last_line(file, size)
    last = parts(os.pread(file, size - begin, begin)).link
    if last:
        return last
    state = hashlib.sha256()
    for offset in range(0, size, BLOCK):
        state.update(os.pread(file, min(BLOCK, size - offset), offset))
    return state.hexdigest()


def trouble(path: Path, error: OSError, *, resume: str = RESUME) -> JournalError:
    """The error for a disk that refuses `path`: what happened and the next move."""
    if error.errno in FULL:
        return JournalError(f"disk full at {path}; free space and run: {resume}")
    return JournalError(f"cannot write {path}: {error.strerror}; see to it and run: {resume}")


def scan(path: Path) -> Iterator[LineEntry]:
    """The key fields of every line in order, checked but not parsed; a torn tail ends the scan.

    Raises UsageError with file and line where a line before the last is damaged.
    """
    names: dict[bytes, str] = {}
    for number, offset, line in lines(path):
        try:
            check(line)
            yield glance(line, names, offset=offset)
        except CorruptLine as error:
            if is_last(path, offset + len(line)):
                return
            raise damaged(path, number, why=error) from error


def read(path: Path) -> Iterator[Result]:
    """Every line's result in order, superseded ones included; otherwise as `scan`."""
    for _, result in placed(path):
        yield result


def current(path: Path) -> Iterator[Result]:
    """Every key's last result, in the order of those lines.

    A first pass notes the keys that were written again, so memory grows with those alone.
    """
    last = rewritten(path)
    for offset, result in placed(path):
        if last.get(result.task_id, {}).get(result.index, offset) == offset:
            yield result


def rewritten(path: Path) -> dict[str, dict[int, int]]:
    """Task → index → offset of the last line, for the keys that have several lines."""
    seen = Ledger()
    last: dict[str, dict[int, int]] = {}
    for entry in scan(path):
        if seen.put(entry.task_id, entry.index, value=1):
            last.setdefault(entry.task_id, {})[entry.index] = entry.offset
    return last


def placed(path: Path) -> Iterator[tuple[int, Result]]:
    """Offset and result of every line."""
    for number, offset, line in lines(path):
        try:
            result = decode(line)
        except CorruptLine as error:
            if is_last(path, offset + len(line)):
                return
            raise damaged(path, number, why=error) from error
        yield offset, result


def at(path: Path, offset: int) -> Result:
    """The result whose line begins at `offset`, as a scan gave it; UsageError if it is none."""
    with received.opened(path) as file:
        file.seek(offset)
        line = file.readline(received.LINE_BYTES + 1)
    try:
        return decode(line)
    except CorruptLine as error:
        number = next(number for number, begin, _ in lines(path) if begin >= offset)
        raise damaged(path, number, why=error) from error


def lines(path: Path) -> Iterator[tuple[int, int, bytes]]:
    """Line number from 1, offset, bytes with line feed; nothing where there is no file."""
    if not received.is_there(path):
        return
    offset = number = 0
    with received.opened(path) as file:
        while line := file.readline(received.LINE_BYTES + 1):
            number += 1
            if len(line) > received.LINE_BYTES:
                raise damaged(path, number, why=CorruptLine("it is longer than any result"))
            yield number, offset, line
            offset += len(line)


def is_last(path: Path, end: int) -> bool:
    """Whether nothing follows `end`: what is damaged there was never committed."""
    return path.stat().st_size <= end


def damaged(path: Path, number: int, *, why: Exception) -> UsageError:
    """The error for a line that something other than a crash of ours has changed."""
    return UsageError(
        f"{path}:{number}: damaged: {why}; results before it are sound:"
        f" keep them with 'head -n {number - 1}' and resume the run"
    )


def cut_torn_tail(file: int) -> int:
    """Cut off a last line that is not whole; return the size that is left."""
    size = os.fstat(file).st_size
    begin = begin_of_last_line(file, size)
    if begin == size:
        return size
    try:
        check(os.pread(file, size - begin, begin))
    except CorruptLine:
        os.ftruncate(file, begin)
        return begin
    return size


def begin_of_last_line(file: int, size: int) -> int:
    """Offset of the line that ends, whole or torn, at `size`."""
    end = size - 1
    while end > 0:
        begin = max(0, end - TAIL)
        found = os.pread(file, end - begin, begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        end = begin
    return 0


def write_all(file: int, data: bytes, offset: int) -> None:
    """Write all of `data` at `offset`, however many calls it takes."""
    rest = memoryview(data)
    while rest:
        count = os.pwrite(file, rest, offset)
        rest, offset = rest[count:], offset + count
