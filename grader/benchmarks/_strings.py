"""Where the string literals of a Python text are, as far as its characters tell.

The text may be half prose and need not compile. What is never closed is no string: a quote of one
character ends on its line, a triple one anywhere. Linear in the text's length.
"""

import re
from bisect import bisect_right
from typing import NamedTuple

MARK = re.compile(r"\\.|\"\"\"|'''|[\"'#\n]", re.DOTALL)
QUOTES = ('"""', "'''", '"', "'")


class StringLiterals(NamedTuple):
    """The literals of one text, in order."""

    starts: list[int]
    ends: list[int]

    def holds(self, position: int) -> bool:
        """Whether the character at `position` is inside a literal (its quotes are not)."""
        at = bisect_right(self.starts, position) - 1
        return at >= 0 and self.starts[at] < position < self.ends[at]


def strings(text: str) -> StringLiterals:
    """The literals of `text`."""
    found = StringLiterals([], [])
    ignored: set[str] = set()
    position = 0
    while (mark := MARK.search(text, position)) is not None:
        what, position = mark[0], mark.end()
        if what == "#":
            position = _line_end(text, position)
        elif what in QUOTES and what not in ignored:
            end = _closing(text, what, position)
            if end:
                found.starts.append(mark.start())
                found.ends.append(end)
                position = end
            elif len(what) > 1:
                ignored.add(what)
                position = mark.start() + 1
    return found


def _closing(text: str, quote: str, start: int) -> int:
    """The end of a literal that was opened before `start`; 0 where it is never closed."""
    for mark in MARK.finditer(text, start):
        if mark[0] == quote:
            return mark.end()
        if mark[0].startswith(quote):  # a triple quote ends a short literal by its first character
            return mark.start() + 1
        if mark[0] == "\n" and len(quote) == 1:
            return 0
    return 0


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def open_literal(line: str, literal: str) -> str:
    """The triple quote that is open after `line`, given the one that was open before it."""
    position = 0
    while (mark := MARK.search(line, position)) is not None:
        what, position = mark[0], mark.end()
        if literal:
            literal = "" if what == literal else literal
        elif what == "#":
            return ""
        elif what in QUOTES[:2]:
            literal = what
        elif what in QUOTES:
            position = _closing(line, what, position) or position
    return literal
