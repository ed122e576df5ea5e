"""Whether an output agrees with what the reference gives for the same arguments.

The text of this module travels into the sandbox: standard library only, no imports of ours.
The rules are EvalPlus's (evalplus 0.3.1, `eval/__init__.py`, `eval/_special_oracle.py` and
`data/mbpp.py`; find_zero as mended after that release), in two readings:

- strict: no code of the candidate's decides. Outputs are first reduced to exact builtin values, so
  an `__eq__` that always says yes says nothing; one input's tolerance does not leak into the next;
  "any answer" still wants the reference's type; nested lists must have equal shapes, and no
  tolerance is for two integers.
- compat: EvalPlus's own, quirks included; the caller keeps the tolerance from input to input.
"""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# (values of unknown type are what this module is about)

import math
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any

FLOAT_ATOL = 1e-6
"""Absolute tolerance for float results of a task that names none."""
RTOL = 1e-7
EXACT = frozenset({int, float, complex, bool, str, bytes, type(None)})
INTEGER_MIN, INTEGER_MAX = -(2**63), 2**64 - 1
"""Integers that fit an array of machine numbers, signed or unsigned."""


class OpaqueValue:
    """Stands for an object that is no plain value; equal to nothing but itself."""


# ---- arguments ----------------------------------------------------------------------------------


def decode(shapes: Sequence[str], cases: Iterable[Sequence[Any]]) -> list[list[Any]]:
    """Arguments with the types that JSON could not carry.

    `shapes` names one converter per argument; the last one serves all further arguments. No shapes:
    as they are.
    """
    if not shapes:
        return [list(case) for case in cases]
    last = len(shapes) - 1
    return [
        [SHAPES[shapes[min(place, last)]](value) for place, value in enumerate(case)]
        for case in cases
    ]


def _deep(value: Any) -> Any:
    return tuple(map(_deep, value)) if isinstance(value, list) else value


def _flat(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


SHAPES: dict[str, Callable[[Any], Any]] = {
    "same": lambda value: value,
    "tuple": tuple,
    "list of tuples": lambda value: [tuple(item) for item in value],
    "tuple of tuples": lambda value: tuple(tuple(item) for item in value),
    "tuple, lists in it too": lambda value: tuple(map(_flat, value)),
    # An empty set reads `{}`, which is a dict: so did the inputs' authors.
    "list of sets": lambda value: [
        set(item) if isinstance(item, list) and item else {} for item in value
    ],
    "dict of tuples": lambda value: {key: tuple(item) for key, item in value.items()},
    "deep tuple": _deep,
    "float": float,
    "complex": complex,
}


# ---- agreement ----------------------------------------------------------------------------------


def agrees(
    rule: str,
    arguments: Sequence[Any],
    output: Any,
    expected: Any,
    atol: float,
    *,
    compat: bool = False,
) -> bool:
    """Whether `output` is right for `arguments` (which nobody has changed) under `rule`.

    `expected` is what the reference returned. Never raises for what an output can be.
    """
    if rule == "presence":
        expected = expected is not None
    try:
        given = output if compat else _reduced(rule, output)
        wanted = expected if compat else plain(expected)
        matched = bool(RULES[rule](arguments, given, wanted, atol))
        if rule == "root":
            return matched
        if rule == "anything" and not compat:
            matched = type(given) is type(wanted)
        if matched:
            return True
        allowed = tolerance(expected, atol)
        return (
            allowed != 0
            and type(output) is type(expected)
            and (not isinstance(wanted, (list, tuple)) or len(given) == len(wanted))
            and is_close(given, wanted, allowed, broadcast=compat)
        )
    except Exception:  # noqa: BLE001  the boundary to the candidate's own __eq__, __hash__, __iter__
        return False


def tolerance(expected: Any, atol: float) -> float:
    """The absolute tolerance for `expected`: the task's, or FLOAT_ATOL for float results."""
    return FLOAT_ATOL if atol == 0 and is_floats(expected) else atol


def is_floats(value: Any) -> bool:
    """A float, or a list or tuple of nothing but floats and not empty."""
    if isinstance(value, (list, tuple)):
        return bool(value) and all(isinstance(item, float) for item in value)
    return isinstance(value, float)


def _root(arguments: Sequence[Any], output: Any, _expected: Any, atol: float) -> bool:
    """Any zero of the polynomial with the given coefficients, lowest power first."""
    coefficients: Sequence[float] = arguments[0]
    return abs(sum(c * math.pow(output, power) for power, c in enumerate(coefficients))) <= atol


def _surface(arguments: Sequence[Any], output: Any, expected: Any, atol: float) -> bool:
    """The square pyramid's height may also be read as the one from base to apex."""
    edge, height = arguments
    slant = math.sqrt((edge / 2) ** 2 + height**2)
    other = round(edge**2 + 4 * (edge * slant) / 2)
    return output == expected or abs(output - other) <= atol


def _digits(arguments: Sequence[Any], output: Any, expected: Any, _atol: float) -> bool:
    """The digits' distance may also be taken place by place, with leading zeros."""
    if output == expected:
        return True
    left, right = (str(number) for number in arguments)
    width = max(len(left), len(right))
    pairs = zip(left.zfill(width), right.zfill(width), strict=True)
    return output == sum(abs(int(a) - int(b)) for a, b in pairs)


def _presence(_arguments: Sequence[Any], output: Any, expected: Any, _atol: float) -> bool:
    """Something or nothing, as a bool or as an object such as a match."""
    return output == expected if isinstance(output, bool) else expected == (output is not None)


RULES: dict[str, Callable[[Sequence[Any], Any, Any, float], bool]] = {
    "equal": lambda _arguments, output, expected, _atol: output == expected,
    "root": _root,
    "anything": lambda _arguments, _output, _expected, _atol: True,
    "equal or zero": lambda _arguments, output, expected, _atol: output in (expected, 0),
    "surface": _surface,
    "digits": _digits,
    "same set": lambda _arguments, output, expected, _atol: set(output) == set(expected),
    "presence": _presence,
}


# ---- plain values -------------------------------------------------------------------------------


def _reduced(rule: str, output: Any) -> Any:
    if rule == "same set" and not isinstance(output, (list, tuple, set, frozenset, dict, str)):
        return [plain(item) for item in output]
    return plain(output)


def plain(value: Any) -> Any:
    """`value` in exact builtin types, made without calling any method of a class of its own.

    Subclasses of builtins (Counter, named tuples, IntEnum, numpy's float64 …) become what they
    extend, numpy's other scalars what `item()` gives, anything else an `OpaqueValue`.
    """
    kind: Any = type(value)
    if kind in EXACT:
        return value
    for base, taken in BUILTINS:
        if issubclass(kind, base):
            return taken(value)
    return _outside(value, kind)


BUILTINS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (list, lambda value: [plain(item) for item in list.__iter__(value)]),
    (tuple, lambda value: tuple(plain(item) for item in tuple.__iter__(value))),
    (dict, lambda value: {plain(key): plain(item) for key, item in dict.items(value)}),
    (set, lambda value: {plain(item) for item in set.__iter__(value)}),
    (frozenset, lambda value: {plain(item) for item in frozenset.__iter__(value)}),
    (int, int.__int__),
    (float, float.__float__),
    (complex, complex.__complex__),
    (str, str.__str__),
    (bytes, bytes.__bytes__),
)


