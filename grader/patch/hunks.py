"""The bodies of hunks in every form of diff, as lines of a unified diff.

Each reader takes lines (with their ends) and where the body starts, and says what it held, where it
ends, and whether an applier would take it for whole. Format: GNU diffutils, "Output Formats".
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

UNIFIED = re.compile(
    r"@@ -(?P<from>\d{1,18})(?:,(?P<old>\d{1,18}))?"
    r" \+(?P<to>\d{1,18})(?:,(?P<new>\d{1,18}))? @@",
    re.ASCII,
)
COMMAND = re.compile(r"\d[\d,]*[acd]\d[\d,]*[ \t]*\r?\n", re.ASCII)
"""A command of a normal diff."""
ED = re.compile(r"(?:\d+(?:,\d+)?)?(?P<letter>[acdi]|s/\.//)[ \t]*\r?\n", re.ASCII)
"""A command of an ed script."""
OLD_RANGE = re.compile(r"\*\*\* (?P<first>\d{1,18})(?:,(?P<last>\d{1,18}))?", re.ASCII)
NEW_RANGE = re.compile(r"--- (?P<first>\d{1,18})(?:,(?P<last>\d{1,18}))?", re.ASCII)
NO_NEWLINE = "\\ "


class HunkBody(NamedTuple):
    """What a hunk, or all hunks of a file, held."""

    lines: tuple[str, ...]
    """Marked as in a unified diff, without line ends."""
    after: int
    """Index of the first line behind."""
    is_whole: bool = True
    """False where an applier calls the patch malformed here."""


def unified(lines: Sequence[str], at: int, *, lenient: bool = False) -> HunkBody:
    """One hunk, `at` its `@@`, by its own counts: its content is never read as a header.

    lenient: as GNU patch has it, for which blank lines may have lost their space or be cut off at
    the end of the file. git takes an empty line for context too, but nothing cut.
    """
    head = UNIFIED.match(lines[at])
    if head is None:
        return HunkBody((), at + 1, is_whole=False)
    old, new = int(head["old"] or 1), int(head["new"] or 1)
    found: list[str] = []
    at += 1
    while at < len(lines) and (old > 0 or new > 0):
        mark, text = lines[at][:1], lines[at][1:].rstrip("\r\n")
        if mark in {" ", "\n", "\r", "\t"} or (lenient and mark == "="):
            old, new, mark = old - 1, new - 1, " "
        elif mark == "-":
            old -= 1
        elif mark == "+":
            new -= 1
        elif mark == "\\" and (not lenient or found):
            mark = ""
        else:
            return HunkBody(tuple(found), at, is_whole=False)
        found += [mark + text] if mark else []
        at += 1
    if lenient and old == new and new < len(NEAR_END):
        old = new = 0
    if at < len(lines) and lines[at].startswith(NO_NEWLINE):
        at += 1
    has_end = at < len(lines) or not lines or lines[-1].endswith("\n")
    return HunkBody(tuple(found), at, is_whole=not old and not new and has_end)


NEAR_END = " \n\n"
"""GNU patch believes that up to two blank lines at the end of a patch were cut off."""


def context(lines: Sequence[str], at: int) -> HunkBody:
    """One hunk of a context diff, `at` its row of asterisks."""
    found: list[str] = []
    old = OLD_RANGE.match(lines[at + 1]) if at + 1 < len(lines) else None
    if old is None:
        return HunkBody((), at + 1, is_whole=False)
    number = at + 2
    while number < len(lines) and not NEW_RANGE.match(lines[number]):
        if lines[number].startswith(NO_NEWLINE):
            number += 1
            continue
        if lines[number][:1] not in {" ", "!", "-", "\n", "\r"}:
            return HunkBody(tuple(found), number, is_whole=False)
        found.append(_of_context(lines[number], "-"))
        number += 1
    new = NEW_RANGE.match(lines[number]) if number < len(lines) else None
    if new is None:
        return HunkBody(tuple(found), number, is_whole=False)
    number += 1
    had = bool(found)
    for _ in range(_span(new)):
        if number >= len(lines) or lines[number][:1] not in {" ", "!", "+", "\n", "\r"}:
            break  # only deletions: the new half is left out
        line = _of_context(lines[number], "+")
        found += [] if had and line.startswith(" ") else [line]
        number += 1
    if number < len(lines) and lines[number].startswith(NO_NEWLINE):
        number += 1
    return HunkBody(tuple(found), number)


def _of_context(line: str, changed: str) -> str:
    mark = {"!": changed, "-": "-", "+": "+"}.get(line[:1], " ")
    return mark + line[2:].rstrip("\r\n")


def _span(found: re.Match[str]) -> int:
    first = int(found["first"])
    return int(found["last"]) - first + 1 if found["last"] else min(first, 1)


def normal(lines: Sequence[str], at: int) -> HunkBody:
    """All hunks of a normal diff, `at` its first command."""
    found: list[str] = []
    while at < len(lines) and COMMAND.fullmatch(lines[at]):
        at += 1
        while at < len(lines) and (
            lines[at].startswith(("< ", "> ", NO_NEWLINE, "<\n", ">\n"))
            or lines[at].rstrip("\r\n") == "---"
        ):
            if lines[at][0] in "<>":
                found.append(("-" if lines[at][0] == "<" else "+") + lines[at][2:].rstrip("\r\n"))
            at += 1
    return HunkBody(tuple(found), at)


def ed(lines: Sequence[str], at: int) -> HunkBody:
    """All commands of an ed script, `at` its first; what it takes away it does not show."""
    found: list[str] = []
    while at < len(lines) and (command := ED.fullmatch(lines[at])):
        at += 1
        if command["letter"] not in {"a", "c", "i"}:
            continue
        while at < len(lines) and lines[at].rstrip("\r\n") != ".":
            found.append("+" + lines[at].rstrip("\r\n"))
            at += 1
        at += 1
    return HunkBody(tuple(found), min(at, len(lines)))
