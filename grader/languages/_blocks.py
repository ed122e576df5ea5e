"""The fenced blocks of code in an answer, with their tags."""

import re
from typing import NamedTuple

FENCE = re.compile(
    r"^[ \t]*(?P<item>[-*+][ \t]+|\d+[.)][ \t]+)?(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>[^`\n]*)$",
    re.MULTILINE,
)
"""CommonMark 0.31, section 4.5, also in list items."""


class FencedBlock(NamedTuple):
    """One block."""

    tag: str
    """The first word behind the opening fence, in lower case; empty where there is none."""
    text: str


def fenced_blocks(answer: str) -> list[FencedBlock]:
    """The blocks in their order; the last may lack its closing fence."""
    if "```" not in answer and "~~~" not in answer:
        return []
    blocks: list[FencedBlock] = []
    opening: re.Match[str] | None = None
    for fence in FENCE.finditer(answer):
        if opening is None:
            opening = fence
        elif _closes(fence, opening):
            blocks.append(_block(answer, opening, fence.start()))
            opening = None
    if opening is not None:
        blocks.append(_block(answer, opening, len(answer)))
    return blocks


def _closes(fence: re.Match[str], opening: re.Match[str]) -> bool:
    """A new item ends no block: ` * ```` is a line of a comment that documents the code."""
    same = fence["fence"][0] == opening["fence"][0] and not fence["item"]
    return same and len(fence["fence"]) >= len(opening["fence"]) and not fence["info"].strip()


def _block(answer: str, opening: re.Match[str], end: int) -> FencedBlock:
    words = opening["info"].split()
    tag = words[0].strip("{}.,:").lower() if words else ""
    return FencedBlock(tag, answer[opening.end() + 1 : end])
