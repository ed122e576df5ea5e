"""When two outputs of a program are equal: the rules, and the first difference in one line.

A program chooses its output, and it is judged in the engine's own process: time grows with the
lengths of both and memory with neither, for outputs are taken apart piece by piece, and no further
than to the first difference.
"""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import partial
from itertools import zip_longest
from typing import NamedTuple

from grader.graders._numbers import DIGITS, NUMBER, are_integers, are_same, gap

SHOWN_CHARS = 60
SHOWN_BYTES = 4 * (SHOWN_CHARS + 1)
PIECE = 1 << 16
"""Bytes of an output that are taken apart at a time."""
SPACE = re.compile(rb"\s")
LINE_END = re.compile(rb"\r\n?|\n")
LINE_FEED = re.compile(rb"\n")
NEAR = Decimal("1e-5")
"""CodeContests' absolute tolerance."""
SMALLEST = Decimal("1e-10")
"""What SandboxFusion's `float_equal` divides by at least."""
CLOSE, CLOSE_PART = Decimal("1e-8"), Decimal("1e-5")
"""What `numpy.allclose` allows: so much, and such a part of the expected number."""


class OutputRule(StrEnum):
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
    VALUES = "values"
    """As sequences of words in lower case; of decimal numbers the exact values count."""
    NEAR = "near"
    """VALUES, and two decimal numbers may differ by less than 1e-5: for tasks whose outputs hold
    numbers with a fraction. Differences are exact, so that two integers never differ by less."""
    CODECONTESTS = "codecontests"
    """As sequences of words in lower case; two decimal numbers may differ by less than 1e-5 as
    floats, which large integers do too (google-deepmind/code_contests, `OutputsMatch`)."""
    COMMON_OJ = "common-oj"
    """Line by line in lower case, without white space around; where a line is one number, another
    within 1e-5 of it is right, but two integers must be equal: SandboxFusion's own
    `check_stdio_test_case` takes 100001 for 100000."""
    FLOATS = "floats"
    """As sequences of words; where a number with a fraction is expected, another within numpy's
    usual closeness (1e-8 and 1e-5 of it) is right too. Integers must be exact."""


def difference(got: bytes, expected: bytes, rule: OutputRule, *, tolerance: float = 0.0) -> str:
    """Empty where `got` is right under the rule; else the first difference, in one line.

    `tolerance` is for rule TOKENS: numbers may differ by this much, relatively or absolutely; two
    integers may not.
    """
    if got == expected:
        return ""
    parts, unit, same = WAYS[rule]
    if rule is OutputRule.TOKENS and tolerance:
        same = partial(is_near, tolerance=Decimal(repr(tolerance)))
    return first_difference(parts(got), parts(expected), unit, same=same)


def first_difference(
    got: Iterator[bytes],
    expected: Iterator[bytes],
    unit: str,
    *,
    same: Callable[[bytes, bytes], bool] | None = None,
) -> str:
    """`line 3: expected '5', got '6'`; empty where there is none.

    `same` is asked about two that are not equal byte for byte.
    """
    for number, (mine, theirs) in enumerate(zip_longest(got, expected), start=1):
        if mine == theirs:
            continue
        if mine is None:
            return f"{unit} {number}: expected {shown(theirs)}, got the end"
        if theirs is None:
            return f"{unit} {number}: expected the end, got {shown(mine)}"
        if not (same and same(mine, theirs)):
            return f"{unit} {number}: expected {shown(theirs)}, got {shown(mine)}"
    return ""


def shown(text: bytes) -> str:
    """Quoted, printable and short."""
    decoded = text[:SHOWN_BYTES].decode(errors="backslashreplace")
    return ascii(decoded if len(decoded) <= SHOWN_CHARS else decoded[:SHOWN_CHARS] + "…")


# ---- outputs in parts ---------------------------------------------------------------------------


def pieces(output: bytes, end: re.Pattern[bytes]) -> Iterator[bytes]:
    """`output` in pieces of about PIECE bytes, each up to an `end`."""
    start = 0
    while start < len(output):
        found = end.search(output, start + PIECE)
        stop = found.end() if found else len(output)
        yield output[start:stop]
        start = stop


def whole_lines(output: bytes) -> Iterator[bytes]:
    """Lines with their ends."""
    for piece in pieces(output, LINE_END):
        yield from piece.splitlines(keepends=True)


def lines(output: bytes) -> Iterator[bytes]:
    """Lines without white space at their ends, and without blank ones at the end of all."""
    for piece in pieces(output.rstrip(), LINE_END):
        yield from map(bytes.rstrip, piece.splitlines())


