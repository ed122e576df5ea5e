"""When two outputs of a program are equal: the rules, and the first difference in one line."""

import math
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from enum import StrEnum

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


def difference(got: bytes, expected: bytes, rule: Rule, *, tolerance: float = 0.0) -> str:
    """Empty where `got` is right under the rule; else the first difference, in one line.

    `tolerance` is for rule TOKENS: numbers may differ by this much, relatively or absolutely.
    """
    match rule:
        case Rule.EXACT:
            mine, theirs = got.splitlines(keepends=True), expected.splitlines(keepends=True)
            return first_difference(mine, theirs, "line")
        case Rule.LINES:
            return first_difference(lines(got), lines(expected), "line")
        case Rule.TOKENS:

            def near(one: bytes, other: bytes) -> bool:
                return is_near(one, other, tolerance)

            return first_difference(got.split(), expected.split(), "word", same=near)
        case Rule.NUMBERS:
            mine, theirs = stripped_lines(got), stripped_lines(expected)
            return first_difference(mine, theirs, "line", same=have_equal_numbers)
        case Rule.LIVECODEBENCH:
            mine, theirs = stripped_lines(got), stripped_lines(expected)
            return first_difference(mine, theirs, "line", same=have_equal_decimals)
        case Rule.CODECONTESTS:
            mine, theirs = got.lower().split(), expected.lower().split()
            return first_difference(mine, theirs, "word", same=are_close)


def lines(output: bytes) -> list[bytes]:
    """Lines without white space at their ends, and without blank ones at the end of all."""
    found = [line.rstrip() for line in output.splitlines()]
    while found and not found[-1]:
        found.pop()
    return found


def stripped_lines(output: bytes) -> list[bytes]:
    """Lines without white space around them, and without blank ones around all."""
    return [line.strip() for line in output.strip().split(b"\n")]


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


def is_near(got: bytes, expected: bytes, tolerance: float) -> bool:
    """Whether both are plain decimal numbers that differ by at most `tolerance`."""
    if not (tolerance and NUMBER.fullmatch(got) and NUMBER.fullmatch(expected)):
        return False
    mine, theirs = float(got), float(expected)
    return math.isclose(mine, theirs, rel_tol=tolerance, abs_tol=tolerance)


def are_close(got: bytes, expected: bytes) -> bool:
    """Whether both are plain decimal numbers less than NEAR apart."""
    if not (NUMBER.fullmatch(got) and NUMBER.fullmatch(expected)):
        return False
    return abs(float(got) - float(expected)) < NEAR


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
