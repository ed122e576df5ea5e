"""Literals of a source text, found without a parser of its language, and other ones in their place.

Strings, numbers and truths outside comments. What is a string or a comment is told by the marks
that a language has for them.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

NUMBER = r"(?<![\w.])(?:0[xX][0-9a-fA-F_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?)"
TRUTH = r"(?<![\w.])(?:true|false|True|False)(?!\w)"
ORDINARY = re.compile(r"[A-Za-z0-9]")
ESCAPE = re.compile(
    r"\\(?:u\{[^}]*\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)|\$?\{[^}]*\}|%\w", re.DOTALL
)
TRUTHS = {"true": "false", "false": "true", "True": "False", "False": "True"}


class Marks(NamedTuple):
    """How a language writes strings and comments, as patterns."""

    comments: tuple[str, ...]
    strings: tuple[str, ...]
    """Of whole literals, each with a group around its inside; the first that fits counts."""


SLASHES = (r"//[^\n]*", r"/\*[\s\S]*?\*/")
QUOTED = r'"((?:\\.|[^"\\\n])*)"'
LETTER = r"'((?:\\.|\\u\{[^}]*\}|[^'\\\n]))'"
MARKS = {
    "python": Marks(
        (r"#[^\n]*",),
        (r'(?<![\w])"""([\s\S]*?)"""', QUOTED, r"'((?:\\.|[^'\\\n])*)'"),
    ),
    "javascript": Marks(
        SLASHES, (QUOTED, r"'((?:\\.|[^'\\\n])*)'", r"`((?:\\.|[^`\\])*)`")
    ),
    "rust": Marks(SLASHES, (r'r#"([\s\S]*?)"#', r'"((?:\\[\s\S]|[^"\\])*)"', LETTER)),
    "go": Marks(SLASHES, (QUOTED, r"`([^`]*)`", LETTER)),
    "java": Marks(SLASHES, (r'"""([\s\S]*?)"""', QUOTED, LETTER)),
    "cpp": Marks(SLASHES, (r'R"\(([\s\S]*?)\)"', QUOTED, LETTER)),
}  # fmt: skip


class Literal(NamedTuple):
    """A literal and where it stands."""

    start: int
    end: int
    other: str
    """What may stand there instead; empty: nothing that is known to differ."""


class ScannedText(NamedTuple):
    """A text with all in it that is no code told apart."""

    text: str
    code: str
    """As long as the text, with strings' insides and comments blank."""
    literals: tuple[Literal, ...]


@cache
def scanner(track: str) -> re.Pattern[str]:
    """The pattern of comments, strings, numbers and truths of a language."""
    marks = MARKS[track]
    comments = "|".join(marks.comments)
    strings = "|".join(f"(?:{each})" for each in marks.strings)
    return re.compile(
        f"(?P<comment>{comments})|(?P<string>{strings})|(?P<truth>{TRUTH})|(?P<number>{NUMBER})"
    )


def scanned(track: str, text: str) -> ScannedText:
    """What of a text is code, and its literals in their order."""
    literals: list[Literal] = []
    code: list[str] = []
    done = 0
    for match in scanner(track).finditer(text):
        code.append(text[done : match.start()])
        code.append(blanked(match))
        done = match.end()
        if match.lastgroup != "comment" and match["comment"] is None:
            literals.append(Literal(match.start(), match.end(), other(match, track)))
    code.append(text[done:])
    return ScannedText(text, "".join(code), tuple(literals))


def blanked(match: re.Match[str]) -> str:
    """As long as what was found, with nothing in it that looks like code."""
    whole = match[0]
    if match["truth"] or match["number"]:
        return whole
    blank = re.sub(r"[^\n]", " ", whole)
    return blank if match["comment"] else f'"{blank[1:-1]}"'


def other(match: re.Match[str], track: str) -> str:
    """A literal of the same kind with another value."""
    whole = match[0]
    if match["truth"]:
        return TRUTHS[whole]
    if match["number"]:
        return other_number(whole)
    before = match.string[max(0, match.start() - 2) : match.start()]
    if track == "python" and re.search(r"[fFrRbB]$", before):
        return ""
    named = match.re.groupindex.values()
    inside = next(
        text
        for number, text in enumerate(match.groups(), 1)
        if text is not None and number not in named
    )
    found = other_text(
        inside, is_letter=whole.startswith("'") and track not in {"python", "javascript"}
    )
    if found is None:
        return ""
    place = whole.index(inside) if inside else len(whole) - closing(whole)
    return f"{whole[:place]}{found}{whole[place + len(inside) :]}"


def closing(whole: str) -> int:
    """How many characters end an empty string."""
    return len(whole) // 2


def other_number(text: str) -> str:
    """Another number of the same size: no type becomes too small for it."""
    if any(mark in text for mark in ".eE") and not text.startswith(("0x", "0X")):
        place = next((at for at, each in enumerate(text) if each in "123456789"), -1)
        if place < 0:
            return text.replace("0", "7", 1)
        digit = int(text[place])
        return f"{text[:place]}{digit - 1 if digit > 1 else 2}{text[place + 1 :]}"
    last = text[-1]
    if last in "0_":
        return f"{text[:-1]}1"
    return text[:-1] + {"1": "0", "a": "9", "A": "9"}.get(last, chr(ord(last) - 1))


def other_text(inside: str, *, is_letter: bool) -> str | None:
    """Another text: one ordinary character differs, or there is one more."""
    taken = [each.span() for each in ESCAPE.finditer(inside)]
    places = [
        each.start()
        for each in ORDINARY.finditer(inside)
        if not any(start <= each.start() < end for start, end in taken)
    ]
    if not places:
        return None if is_letter or "{" in inside else f"{inside}x"
    place = places[-1]
    return f"{inside[:place]}{neighbour(inside[place])}{inside[place + 1 :]}"


def neighbour(letter: str) -> str:
    """The letter or digit beside this one."""
    return {"z": "y", "Z": "Y", "9": "8"}.get(letter, chr(ord(letter) + 1))


def inside(literals: tuple[Literal, ...], start: int, end: int) -> Iterator[Literal]:
    """Those of a part that can be changed."""
    return (each for each in literals if start <= each.start and each.end <= end and each.other)
