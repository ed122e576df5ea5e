"""Bare repositories on this machine: found by the project's name, packed to be sent.

A folder of repositories holds `owner__name.git/`, or that folder in a tar file
`owner__name.git.tar`. Nothing in them is run here.
"""

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from grader.errors import UsageError

CHUNK = 1 << 20


def find(folder: Path, repository: str) -> Path:
    """The bare repository of `owner/name`; UsageError where the folder has none."""
    name = f"{repository.replace('/', '__')}.git"
    for candidate in (folder / name, folder / f"{name}.tar"):
        if candidate.exists():
            return candidate
    raise UsageError(
        f"{folder}: no {name} or {name}.tar in it; make one: "
        f"git clone --bare URL-of-{repository} {folder / name}"
    )


def packed(path: Path, name: str) -> Iterator[bytes]:
    """A tar stream in which the repository is the folder `name`."""
    if path.is_dir():
        yield from _streamed(path, name)
        return
    with path.open("rb") as file:
        yield from _renamed(file, name)


def _streamed(path: Path, name: str) -> Iterator[bytes]:
    sink = _Sink()
    with tarfile.open(fileobj=sink, mode="w|") as archive:
        for inner in (path, *sorted(path.rglob("*"))):
            archive.add(inner, arcname=str(Path(name, inner.relative_to(path))), recursive=False)
            yield from sink.taken()
    yield from sink.taken()


def _renamed(file: IO[bytes], name: str) -> Iterator[bytes]:
    """The same members below another first folder, owned by root."""
    sink = _Sink()
    with (
        tarfile.open(fileobj=file, mode="r|") as given,
        tarfile.open(fileobj=sink, mode="w|") as archive,
    ):
        for member in given:
            parts = Path(member.name).parts
            if ".." in parts or not (member.isfile() or member.isdir()):
                raise UsageError(f"'{member.name}' has no place in a bare repository's tar file")
            member.name = str(Path(name, *parts[1:]))
            member.uid = member.gid = 0
            archive.addfile(member, given.extractfile(member) if member.isfile() else None)
            yield from sink.taken()
    yield from sink.taken()


class _Sink(io.RawIOBase):
    """Where a tar is written, to be taken in pieces."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # pyright: ignore[reportArgumentType]  the caller gives a buffer
        self._pieces.append(piece)
        return len(piece)

    def taken(self) -> list[bytes]:
        pieces, self._pieces = self._pieces, []
        return pieces
