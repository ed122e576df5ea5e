"""Test files as text and as syntax trees at once."""

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

LINE = re.compile(r"[^\n]*\n|[^\n]+")
"""As Python counts lines; `str.splitlines` breaks at form feeds too."""
HUNK = re.compile(r"@@ -\d+(?:,\d+)? \+(?P<start>\d+)(?:,(?P<count>\d+))? @@")
NAME = re.compile(r"(?:async\s+)?def\s+(?P<name>\w+)")
SLOT = "\0"
"""Where a function's name gets the mark of its copy."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


def parsed(source: str) -> ast.Module | None:
    """The syntax tree; None for what is no Python of today."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def added_lines(test_patch: str) -> frozenset[int]:
    """1-based lines of the new file that one file's section of a patch adds."""
    found: set[int] = set()
    number = 0
    for line in test_patch.splitlines():
        if hunk := HUNK.match(line):
            number = int(hunk["start"])
        elif number and line.startswith("+"):
            found.add(number)
            number += 1
        elif number and not line.startswith(("-", "\\")):
            number += 1
    return frozenset(found)


class SourceOffsets:
    """Positions of a syntax tree (lines, UTF-8 columns) as offsets into the text."""

    def __init__(self, source: str) -> None:
        self.text = source
        self.lines = LINE.findall(source)
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line))

    def of(self, line: int, column: int) -> int:
        """Offset of a 1-based line and a column in bytes."""
        text = self.lines[line - 1].encode()[:column].decode(errors="ignore")
        return self.starts[line - 1] + len(text)

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Where a node begins and ends."""
        start = self.of(node.lineno, node.col_offset)
        return start, self.of(node.end_lineno or 0, node.end_col_offset or 0)


class FunctionSegment(NamedTuple):
    """The whole lines of one function, from its first decorator on."""

    name: str
    """`test_x` or `Class.test_x`."""
    node: Function
    start: int
    end: int
    at: int
    """Offset of the end of its name; 0 where that is not found."""
    is_whole: bool
    """Whether nothing else stands on its last line."""


def segments(source: str) -> list[FunctionSegment]:
    """Every function at the top level and in its classes, in order; none of what is no Python."""
    tree = parsed(source)
    place = SourceOffsets(source)
    return [segment(name, node, source, place) for name, node in functions(tree)] if tree else []


def functions(tree: ast.Module | ast.ClassDef, above: str = "") -> Iterator[tuple[str, Function]]:
    """(dotted name, function)."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield from functions(node, f"{above}{node.name}.")
        elif isinstance(node, Function):
            yield above + node.name, node


def segment(name: str, node: Function, source: str, place: SourceOffsets) -> FunctionSegment:
    """Where a function stands."""
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    start, end = place.of(first, 0), place.of(node.end_lineno or node.lineno, 1 << 30)
    found = NAME.match(source, place.of(node.lineno, node.col_offset))
    at = found.end("name") if found and found["name"] == node.name else 0
    is_whole = source[start:end].endswith("\n") or end == len(source)
    return FunctionSegment(name, node, start, end, at, is_whole)


def first_line(node: Function) -> str:
    """The first line of a docstring, by which some runners name a test; '' without."""
    text = ast.get_docstring(node) or ""
    return text.strip().split("\n", maxsplit=1)[0].strip()


def function_of(name: str) -> str:
    """`test_x` or `Class.test_x` out of an expected name; '' for a docstring in its place."""
    if "::" in name:
        return ".".join(name.split("[", maxsplit=1)[0].split("::")[1:])
    bare, _, rest = name.split("\n", maxsplit=1)[0].partition(" ")
    if rest.startswith("(") and rest.endswith(")"):
        parts = rest[1:-1].split(".")
        parts = parts[:-1] if parts[-1] == bare else parts
        return f"{parts[-1]}.{bare}"
    return bare if bare.isidentifier() and not rest else ""


def wanted(
    path: str, found: list[FunctionSegment], names: tuple[str, ...]
) -> list[FunctionSegment]:
    """Of one file's functions those that the expected `names` speak of.

    By path where they have one, by class, or by the first line of a docstring; of two with one name
    the last counts.
    """
    last = {one.name: one for one in found}
    asked = {(function_of(name), name.split("::")[0] if "::" in name else "") for name in names} - {
        ("", "")
    }
    spoken = {name.split("\n")[-1].strip() for name in names if not function_of(name)}
    return [
        one
        for one in last.values()
        if any(one.name == name and there in {"", path} for name, there in asked)
        or (first_line(one.node) in spoken and one.node.name.startswith("test"))
    ]
