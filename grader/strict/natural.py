"""Other values for a constant of a test, among which nobody can tell which one stands there.

Values fall into classes by all that can be measured from outside: kind, length, sign of roundness,
size, letters' case, how often the repository and the rest of the file have them. Of a class so many
are drawn as are needed, all with the same chance: whoever sees them learns nothing from them.
"""

import random
import re
from collections.abc import Iterator, Mapping

MOST_BITS = 6
"""Of one constant."""
TOKEN = re.compile(r"[A-Za-z]{2,}|\d+")
ENDS, BEGINS = re.compile(r"[A-Za-z]\W{0,3}$"), re.compile(r"\W{0,3}[A-Za-z]")
"""A word just before, or just behind."""
LONGEST_NUMBER = 9
"""Digits; longer ones are hashes and times, of which another value is a made-up one."""
SMALL, WINDOW = 10, 64


class NaturalWords:
    """How often words and numbers stand in the repository, and in the test's own file."""

    def __init__(self, repository: Mapping[str, int], beside: str, inside: str) -> None:
        """beside, inside: the file without the test's function, and the function alone."""
        self.repository = repository
        self.beside, self.inside = counts(beside), counts(inside)

    def rank(self, token: str) -> tuple[int, int]:
        """How common a token is, coarsely."""
        there = self.repository.get(token, 0)
        return there.bit_length(), min(self.beside.get(token, 0), 4)

    def is_lonely(self, token: str) -> bool:
        """Whether it stands but once in its function: a second one would show which is right."""
        return self.inside.get(token, 0) <= 1


def counts(text: str) -> dict[str, int]:
    """Token → how often."""
    found: dict[str, int] = {}
    for token in TOKEN.findall(text):
        found[token] = found.get(token, 0) + 1
    return found


def others(written: str, text: NaturalWords, rnd: random.Random) -> list[str]:
    """Other sources for a literal: 1, 3, 7 … of them; none where it has no class.

    written: the literal as it stands; one token of it changes, the last that can.
    """
    if written in {"True", "False"}:
        return ["False" if written == "True" else "True"]
    body = re.match(r"[A-Za-z]*['\"]{0,3}", written)
    start = body.end() if body and "'" in written + "'" and not written[0].isdigit() else 0
    for token in reversed(list(TOKEN.finditer(written, start))):
        word = token[0]
        if ENDS.search(written[: token.start()]) or BEGINS.match(written[token.end() :]):
            continue  # which of some words stands beside another, other texts may tell
        escaped = (len(written[: token.start()]) - len(written[: token.start()].rstrip("\\"))) % 2
        if escaped or not text.is_lonely(word):
            continue
        found = [other for other in alike(word, text) if other not in text.inside]
        bits = min(MOST_BITS, (len(found) + 1).bit_length() - 1)
        if bits:
            chosen = rnd.sample(sorted(found), 2**bits - 1)
            return [written[: token.start()] + each + written[token.end() :] for each in chosen]
    return []


def alike(token: str, text: NaturalWords) -> Iterator[str]:
    """The other tokens of its class."""
    if token.isdigit():
        yield from numbers(token, text)
        return
    rank, case = text.rank(token), case_of(token)
    if not rank[0]:
        return
    for word in text.repository:
        is_like = len(word) == len(token) and word != token and word.isalpha()
        if is_like and case_of(word) == case and text.rank(word) == rank:
            yield word


def numbers(token: str, text: NaturalWords) -> Iterator[str]:
    """Numbers of as many digits, as round, about as big, and as common."""
    if len(token) > LONGEST_NUMBER:
        return
    number = int(token)
    unit, rank = roundness(number), text.rank(token)
    step = unit if number else 1
    first, last = window(number // step)
    for k in range(first, last + 1):
        other = str(k * step).zfill(len(token))
        if len(other) != len(token) or k * step == number:
            continue
        is_like = (other[0] == "0") == (token[0] == "0") and roundness(k * step) == unit
        if is_like and text.rank(other) == rank:
            yield other


def roundness(number: int) -> int:
    """The biggest of 1000, 100, 10, 5 that divides a number; 1 for small and for other ones."""
    if number < SMALL:
        return 1
    return next((unit for unit in (1000, 100, 10, 5) if number % unit == 0), 1)


def window(k: int) -> tuple[int, int]:
    """First and last of the numbers that are about as big."""
    if k < 2:  # noqa: PLR2004  nothing and one are the two that tests ask for most
        return 0, 1
    if k < SMALL:
        return 2, SMALL - 1
    if k < WINDOW:
        return SMALL, WINDOW - 1
    return k // WINDOW * WINDOW, k // WINDOW * WINDOW + WINDOW - 1


def case_of(word: str) -> str:
    """`lower`, `upper`, `title`, or its own for mixed ones."""
    if word.islower():
        return "lower"
    if word.isupper():
        return "upper"
    return "title" if word[0].isupper() and word[1:].islower() else "mixed"
