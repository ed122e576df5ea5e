"""The function that is asked for, cut into its head and its body."""

import re
from typing import NamedTuple

from grader.languages import _signatures
from grader.languages._merge.rules import MergeRules

TYPE_FOLLOWS = re.compile(r"[ \t]*(?:\[\])*[ \t]*(?:\|[^{\n;]*)?\{")
EXPORTED = re.compile(r"^export\s+(?:default\s+)?")
EXPRESSION = re.compile(r"\s*=>\s*(?P<value>.*?);?\s*\Z", re.DOTALL)


class EntryParts(NamedTuple):
    """A function's text and its parts."""

    text: str
    before: str
    """Comments and attributes."""
    head: str
    """On one line; empty where the text has nothing that a prompt could end with."""
    body: str
    """What follows, with what ends the function."""


def parts_of(text: str, rules: MergeRules, entry: re.Pattern[str]) -> EntryParts:
    """The parts of the item that defines the function."""
    found = entry.search(text)
    assert found is not None  # noqa: S101  the item was chosen by it
    start = found.start() + len(found[0]) - len(found[0].lstrip())
    end = _head_end(text, found.end(), rules)
    head = EXPORTED.sub("", " ".join(text[start:end].split()))
    if rules.opens and not head.endswith(rules.opens):
        return _of_expression(text, start, end, rules)
    if "=" in found[0] and not rules.opens:
        head = ""
    return EntryParts(text, text[:start], head, text[end:])


def _of_expression(text: str, start: int, end: int, rules: MergeRules) -> EntryParts:
    """A function whose body is one expression: C#'s `=>` and Scala's `=`; others have no head."""
    rest = text[end:]
    if "class" in rules.container and (found := EXPRESSION.fullmatch(rest)):
        head = " ".join(text[start:end].split()) + " {"
        return EntryParts(text, text[:start], head, f"return {found['value']};\n}}")
    return EntryParts(text, text[:start], "", rest)


def _head_end(text: str, at: int, rules: MergeRules) -> int:
    """Where the head of a function ends whose name was read up to `at`."""
    if rules.opens:
        return _after_brace(text, at - 1)
    opening = text.rfind("(", 0, at) if text[at - 1] != "(" else at - 1
    line = text.find("\n", at)
    line = len(text) if line < 0 else line
    if text[at - 1] == "(" or "(define" in text[:at]:
        return partner(text, opening) + 1
    next_one = text.find("(", at, line)
    if next_one >= 0 and not text[at:next_one].strip():
        return partner(text, next_one) + 1
    return line


def _after_brace(text: str, at: int) -> int:
    """The place behind the brace that opens the body; where an expression begins if none does."""
    while at < len(text):
        character = text[at]
        if character in "([":
            at = partner(text, at)
        elif character == "{":
            end = partner(text, at)
            if not TYPE_FOLLOWS.match(text, end + 1):
                return at + 1
            at = end
        elif (
            text.startswith("=>", at) and not text[at + 2 :].lstrip().startswith("{")
        ) or character == ";":
            return at
        at += 1
    return len(text)


def partner(text: str, start: int) -> int:
    """The place of the bracket that closes the one at `start`; the last one where none does."""
    return min(_signatures.partner(text, start), len(text) - 1)
