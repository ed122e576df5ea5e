# pyright: basic
"""What an assertion that was moved out of the tests says: a plain picture of a value.

Tests find `_grader_tell` among their builtins. Whoever takes its place, or the channel's, still has
to know the value: what is wanted stands nowhere in this process.
"""

import builtins
import datetime as dt
import decimal
import fractions
import hashlib
import json
import sys
from collections import OrderedDict

LONGEST = 65536
"""Letters; of a longer picture its hash is told."""
DEEPEST = 60
VALUES = ("datetime", "uuid", "pathlib", "ipaddress")
"""Modules of the standard library whose objects are equal where they are written alike."""


def given(send):
    """Put both functions where every module finds them."""
    setattr(builtins, "_grader_tell", teller(send))
    setattr(builtins, "_grader_prove", prover(send))


def teller(send):
    """A function that tells one value."""

    def tell(hole, value):
        send({"kind": "told", "hole": hole, "value": text_of(value)})

    return tell


def prover(send):
    """A function that tells both sides of an assertion, where they can be had."""

    def prove(hole, got, wanted):
        told = {"kind": "told", "hole": hole}
        for name, side in (("value", got), ("wanted", wanted)):
            try:
                told[name] = text_of(side())
            except Exception:  # the code without the solution may not get so far
                continue
        send(told)

    return prove


def text_of(value):
    """The picture of a value as text; two values that are equal have the same."""
    try:
        text = json.dumps(picture(value, 0), sort_keys=True)
    except Exception:  # of an object of the tested code, or too deep
        text = json.dumps(["o", type(value).__name__])
    if len(text) > LONGEST:
        text = json.dumps(["h", hashlib.sha256(text.encode()).hexdigest()])
    return text


def picture(value, depth):
    """Lists and texts alone; `["o", …]` for an object of which nobody knows what equals it."""
    if depth > DEEPEST:
        raise ValueError("too deep")
    if value is None:
        return ["0"]
    if isinstance(value, int):
        return ratio(int.__add__(value, 0), 1)
    if isinstance(value, float):
        number = float.__add__(value, 0.0)
        return ratio(*number.as_integer_ratio()) if number - number == 0 else ["f", repr(number)]
    if isinstance(value, str):
        return ["s", str.__str__(value)]
    if isinstance(value, (bytes, bytearray)):
        return ["b", bytes(value).hex()]
    if isinstance(value, list):
        return ["l"] + [picture(each, depth + 1) for each in list.__iter__(value)]
    if isinstance(value, tuple):
        return ["t"] + [picture(each, depth + 1) for each in tuple.__iter__(value)]
    if isinstance(value, dict):
        pairs = [[picture(k, depth + 1), picture(v, depth + 1)] for k, v in dict.items(value)]
        plain = ["d"] + sorted(pairs, key=json.dumps)
        return ["D", plain] if isinstance(value, OrderedDict) else plain
    if isinstance(value, (set, frozenset)):
        return ["S"] + sorted((picture(each, depth + 1) for each in value), key=json.dumps)
    return of_object(value, depth)


def ratio(above, below):
    """A number: all kinds that are equal alike."""
    return ["n", "%x" % above, "%x" % below]


def of_object(value, depth):
    """Objects of known kinds."""
    kind = type(value)
    module = str(kind.__module__)
    if module == "numpy" and getattr(value, "ndim", None) == 0:
        return picture(value.item(), depth + 1)
    if isinstance(value, type):
        return ["y", value.__module__ + "." + value.__qualname__]
    if isinstance(value, (decimal.Decimal, fractions.Fraction)) and is_finite(value):
        exact = fractions.Fraction(value)
        return ratio(exact.numerator, exact.denominator)
    if isinstance(value, dt.datetime):
        return moment(value)
    if module in VALUES:
        return ["r", kind.__name__, repr(value)]
    if module.startswith("sympy."):
        return of_sympy(value, depth)
    text = str(value)
    return ["o", kind.__name__, text] if value == text else ["o", kind.__name__]


def moment(value):
    """A point in time: one where the zone is known, however it is written."""
    offset = value.utcoffset()
    return ["r", "datetime", repr(value if offset is None else value.replace(tzinfo=None) - offset)]


def is_finite(value):
    """Whether a decimal number is one."""
    return not isinstance(value, decimal.Decimal) or value.is_finite()


def of_sympy(value, depth):
    """An expression: SymPy's own equality is that of how it is built."""
    name = type(value).__name__
    if getattr(value, "is_Rational", False):
        return ratio(int(value.p), int(value.q))
    if name in ("BooleanTrue", "BooleanFalse"):
        return ratio(int(name == "BooleanTrue"), 1)
    if name == "Tuple":
        return ["t"] + [picture(each, depth + 1) for each in value]
    written = sys.modules["sympy"].srepr(value)
    for word in ("Mutable", "Immutable"):
        written = written.replace(word, "")
    return ["r", "sympy", written]
