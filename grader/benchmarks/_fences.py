"""The blocks of code in a chat-style answer: Markdown's fences, and the tags of prompt formats.

Fences are read as CommonMark 0.31 has them (section 4.5), and as models write them: in list items
and quotations, with the first line of code behind the language, without the closing or the opening
fence, a fence for the whole answer around others. A fence inside a string literal of the code is
none, for a docstring may hold one. Linear in the text's length.
"""

import re
from typing import NamedTuple

from grader.benchmarks._strings import open_literal, strings
from grader.languages._blocks import FENCE, is_inline, unquoted

PYTHON = re.compile(r"\{?\.?(?:i?python|py)(?:[\d.]*)(?![\w-])", re.IGNORECASE)
CODE = re.compile(r"(?:async[ \t]+def|def|class|from|import|@)\b|@\w")
"""What code begins with that stands behind a fence, on its line."""
TAGS = re.compile(
    r"\[(?P<a>PYTHON|ANSWER|CODE|SOLUTION)\]|\[(?P<b>BEGIN)\]"
    r"|<(?P<c>code|answer|solution|python|final_answer)>"
    r"|^(?P<d>\"\"\"|''')(?:python3?|py)[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
"""CodeLlama's and CRUXEval's prompts, MBPP's (Austin et al. 2021), and what graders of reasoning
models ask for; and quotes that stand for a fence."""

DEPTH = 2
"""How deep blocks inside blocks are looked for: a whole answer in a fence, quoted once more."""


class CodeBlock(NamedTuple):
    """One block of code."""

    tag: str
    """What stands behind the opening fence; empty where nothing does."""
    text: str
    closed: bool = True
    """False where the text ends before the block does."""

    @property
    def python(self) -> bool:
        """Whether it is marked as Python."""
        return PYTHON.match(self.tag) is not None


def blocks_of(text: str) -> list[CodeBlock]:
    """All blocks in their order; those between tags where there are no fences."""
    return fenced_blocks(text) or _tagged_blocks(text)


def before_lone_fence(text: str) -> str:
    """What stands before a closing fence whose opening one was a part of the prompt, or was lost.

    Empty where the first fence of the text opens a block.
    """
    lines = text.splitlines(keepends=True)
    inside = strings(text)
    position = 0
    for number, line in enumerate(lines):
        fence = FENCE.match(line)
        if fence is not None and not inside.holds(position):
            is_bare = not fence["info"].strip() and not fence["before"].strip()
            return "".join(lines[:number]) if is_bare else ""
        at = line.find("```")
        if at > 0 and line.count("```") == 1 and not inside.holds(position + at):
            return "".join(lines[:number]) + line[:at] + "\n"
        position += len(line)
    return ""


def fenced_blocks(text: str, *, depth: int = DEPTH) -> list[CodeBlock]:
    """The fenced blocks in their order, those of an outer block in its place."""
    if "```" not in text and "~~~" not in text:
        return []
    text = unquoted(text)
    lines = text.splitlines(keepends=True)
    blocks: list[CodeBlock] = []
    at = 0
    while at < len(lines):
        opening = FENCE.match(lines[at])
        if opening is None or is_inline(opening):
            at += 1
            continue
        block, at = _block(lines, at, opening)
        inner = fenced_blocks(block.text, depth=depth - 1) if depth and not block.python else []
        blocks += [each for each in inner if each.text.strip()] or [block]
    return [block for block in blocks if block.text.strip()] or blocks


def _block(lines: list[str], at: int, opening: re.Match[str]) -> tuple[CodeBlock, int]:
    """The block that is opened in line `at`, and the line to go on with."""
    tag, first = _information(opening["info"])
    width, body, end = len(opening["before"]), [first], _end(lines, at + 1, opening, tag)
    stop = len(lines) if end is None else end
    body += [_without_indentation(line, width) for line in lines[at + 1 : stop]]
    if end is None:
        return CodeBlock(tag, "".join(body), closed=False), stop
    closing = FENCE.match(lines[end])
    if closing is None:  # code stands before the fence, on its line
        body += [_without_indentation(lines[end], width).partition(opening["fence"])[0], "\n"]
    opens = closing is not None and closing["info"].strip()
    return CodeBlock(tag, "".join(body)), end if opens else end + 1


def _end(lines: list[str], start: int, opening: re.Match[str], tag: str) -> int | None:
    """The line that ends the block: a closing fence, or where it was forgotten the next opening."""
    fence = opening["fence"]
    is_code = not tag or PYTHON.match(tag) is not None
    literal, doubtful = "", None
    for number in range(start, len(lines)):
        line = lines[number]
        if fence[:3] in line:
            found = FENCE.match(line)
            closes = found is not None and _can_close(found, fence, is_code=is_code)
            if closes and not literal:
                return number
            if closes and doubtful is None:
                doubtful = number
            if is_code and found is None and not literal and _ends_line(line, fence):
                return number
        literal = open_literal(line, literal) if is_code else ""
    return doubtful if literal else None


def _can_close(found: re.Match[str], fence: str, *, is_code: bool) -> bool:
    """Whether a fence ends the block; with words behind it only where the block is code."""
    if found["before"].strip() or not found["fence"].startswith(fence):
        return is_code and found["fence"].startswith(fence)
    return is_code or not found["info"].strip()


def _ends_line(line: str, fence: str) -> bool:
    """Whether a line of code has the closing fence behind it."""
    at = line.find(fence)
    return line.count(fence) == 1 and "#" not in line[:at] and not strings(line).holds(at)


def _information(info: str) -> tuple[str, str]:
    """The language, and the line of code that some models write behind it."""
    info = info.strip()
    if CODE.match(info):
        return "", info + "\n"
    tag, _, rest = info.partition(" ")
    rest = rest.strip()
    return tag, rest + "\n" if CODE.match(rest) else ""


def _without_indentation(line: str, width: int) -> str:
    """`line` without up to `width` characters of white space."""
    kept = line.lstrip(" \t")
    return line[min(width, len(line) - len(kept)) :]


def _tagged_blocks(text: str) -> list[CodeBlock]:
    """What stands between tags, each up to its closing one or the end; fences inside count more."""
    blocks: list[CodeBlock] = []
    position = 0
    while (tag := TAGS.search(text, position)) is not None:
        end = _closing_tag(tag).search(text, tag.end())
        stop, position = (end.start(), end.end()) if end else (len(text), len(text))
        blocks.append(CodeBlock("python", text[tag.end() : stop], closed=end is not None))
    return blocks


def _closing_tag(tag: re.Match[str]) -> re.Pattern[str]:
    if tag["b"]:
        return re.compile(r"\[(?:DONE|END)\]", re.IGNORECASE)
    if tag["d"]:
        return re.compile(rf"^{tag['d']}[ \t]*$", re.MULTILINE)
    left, name, right = ("[", tag["a"], "]") if tag["a"] else ("<", tag["c"], ">")
    return re.compile(re.escape(f"{left}/{name}{right}"), re.IGNORECASE)
