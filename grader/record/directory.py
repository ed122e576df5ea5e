"""Find, make and lock a run's directory."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from grader.core.manifest import Manifest
from grader.core.shard import ShardRef
from grader.errors import UsageError
from grader.record import manifest, received
from grader.record.journal import JournalError

ROOT = Path("runs")
LOCK = ".lock"
REPORT = "report.json"
BANK = "items.json"
"""The run's own copy of the bank of an adaptive evaluation: its report needs nothing else."""
REPEATS = "repeats"
"""Folder of what repeated runs of the samples showed."""
"""Its presence says that the run is complete: an unfinished run has none."""


@contextmanager
def locked(directory: Path, *, create: bool = False) -> Generator[None]:
    """Hold the run for writing; UsageError where another engine does or the folder is unusable.

    The kernel drops the lock with its holder, so a killed engine leaves none behind. A directory
    that was created here and in which nothing came to be is removed again, unless the disk refused
    it: the resume that its error names goes on there.
    """
    created = create and not directory.exists()
    try:
        if create:
            directory.mkdir(parents=True, exist_ok=True)
        file = received.descriptor(directory / LOCK, os.O_RDWR | os.O_CREAT)
    except OSError as error:
        raise UsageError(
            f"cannot write to {directory}: {error.strerror}; choose another folder with --out"
        ) from error
    try:
        hold(file, directory)
        yield
    except JournalError:
        created = False
        raise
    finally:
        os.close(file)
        if created and not (directory / manifest.NAME).exists():
            with suppress(OSError):
                (directory / LOCK).unlink()
                directory.rmdir()


def hold(file: int, directory: Path) -> None:
    """Lock an open file or say who is in the way."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UsageError(
            f"another engine is writing to {directory}; wait for it or choose another --out"
        ) from None


def has_run(directory: Path) -> bool:
    """Whether a manifest is there."""
    return (directory / manifest.NAME).is_file()


def refuse_occupied(directory: Path) -> None:
    """UsageError where a new run would mix with what `directory` holds already."""
    if has_run(directory):
        raise UsageError(
            f"{directory} already holds a run; pass --resume to go on with it"
            " or choose another folder with --out"
        )
    if directory.exists() and not directory.is_dir():
        raise UsageError(f"{directory} is not a folder; choose another one with --out")
    if directory.is_dir() and not all(is_trace(path.name) for path in directory.iterdir()):
        raise UsageError(f"{directory} is not empty; choose a new folder with --out")


def is_trace(name: str) -> bool:
    """Whether an engine that was killed before its run began leaves such a file."""
    return name == LOCK or name.startswith(f".{manifest.NAME}.")


def newest(
    benchmark: str, *, samples: str, sha256: str, shard: ShardRef | None = None, root: Path = ROOT
) -> Path:
    """The newest run of these samples on this benchmark; UsageError where there is none."""
    found: list[tuple[float, Path]] = []
    for path in sorted(root.glob(f"*/{manifest.NAME}")):
        with suppress(UsageError):
            stored = manifest.read(path.parent)
            asked = is_about(stored, benchmark=benchmark, samples=samples, sha256=sha256)
            if asked and stored.shard == shard:
                found.append((stored.created_at, path.parent))
    if not found:
        raise UsageError(
            f"nothing to resume: {root}/ holds no run of {benchmark} on {samples};"
            " leave out --resume, or name its folder with --out"
        )
    return max(found)[1]


def is_about(stored: Manifest, *, benchmark: str, samples: str, sha256: str) -> bool:
    """Whether a run graded these samples on this benchmark."""
    same_samples = stored.samples_sha256 == sha256 if sha256 else stored.samples_path == samples
    return stored.dataset.benchmark == benchmark and same_samples
