"""Decimal numbers in what a program printed, compared by their exact values.

A program chooses these texts: each way here takes time that grows with their length and not faster,
and no number is ever written out (`1e999999999` stays nine digits).
"""

import re
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, InvalidOperation
from typing import NamedTuple

NUMBER = re.compile(rb"[+-]?(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d++)?")
"""A plain decimal number. Possessive: what was taken is not taken apart in another way again."""
INTEGER = re.compile(rb"[+-]?\d++")
FRACTION = re.compile(rb"(?<!\S)(?![+-]?\d++(?!\S))" + NUMBER.pattern + rb"(?!\S)")
"""A word that is a number with a fraction or an exponent."""
DIGITS = Context(prec=60, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])
"""Differences are rounded to so many digits; of integers none becomes smaller than 1."""


def number(text: bytes) -> Decimal | None:
    """The exact value of a plain decimal number; None where `text` is none."""
    if not NUMBER.fullmatch(text):
        return None
    try:
        return Decimal(text.decode())
    except InvalidOperation:  # an exponent beyond 10**18
        return None


def are_same(got: bytes, expected: bytes) -> bool:
    """Whether both are numbers of exactly one value."""
    mine, theirs = number(got), number(expected)
    return mine is not None and mine == theirs


def are_integers(*texts: bytes) -> bool:
    """Whether all are written as integers."""
    return all(map(INTEGER.fullmatch, texts))


def has_fraction(text: bytes) -> bool:
    """Whether any word is a number with a fraction or an exponent."""
    return FRACTION.search(text) is not None


class NumberGap(NamedTuple):
    """Two numbers side by side."""

    away: Decimal
    """How far they lie apart."""
    got: Decimal
    """The size of the one, without its sign."""
    expected: Decimal
    """The size of the other."""


def gap(got: bytes, expected: bytes) -> NumberGap | None:
    """The gap between two numbers; None unless both are some."""
    mine, theirs = number(got), number(expected)
    if mine is None or theirs is None:
        return None
    away = DIGITS.abs(DIGITS.subtract(mine, theirs))
    return NumberGap(away, DIGITS.abs(mine), DIGITS.abs(theirs))
