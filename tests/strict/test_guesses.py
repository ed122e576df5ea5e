"""Who knows all about copies but what was drawn guesses no better than by lot.

Each way to guess sees what code in the test process can see: the file, with every copy in it. It
knows how copies are made.
"""

import ast
import random
import re
import string
from collections import Counter
from typing import NamedTuple

import pytest

from grader.strict.copies import ChosenFunction, mixed
from grader.strict.places import places
from grader.strict.source import segments
from tests.strict import shop
from tests.strict.test_copies import placed

DRAWS = 600
BY_CHANCE = 1e-6
"""How often all ways together may look as if they knew something, by luck alone: once in so many
runs. A way that is right one time in four (of eight copies) is found out in 997 runs of 1,000."""
LITERAL = re.compile(r"\"[^\"]*\"|\d+")


def bodies(text: str, name: str) -> list[str]:
    """The copies of a function in their order, without their marks."""
    pattern = rf"(?:@[^\n]*\n)?def {name}_g\d+\(.*?(?=\n\n|\Z)"
    return [re.sub(rf"{name}_g\d+", name, one) for one in re.findall(pattern, text, re.DOTALL)]


def literals(body: str) -> list[str]:
    return LITERAL.findall(body)


def by(score):
    """Guess the copy with the highest score; of several the first."""

    def guess(copies: list[str], text: str) -> int:
        scores = [score(one, copies, text) for one in copies]
        return scores.index(max(scores))

    return guess


def votes(one: str, copies: list[str], _: str) -> int:
    """How many other copies agree with its literals."""
    told = [Counter(column) for column in zip(*map(literals, copies), strict=True)]
    return sum(count[word] for count, word in zip(told, literals(one), strict=True))


def middle(one: str, copies: list[str], _: str) -> float:
    """How near its numbers are to the mean of all."""
    numbers = [[int(n) for n in re.findall(r"\d+", each)] for each in copies]
    means = [sum(column) / len(column) for column in zip(*numbers, strict=True)]
    own = map(int, re.findall(r"\d+", one))
    return -sum(abs(n - mean) for n, mean in zip(own, means, strict=True))


def around(copies: list[str], place: int) -> float:
    """How far a copy is from the copies beside it."""
    near = [copies[n] for n in (place - 1, place + 1) if 0 <= n < len(copies)]
    return sum(a != b for other in near for a, b in zip(copies[place], other, strict=False))


def digits(one: str) -> int:
    return sum(map(int, re.findall(r"\d", one)))


WAYS = {
    "the first": lambda *_: 0,
    "the last": lambda copies, _: len(copies) - 1,
    "the one in the middle": lambda copies, _: len(copies) // 2,
    "majority over copies": by(votes),
    "minority over copies": by(lambda *seen: -votes(*seen)),
    "nearest to the mean": by(middle),
    "farthest from the mean": by(lambda *seen: -middle(*seen)),
    "first in the alphabet": by(lambda one, all_, _: -sorted(all_).index(one)),
    "last in the alphabet": by(lambda one, all_, _: sorted(all_).index(one)),
    "words of the rest of the file": by(
        lambda one, _, text: sum(text.count(word) for word in literals(one))
    ),
    "words of the package": by(
        lambda one, *_: sum(shop.BASE["shop/money.py"].count(w) for w in literals(one))
    ),
    "round numbers": by(lambda one, *_: sum(int(n) % 10 == 0 for n in re.findall(r"\d+", one))),
    "small digits": by(lambda one, *_: -digits(one)),
    "big digits": by(lambda one, *_: digits(one)),
    "repeated digits": by(lambda one, *_: max(Counter(one).values())),
    "digits of the inputs": by(
        lambda one, *_: len(set(literals(one)[-1]) & set("".join(literals(one)[:-1])))
    ),
    "unlike its neighbours": lambda copies, _: max(
        range(len(copies)), key=lambda place: around(copies, place)
    ),
    "like its neighbours": lambda copies, _: min(
        range(len(copies)), key=lambda place: around(copies, place)
    ),
    "a number out of its text": lambda copies, text: sum(map(ord, text)) % len(copies),
}


WORDS = {w: 3 + n % 2 for n, w in enumerate(re.findall(r"[a-z]{5}", string.ascii_lowercase * 9))}
TEXT = """def test_a():
    assert price(17, "box") == {number}
    assert label(4) == "{word} {small}"
"""


class Drawn(NamedTuple):
    text: str
    copies: list[str]
    own: int


def draw(rnd: random.Random) -> Drawn:
    """A test that wants something by lot, as it is put together in an image.

    Its numbers come from whole classes (`grader/strict/natural.py`): of half a class the bigger
    ones would be copies only.
    """
    source = TEXT.format(
        number=rnd.randrange(100, 1000),
        word=rnd.choice(sorted(WORDS)),
        small=rnd.randrange(10, 100),
    )
    (function,) = segments(source)
    lines = range(1, 9)
    tree = ast.parse(source)
    found = places(source, tree, function, lines, (), WORDS, random.Random(rnd.random()), most=3)
    file = mixed("t.py", source, [ChosenFunction(function, found)])
    assert file is not None
    text, drawn, _ = placed((file,))
    copies = bodies(text, "test_a")
    assert len(copies) == 2 ** file.copied[0].bits
    return Drawn(text, copies, drawn["test_a"] - 1)


@pytest.fixture(scope="module")
def draws() -> list[Drawn]:
    rnd = random.Random(7)
    return [draw(rnd) for _ in range(DRAWS)]


@pytest.mark.parametrize("way", WAYS)
def test_guess_is_right_no_more_often_than_a_lot(way, draws):
    right = sum(WAYS[way](one.copies, one.text) == one.own for one in draws)
    assert chance(right, draws) > BY_CHANCE / len(WAYS)


def chance(right: int, draws: list[Drawn]) -> float:
    """How likely a lot is right at least so often."""
    of_each = [1.0]
    for one in draws:
        hit = 1 / len(one.copies)
        of_each = [
            was * (1 - hit) + before * hit
            for was, before in zip([*of_each, 0.0], [0.0, *of_each], strict=True)
        ]
    return sum(of_each[right:])


def test_rule_that_is_right_once_is_right_in_every_run_of_a_task():
    """So further runs prove nothing, and a function's bits count once."""
    source = TEXT.format(number=531, word="fghij", small=27)
    (function,) = segments(source)
    tree = ast.parse(source)
    found = places(source, tree, function, range(1, 9), (), WORDS, random.Random(5), most=3)
    file = mixed("t.py", source, [ChosenFunction(function, found)])
    assert file is not None
    guesses = set[str]()
    for _ in range(5):
        copies = bodies(placed((file,))[0], "test_a")
        guesses.add(copies[WAYS["first in the alphabet"](copies, "")].strip())
    assert len(guesses) == 1


def test_who_knows_the_answer_is_always_right(draws):
    """So the ways above are really tried on what they could find."""
    assert all(one.copies[one.own] in one.text.replace(f"_g{one.own + 1}", "") for one in draws)
