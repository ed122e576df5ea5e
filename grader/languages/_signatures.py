"""The last function of a prompt: its name, and the names and types of its parameters.

For languages whose prompts end with the head of the function that is asked for.
"""

import re
from typing import NamedTuple

NO_HEAD = "the prompt does not end with the head of a function"
"""Why such a task cannot be interviewed."""
CLOSES = {"(": ")", "[": "]", "{": "}", "<": ">"}


class Parameter(NamedTuple):
    """One parameter, as its language has it."""

    name: str
    type: str


class Signature(NamedTuple):
    """The head of a function."""

    name: str
    parameters: tuple[Parameter, ...]
    result: str
    """As written; empty where there is none."""


def last_head(head: re.Pattern[str], prompt: str) -> re.Match[str] | None:
    """The last function of a prompt, which the completion goes on with."""
    found = list(head.finditer(prompt))
    return found[-1] if found else None


def pieces(text: str, separator: str = ",") -> list[str]:
    """Text cut at separators that stand in no bracket; none for an empty text."""
    found, depth, start = list[str](), 0, 0
    previous = ""
    for place, character in enumerate(text):
        if character in "([{<":
            depth += 1
        elif character in ")]}" or (character == ">" and previous not in "-="):
            depth -= 1
        elif character == separator and depth == 0:
            found.append(text[start:place].strip())
            start = place + 1
        previous = character
    rest = text[start:].strip()
    return [*found, rest] if rest or found else []


def bracketed(text: str, start: int) -> tuple[str, int]:
    """What stands between the bracket at `start` and its partner, and the place behind that.

    The rest of the text where it has no partner.
    """
    end = partner(text, start)
    return text[start + 1 : end], min(end + 1, len(text))


def partner(text: str, start: int) -> int:
    """The place of the bracket that closes the one at `start`; behind the text where none does."""
    opening = text[start]
    closing = CLOSES[opening]
    depth = 0
    for place in range(start, len(text)):
        if text[place] == opening:
            depth += 1
        elif text[place] == closing:
            depth -= 1
            if not depth:
                return place
    return len(text)
