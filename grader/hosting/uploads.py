"""Uploads: written as they come, bounded as they are and unpacked, under names of our own."""

import hashlib
import json
import os
import secrets
import zlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NamedTuple

from anyio import to_thread

from grader.errors import UsageError
from grader.hosting.settings import BoardBounds
from grader.server.reading import too_long
from grader.server.refusal import RefusedError

GZIP = b"\x1f\x8b"
PIECE = 1 << 20
LINE_BYTES_MAX = 64 << 20


class Upload(NamedTuple):
    """A file that was taken in."""

    number: str
    path: Path
    sha256: str


async def kept(pieces: AsyncIterator[bytes], folder: Path, bounds: BoardBounds) -> Upload:
    """Write an upload below `folder`; RefusedError or UsageError, and then nothing is left."""
    number = secrets.token_hex(16)
    path = folder / f"{number}.jsonl"
    state, size = hashlib.sha256(), 0
    try:
        with path.open("xb") as file:
            async for piece in pieces:
                size += len(piece)
                if size > bounds.upload_mb << 20:
                    raise too_long(bounds.upload_mb << 20)
                state.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        await to_thread.run_sync(check, path, bounds.unpacked_mb << 20)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Upload(number, path, state.hexdigest())


def check(path: Path, most: int) -> None:
    """Refuse what is no file of samples: JSON lines, at most gzip around them."""
    lines = 0
    for line in lines_of(path, most):
        if not line.strip():
            continue
        lines += 1
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise UsageError(f"line {lines} is no JSON; send samples as JSON lines") from None
        if not isinstance(row, dict):
            raise UsageError(f"line {lines} is no object; send samples as JSON lines")
    if not lines:
        raise UsageError("there is no sample in it")


def lines_of(path: Path, most: int) -> Iterator[bytes]:
    """Lines, unpacked a piece at a time: a bomb is refused before it goes off."""
    held = b""
    for piece in unpacked(path, most):
        *whole, held = (held + piece).split(b"\n")
        yield from whole
        if len(held) > LINE_BYTES_MAX:
            raise RefusedError(413, f"a line of more than {LINE_BYTES_MAX >> 20} MiB")
    yield held


def unpacked(path: Path, most: int) -> Iterator[bytes]:
    """Content, at most so many bytes."""
    size = 0
    with path.open("rb") as file:
        packed = file.read(2) == GZIP
        file.seek(0)
        reader = zlib.decompressobj(wbits=31) if packed else None
        while piece := file.read(PIECE):
            while piece:
                try:
                    part = piece if reader is None else reader.decompress(piece, PIECE)
                except zlib.error:
                    raise UsageError("the gzip data are damaged") from None
                piece = b"" if reader is None else reader.unconsumed_tail
                size += len(part)
                if size > most:
                    raise RefusedError(413, f"more than {most >> 20} MiB unpacked")
                yield part
    if reader is not None and not reader.eof:
        raise UsageError("the gzip data end early")
