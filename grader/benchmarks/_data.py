"""Find a benchmark's data: where the caller says, in the cache, or at its public home."""

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import gettempdir
from typing import NamedTuple

from grader.errors import UsageError


class DataOrigin(NamedTuple):
    """The public home of one data file."""

    url: str
    """At a fixed revision, so that the checksum stays right."""
    sha256: str
    names: tuple[str, ...] = ()
    """Other usual names of the file in a directory given with `--data`."""

    @property
    def name(self) -> str:
        """The file's usual name."""
        return self.url.rsplit("/", 1)[-1]


Progress = Callable[[int, int | None], None]
"""Called with the bytes received so far and the bytes expected (None: unknown)."""


def locate(data: Path | None, origin: DataOrigin) -> Path:
    """`data` if given, else the cached file, else download it.

    `data` is a file, or a directory that holds one of the usual names. The download comes from the
    origin, or from the directory URL in the variable GRADER_MIRROR. The caller's own data may
    differ from the published file; what is cached or downloaded must have its checksum.
    Raises UsageError with the next move.
    """
    if data is not None:
        return given(data, origin.name, *origin.names)
    return cached(origin, cache_directory())


def cached(origin: DataOrigin, folder: Path) -> Path:
    """The file in `folder`, downloaded (see `locate`) where it is not there with its checksum."""
    path = folder / origin.name
    if path.is_file() and sha256_of(path) == origin.sha256:
        return path
    mirror = os.environ.get("GRADER_MIRROR", "")
    if not sys.stderr.isatty():
        return fetch(origin, path, mirror=mirror)
    return _fetch_with_bar(origin, path, mirror=mirror)


def cache_directory() -> Path:
    """$GRADER_CACHE, else $XDG_CACHE_HOME/grader, else ~/.cache/grader.

    A user without a home gets a folder of its own among the temporary ones.
    """
    if chosen := os.environ.get("GRADER_CACHE"):
        return Path(chosen)
    if base := os.environ.get("XDG_CACHE_HOME"):
        return Path(base) / "grader"
    try:
        return Path("~/.cache/grader").expanduser()
    except RuntimeError:
        return Path(gettempdir()) / f"grader-cache-{os.getuid()}"


def sha256_of(path: Path) -> str:
    """Hex SHA-256 of a file; UsageError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror or error})") from error


def fetch(
    origin: DataOrigin, target: Path, *, mirror: str = "", progress: Progress | None = None
) -> Path:
    """Download `origin` to `target` (see `_download`); a non-empty `mirror` holds the same file."""
    from grader.benchmarks._download import download  # noqa: PLC0415 - urllib is slow to import

    url = f"{mirror.rstrip('/')}/{origin.name}" if mirror else origin.url
    return download(url, target, sha256=origin.sha256, progress=progress)


def given(data: Path, *names: str) -> Path:
    """`data`, or the file of one of these usual names in it; UsageError with the next move."""
    if data.is_file():
        return data
    if not data.exists():
        raise UsageError(f"{data}: no such file or directory; --data takes {names[0]}")
    for name in names:
        if (data / name).is_file():
            return data / name
    if data.is_dir():
        raise UsageError(f"{data}: no {' or '.join(names)} in it; --data takes the file itself too")
    return data  # a pipe or a device: reading it will say


def _fetch_with_bar(origin: DataOrigin, target: Path, *, mirror: str) -> Path:
    from tqdm import tqdm  # noqa: PLC0415 - costs 30 ms of start-up

    with tqdm(desc=origin.name, unit="B", unit_scale=True, leave=False) as bar:

        def progress(received: int, expected: int | None) -> None:
            bar.total = expected
            bar.update(received - bar.n)

        return fetch(origin, target, mirror=mirror, progress=progress)
