"""Take the code out of a chat-style answer: a fenced block, or a program that repeats the prompt.

Pure text work: nothing is compiled here. A caller in mode `fence` takes `fenced()`; in mode `auto`
it asks its compile gate about the sample as given, and only if that is refused takes the first of
`candidates()` that is accepted, or else the sample as given.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from grader.core.sample import Sample
from grader.core.task import Task

FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})[ \t]*([^\s`]*)([^\r\n]*)")
PYTHON = frozenset({"python", "python3", "py"})
FUTURE = "from __future__"


class Mode(StrEnum):
    """How much is done to a sample's text."""

    NONE = "none"
    """It is graded as given."""
    FENCE = "fence"
    """The fenced block that defines the entry point; without one, as given."""
    AUTO = "auto"
    """As given if that compiles; else the first candidate that does."""


class Rule(StrEnum):
    """What `Sample.extraction` says."""

    FENCE = "fence"
    WHOLE = "whole"


class Block(NamedTuple):
    """One fenced block."""

    python: bool
    """Whether it is marked as Python."""
    text: str


def fenced(task: Task, sample: Sample) -> Sample:
    """Replace the body by the first block that defines the entry point, Python blocks first.

    Without such a block the sample comes back unchanged. Where the task names no entry point, or
    has a suffix that defines it, the first block counts.
    """
    entry_point = _text(task, "entry_point")
    blocks = fenced_blocks(sample.body)
    for block in (*(b for b in blocks if b.python), *(b for b in blocks if not b.python)):
        if _text(task, "suffix"):  # the entry point stands there, not in the sample
            return sample.model_copy(update={"body": block.text, "extraction": Rule.FENCE})
        if not entry_point or defines(block.text, entry_point):
            return _whole(task, sample, block.text, Rule.FENCE)
    return sample


def candidates(task: Task, sample: Sample) -> Iterator[Sample]:
    """Other readings of a sample that does not compile as given, likeliest first.

    They are the fenced program, the text as a whole program where it defines the entry point, and
    the first fenced block as a continuation of the prompt.
    """
    block = fenced(task, sample)
    if block is not sample:
        yield block
    if sample.whole or not _text(task, "prompt"):
        return
    entry_point = _text(task, "entry_point")
    if entry_point and defines(sample.body, entry_point):
        yield _whole(task, sample, sample.body, Rule.WHOLE)
    blocks = fenced_blocks(sample.body)
    first = next((b for b in blocks if b.python), blocks[0] if blocks else None)
    if first and not defines(first.text, entry_point):
        yield sample.model_copy(update={"body": first.text, "extraction": Rule.FENCE})


def fenced_blocks(text: str) -> list[Block]:
    """Markdown's fenced blocks (CommonMark 0.31, section 4.5); linear in the text's length.

    A block that is never closed ends with the text: answers are often cut at the closing fence.
    """
    if "```" not in text and "~~~" not in text:
        return []
    blocks: list[Block] = []
    fence, python, lines = "", False, list[str]()
    for line in text.splitlines(keepends=True):
        match = FENCE.match(line)
        if not fence:
            if match and not (match[1][0] == "`" and "`" in match[3]):
                fence, python, lines = match[1], match[2].lower() in PYTHON, []
        elif match and match[1].startswith(fence) and line.strip() == match[1]:
            blocks.append(Block(python, "".join(lines)))
            fence = ""
        else:
            lines.append(line)
    if fence:
        blocks.append(Block(python, "".join(lines)))
    return blocks


def defines(text: str, name: str) -> bool:
    """Whether `text` defines `name` at its top level, as far as its lines tell."""
    return _definition(text, name) is not None


def preamble(prompt: str, entry_point: str) -> str:
    """What a prompt holds before its entry point: imports and functions that the tests may use."""
    match = _definition(prompt, entry_point) if entry_point else None
    return prompt[: match.start()] if match else ""


def _definition(text: str, name: str) -> re.Match[str] | None:
    word = re.escape(name)
    pattern = rf"^(?:(?:async[ \t]+)?def[ \t]+{word}[ \t]*\(|class[ \t]+{word}\b|{word}[ \t]*=)"
    return re.search(pattern, text, re.MULTILINE)


def _whole(task: Task, sample: Sample, text: str, rule: Rule) -> Sample:
    """`text` as a whole program; a continuation keeps what stood before the prompt's function."""
    before = "" if sample.whole else preamble(_text(task, "prompt"), _text(task, "entry_point"))
    if not before.strip() or FUTURE in text:
        before = ""
    return sample.model_copy(update={"body": before + text, "whole": True, "extraction": rule})


def _text(task: Task, key: str) -> str:
    """`prompt` or `entry_point`, which every kind of function task names so; empty for others."""
    value = task.spec.get(key, "")
    return value if isinstance(value, str) else ""
