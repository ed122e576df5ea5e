"""When two outputs of a program are equal: the rules, and the first difference in one line."""

import math
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import partial
from typing import NamedTuple

SHOWN_CHARS = 60
NUMBER = re.compile(rb"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
NEAR = 1e-5
"""CodeContests' absolute tolerance."""


class Rule(StrEnum):
    """When two outputs are equal."""

    EXACT = "exact"
    """Byte for byte."""
    LINES = "lines"
    """Line by line, without white space at line ends and blank lines at the end."""
    TOKENS = "tokens"
    """As sequences of words, whatever white space separates them."""
    NUMBERS = "numbers"
    """Line by line without white space around lines and around all; in a line that holds nothing
    but decimal numbers their exact values count, not how they are written."""
    LIVECODEBENCH = "livecodebench"
    """NUMBERS, where a number is whatever Python's Decimal reads: `1_000`, `Infinity`, other
    scripts' digits (lcb_runner/evaluation/testing_util.py, `grade_stdio`)."""
    CODECONTESTS = "codecontests"
    """As sequences of words in lower case; two decimal numbers may differ by less than 1e-5
    (google-deepmind/code_contests, `OutputsMatch`)."""
    FLOATS = "floats"
    """As sequences of words; where a number with a fraction is expected, another within numpy's
    usual closeness (1e-8 and 1e-5 of it) is right too. Integers must be exact."""


def difference(got: bytes, expected: bytes, rule: Rule, *, tolerance: float = 0.0) -> str:
    """Empty where `got` is right under the rule; else the first difference, in one line.

    `tolerance` is for rule TOKENS: numbers may differ by this much, relatively or absolutely.
    """
    parts, unit, same = WAYS[rule]
    if rule is Rule.TOKENS and tolerance:
        same = partial(is_near, tolerance=tolerance)
    return first_difference(parts(got), parts(expected), unit, same=same)


def whole_lines(output: bytes) -> list[bytes]:
    """Lines with their ends."""
    return output.splitlines(keepends=True)


def lines(output: bytes) -> list[bytes]:
    """Lines without white space at their ends, and without blank ones at the end of all."""
    found = [line.rstrip() for line in output.splitlines()]
    while found and not found[-1]:
        found.pop()
    return found


def stripped_lines(output: bytes) -> list[bytes]:
    """Lines without white space around them, and without blank ones around all."""
    return [line.strip() for line in output.strip().split(b"\n")]


def lower_words(output: bytes) -> list[bytes]:
    """Words in lower case."""
    return output.lower().split()


def first_difference(
    got: list[bytes],
    expected: list[bytes],
    unit: str,
    *,
    same: Callable[[bytes, bytes], bool] | None = None,
) -> str:
    """`line 3: expected '5', got '6'`; empty where there is none.

    `same` is asked about two that are not equal byte for byte.
    """
    for number, (mine, theirs) in enumerate(zip(got, expected, strict=False), start=1):
        if mine != theirs and not (same and same(mine, theirs)):
            return f"{unit} {number}: expected {shown(theirs)}, got {shown(mine)}"
    if len(got) < len(expected):
        return f"{unit} {len(got) + 1}: expected {shown(expected[len(got)])}, got the end"
    if len(got) > len(expected):
        return f"{unit} {len(expected) + 1}: expected the end, got {shown(got[len(expected)])}"
    return ""


def is_near(got: bytes, expected: bytes, *, tolerance: float) -> bool:
    """Whether both are plain decimal numbers that differ by at most `tolerance`."""
    if not (NUMBER.fullmatch(got) and NUMBER.fullmatch(expected)):
        return False
    mine, theirs = float(got), float(expected)
    return math.isclose(mine, theirs, rel_tol=tolerance, abs_tol=tolerance)


def are_close(got: bytes, expected: bytes) -> bool:
    """Whether both are plain decimal numbers less than NEAR apart."""
    if not (NUMBER.fullmatch(got) and NUMBER.fullmatch(expected)):
        return False
    return abs(float(got) - float(expected)) < NEAR


def is_same_float(got: bytes, expected: bytes) -> bool:
    """Whether a number with a fraction is expected and another close to it was given."""
    if not (NUMBER.fullmatch(got) and NUMBER.fullmatch(expected)):
        return False
    wanted = float(expected)
    has_fraction = b"." in expected or b"e" in expected.lower()
    return has_fraction and abs(float(got) - wanted) <= 1e-8 + 1e-5 * abs(wanted)


def have_equal_numbers(got: bytes, expected: bytes) -> bool:
    """Whether both lines hold nothing but plain decimal numbers, and the same ones."""
    words = [*got.split(), *expected.split()]
    return all(map(NUMBER.fullmatch, words)) and have_equal_decimals(got, expected)


def have_equal_decimals(got: bytes, expected: bytes) -> bool:
    """Whether both lines are the same list of what Decimal reads."""
    try:
        mine = [Decimal(word) for word in got.decode().split()]
        theirs = [Decimal(word) for word in expected.decode().split()]
        equal = mine == theirs
    except (InvalidOperation, ValueError):  # no number, a signalling NaN, not UTF-8
        return False
    return equal


def shown(text: bytes) -> str:
    """Quoted, printable and short."""
    decoded = text.decode(errors="backslashreplace")
    return ascii(decoded if len(decoded) <= SHOWN_CHARS else decoded[:SHOWN_CHARS] + "…")


class Way(NamedTuple):
    """How a rule takes outputs apart, and what it asks of parts that differ in their bytes."""

    parts: Callable[[bytes], list[bytes]]
    unit: str
    same: Callable[[bytes, bytes], bool] | None = None


WAYS = {
    Rule.EXACT: Way(whole_lines, "line"),
    Rule.LINES: Way(lines, "line"),
    Rule.TOKENS: Way(bytes.split, "word"),
    Rule.NUMBERS: Way(stripped_lines, "line", have_equal_numbers),
    Rule.LIVECODEBENCH: Way(stripped_lines, "line", have_equal_decimals),
    Rule.CODECONTESTS: Way(lower_words, "word", are_close),
    Rule.FLOATS: Way(bytes.split, "word", is_same_float),
}
