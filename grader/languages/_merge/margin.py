"""A program cut into what stands at its margin.

As programs are written, what belongs to a line at the margin is indented, or closes what it opened.
No parser: a text of a model is formatted well or is hostile, and then it is its own loss.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from grader.languages._merge.rules import MergeRules

STRING = re.compile(r'"(?:\\.|[^"\\\n])*"' + r"|'(?:\\.|[^'\\\n])'")
OPENERS, CLOSERS = "([{", ")]}"


class MarginItem(NamedTuple):
    """What one line at the margin begins."""

    text: str
    """With the comments and attributes before it; ends with a line break."""
    head: str
    """Its first line that is neither comment nor attribute."""

    def matches(self, pattern: str) -> bool:
        """Whether its head matches at the beginning."""
        return bool(pattern) and re.match(pattern, self.head) is not None


def items_of(text: str, rules: MergeRules) -> list[MarginItem]:
    """The items of a text whose margin is that of its least indented line."""
    lines = dedented(text).splitlines()
    plain = without_comments("\n".join(lines), rules).split("\n")
    found: list[MarginItem] = []
    held: list[str] = []
    head, depth = "", 0
    for line, bare in zip(lines, plain, strict=True):
        begins = depth <= 0 and bool(bare) and not bare[0].isspace()
        if begins and head and not re.match(rules.goes_on, bare):
            item, held = _cut(held, head, rules)
            found.append(item)
            head = ""
        if begins and not head and not re.match(rules.attached, bare):
            head = bare
        held.append(line)
        if rules.by_brackets:
            depth += depth_of(bare)
    if head:
        found.append(_cut(held, head, rules)[0])
    return found


def _cut(held: list[str], head: str, rules: MergeRules) -> tuple[MarginItem, list[str]]:
    """The item that ends, and the comments and attributes at its end, which are the next one's."""
    at = len(held)
    while at > 1 and _is_prefix(held[at - 1], rules):
        at -= 1
    return MarginItem("\n".join(held[:at]).rstrip() + "\n", head), held[at:]


def _is_prefix(line: str, rules: MergeRules) -> bool:
    return not line.strip() or (
        not line[0].isspace()
        and (line.startswith(rules.comment) or re.match(rules.attached, line) is not None)
    )


def depth_of(line: str) -> int:
    """How many brackets a line leaves open; negative where it closes more."""
    plain = STRING.sub("", line)
    return sum(plain.count(each) for each in OPENERS) - sum(plain.count(each) for each in CLOSERS)


def dedented(text: str) -> str:
    """`text` with the indentation of its least indented line taken from all."""
    lines = text.expandtabs(4).splitlines()
    widths = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
    width = min(widths, default=0)
    return "\n".join(line[width:] if line.strip() else "" for line in lines)


def without_comments(text: str, rules: MergeRules) -> str:
    """`text` with comments as blanks, line breaks kept; strings of one line are looked over."""
    return "".join(_plain_parts(text, rules))


def _plain_parts(text: str, rules: MergeRules) -> Iterator[str]:
    opening, closing = rules.block
    marks = [re.escape(rules.comment)] + ([re.escape(opening)] if opening else [])
    pattern = re.compile(f"{STRING.pattern}|{'|'.join(reversed(marks))}")
    at = 0
    while (mark := pattern.search(text, at)) is not None:
        yield text[at : mark.start()]
        if opening and mark[0] == opening:
            end = text.find(closing, mark.end())
            end = len(text) if end < 0 else end + len(closing)
            yield re.sub(r"[^\n]", " ", text[mark.start() : end])
        elif mark[0] == rules.comment and not _is_code(text, mark, rules):
            end = text.find("\n", mark.end())
            end = len(text) if end < 0 else end
            yield " " * (end - mark.start())
        else:
            end = mark.end()
            yield mark[0]
        at = end
    yield text[at:]


def _is_code(text: str, mark: re.Match[str], rules: MergeRules) -> bool:
    """Whether what looks like a comment is none: `$#` in Bash and Perl, `#include` in C++."""
    before = text[mark.start() - 1 : mark.start()]
    return rules.comment == "#" and before not in {"", "\n", " ", "\t", ";"}
