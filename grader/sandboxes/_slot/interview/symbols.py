"""SymPy's expressions as data: a class's name and its arguments, leaves as texts and numbers.

SymPy is only imported where one arrives. Nothing is evaluated while an expression is put together:
what that costs would be the sender's choice. So it is what was sent, argument by argument, and
equal to another one as SymPy has it: by structure.
"""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# (values of unknown type are what this module is about)

import importlib
import sys
from typing import Any

from grader.sandboxes._slot.interview.crossing import Uncrossable

MOST_NODES = 20_000
MOST_DEPTH = 200
MOST_BITS = 1 << 16
MOST_NAME = 200
PAIR = 2
ATOMS = frozenset({
    "Half", "One", "Zero", "NegativeOne", "Pi", "Exp1", "ImaginaryUnit", "Infinity",
    "NegativeInfinity", "ComplexInfinity", "NaN", "EulerGamma", "GoldenRatio", "Catalan",
    "BooleanTrue", "BooleanFalse", "EmptySet", "Reals", "Integers", "Naturals", "Naturals0",
    "Complexes", "Rationals", "UniversalSet",
})  # fmt: skip
"""Classes that have one instance each."""
SUMS = frozenset({"Add", "Mul"})
NODES = frozenset({
    "Pow", "Equality", "Unequality", "StrictLessThan", "LessThan", "StrictGreaterThan",
    "GreaterThan", "Tuple", "FiniteSet", "Interval", "Union", "Intersection", "Piecewise",
    "ExprCondPair", "And", "Or", "Not",
})  # fmt: skip
FUNCTIONS = frozenset({
    "exp", "log", "sin", "cos", "tan", "cot", "sec", "csc", "asin", "acos", "atan", "acot", "atan2",
    "sinh", "cosh", "tanh", "coth", "asinh", "acosh", "atanh", "Abs", "sign", "re", "im", "arg",
    "conjugate", "floor", "ceiling", "factorial", "binomial", "gamma", "beta", "erf", "erfc",
    "Heaviside", "DiracDelta", "Max", "Min", "KroneckerDelta", "LambertW", "zeta", "Mod",
})  # fmt: skip
MATRICES = frozenset({"MutableDenseMatrix", "ImmutableDenseMatrix"})
ASSUMPTIONS = frozenset({
    "commutative", "complex", "extended_real", "real", "finite", "integer", "rational",
    "irrational", "positive", "negative", "zero", "nonzero", "nonnegative", "nonpositive", "even",
    "odd", "prime", "imaginary", "hermitian", "infinite", "algebraic", "transcendental",
    "extended_positive", "extended_negative", "extended_nonzero", "extended_nonnegative",
    "extended_nonpositive", "antihermitian", "composite", "noninteger",
})  # fmt: skip
NAME = "sympy"
NAMES = frozenset({NAME})


def take_apart(value: Any) -> tuple[str, tuple[Any, ...]] | None:
    """The tree of an expression or a matrix; None for any other object."""
    sympy = sys.modules.get("sympy")
    try:
        tree = _tree(sympy, value, [MOST_NODES], 0) if sympy else None
    except Uncrossable:
        return None
    return None if tree is None else (NAME, (tree,))


def put_together(_name: str, parts: tuple[Any, ...]) -> Any:
    """The expression; ValueError or TypeError where it is none."""
    (tree,) = parts
    try:
        sympy: Any = importlib.import_module("sympy")  # heavy, and seldom needed
    except ImportError:
        raise ValueError("no sympy here") from None
    return _made(sympy, tree, [MOST_NODES], 0)


def _tree(sympy: Any, value: Any, left: list[int], depth: int) -> tuple[Any, ...]:  # noqa: PLR0911  flat
    name, kind = type(value).__name__, type(value)
    left[0] -= 1
    if left[0] < 0 or depth > MOST_DEPTH:
        raise Uncrossable(name)
    if name in MATRICES and kind is getattr(sympy, name, None):
        cells = (_tree(sympy, each, left, depth + 1) for each in value.flat())
        return (name, int(value.rows), int(value.cols), *cells)
    if name in ATOMS and value is _atom(sympy, name):
        return (name,)
    if kind is sympy.Integer:
        return ("Integer", int(value))
    if kind is sympy.Rational:
        return ("Rational", int(value.p), int(value.q))
    if kind is sympy.Float:
        return ("Float", tuple(int(each) for each in value._mpf_), int(value._prec))  # noqa: SLF001
    if kind is sympy.Symbol:
        said = getattr(value, "_assumptions_orig", value.assumptions0)
        given = sorted((name, is_so) for name, is_so in said.items() if is_so is not None)
        return ("Symbol", value.name, *given)
    arguments = (_tree(sympy, each, left, depth + 1) for each in value.args)
    if _is_own(sympy, kind, name):
        return (name, *arguments)
    if isinstance(value, sympy.core.function.AppliedUndef) and len(kind.__mro__) < 20:  # noqa: PLR2004
        return ("function", name, *arguments)
    raise Uncrossable(name)


