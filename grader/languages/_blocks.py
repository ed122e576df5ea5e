"""Markdown's fences: the one rule of what is one, and the blocks of answers in any language."""

import re
from collections.abc import Iterator
from typing import NamedTuple

FENCE = re.compile(
    r"^(?P<before>[ \t]*(?:(?:[-*+]|\d+[.)])[ \t]+)?)(?P<fence>`{3,}|~{3,})(?P<info>.*)$",
    re.MULTILINE,
)
"""CommonMark 0.31, section 4.5, also in list items."""
QUOTED = re.compile(r"^[ \t]*>[ \t]?", re.MULTILINE)
QUOTED_FENCE = re.compile(r"^[ \t]*>[ \t]*(?:`{3,}|~{3,})", re.MULTILINE)
COMMENT = re.compile(r"[ \t]*\*(?![*\w])")
"""A line that goes on with a comment which documents code: ` * `."""


class FencedBlock(NamedTuple):
    """One block."""

    tag: str
    """The first word behind the opening fence, in lower case; empty where there is none."""
    text: str


def unquoted(text: str) -> str:
    """A text whose fences stand in a quotation, without the marks of quotations."""
    return QUOTED.sub("", text) if QUOTED_FENCE.search(text) else text


def is_inline(fence: re.Match[str]) -> bool:
    """Whether the mark is that of code inside a line."""
    return fence["fence"][0] == "`" and "`" in fence["info"]


def has_fence(text: str) -> bool:
    """Whether a text is more than code: a fence stands in it, or the end of one that is lost."""
    return "```" in text or ("~~~" in text and next(_fences(unquoted(text)), None) is not None)


def fenced_blocks(answer: str) -> list[FencedBlock]:
    """The blocks in their order; the last may lack its closing fence."""
    if "```" not in answer and "~~~" not in answer:
        return []
    answer = unquoted(answer)
    blocks: list[FencedBlock] = []
    opening: re.Match[str] | None = None
    for fence in _fences(answer):
        if opening is None:
            opening = fence
        elif _closes(fence, opening):
            blocks.append(_block(answer, opening, fence.start()))
            opening = None
    if opening is not None:
        blocks.append(_block(answer, opening, len(answer)))
    return blocks


def before_lone_fence(answer: str) -> str:
    """What stands before a lone closing fence, whose opening one was a part of the prompt.

    The answer itself where it has no fence; empty where its fences open blocks.
    """
    answer = unquoted(answer)
    found = list(_fences(answer))
    if not found:
        return answer
    is_lone = len(found) % 2 and not found[0]["info"].strip() and not found[0]["before"].strip()
    return answer[: found[0].start()] if is_lone else ""


def _fences(text: str) -> Iterator[re.Match[str]]:
    """Those of a text, but for those in comments: ` * ```` with ` * ` on the next line."""
    for fence in FENCE.finditer(text):
        is_starred = fence["before"].lstrip().startswith("*")
        is_documenting = is_starred and COMMENT.match(text, fence.end() + 1)
        if not is_documenting and not is_inline(fence):
            yield fence


def _closes(fence: re.Match[str], opening: re.Match[str]) -> bool:
    """A new item ends no block."""
    same = fence["fence"][0] == opening["fence"][0] and not fence["before"].strip()
    return same and len(fence["fence"]) >= len(opening["fence"]) and not fence["info"].strip()


def _block(answer: str, opening: re.Match[str], end: int) -> FencedBlock:
    """The text loses the indentation of its fence, as far as all of its lines have it."""
    words = opening["info"].split()
    tag = words[0].strip("{}.,:").lower() if words else ""
    lines = answer[opening.end() + 1 : end].splitlines(keepends=True)
    margins = [len(line) - len(line.lstrip(" \t")) for line in lines if line.strip()]
    width = min([len(opening["before"]), *margins])
    return FencedBlock(tag, "".join(line[width:] if line.strip() else "\n" for line in lines))
