"""What a reporter is, and how text that others wrote becomes safe to show.

A member module of `reports/` either renders the summary (`render`) or writes a peer's file format
from the single results (`write`, `default_path`). None of them reads a run directory.
"""

import os
from collections.abc import Generator
from contextlib import contextmanager
from errno import ENOSPC
from pathlib import Path
from typing import NamedTuple, Protocol, TextIO
from unicodedata import east_asian_width

from grader.core.report import Report
from grader.errors import InfraError, UsageError

ELLIPSIS = "…"
LINE_CELLS = 200


class Reporter(Protocol):
    """A member that shows the summary."""

    def render(self, report: Report) -> str:
        """Give the whole rendering; every text in it that a sample could shape is cleaned."""
        ...


class Written(NamedTuple):
    """What an export wrote."""

    samples: int
    skipped: int
    """Samples without any result (not selected, or the run is not finished), left out."""


def clean(text: str, limit: int | None = LINE_CELLS) -> str:
    """Make hostile text one harmless line of at most `limit` terminal cells.

    Whatever is not printable becomes a visible escape: control characters (C0, C1, ESC, NUL, new
    lines), bidirectional and zero-width characters, line separators, lone surrogates, private and
    unassigned code points. None: no limit.
    """
    head = text if limit is None else text[: limit + 1]
    if not head.isprintable():
        head = "".join(
            character
            if character.isprintable()
            else character.encode("unicode_escape").decode("ascii")
            for character in head
        )
    return head if limit is None else fit(head, limit)


def cells(text: str) -> int:
    """Terminal columns that printable text takes at most."""
    if text.isascii():
        return len(text)
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def fit(text: str, limit: int) -> str:
    """Cut printable text to `limit` cells; `…` says that something is missing."""
    if cells(text) <= limit:
        return text
    used = 0
    for position, character in enumerate(text):
        used += cells(character)
        if used > limit - 1:
            return text[:position] + ELLIPSIS * min(limit, 1)
    return text


@contextmanager
def replacing(out: Path) -> Generator[TextIO]:
    """Write `out` anew: it appears whole when the block ends, or not at all.

    What is not a regular file (a pipe, a terminal) is written straight through. Raises UsageError
    where it cannot be written, InfraError where the disk is full.
    """
    through = out.exists() and not out.is_file()
    final = out if through else out.resolve()
    target = final if through else final.with_name(f".{final.name}.{os.getpid()}")
    try:
        try:
            with target.open("w", encoding="utf-8") as file:
                yield file
            if not through:
                target.replace(final)
        finally:
            if not through:
                target.unlink(missing_ok=True)
    except OSError as error:
        if error.errno == ENOSPC:
            raise InfraError(f"no space left for '{out}'; free some and export again") from error
        raise UsageError(f"cannot write '{out}': {error.strerror}; choose another path") from error
