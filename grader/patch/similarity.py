"""How much of one patch is in another."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from grader.patch.change import PatchedFile
from grader.patch.read import changes, readings

LEAST_LETTERS = 3
"""A line with fewer letters and digits (a bracket, `:`, `"` …) is trivial."""
COMMENTS = ("#", "//", "/*", "*/")


class PatchLikeness(NamedTuple):
    """A patch beside the reference."""

    share: float
    """Of the reference's lines, those that the patch has too; 0 to 1."""
    lines: int
    """Lines of the reference that count."""


def likeness(reference: str, patch: str) -> PatchLikeness | None:
    """The share of the reference's changed lines that `patch` changes in the same way.

    A line counts as often as it is added or removed in a file, with all white space taken out;
    lines that are only a comment or have fewer than LEAST_LETTERS letters and digits do not count.
    It is found where the patch adds (removes) the same text in the same file. What the patch does
    besides is not held against it, and of two ways to read it (`git apply`, `patch`) the likelier
    counts. None where the reference has no line that counts.
    """
    wanted = Counter(_marked(changes(reference)))
    if not wanted:
        return None
    shared = ((wanted & Counter(_marked(each))).total() for each in readings(patch))
    return PatchLikeness(max(shared, default=0) / wanted.total(), wanted.total())


def distinctive(reference: str, *, least: int = 12) -> tuple[str, ...]:
    """Lines that the reference adds and by which its text can be known elsewhere.

    Stripped, each once, with `least` characters or more; those that it also removes or shows as
    context are older than it and left out.
    """
    added: dict[str, None] = {}
    older: set[str] = set()
    for change in changes(reference):
        for marked in change.lines:
            line = marked[1:].strip()
            if marked[0] == "+":
                added[line] = None
            else:
                older.add(line)
    return tuple(
        line for line in added if line not in older and len(line) >= least and _counts(line)
    )


def _marked(reading: Iterable[PatchedFile]) -> Iterator[tuple[str, str, str]]:
    """(file, `+` or `-`, text without white space) of every line that counts."""
    for change in reading:
        for line in change.lines:
            if line[0] != " " and _counts(line[1:].strip()):
                yield change.path, line[0], "".join(line[1:].split())


def _counts(text: str) -> bool:
    letters = sum(character.isalnum() for character in text)
    return letters >= LEAST_LETTERS and not text.startswith(COMMENTS)
