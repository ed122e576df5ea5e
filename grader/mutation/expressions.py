"""Mistakes in expressions: what stands for what, after the operators of mutation testing.

Comparison, arithmetic, logic and constants are those of Offutt et al. (1996, "An experimental
determination of sufficient mutant operators", ROR, AOR, LCR, UOI); the others are mistakes that
models make: a bound that is off by one, arguments in the wrong order, a call left out.
"""

import ast
from collections.abc import Iterator
from itertools import pairwise

from grader.mutation.edits import Edit, SyntaxMap

COMPARED: dict[type[ast.cmpop], tuple[str, tuple[tuple[str, str], ...]]] = {
    ast.Lt: ("<", (("boundary", "<="), ("comparison", ">"))),
    ast.LtE: ("<=", (("boundary", "<"), ("comparison", ">="))),
    ast.Gt: (">", (("boundary", ">="), ("comparison", "<"))),
    ast.GtE: (">=", (("boundary", ">"), ("comparison", "<="))),
    ast.Eq: ("==", (("comparison", "!="), ("boundary", ">="), ("boundary", "<="))),
    ast.NotEq: ("!=", (("comparison", "=="), ("boundary", "<"), ("boundary", ">"))),
    ast.In: (r"\bin\b", (("comparison", "not in"),)),
    ast.NotIn: (r"\bnot\s+in\b", (("comparison", "in"),)),
    ast.Is: (r"\bis\b", (("comparison", "is not"),)),
    ast.IsNot: (r"\bis\s+not\b", (("comparison", "is"),)),
}
CALCULATED: dict[type[ast.operator], tuple[str, tuple[str, ...]]] = {
    ast.Add: (r"\+", ("-",)),
    ast.Sub: ("-", ("+",)),
    ast.Mult: (r"\*", ("+", "//")),
    ast.Div: ("/", ("//", "*")),
    ast.FloorDiv: ("//", ("/", "*")),
    ast.Mod: ("%", ("//", "*")),
    ast.Pow: (r"\*\*", ("*",)),
    ast.LShift: ("<<", (">>",)),
    ast.RShift: (">>", ("<<",)),
    ast.BitAnd: ("&", ("|",)),
    ast.BitOr: (r"\|", ("&", "^")),
    ast.BitXor: (r"\^", ("|", "&")),
}
SISTERS = {
    "min": "max", "max": "min", "any": "all", "all": "any", "floor": "ceil", "ceil": "floor",
    "round": "int", "lower": "upper", "upper": "lower", "isupper": "islower",
    "islower": "isupper", "startswith": "endswith", "endswith": "startswith", "find": "rfind",
    "lstrip": "rstrip", "rstrip": "lstrip", "keys": "values", "values": "keys", "set": "list",
    "union": "intersection", "intersection": "union", "isalpha": "isalnum", "isdigit": "isalnum",
    "index": "count", "sum": "max",
}  # fmt: skip
"""Functions and methods that are taken for each other."""
NUMBERS = frozenset({"len", "sum", "int", "max", "min", "abs", "round", "count", "index", "find"})
"""Calls of which the result is a number."""


def of_expression(node: ast.AST, where: SyntaxMap) -> Iterator[Edit]:
    """All edits of one expression, its parts aside."""
    match node:
        case ast.Compare():
            yield from _comparison(node, where)
        case ast.BinOp():
            yield from _arithmetic(node, where)
        case ast.BoolOp():
            yield from _logic(node, where)
        case ast.UnaryOp():
            yield where.replaced(node, f"({where.text(node.operand)})", _unary(node.op))
        case ast.Constant():
            yield from _constant(node, where)
        case ast.Call():
            yield from _call(node, where)
        case ast.Subscript():
            yield from _subscript(node, where)
        case ast.IfExp():
            yield where.replaced(node, f"({where.text(node.body)})", "boolean")
            yield where.replaced(node, f"({where.text(node.orelse)})", "boolean")
        case _:
            pass


def _comparison(node: ast.Compare, where: SyntaxMap) -> Iterator[Edit]:
    sides = [node.left, *node.comparators]
    for place, kind in enumerate(node.ops):
        old, ways = COMPARED[type(kind)]
        for operator, new in ways:
            yield from where.between(sides[place], sides[place + 1], old, new, operator)


def _arithmetic(node: ast.BinOp, where: SyntaxMap) -> Iterator[Edit]:
    old, ways = CALCULATED.get(type(node.op), ("", ()))
    for new in ways:
        yield from where.between(node.left, node.right, old, new, "arithmetic")
    if isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Mod):
        yield where.replaced(node, f"({where.text(node.left)})", "arithmetic")


