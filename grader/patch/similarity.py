"""How much of one patch is in another."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from grader.patch.change import Change
from grader.patch.read import changes

LEAST_LETTERS = 3
"""A line with fewer letters and digits (a bracket, `:`, `"` …) is trivial."""
COMMENTS = ("#", "//", "/*", "*/")


class Likeness(NamedTuple):
    """A patch beside the reference."""

    share: float
    """Of the reference's lines, those that the patch has too; 0 to 1."""
    lines: int
    """Lines of the reference that count."""


def likeness(reference: str, patch: str) -> Likeness | None:
    """The share of the reference's changed lines that `patch` changes in the same way.

    A line counts as often as it is added or removed in a file, with all white space taken out;
    lines that are only a comment or have fewer than LEAST_LETTERS letters and digits do not count.
    It is found where the patch adds (removes) the same text in the same file. What the patch does
    besides is not held against it. None where the reference has no line that counts.
    """
    wanted = Counter(_marked(reference))
    if not wanted:
        return None
    made = Counter(_marked(patch))
    return Likeness((wanted & made).total() / wanted.total(), wanted.total())


def distinctive(reference: str, *, least: int = 12) -> tuple[str, ...]:
    """Lines that the reference adds and by which its text can be known elsewhere.

    Stripped, each once, with `least` characters or more; those that it also removes or shows as
    context are older than it and left out.
    """
    added: dict[str, None] = {}
    older: set[str] = set()
    for change in changes(reference):
        for mark, text in _body(change):
            line = text.strip()
            if mark == "+":
                added[line] = None
            else:
                older.add(line)
    return tuple(
        line for line in added if line not in older and len(line) >= least and _counts(line)
    )


def _marked(patch: str) -> Iterator[tuple[str, str, str]]:
    """(file, `+` or `-`, text without white space) of every line that counts."""
    for change in changes(patch):
        for mark, text in _body(change):
            if mark != " " and _counts(text.strip()):
                yield change.path, mark, "".join(text.split())


def _body(change: Change) -> Iterator[tuple[str, str]]:
    """(mark, text) of the lines of a section's hunks."""
    is_hunk = False
    for line in change.text.split("\n"):
        if line.startswith("@@ "):
            is_hunk = True
        elif is_hunk and line[:1] in {"+", "-", " "}:
            yield line[0], line[1:].rstrip("\r")


def _counts(text: str) -> bool:
    letters = sum(character.isalnum() for character in text)
    return letters >= LEAST_LETTERS and not text.startswith(COMMENTS)
