"""The code in a model's answer, in any language."""

import re

FENCE = re.compile(r"^[ \t]*(?P<fence>`{3,}|~{3,})[ \t]*(?P<tag>[^\s`{]*)[^\n`]*$", re.MULTILINE)


def code_of(answer: str, tags: frozenset[str], entry: re.Pattern[str]) -> str:
    """The last fenced block of the language that defines the function, else the first of any.

    The whole answer where it has no fence. `tags`: names of the language; blocks of others are
    passed over.
    """
    blocks = [(tag, text) for tag, text in blocks_of(answer) if text.strip()]
    alone = before_lone_fence(answer)
    if not blocks or (alone.strip() and alone[:1] in " \t\n"):
        return alone
    own = [text for tag, text in blocks if tag in tags] or [t for tag, t in blocks if not tag]
    if not own:
        own = [text for _, text in blocks]
    defining = [text for text in own if entry.search(text)]
    return defining[-1] if defining else own[0]


def blocks_of(answer: str) -> list[tuple[str, str]]:
    """Tag, in lower case, and text of each fenced block; the last one may lack its end."""
    found: list[tuple[str, str]] = []
    at = 0
    while (opening := FENCE.search(answer, at)) is not None:
        start = min(opening.end() + 1, len(answer))
        closing = _closing(answer, start, opening["fence"])
        end, at = (closing.start(), closing.end()) if closing else (len(answer), len(answer))
        found.append((opening["tag"].lower(), answer[start:end]))
    return found


def _closing(answer: str, start: int, fence: str) -> re.Match[str] | None:
    return re.compile(rf"^[ \t]*{re.escape(fence)}[ \t]*$", re.MULTILINE).search(answer, start)


def before_lone_fence(answer: str) -> str:
    """What stands before a lone closing fence, whose opening one was a part of the prompt.

    The answer itself where it has no fence; empty where its fences open blocks.
    """
    found = list(FENCE.finditer(answer))
    if not found:
        return answer
    return answer[: found[0].start()] if len(found) % 2 and not found[0]["tag"] else ""
