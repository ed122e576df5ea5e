"""Files into and out of a container, as tar streams."""

import io
import posixpath
import tarfile
from collections.abc import Iterable

from grader.core.plan import PlannedFile

SLACK = 64 << 10
"""Room for tar's own headers around one file."""


def pack(files: Iterable[PlannedFile], *, folder: str) -> bytes:
    """One archive to be unpacked at `/`; relative paths are below `folder`, owner is root."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for file in files:
            place = posixpath.normpath(posixpath.join(folder, file.path))
            entry = tarfile.TarInfo(place.lstrip("/"))
            entry.size, entry.mode = len(file.data), file.mode
            archive.addfile(entry, io.BytesIO(file.data))
    return buffer.getvalue()


def first_file(chunks: Iterable[bytes], cap: int) -> bytes | None:
    """Contents of an archive that holds one plain file, cut at `cap`; None for anything else.

    No more than `cap` bytes and a little are read.
    """
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > cap + SLACK:
            break
    data += bytes(2 * tarfile.BLOCKSIZE)
    try:
        with tarfile.open(fileobj=io.BytesIO(bytes(data)), mode="r:") as archive:
            entry = archive.next()
            if entry is None or not entry.isreg():
                return None
            start = entry.offset_data
    except tarfile.TarError:
        return None
    return bytes(data[start : start + min(entry.size, cap)])


def bounded(chunks: Iterable[bytes], cap: int) -> bytes | None:
    """A whole archive; None where it is longer than `cap` bytes and a little."""
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > cap + SLACK:
            return None
    return bytes(data)