def _outside(value: Any, kind: Any) -> Any:
    """Values of libraries that equal plain ones: dict views, fractions, decimals, numpy scalars."""
    if kind in {type({}.keys()), type({}.items())}:
        return {plain(item) for item in value}
    for module, name in (("fractions", "Fraction"), ("decimal", "Decimal")):
        if module in sys.modules and kind is getattr(sys.modules[module], name):
            return value
    numpy = sys.modules.get("numpy")
    if numpy is not None and issubclass(kind, numpy.generic) and kind.__module__ == "numpy":
        return numpy.generic.item(value)
    return OpaqueValue()


# ---- closeness ----------------------------------------------------------------------------------


def is_close(output: Any, expected: Any, atol: float, *, broadcast: bool) -> bool:
    """What `numpy.allclose(output, expected, rtol=1e-7, atol=atol)` says about nested sequences.

    Raises ValueError or TypeError where numpy would. Without `broadcast`, shapes must be equal, and
    so must integers, however large they are.
    """
    shape, numbers = grid(plain(output))
    other_shape, others = grid(plain(expected))
    if other_shape and any(
        isinstance(number, int) and not INTEGER_MIN <= number <= INTEGER_MAX for number in others
    ):
        raise TypeError("integers beyond the machine's in an array")
    if not broadcast:
        pairs = zip(numbers, others, strict=False)
        return shape == other_shape and all(_exactly_near(a, b, atol) for a, b in pairs)
    if shape == other_shape:
        return all(_near(a, b, atol) for a, b in zip(numbers, others, strict=True))
    return all(
        _near(numbers[left], others[right], atol) for left, right in _pairs(shape, other_shape)
    )


def grid(value: Any) -> tuple[tuple[int, ...], list[Any]]:
    """Shape and numbers of a number or of evenly nested sequences; ValueError for the rest."""
    if isinstance(value, (int, float, complex)):
        return (), [value]
    if not isinstance(value, (list, tuple)):
        raise ValueError("not a number")  # noqa: TRY004  as numpy tells it apart: not at all
    parts = [grid(item) for item in value]
    shapes = {shape for shape, _ in parts}
    if len(shapes) > 1:
        raise ValueError("unevenly nested")
    numbers = [number for _, numbers in parts for number in numbers]
    return (len(parts), *(shapes.pop() if shapes else ())), numbers


def _pairs(left: tuple[int, ...], right: tuple[int, ...]) -> list[tuple[int, int]]:
    """Positions in two flat arrays that broadcasting lays on each other."""
    depth = max(len(left), len(right))
    left = (1,) * (depth - len(left)) + left
    right = (1,) * (depth - len(right)) + right
    pairs = [(0, 0)]
    for a, b in zip(left, right, strict=True):
        if a != b and 1 not in {a, b}:
            raise ValueError("shapes do not fit")
        length = b if a == 1 else a
        pairs = [
            (p * a + (i if a > 1 else 0), q * b + (i if b > 1 else 0))
            for p, q in pairs
            for i in range(length)
        ]
    return pairs


def _exactly_near(number: Any, other: Any, atol: float) -> bool:
    if isinstance(number, int) and isinstance(other, int):
        return number == other
    return _near(number, other, atol)


def _near(number: Any, other: Any, atol: float) -> bool:
    if isinstance(number, complex) or isinstance(other, complex):
        a, b = complex(number), complex(other)
        finite = math.isfinite(b.real) and math.isfinite(b.imag)
        size, gap = math.hypot(b.real, b.imag), math.hypot(a.real - b.real, a.imag - b.imag)
    else:
        a, b = float(number), float(other)
        finite, size, gap = math.isfinite(b), abs(b), abs(a - b)
    return a == b or (finite and gap <= atol + RTOL * size)
