"""A program's parts, where functions may stand in a class."""

import re
from typing import NamedTuple

from grader.languages._merge.heads import partner
from grader.languages._merge.margin import MarginItem, items_of
from grader.languages._merge.rules import MergeRules

STARTS = re.compile(r"\b[mM]ain\s*\(")
PUBLIC = re.compile(
    r"^(?:public|private|internal|protected)\s+(?=.*(?:class|struct|interface|enum|record)\b)",
    re.MULTILINE,
)


class ProgramParts(NamedTuple):
    """What a program consists of."""

    top: list[MarginItem]
    """Package lines and imports."""
    outer: list[MarginItem]
    """What stands beside the class that holds the functions."""
    opening: str
    """The line that begins that class; empty where functions stand at the margin."""
    members: list[MarginItem]
    """Functions and what stands between them."""


def program_of(text: str, rules: MergeRules, entry: re.Pattern[str] | None) -> ProgramParts:
    """The parts of a program; with no `entry`, of a prompt whose last function is not ended."""
    items = items_of(text, rules)
    top = [each for each in items if each.matches(rules.package) or each.matches(rules.imports)]
    rest = [each for each in items if each not in top]
    holder = next((each for each in reversed(rest) if _holds(each, rules, entry)), None)
    if holder is None:
        return ProgramParts(top, [], "", rest)
    outer = [each for each in rest if each is not holder]
    opening, inside = _opened(holder)
    inner = program_of(inside, rules, entry)
    others = [_less_public(each) for each in outer if _is_type(each, rules)]
    if inner.opening:  # a class in a namespace
        return inner._replace(top=[*top, *inner.top], outer=[*others, *inner.outer])
    return ProgramParts([*top, *inner.top], others, opening, inner.members)


def _holds(item: MarginItem, rules: MergeRules, entry: re.Pattern[str] | None) -> bool:
    return item.matches(rules.container) and (entry is None or entry.search(item.text) is not None)


def _is_type(item: MarginItem, rules: MergeRules) -> bool:
    """Whether what stands beside the class is a type of its own, and not where a program starts."""
    return not (item.matches(rules.container) and STARTS.search(item.text)) and item.matches(
        rules.definition
    )


def _less_public(item: MarginItem) -> MarginItem:
    """Two public types cannot stand in one file of Java's."""
    return item._replace(text=PUBLIC.sub("", item.text))


def _opened(item: MarginItem) -> tuple[str, str]:
    """The line that opens a class, and what is in it."""
    begin = item.text.find(item.head.split("{")[0].rstrip())
    brace = item.text.find("{", max(begin, 0))
    if brace < 0:
        return "", ""
    end = partner(item.text, brace)
    inside = item.text[brace + 1 : end if item.text[end] == "}" else None]
    return " ".join(item.text[max(begin, 0) : brace].split()) + " {\n", inside
