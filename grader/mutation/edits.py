"""One small change to a program's text, at the place of a node of its syntax tree."""

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple


class Edit(NamedTuple):
    """Bytes `start` to `end` of the UTF-8 text are to be `text`."""

    start: int
    end: int
    text: str
    operator: str
    """What kind of mistake it is: `comparison`, `boundary`, …"""


class SyntaxMap:
    """Where nodes of a program's syntax tree stand in its text."""

    def __init__(self, source: str) -> None:
        """SyntaxError, ValueError, RecursionError or MemoryError where it is no program."""
        self.data = source.encode()
        self.tree = ast.parse(source)
        self._lines = [0]
        for found in re.finditer(rb"\r\n|\r|\n", self.data):
            self._lines.append(found.end())

    def span(self, node: ast.expr | ast.stmt | ast.excepthandler) -> tuple[int, int]:
        """First byte of a node, and the first behind it."""
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or 0
        return self._lines[node.lineno - 1] + node.col_offset, self._lines[
            end_line - 1
        ] + end_column

    def text(self, node: ast.expr | ast.stmt) -> str:
        """The text of a node."""
        start, end = self.span(node)
        return self.data[start:end].decode()

    def replaced(self, node: ast.expr | ast.stmt, text: str, operator: str) -> Edit:
        """The edit that puts `text` in the node's place."""
        return Edit(*self.span(node), text, operator)

    def between(
        self, before: ast.expr, after: ast.expr, old: str, new: str, operator: str
    ) -> Iterator[Edit]:
        """The edit of a token between two nodes; none where it is not there (a comment hides it).

        old: a regular expression.
        """
        start, end = self.span(before)[1], self.span(after)[0]
        gap = self.data[start:end].decode()
        if "#" not in gap and (found := re.search(old, gap)):
            first = start + len(gap[: found.start()].encode())
            yield Edit(first, first + len(found[0].encode()), new, operator)

    def line(self, edit: Edit) -> int:
        """1-based line where an edit begins."""
        return self.data.count(b"\n", 0, edit.start) + 1

    def edited(self, edit: Edit) -> str:
        """The whole text with one edit made."""
        return (self.data[: edit.start] + edit.text.encode() + self.data[edit.end :]).decode()