def _is_own(sympy: Any, kind: Any, name: str) -> bool:
    return name in SUMS | NODES | FUNCTIONS and kind is _class(sympy, name)


def _class(sympy: Any, name: str) -> Any:
    if name == "ExprCondPair":
        return sympy.functions.elementary.piecewise.ExprCondPair
    return getattr(sympy, name, None)


def _atom(sympy: Any, name: str) -> Any:
    named = {"BooleanTrue": "true", "BooleanFalse": "false"}.get(name)
    return getattr(sympy.S, named or name, None)


def _made(sympy: Any, tree: Any, left: list[int], depth: int) -> Any:
    if type(tree) is not tuple or not tree or type(tree[0]) is not str:
        raise ValueError("not an expression")
    left[0] -= 1
    if left[0] < 0 or depth > MOST_DEPTH:
        raise ValueError("too large an expression")
    name, *parts = tree
    if name in ATOMS and not parts:
        return _atom(sympy, name)
    if name in _LEAVES:
        return _LEAVES[name](sympy, *parts)
    head = 2 if name in MATRICES else 1 if name == "function" else 0
    if len(parts) < head:
        raise ValueError("not an expression")
    below = [_made(sympy, each, left, depth + 1) for each in parts[head:]]
    return _whole_node(sympy, name, parts[:head], below)


def _whole_node(sympy: Any, name: str, head: list[Any], below: list[Any]) -> Any:
    """An expression or a matrix of parts that are made."""
    if name in MATRICES:
        return _matrix(getattr(sympy, name), head[0], head[1], below)
    if not all(isinstance(each, sympy.Basic) for each in below):
        raise ValueError("a matrix in an expression")
    if name == "function":
        return sympy.Function(_name(head[0]))(*below, evaluate=False)
    if name in SUMS:
        if len(below) < PAIR or not all(isinstance(each, sympy.Expr) for each in below):
            raise ValueError("not terms")
        return _class(sympy, name)._from_args(below)  # noqa: SLF001
    if name not in NODES | FUNCTIONS:
        raise ValueError("not an expression")
    return _node(_class(sympy, name), name, below)


def _node(kind: Any, name: str, below: list[Any]) -> Any:
    """An instance of that class with just these arguments."""
    if name == "ExprCondPair":
        expression, condition = below
        made = kind.__mro__[1].__new__(kind, expression, condition)
    elif name in {"Tuple", "Interval"}:
        made = kind(*below)
    else:
        made = kind(*below, evaluate=False)
    return made


def _matrix(kind: Any, rows: Any, columns: Any, cells: list[Any]) -> Any:
    if _integer(rows) < 0 or _integer(columns) < 0 or rows * columns != len(cells):
        raise ValueError("not a matrix")
    return kind(rows, columns, cells)


def _integer(value: Any) -> int:
    if type(value) is not int or value.bit_length() > MOST_BITS:
        raise ValueError("not an integer")
    return value


def _name(value: Any) -> str:
    if type(value) is not str or not 0 < len(value) <= MOST_NAME:
        raise ValueError("not a name")
    return value


def _whole(sympy: Any, value: Any) -> Any:
    return sympy.Integer(_integer(value))


def _rational(sympy: Any, numerator: Any, denominator: Any) -> Any:
    if _integer(denominator) <= 0:
        raise ValueError("not a fraction")
    return sympy.Rational(_integer(numerator), denominator)


def _float(sympy: Any, number: Any, precision: Any) -> Any:
    if type(number) is not tuple or len(number) != 4 or not 0 < _integer(precision) < MOST_BITS:  # noqa: PLR2004
        raise ValueError("not a number")
    sign, mantissa, exponent, bits = (_integer(each) for each in number)
    if sign not in (0, 1) or mantissa < 0 or abs(exponent) > MOST_BITS:
        raise ValueError("not a number")
    if mantissa and bits != mantissa.bit_length():
        raise ValueError("not a number")
    return sympy.Float._new((sign, mantissa, exponent, bits), precision)  # noqa: SLF001


def _symbol(sympy: Any, name: Any, *given: Any) -> Any:
    said: dict[str, bool] = {}
    for each in given:
        if type(each) is not tuple or len(each) != PAIR or type(each[0]) is not str:
            raise ValueError("not an assumption")
        if each[0] not in ASSUMPTIONS or type(each[1]) is not bool:
            raise ValueError("not an assumption")
        said[each[0]] = each[1]
    return sympy.Symbol(_name(name), **said)


_LEAVES: dict[str, Any] = {
    "Integer": _whole,
    "Rational": _rational,
    "Float": _float,
    "Symbol": _symbol,
}