def _logic(node: ast.BoolOp, where: SyntaxMap) -> Iterator[Edit]:
    old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
    for before, after in pairwise(node.values):
        yield from where.between(before, after, rf"\b{old}\b", new, "boolean")
    for left_out in range(len(node.values)):
        rest = [where.text(each) for each in node.values[:left_out] + node.values[left_out + 1 :]]
        kept = f" {old} ".join(f"({each})" for each in rest)
        yield where.replaced(node, f"({kept})", "boolean")


def _unary(kind: ast.unaryop) -> str:
    return "boolean" if isinstance(kind, ast.Not) else "arithmetic"


def _constant(node: ast.Constant, where: SyntaxMap) -> Iterator[Edit]:
    value: object = node.value
    others: list[str] = []
    match value:
        case bool():
            others = [str(not value)]
        case int():
            others = [str(value + 1), f"({value - 1})" if value < 1 else str(value - 1)]
        case float():
            others = [f"({value!r} + 1)", f"({value!r} * 2)"]
        case str():
            others = [*([repr("")] if value else []), repr(f"{value}x")]
        case bytes():
            others = [*([repr(b"")] if value else []), repr(value + b"x")]
        case _:
            pass
    for other in others:
        yield where.replaced(node, other, "constant")


def _call(node: ast.Call, where: SyntaxMap) -> Iterator[Edit]:
    function, named = node.func, ""
    if isinstance(function, ast.Name):
        named = function.id
    elif isinstance(function, ast.Attribute):
        named = function.attr
    text = where.text(node)
    if sister := SISTERS.get(named):
        behind = where.span(function)[1]
        yield Edit(behind - len(named.encode()), behind, sister, "call")
    if named == "sorted":
        yield where.replaced(node, f"{text}[::-1]", "call")
    yield from _arguments(node, where)
    if named in NUMBERS and not node.keywords:
        yield where.replaced(node, f"({text} + 1)", "off by one")
        yield where.replaced(node, f"({text} - 1)", "off by one")
    plain = [each for each in node.args if not isinstance(each, ast.Starred)]
    if named == "range" and plain:
        last = plain[min(1, len(plain) - 1)]
        yield where.replaced(last, f"{where.text(last)} + 1", "off by one")
        yield where.replaced(last, f"{where.text(last)} - 1", "off by one")


def _arguments(node: ast.Call, where: SyntaxMap) -> Iterator[Edit]:
    """Arguments swapped, the only one instead of the result, one left out."""
    plain = [each for each in node.args if not isinstance(each, ast.Starred)]
    for first, second in pairwise(plain):
        gap = where.data[where.span(first)[1] : where.span(second)[0]].decode()
        text = f"{where.text(second)}{gap}{where.text(first)}"
        yield Edit(where.span(first)[0], where.span(second)[1], text, "swapped arguments")
    function = node.func
    if isinstance(function, ast.Name) and len(node.args) == 1 and not node.keywords and plain:
        yield where.replaced(node, f"({where.text(plain[0])})", "left-out call")
    elif isinstance(function, ast.Attribute) and len(node.args) <= 1:
        yield where.replaced(node, f"({where.text(function.value)})", "left-out call")
    for keyword in node.keywords:
        if keyword.arg and (node.args or len(node.keywords) > 1):
            yield from _without(node, keyword, where)


def _without(node: ast.Call, keyword: ast.keyword, where: SyntaxMap) -> Iterator[Edit]:
    kept = [where.text(each) for each in node.args]
    kept += [
        f"{each.arg}={where.text(each.value)}" if each.arg else f"**{where.text(each.value)}"
        for each in node.keywords
        if each is not keyword
    ]
    yield where.replaced(node, f"{where.text(node.func)}({', '.join(kept)})", "left-out argument")


def _subscript(node: ast.Subscript, where: SyntaxMap) -> Iterator[Edit]:
    if not isinstance(node.ctx, ast.Load):
        return
    held, place = where.text(node.value), node.slice
    if not isinstance(place, ast.Slice):
        if not isinstance(place, ast.Constant | ast.Tuple):
            for more in ("+ 1", "- 1"):
                yield where.replaced(place, f"{where.text(place)} {more}", "off by one")
        return
    yield where.replaced(node, f"({held})", "boundary")
    for bound in (place.lower, place.upper):
        if bound is not None and not isinstance(bound, ast.Constant):
            for more in ("+ 1", "- 1"):
                yield where.replaced(bound, f"{where.text(bound)} {more}", "off by one")
