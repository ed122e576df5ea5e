"""The ways to change tests, found by the idiom of their language.

First literals that an assertion wants, then what is given to names such as `expected`, then rows of
tables that a test reads, last the assertion turned into its contrary. The task's own solution says
later which of them a right solution fails; here only those are found that say what is wanted.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from grader.runners._assertions import (
    Part,
    TestSpan,
    bracket_end,
    changes_in,
    first_of_each,
    named_parts,
    spans,
    wanted_part,
)
from grader.runners._assertions import arguments as arguments_of
from grader.runners._literals import ScannedText, scanned
from grader.runners.base import TestTwin, TextEdit, Texts

LITERALS, NAMED, ROWS, CONTRARY = 3, 2, 2, 2
"""How many of each kind are tried."""


class Contrary(NamedTuple):
    """How an assertion becomes its contrary."""

    found: re.Pattern[str]
    text: str
    """In its place, with groups as `re` writes them."""
    only_first: bool = False
    """Whether the call's bracket closes after its first argument."""
    wraps: str = ""
    """What is put around the first argument: `!(`."""


class Idiom(NamedTuple):
    """How tests of a track are written."""

    track: str
    ending: str
    """How the paths of files end in which tests stand."""
    heads: re.Pattern[str]
    """A test's head, with its name in the group `name`."""
    wanting: re.Pattern[str]
    """A call that says what is wanted among its arguments, up to its bracket."""
    contraries: tuple[Contrary, ...] = ()
    tables: re.Pattern[str] | None = None
    """A table outside tests, with its name in the group `name`, up to its first bracket."""


def twins_in(idiom: Idiom, tests: Texts) -> tuple[TestTwin, ...]:
    """The twins of all tests of all files."""
    return twins_of(idiom, sources_in(idiom, tests))


def sources_in(idiom: Idiom, tests: Texts) -> dict[str, ScannedText]:
    """The files in which tests stand, by path."""
    return {
        path: scanned(idiom.track, text)
        for path, text in tests.items()
        if path.endswith(idiom.ending)
    }


def twins_of(idiom: Idiom, sources: Mapping[str, ScannedText]) -> tuple[TestTwin, ...]:
    """The twins of all tests of such files."""
    tables = [each for path, source in sources.items() for each in tables_in(idiom, path, source)]
    found: list[TestTwin] = []
    for path, source in sources.items():
        for span in spans(idiom.heads, source):
            edits = edits_of(idiom, path, source, span, tables)
            found.extend(TestTwin(span.name, edit) for edit in edits)
    return tuple(found)


def edits_of(
    idiom: Idiom, path: str, source: ScannedText, span: TestSpan, tables: list["Table"]
) -> list[TextEdit]:
    """The ways to change one test, in the order in which they are to be tried."""
    wanting: list[list[TextEdit]] = []
    for match in idiom.wanting.finditer(source.code, span.start, span.end):
        part = wanted_part(source, arguments_of(source.code, match.end() - 1))
        if part:
            wanting.append(list(changes_in(source, part, path)))
    named = [list(changes_in(source, each, path)) for each in named_parts(source, span)]
    code = source.code[span.start : span.end]
    rows = [list(each.edits) for each in tables if re.search(rf"\b{each.name}\b", code)]
    return [
        *first_of_each(wanting[::-1])[:LITERALS],
        *first_of_each(named)[:NAMED],
        *first_of_each(rows)[:ROWS],
        *contraries(idiom, path, source, span)[:CONTRARY],
    ]


def contraries(idiom: Idiom, path: str, source: ScannedText, span: TestSpan) -> list[TextEdit]:
    """Assertions of a test turned into their contrary, the last first."""
    found = [
        turned(contrary, match, path, source)
        for contrary in idiom.contraries
        for match in contrary.found.finditer(source.code, span.start, span.end)
    ]
    return sorted(found, key=lambda each: -each.start)


def turned(contrary: Contrary, match: re.Match[str], path: str, source: ScannedText) -> TextEdit:
    """One assertion's contrary."""
    head = match.expand(contrary.text)
    if not (contrary.only_first or contrary.wraps):
        return TextEdit(path, match.start(), match.end(), head)
    parts = arguments_of(source.code, match.end() - 1)
    if not parts:
        return TextEdit(path, match.start(), match.end(), head)
    first = source.text[parts[0].start : parts[0].end]
    end = bracket_end(source.code, match.end() - 1)
    rest = "" if contrary.only_first else source.text[parts[0].end : end - 1]
    body = f"{contrary.wraps}{first})" if contrary.wraps else first
    return TextEdit(path, match.start(), end, f"{head}{body}{rest})")


class Table(NamedTuple):
    """A table of cases outside tests."""

    name: str
    edits: tuple[TextEdit, ...]
    """Changes of its rows, those of the last row first."""


def tables_in(idiom: Idiom, path: str, source: ScannedText) -> list[Table]:
    """The tables of a file."""
    if idiom.tables is None:
        return []
    found: list[Table] = []
    for match in idiom.tables.finditer(source.code):
        part = Part(match.end() - 1, bracket_end(source.code, match.end() - 1))
        rows = [
            list(changes_in(source, row, path)) for row in arguments_of(source.code, part.start)
        ]
        found.append(Table(match["name"], tuple(first_of_each(rows[::-1]))))
    return found
