"""What an agent left, as one tar file: only plain files, folders and links below given places.

It comes from where the agent could write anything. Nothing is followed, and nothing is placed
through a link; what lies elsewhere is left out and named.
"""

import io
import os
import posixpath
import stat
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from grader.core.paths import is_below

MOST_BYTES = 64 << 20
MOST_ENTRIES = 50_000
OURS = ("/logs/verifier", "/tests", "/solution")
"""Places that are the verifier's, whatever a task declares."""


class UnreadableArtifacts(ValueError):  # noqa: N818  what it is, not whose error
    """What an agent left cannot be read, or is too much."""


class LeftEntry(NamedTuple):
    """A file, a folder or a link."""

    path: str
    """Absolute, in the container."""
    mode: int
    data: bytes | None = None
    """None: a folder, or a link."""
    target: str = ""
    """Where a link leads; empty: it is none."""

    def moved(self, place: str) -> "LeftEntry":
        """As it was in the container, where an engine names only the last part of `place`."""
        above = posixpath.dirname(place).rstrip("/")
        return self._replace(path=above + self.path)


class LeftArchive(NamedTuple):
    """What is kept of it."""

    tar: bytes
    files: tuple[str, ...]
    """Paths of the plain files."""
    dropped: tuple[str, ...]
    """Paths that were left out."""


def in_folder(folder: Path) -> Iterator[LeftEntry]:
    """A folder that mirrors the container's root; UnreadableArtifacts for what cannot be read."""
    left = MOST_BYTES
    for here, folders, files in os.walk(folder):
        for name in sorted([*folders, *files]):
            path = Path(here) / name
            inside = "/" + path.relative_to(folder).as_posix()
            told = path.lstat()
            if stat.S_ISLNK(told.st_mode):
                yield LeftEntry(inside, 0o777, target=str(path.readlink()))
            elif stat.S_ISDIR(told.st_mode):
                yield LeftEntry(inside, 0o755)
            elif stat.S_ISREG(told.st_mode):
                left -= told.st_size
                refuse_large(left, folder)
                yield LeftEntry(inside, stat.S_IMODE(told.st_mode), data=read(path, told.st_size))
            else:
                yield LeftEntry(inside, 0, target="?")


def read(path: Path, size: int) -> bytes:
    """A plain file of at most this size; UnreadableArtifacts where it cannot be read."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(file, "rb") as opened:
            return opened.read(size)
    except OSError as error:
        raise UnreadableArtifacts(f"{path}: {error.strerror or error}") from error


def in_tar(data: bytes, name: str) -> Iterator[LeftEntry]:
    """The entries of a tar file, compressed or not; UnreadableArtifacts where it is none."""
    left = MOST_BYTES
    try:
        with tarfile.open(fileobj=io.BytesIO(plain(data, name)), mode="r:") as archive:
            for entry in archive:
                path = posixpath.normpath("/" + entry.name.lstrip("/"))
                if ".." in entry.name.split("/") or "\0" in entry.name:
                    yield LeftEntry("/" + entry.name, 0, target="?")
                elif entry.isdir():
                    yield LeftEntry(path, 0o755)
                elif entry.issym():
                    yield LeftEntry(path, 0o777, target=entry.linkname)
                elif entry.isreg() or entry.islnk():
                    file = archive.extractfile(entry)
                    content = file.read(left + 1) if file else b""  # a hard link says 0 bytes
                    left -= len(content)
                    refuse_large(left, name)
                    yield LeftEntry(path, entry.mode & 0o777, data=content)
                else:
                    yield LeftEntry(path, 0, target="?")
    except (tarfile.TarError, OSError, EOFError, ValueError, KeyError) as error:
        raise UnreadableArtifacts(f"{name}: not a tar file that can be read ({error})") from error


def plain(data: bytes, name: str) -> bytes:
    """A tar file's bytes as they were before gzip; UnreadableArtifacts for a bomb."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    unpacker = zlib.decompressobj(wbits=31)
    try:
        found = unpacker.decompress(data, 2 * MOST_BYTES)
    except zlib.error as error:
        raise UnreadableArtifacts(f"{name}: not gzip ({error})") from error
    if unpacker.unconsumed_tail:
        refuse_large(-1, name)
    return found


def refuse_large(left: int, name: object) -> None:
    """UnreadableArtifacts where more than may be has come."""
    if left < 0:
        raise UnreadableArtifacts(f"{name}: more than {MOST_BYTES >> 20} MiB of artifacts")


def archive_of(
    entries: Iterable[LeftEntry], places: tuple[str, ...], exclude: tuple[str, ...] = ()
) -> LeftArchive:
    """What of these may be placed; the same files give the same bytes."""
    kept: dict[str, LeftEntry] = {}
    dropped: list[str] = []
    for number, entry in enumerate(entries):
        if number >= MOST_ENTRIES:
            raise UnreadableArtifacts(f"more than {MOST_ENTRIES} files of artifacts")
        if is_folder(entry) and any(is_below(place, (entry.path,)) for place in places):
            continue  # on the way to a place, or the place itself
        if is_allowed(entry, places) and not is_below(entry.path, exclude):
            kept[entry.path] = entry
        elif not is_folder(entry):
            dropped.append(entry.path)
    links = tuple(path for path, entry in kept.items() if entry.target)
    through = [path for path in kept if path not in links and is_below(path, links)]
    dropped += [kept.pop(path).path for path in through]
    files = tuple(sorted(path for path, entry in kept.items() if entry.data is not None))
    return LeftArchive(packed(kept[path] for path in sorted(kept)), files, tuple(dropped))


def is_folder(entry: LeftEntry) -> bool:
    """Whether an entry is a folder."""
    return entry.data is None and not entry.target


def is_allowed(entry: LeftEntry, places: tuple[str, ...]) -> bool:
    """Whether an entry may be placed: below a place, and a place itself only as a plain file."""
    if entry.target == "?" or is_below(entry.path, OURS) or not entry.path.isprintable():
        return False
    return is_below(entry.path, places) and (entry.data is not None or entry.path not in places)


def packed(entries: Iterable[LeftEntry]) -> bytes:
    """Entries as a tar file without times and owners."""
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for entry in entries:
            member = tarfile.TarInfo(entry.path.lstrip("/"))
            member.mode = entry.mode & 0o777
            if entry.target:
                member.type, member.linkname = tarfile.SYMTYPE, entry.target
            elif entry.data is None:
                member.type = tarfile.DIRTYPE
            else:
                member.size = len(entry.data)
            archive.addfile(member, io.BytesIO(entry.data or b""))
    return sink.getvalue()
