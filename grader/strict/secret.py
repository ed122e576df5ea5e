"""How much somebody without a solution would have to guess of what moved assertions want.

Public is what the tests' process reads in the tests, what the tests were before the task, and what
the task says. Texts of more than one word that the repository has elsewhere are known one by one.
"""

import ast
import math
from collections.abc import Collection, Mapping
from typing import NamedTuple

from grader.strict.copies import ChosenFunction
from grader.strict.holes import AssertionHole, secret, told_cuts
from grader.strict.natural import TOKEN, counts
from grader.strict.source import LINE, added_lines

SHARE, MOST_WORTH = 4, 5.0
"""Of what a word's rarity says in bits a fourth counts, and no more than so many: who guesses knows
what a test is about."""
SEARCHED_BITS = 16
"""What is looked for in a text of up to 2**16 letters is found by chance in as many places."""
PHRASE_BITS = 4.0
"""Of a text that the repository has elsewhere: a fourth of its 2**16 texts' 16 bits."""
LEAST = 1.0
"""Bits; an assertion that wants less stays where it is."""
Functions = Mapping[str, list[ChosenFunction]]
"""Path → functions."""


class PublicKnowledge(NamedTuple):
    """What everybody may know."""

    said: str
    """What the task says, and its tests as they were."""
    repository: Mapping[str, int]
    """Word or number → how often the repository has it, but for the tests."""
    phrases: Collection[str] = ()
    """Texts that the repository has elsewhere, of those that are wanted."""


def known(
    statement: str, files: Mapping[str, str], sections: Mapping[str, str],
    repository: Mapping[str, int], phrases: Collection[str] = (),
) -> PublicKnowledge:  # fmt: skip
    """What everybody may know of a task. sections: path → its part of the test patch."""
    said = [statement]
    for path, text in files.items():
        section = sections.get(path, "")
        added = added_lines(section)
        said += [line for n, line in enumerate(LINE.findall(text), 1) if n not in added]
        said += [line[1:] for line in section.splitlines() if line.startswith("-")]
    return PublicKnowledge("\n".join(said), repository, phrases)


def secrets(files: Mapping[str, str], chosen: Functions, all_: PublicKnowledge) -> int:
    """Bits that it takes to guess all that the holes want together, rounded down."""
    public = public_in(files, chosen, all_)
    exact: list[str] = []
    found = 0.0
    for path, functions in chosen.items():
        for one in functions:
            equal = [hole for hole in one.holes if not hole.is_within]
            exact += secret(files[path], one.function.node, equal)
            for hole in (hole for hole in one.holes if hole.is_within):
                found += worth_of(files[path], one, hole, public, all_)
    return int(found + worth(exact, public, all_))


def worthwhile(
    files: Mapping[str, str], chosen: Functions, all_: PublicKnowledge
) -> dict[str, list[ChosenFunction]]:
    """The same functions with the holes alone that want something worth a guess."""
    public = public_in(files, chosen, all_)
    found: dict[str, list[ChosenFunction]] = {}
    for path, functions in chosen.items():
        for one in functions:
            valued = [
                hole._replace(worth=worth_of(files[path], one, hole, public, all_))
                for hole in one.holes
            ]
            kept = one._replace(holes=tuple(hole for hole in valued if hole.worth >= LEAST))
            found.setdefault(path, []).append(kept)
    return found


def worth_of(
    source: str,
    one: ChosenFunction,
    hole: AssertionHole,
    public: Collection[str],
    all_: PublicKnowledge,
) -> float:
    """Bits of one hole."""
    found = worth(secret(source, one.function.node, [hole]), public, all_)
    return max(0.0, found - SEARCHED_BITS) if hole.is_within else found


def worth(texts: Collection[str], public: Collection[str], all_: PublicKnowledge) -> float:
    """Bits that it takes to guess texts, roughly and from below.

    Each word or number counts once, by how rare the repository has it, and none that is public. How
    they are put together counts nothing. A bool, nothing and an empty text are no secret: what the
    base answers is wrong.
    """
    seen = {text for text in phrases(texts) if text in all_.phrases}
    new = {token for text in texts for token in TOKEN.findall(text)} - {"True", "False", "None"}
    new -= {token for text in seen for token in TOKEN.findall(text)}
    total = sum(all_.repository.values()) + 1
    return PHRASE_BITS * len(seen) + sum(
        min(MOST_WORTH, math.log2(total / (all_.repository.get(token, 0) + 1)) / SHARE)
        for token in new
        if token.lower() not in public
    )


def phrases(texts: Collection[str]) -> set[str]:
    """The literal texts of more than one word in some expressions."""
    found: set[str] = set()
    for text in texts:
        for node in ast.walk(ast.parse(f"({text})", mode="eval")):
            value = node.value if isinstance(node, ast.Constant) else None
            if isinstance(value, str) and len(TOKEN.findall(value)) > 1:
                found.add(value)
    return found


def all_phrases(files: Mapping[str, str], chosen: Functions) -> list[str]:
    """The texts of more than one word that holes want."""
    return sorted(
        phrases(
            [
                text
                for path, functions in chosen.items()
                for one in functions
                for text in secret(files[path], one.function.node, one.holes)
            ]
        )
    )


def public_in(files: Mapping[str, str], chosen: Functions, all_: PublicKnowledge) -> set[str]:
    """The words that everybody knows, in small letters."""
    texts = (rest(text, chosen.get(path, [])) for path, text in files.items())
    words = set(counts(all_.said)).union(*map(counts, texts))
    return {word.lower() for word in words}


def rest(source: str, functions: list[ChosenFunction]) -> str:
    """What of a file the tests' process reads."""
    cuts = [cut for one in functions for cut in told_cuts(source, one.function, one.holes)]
    places = [place for one in functions for place in one.places]
    left = [p for p in places if not any(start <= p.start < end for start, end, _ in cuts)]
    values = [value for place in left for value in place.values]
    parts: list[str] = []
    at = 0
    for start, end, text in sorted(cuts):
        parts += [source[at:start], text]
        at = end
    return "\n".join([*parts, source[at:], *values])
