"""Where tests begin and end, and what of an assertion says what is wanted."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from grader.languages._signatures import partner
from grader.runners._literals import ScannedText, inside
from grader.runners.base import TextEdit

OPENING, CLOSING = "([{", ")]}"
EXPECTED = re.compile(
    r"\b\w*(?:expected|Expected|want|output|result)\w*\b[^=;\n(){}!<>]*=(?![=>])|\bexpected\s*\{"
)
"""A name that is given what is wanted, as `expected = ` in every language here."""


class TestSpan(NamedTuple):
    """A test's place in its file."""

    name: str
    start: int
    end: int


class Part(NamedTuple):
    """A part of a text."""

    start: int
    end: int


def spans(pattern: re.Pattern[str], source: ScannedText) -> list[TestSpan]:
    """Tests from each head, found in the text itself, to the next; its group `name` names them."""
    heads = [each for each in pattern.finditer(source.text) if not is_blank(source, each)]
    ends = [*(each.start() for each in heads[1:]), len(source.text)][: len(heads)]
    return [
        TestSpan(each["name"], each.start(), end) for each, end in zip(heads, ends, strict=True)
    ]


def is_blank(source: ScannedText, match: re.Match[str]) -> bool:
    """Whether what was found stands in a comment or a string."""
    head = source.code[match.start() : match.start() + 3]
    return head.strip() == "" and match[0][:3].strip() != ""


def bracket_end(code: str, opening: int) -> int:
    """Place behind the bracket that closes the one at `opening`; the text's end where none does."""
    return min(partner(code, opening) + 1, len(code))


def arguments(code: str, opening: int) -> list[Part]:
    """The parts between the commas of a call whose bracket stands at `opening`."""
    end = bracket_end(code, opening) - 1
    found: list[Part] = []
    depth, begin = 0, opening + 1
    for place in range(opening + 1, end):
        if code[place] in OPENING:
            depth += 1
        elif code[place] in CLOSING:
            depth -= 1
        elif code[place] == "," and depth == 0:
            found.append(Part(begin, place))
            begin = place + 1
    if code[begin:end].strip():
        found.append(Part(begin, end))
    return found


def wanted_part(source: ScannedText, parts: list[Part]) -> Part | None:
    """The argument that says what is wanted: of those with literals the one that calls least."""
    with_literals = [each for each in parts[:2] if any(inside(source.literals, *each))]
    if not with_literals:
        return None
    calls = re.compile(r"\w\s*\(")
    return min(
        reversed(with_literals),
        key=lambda each: len(calls.findall(source.code[each.start : each.end])),
    )


def changes_in(source: ScannedText, part: Part, path: str) -> Iterator[TextEdit]:
    """Each literal of a part with another in its place, the last first."""
    for literal in reversed(list(inside(source.literals, part.start, part.end))):
        yield TextEdit(path, literal.start, literal.end, literal.other)


def named_parts(source: ScannedText, span: TestSpan) -> list[Part]:
    """What is given to names that say that it is wanted."""
    return [
        Part(match.end(), statement_end(source.code, match.end(), span.end))
        for match in EXPECTED.finditer(source.code, span.start, span.end)
    ]


def statement_end(code: str, start: int, end: int) -> int:
    """Where a statement ends: at a semicolon, or at a line's end outside brackets."""
    depth = 0
    for place in range(start, end):
        letter = code[place]
        if letter in OPENING:
            depth += 1
        elif letter in CLOSING:
            depth -= 1
            if depth < 0:
                return place
        elif depth <= 0 and (letter == ";" or (letter == "\n" and has_begun(code[start:place]))):
            return place
    return end


def has_begun(code: str) -> bool:
    """Whether a statement has anything before its line's end, but for a sign that it goes on."""
    return code.strip() not in {"", "\\"}


def first_of_each(parts: list[list[TextEdit]]) -> list[TextEdit]:
    """The first edit of each list, then the second of each, each edit once."""
    found: dict[TextEdit, None] = {}
    for number in range(max(map(len, parts), default=0)):
        for edits in parts:
            if number < len(edits):
                found[edits[number]] = None
    return list(found)
