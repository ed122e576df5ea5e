"""Fewer mappings in what forks. Standard library only.

Each one is copied by a fork and let go at an end. A library is mapped in five: headers, code,
constants, what the loader has written and locked, and variables; two dozen libraries cost a fork
more than the memory in them. As two, one that can be read and run and one that can be written, they
cost a third less. What is locked no more was never a wall: whoever could write to these variables
could as well write to any object of the interpreter's.
"""

import re
from collections.abc import Callable, Iterator
from itertools import groupby, pairwise
from typing import NamedTuple

from grader.sandboxes._slot import kernel

PART = re.compile(
    r"(?P<start>[0-9a-f]+)-(?P<end>[0-9a-f]+) (?P<rights>\S+) \S+ \S+ \S+ +(?P<path>/.+)"
)
"""A line of /proc/PID/maps (proc(5)) that names a file."""
READ, WRITE, RUN = 1, 2, 4
LOCKED = ("r--p", "r--p", "rw-p")


class MappedPart(NamedTuple):
    """A row of addresses with the same rights and file."""

    start: int
    end: int
    rights: str
    path: str


class ChangedRights(NamedTuple):
    """What mprotect(2) is to be asked for."""

    start: int
    end: int
    rights: int


def unlock() -> None:
    """Make one part of what can be written; only in the process that loaded it."""
    _change(unlocked)


def join() -> None:
    """Make one part of what cannot be written."""
    _change(joined)


def _change(wanted: Callable[[list[MappedPart]], Iterator[ChangedRights]]) -> None:
    for change in wanted(own()):
        kernel.protect(change.start, change.end, change.rights)


def own() -> list[MappedPart]:
    """The parts of this process."""
    with open("/proc/self/maps") as file:
        return list(read(file.read()))


def read(text: str) -> Iterator[MappedPart]:
    """The parts that files are mapped in."""
    for found in PART.finditer(text):
        start, end = int(found["start"], 16), int(found["end"], 16)
        yield MappedPart(start, end, found["rights"], found["path"])


def unlocked(parts: list[MappedPart]) -> Iterator[ChangedRights]:
    """What lies locked between a library's constants and its variables."""
    for constants, part, variables in zip(parts, parts[1:], parts[2:], strict=False):
        is_one = constants.path == part.path == variables.path
        is_row = (constants.end, part.end) == (part.start, variables.start)
        if is_one and is_row and (constants.rights, part.rights, variables.rights) == LOCKED:
            yield ChangedRights(part.start, part.end, READ | WRITE)


def joined(parts: list[MappedPart]) -> Iterator[ChangedRights]:
    """What cannot be written: code with the constants around it."""
    for _, of_file in groupby(parts, key=lambda part: part.path):
        fixed = [part for part in of_file if part.rights in {"r--p", "r-xp"}]
        has_gap = any(part.end != following.start for part, following in pairwise(fixed))
        if len(fixed) > 1 and not has_gap and any("x" in part.rights for part in fixed):
            yield ChangedRights(fixed[0].start, fixed[-1].end, READ | RUN)
