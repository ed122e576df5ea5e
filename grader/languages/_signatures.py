"""The last function of a prompt: its name, and the names and types of its parameters.

For languages whose prompts end with the head of the function that is asked for.
"""

from typing import NamedTuple

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
    opening = text[start]
    closing = CLOSES[opening]
    depth = 0
    for place in range(start, len(text)):
        if text[place] == opening:
            depth += 1
        elif text[place] == closing:
            depth -= 1
            if depth == 0:
                return text[start + 1 : place], place + 1
    return text[start + 1 :], len(text)
