"""Read what the look into an image printed: hostile bytes, at most as many as its step may print.

A line that makes no sense is passed over: the image's own programs wrote it, and nothing that they
could write here makes an image look better than silence would.
"""

from collections.abc import Iterator
from typing import NamedTuple

LINES_MAX = 100_000
TEXT_MAX = 400


class FutureCommit(NamedTuple):
    """A commit that is not of the past of the task."""

    id: str
    time_s: int
    """Committer's clock, seconds since the epoch."""
    subject: str


class GitReference(NamedTuple):
    """A name for an object."""

    name: str
    ids: tuple[str, ...]
    """The object, and the commit that a tag object stands for."""


class ImageFacts(NamedTuple):
    """What the image's programs said."""

    complete: bool = False
    repository: str = ""
    """Its git directory; empty where there is none."""
    base_s: int | None = None
    """Committer's clock of the base commit; None where it is not there."""
    past: int = 0
    onward_count: int = 0
    extra_count: int = 0
    """Commits before and on top of the base, and those that are neither."""
    onward: tuple[FutureCommit, ...] = ()
    extra: tuple[FutureCommit, ...] = ()
    refs: tuple[GitReference, ...] = ()
    remotes: tuple[str, ...] = ()
    reflog: tuple[int, int] = (0, 0)
    """Entries, and ids among them that are neither past nor on top of the base."""
    pointers: tuple[tuple[str, int], ...] = ()
    """File such as FETCH_HEAD → ids as in `reflog`."""
    alternates: str = ""
    fixed_unknown: bool = False
    """The solution could not be applied to the base commit."""
    fixed: tuple[tuple[str, str, str], ...] = ()
    """(id, path, git directory) of files as the solution leaves them."""
    copies: tuple[str, ...] = ()
    """Other git directories."""
    holds: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """File → lines of the solution in it."""
    pristine: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """The same for files that are as the base commit has them: they say nothing new."""
    archives: tuple[tuple[str, bool], ...] = ()
    """Archive → whether its contents could be read."""
    unread: tuple[str, ...] = ()
    """What was said of files and folders that only another user may read."""
    cut: tuple[str, ...] = ()
    """What there was more of than was looked at."""


def read(data: bytes) -> ImageFacts:
    """The facts in the step's output."""
    rows = list(_rows(data))

    def of(kind: str, fields: int) -> list[list[str]]:
        return [row[1:] for row in rows if row[0] == kind and len(row) >= fields + 1]

    repository = of("repository", 1)
    base = of("base", 1)
    counts = [_number(text) for text in (of("commits", 3) or [["0", "0", "0"]])[0]]
    reflog = (of("reflog", 2) or [["0", "0"]])[0]
    return ImageFacts(
        complete=bool(rows) and rows[-1] == ["done"],
        repository=repository[0][0] if repository else "",
        base_s=_number(base[0][0]) if base else None,
        past=counts[0],
        onward_count=counts[1],
        extra_count=counts[2],
        onward=_commits(of("onward", 3)),
        extra=_commits(of("extra", 3)),
        refs=tuple(
            GitReference(row[0], tuple(each for each in row[1:] if each)) for row in of("ref", 2)
        ),
        remotes=tuple(" ".join(row) for row in of("remote", 2)),
        reflog=(_number(reflog[0]), _number(reflog[1])),
        pointers=tuple((row[0], _number(row[1])) for row in of("pointer", 2)),
        alternates=next((row[0] for row in of("alternates", 1)), ""),
        fixed_unknown=bool(of("fixed-unknown", 0)),
        fixed=tuple((row[0], row[1], row[2]) for row in of("fixed", 3)),
        copies=tuple(row[0] for row in of("copy", 2)),
        holds=_held(rows, "holds"),
        pristine=_held(rows, "pristine"),
        archives=tuple((row[0], row[1] == "1") for row in of("archive", 2)),
        unread=tuple(row[0] for row in of("unread", 1)),
        cut=tuple(row[0] for row in of("cut", 1)),
    )


def _rows(data: bytes) -> Iterator[list[str]]:
    text = data.decode(errors="backslashreplace")
    for line in text.split("\n")[:LINES_MAX]:
        if line:
            kind, *fields = line.split("\t")
            if kind == "line":
                yield [kind, line.partition("\t")[2]]
            else:
                yield [kind, *(field.strip()[:TEXT_MAX] for field in fields)]


def _commits(rows: list[list[str]]) -> tuple[FutureCommit, ...]:
    return tuple(FutureCommit(row[0], _number(row[1]), row[2]) for row in rows)


def _held(rows: list[list[str]], kind: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Every row of a kind with the `line` rows that follow it."""
    found: list[tuple[str, list[str]]] = []
    is_inside = False
    for row in rows:
        if row[0] != "line":
            is_inside = row[0] == kind and len(row) > 1
            found += [(row[1], [])] if is_inside else []
        elif is_inside:
            found[-1][1].append(row[1])
    return tuple((path, tuple(dict.fromkeys(lines))) for path, lines in found)


def _number(text: str) -> int:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0  # noqa: PLR2004  more is no count
