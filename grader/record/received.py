"""Open files of a run that may come from anybody: regular files only, through no link, bounded.

Everything that reads or writes inside a run's directory does it here. A pipe or a device in place
of a file would keep a reader for ever, a link would lead it (or a writer) out of the run.
"""

import json
import math
import os
import stat
from collections import Counter
from contextlib import suppress
from io import BufferedReader, BufferedWriter, FileIO
from pathlib import Path
from typing import Any, cast

from grader.core.record import Record
from grader.errors import UsageError

RECORD_BYTES = 256 << 20
"""Of a file that is read as a whole: a manifest has 5 kB, a report of 100,000 tasks 30 MB."""
FILE_BYTES = 1 << 36
"""64 GiB: a hundred million results; longer is a file full of holes."""
BUFFER = 1 << 20
LINE_BYTES = 64 << 20
"""Of a journal's line: outputs are cut to 8 KiB, only lists of tests are long."""
LARGEST = float(1 << 53)
"""No number of a run is larger: above it JSON's numbers are no longer exact."""
LATEST = 253402300799.0
"""The last second of the year 9999, after which there are no dates."""
TIMES = frozenset({"created_at", "started_at"})
READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
"""Without O_NONBLOCK a pipe would wait for its other end before it can be looked at."""


def opened(path: Path, *, most: int = FILE_BYTES) -> BufferedReader:
    """A regular file for reading; UsageError for anything else, FileNotFoundError for nothing."""
    return BufferedReader(FileIO(descriptor(path, READ, most=most)), BUFFER)


def descriptor(path: Path, flags: int = READ, *, most: int = FILE_BYTES) -> int:
    """`opened` as a number, also for writing; OSError as of `os.open` where that fails."""
    flags |= os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        number = os.open(path, flags, 0o644)
    except (FileNotFoundError, NotADirectoryError):
        raise
    except OSError as error:
        if what := strange(path):
            raise refusal(path, what) from error
        raise
    facts = os.fstat(number)
    if stat.S_ISREG(facts.st_mode) and facts.st_size <= most:
        return number
    os.close(number)
    raise refusal(path, kind(facts.st_mode) or f"{facts.st_size:,} bytes long")


def data(path: Path, *, most: int = RECORD_BYTES) -> bytes:
    """All of a file."""
    with opened(path, most=most) as file:
        return file.read(most + 1)


def is_there(path: Path) -> bool:
    """Whether there is a file to read; UsageError where something else has its name."""
    if what := strange(path):
        raise refusal(path, what)
    return path.exists()


def strange(path: Path) -> str:
    """What stands at `path` in place of a regular file; empty for a file, and for nothing."""
    try:
        return kind(os.lstat(path).st_mode)
    except OSError:
        return ""


def kind(mode: int) -> str:
    """A word for what is no regular file; empty for one."""
    words = {
        stat.S_IFLNK: "a link",
        stat.S_IFIFO: "a pipe",
        stat.S_IFDIR: "a folder",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
    }
    return words.get(stat.S_IFMT(mode), "")


def refusal(path: Path, what: str) -> UsageError:
    """The error for something that no run holds."""
    return UsageError(f"{path} is {what}, not a file that grader wrote; get the run again")


def fresh(path: Path) -> BufferedWriter:
    """A new file for writing, in place of whatever had its name."""
    with suppress(FileNotFoundError):
        path.unlink()
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    number = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    return BufferedWriter(FileIO(number, "wb"))


def folder(path: Path) -> Path:
    """`path`, made where it is missing; UsageError where it is a link or no folder."""
    what = strange(path)
    if what and what != "a folder":
        raise refusal(path, what)
    path.mkdir(exist_ok=True)
    return path


def members(path: Path, pattern: str = "*") -> list[Path]:
    """What a folder of the run holds, sorted; nothing where there is none."""
    if strange(path) not in {"", "a folder"}:
        raise refusal(path, strange(path))
    return sorted(path.glob(pattern))


def implausible(record: Record) -> str:
    """The first number of a record that no run has, `field: why`; empty where all are sound."""
    for name, value in walked(record.model_dump(), ""):
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        if not math.isfinite(value) or abs(value) > LARGEST:
            return f"{name}: {shown(value)} is no number that a run has"
        if name.rpartition(".")[2] in TIMES and not 0 <= value <= LATEST:
            return f"{name}: {shown(value)} is no time"
    return ""


def walked(value: Any, name: str) -> list[tuple[str, Any]]:
    """(dotted name, value) of everything in a dumped record that has no parts."""
    if isinstance(value, dict):
        parts = cast("dict[Any, Any]", value).items()
    elif isinstance(value, list | tuple):
        parts = enumerate(cast("list[Any]", value))
    else:
        return [(name, value)]
    return [leaf for key, each in parts for leaf in walked(each, f"{name}.{key}".lstrip("."))]


def shown(value: float) -> str:
    """A number in a message, however long it is."""
    return f"{value:g}" if isinstance(value, float) or abs(value) < LARGEST else "an endless one"


def refuse_twice(text: bytes) -> None:
    """ValueError where an object of a JSON text has a key twice: readers would differ on it."""
    try:
        json.loads(text, object_pairs_hook=_once)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        twice = next(name for name, count in Counter(n for n, _ in pairs).items() if count > 1)
        raise ValueError(f"the key '{twice[:40]}' stands twice in it")
    return made