def stripped_lines(output: bytes) -> Iterator[bytes]:
    """Lines without white space around them, and without blank ones around all; one at least."""
    inner = output.strip()
    if not inner:
        yield inner
    for piece in pieces(inner, LINE_FEED):
        yield from map(bytes.strip, piece.removesuffix(b"\n").split(b"\n"))


def lower_lines(output: bytes) -> Iterator[bytes]:
    """Stripped lines in lower case, as texts where they are UTF-8."""
    for line in stripped_lines(output):
        try:
            yield line.decode().lower().encode()
        except UnicodeDecodeError:
            yield line.lower()


def words(output: bytes) -> Iterator[bytes]:
    """What white space separates."""
    for piece in pieces(output, SPACE):
        yield from piece.split()


def lower_words(output: bytes) -> Iterator[bytes]:
    """Words in lower case."""
    for piece in pieces(output, SPACE):
        yield from piece.lower().split()


# ---- parts that differ in their bytes -----------------------------------------------------------


def is_near(got: bytes, expected: bytes, *, tolerance: Decimal) -> bool:
    """Whether both are decimal numbers that differ by at most `tolerance`, and not two integers."""
    if are_integers(got, expected):
        return are_same(got, expected)
    apart = gap(got, expected)
    if apart is None:
        return False
    part = DIGITS.multiply(tolerance, max(apart.got, apart.expected))
    return apart.away <= max(tolerance, part)


def is_within(got: bytes, expected: bytes) -> bool:
    """Whether both are decimal numbers less than NEAR apart."""
    apart = gap(got, expected)
    return apart is not None and apart.away < NEAR


def are_near_floats(got: bytes, expected: bytes) -> bool:
    """Whether both are decimal numbers that are less than NEAR apart as floats."""
    if not (NUMBER.fullmatch(got) and NUMBER.fullmatch(expected)):
        return False
    return abs(float(got) - float(expected)) < float(NEAR)


def is_nearly(got: bytes, expected: bytes) -> bool:
    """Whether both are one number each, less than NEAR of the expected one apart."""
    if are_integers(got, expected):
        return are_same(got, expected)
    apart = gap(got, expected)
    return apart is not None and apart.away < DIGITS.multiply(NEAR, max(apart.expected, SMALLEST))


def is_close(got: bytes, expected: bytes) -> bool:
    """Whether a number with a fraction is expected and another close to it was given."""
    apart = gap(got, expected)
    if apart is None or are_integers(expected):
        return False
    return apart.away <= DIGITS.fma(CLOSE_PART, apart.expected, CLOSE)


def have_equal_numbers(got: bytes, expected: bytes) -> bool:
    """Whether both lines hold nothing but decimal numbers, and the same ones."""
    return all(
        mine is not None and theirs is not None and are_same(mine, theirs)
        for mine, theirs in zip_longest(words(got), words(expected))
    )


def have_equal_decimals(got: bytes, expected: bytes) -> bool:
    """Whether both lines are the same list of what Decimal reads."""
    pairs = zip_longest(decoded_words(got), decoded_words(expected))
    try:
        return all(
            mine is not None and theirs is not None and Decimal(mine) == Decimal(theirs)
            for mine, theirs in pairs
        )
    except (InvalidOperation, ValueError):  # no number, a signalling NaN, not UTF-8
        return False


def decoded_words(line: bytes) -> Iterator[str]:
    """What white space of any script separates; UnicodeDecodeError where it is not UTF-8."""
    for piece in pieces(line, SPACE):
        yield from piece.decode().split()


class OutputComparison(NamedTuple):
    """How a rule takes outputs apart, and what it asks of parts that differ in their bytes."""

    parts: Callable[[bytes], Iterator[bytes]]
    unit: str
    same: Callable[[bytes, bytes], bool] | None = None


WAYS = {
    OutputRule.EXACT: OutputComparison(whole_lines, "line"),
    OutputRule.LINES: OutputComparison(lines, "line"),
    OutputRule.TOKENS: OutputComparison(words, "word"),
    OutputRule.NUMBERS: OutputComparison(stripped_lines, "line", have_equal_numbers),
    OutputRule.LIVECODEBENCH: OutputComparison(stripped_lines, "line", have_equal_decimals),
    OutputRule.VALUES: OutputComparison(lower_words, "word", are_same),
    OutputRule.NEAR: OutputComparison(lower_words, "word", is_within),
    OutputRule.CODECONTESTS: OutputComparison(lower_words, "word", are_near_floats),
    OutputRule.COMMON_OJ: OutputComparison(lower_lines, "line", is_nearly),
    OutputRule.FLOATS: OutputComparison(words, "word", is_close),
}
