"""What a reporter is, and how text that others wrote becomes safe to show.

A member module of `reports/` does one of three things: it renders the summary (`render`), composes
a document from the summary and the single results (`compose`), or writes a peer's file format from
the samples (`write`, `default_path`). None of them reads a run directory.
"""

import os
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from errno import ENOSPC
from io import TextIOWrapper
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, NamedTuple, Protocol, TextIO
from unicodedata import east_asian_width

from grader.core.manifest import Manifest
from grader.core.report import Report
from grader.core.result import Result
from grader.errors import InfraError, UsageError

ELLIPSIS = "…"
LINE_CELLS = 200


class SummaryFormat(Protocol):
    """A member that shows the summary."""

    SUFFIX: str
    """Of the document's file name, with its dot."""

    def render(self, report: Report) -> str:
        """Give the whole rendering; every text in it that a sample could shape is cleaned."""
        ...


Key = tuple[str, int]
"""Task id and sample index."""


def nothing(keys: frozenset[Key]) -> Mapping[Key, str]:
    """No submission is at hand."""
    del keys
    return {}


def unknown() -> Mapping[str, str]:
    """Nothing is known about files."""
    return {}


class RunEvidence(NamedTuple):
    """What a document is made of besides the summary."""

    manifest: Manifest
    results: Callable[[], Iterator[Result]]
    """Every sample's result in the journal's order; may be walked more than once."""
    submissions: Callable[[frozenset[Key]], Mapping[Key, str]] = nothing
    """The texts of those of the wanted samples that are at hand, as they were given."""
    digests: Callable[[], Mapping[str, str]] = unknown
    """File of the run → its SHA-256, for those that prove what the run is."""
    settings: Mapping[str, str] = MappingProxyType({})
    """What a format asks its user for."""


class DocumentFormat(Protocol):
    """A member that makes a document."""

    SUFFIX: str
    """Of the document's file name, with its dot."""

    def compose(self, report: Report, evidence: RunEvidence, file: BinaryIO) -> None:
        """Write the whole document; every text in it that a sample could shape is harmless."""
        ...


class WrittenFile(NamedTuple):
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


def clean_lines(text: str, limit: int) -> str:
    """Make hostile text harmless but keep its lines and tabs; at most `limit` characters.

    Beyond the limit head and tail stay and the middle says how much is missing.
    """
    if len(text) > limit:
        half = limit // 2
        gap = f"{ELLIPSIS} {len(text) - 2 * half:,} characters {ELLIPSIS}"
        text = f"{text[:half]}\n{gap}\n{text[-half:]}"
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join("\t".join(clean(part, None) for part in line.split("\t")) for line in lines)


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
    """`replacing_bytes` for UTF-8 text."""
    with replacing_bytes(out) as raw:
        file = TextIOWrapper(raw, encoding="utf-8", write_through=True)
        try:
            yield file
            file.flush()
        finally:
            file.detach()


@contextmanager
def replacing_bytes(out: Path) -> Generator[BinaryIO]:
    """Write `out` anew: it appears whole when the block ends, or not at all.

    What is not a regular file (a pipe, a terminal) is written straight through. Raises UsageError
    where it cannot be written, InfraError where the disk is full.
    """
    through = out.exists() and not out.is_file()
    final = out if through else out.resolve()
    target = final if through else final.with_name(f".{final.name}.{os.getpid()}")
    try:
        try:
            if not through:
                target.unlink(missing_ok=True)
            with target.open("wb" if through else "xb") as file:
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
