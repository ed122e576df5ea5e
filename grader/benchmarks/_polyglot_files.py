"""Exercises of a folder or an archive: the files of each, by its track and its name."""

import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from grader.errors import UsageError

PLACE = re.compile(r"(?:.*/)?(?P<track>\w+)/exercises/practice/(?P<name>[\w-]+)/(?P<path>.+)")
FILE_BYTES = 4 << 20
MOST_BYTES = 1 << 30


class ExerciseFolder(NamedTuple):
    """One exercise as the data set holds it."""

    track: str
    name: str
    files: dict[str, str]
    """Path below its folder → text; files that are no text are left out."""


def exercises_in(path: Path) -> Iterator[ExerciseFolder]:
    """All exercises, by track and name; UsageError where there is none."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for name, data in files_in(path):
        place = PLACE.fullmatch(name)
        if place is None:
            continue
        text = as_text(data)
        if text is not None:
            found.setdefault((place["track"], place["name"]), {})[place["path"]] = text
    if not found:
        raise UsageError(
            f"{path}: no <language>/exercises/practice/<exercise>/ in it; --data takes a checkout"
            " of Aider's polyglot-benchmark, or a tar of one"
        )
    for (track, name), files in sorted(found.items()):
        yield ExerciseFolder(track, name, files)


def files_in(path: Path) -> Iterator[tuple[str, bytes]]:
    """Names and contents of a folder's or an archive's plain files."""
    if path.is_dir():
        yield from files_of_folder(path)
        return
    try:
        with tarfile.open(path) as archive:
            left = MOST_BYTES
            for member in archive:
                if member.isreg() and member.size <= FILE_BYTES:
                    left -= member.size
                    if left < 0:
                        raise UsageError(f"{path}: more than {MOST_BYTES >> 20} MiB of files in it")
                    stream = archive.extractfile(member)
                    yield member.name, stream.read() if stream else b""
    except (tarfile.TarError, OSError, EOFError) as error:
        raise UsageError(f"{path}: cannot be read as a tar ({error})") from error


def files_of_folder(root: Path) -> Iterator[tuple[str, bytes]]:
    """The same of a folder; links are not followed."""
    for path in sorted(root.rglob("*")):
        if path.is_symlink() or not path.is_file() or ".git" in path.parts:
            continue
        if path.stat().st_size <= FILE_BYTES:
            try:
                yield path.relative_to(root.parent).as_posix(), path.read_bytes()
            except OSError as error:
                raise UsageError(f"{path}: cannot be read ({error.strerror or error})") from error


def as_text(data: bytes) -> str | None:
    """The bytes as UTF-8; None where they are something else."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text
