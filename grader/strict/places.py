"""Where a test can want something else: constants that its assertions compare with."""

import ast
import random
import re
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from grader.strict.natural import NaturalWords, others
from grader.strict.source import Function, FunctionSegment, SourceOffsets

WANTED_NAMES = re.compile(r"want|expect|exp\b|result|answer|output|correct", re.IGNORECASE)
ASSERTING = re.compile(r"(?:self\.)?(?:assert|check|verify|expect)", re.IGNORECASE)
WEAK_BITS = 3
"""Of a place whose values can be told apart: who does not look is right once in eight cases."""
LIKELY = 2
"""Ranks from here on are inputs rather than what is wanted."""


class LiteralPlace(NamedTuple):
    """One literal, from `start` to `end` of the source, and what may stand there."""

    start: int
    end: int
    values: tuple[str, ...]
    """Sources; the first is the task's own. Their number is a power of two."""
    is_weak: bool = False
    """Whether somebody who looks may tell them apart: that stops those alone who do not look."""

    @property
    def bits(self) -> int:
        """How many bits say which of them stands there."""
        return len(self.values).bit_length() - 1


class TestConstant(NamedTuple):
    """A constant of a test."""

    rank: int
    """0 for the likeliest expected values."""
    node: ast.Constant
    row: str = ""
    """The parameter set that it is of, as its test's name has it."""


def places(
    source: str, tree: ast.Module, function: FunctionSegment, lines: Collection[int],
    kept: Collection[str], repository: Mapping[str, int], rnd: random.Random, *, most: int,
) -> tuple[LiteralPlace, ...]:  # fmt: skip
    """The places of a function, the best first, of at most `most` bits together.

    lines: those that the task's test patch adds, 1-based; what stands elsewhere is public.
    kept: names of tests that pass without the solution: their parameters show what is right.
    repository: token → how often the repository has it.
    """
    offsets = SourceOffsets(source)
    inside = source[function.start : function.end]
    text = NaturalWords(repository, source[: function.start] + source[function.end :], inside)
    public = {re.sub(r"^.*?\[|\]$", "", name) for name in kept if "[" in name}
    found: list[LiteralPlace] = []
    left = most
    for node in ordered(tree, function.node, lines, public):
        start, end = offsets.span(node)
        written = source[start:end]
        values = (written, *(v for v in others(written, text, rnd) if is_other(node.value, v)))
        bits = min(left, len(values).bit_length() - 1)
        if bits and function.start <= start and end <= function.end:
            found.append(LiteralPlace(start, end, values[: 2**bits]))
            left -= bits
    return tuple(found) or weak(source, tree, function, rnd, most=most)


def weak(
    source: str, tree: ast.Module, function: FunctionSegment, rnd: random.Random,
    away: Collection[tuple[int, int]] = (), *, most: int = WEAK_BITS,
) -> tuple[LiteralPlace, ...]:  # fmt: skip
    """The place of a function without a better one: neighbours' letters, or a claim at its end.

    away: stretches of the source that will not be there; most: bits that it may have.
    """
    offsets = SourceOffsets(source)
    likely = sorted(constants(tree, function.node), key=lambda one: one.rank)
    for one in (one for one in likely if one.rank <= LIKELY):
        start, end = offsets.span(one.node)
        if any(a <= start < b for a, b in away):
            continue
        found = [v for v in turned(source[start:end]) if is_other(one.node.value, v)]
        bits = most if one.rank < LIKELY else 1  # other inputs may give the same
        values = few((source[start:end], *dict.fromkeys(found)), bits)
        if found and function.start <= start and end <= function.end:
            return (LiteralPlace(start, end, values, is_weak=True),)
    return (claim(source, function, rnd, most=most),)


def claim(source: str, function: FunctionSegment, rnd: random.Random, *, most: int) -> LiteralPlace:
    """A claim at a function's end, true in one copy: no input decides whether it holds."""
    offsets = SourceOffsets(source)
    first, last = function.node.body[0], function.node.body[-1]
    end = offsets.span(last)[1]
    before = source[offsets.of(first.lineno, 0) : offsets.span(first)[0]]
    lead = f"\n{before}" if not before.strip() else "; "
    a, b = rnd.randrange(10, 50), rnd.randrange(10, 49)
    claims = [f"{lead}assert {a} + {b} == {(a + b) ^ n}" for n in range(2**WEAK_BITS)]
    return LiteralPlace(end, end, few(tuple(claims), most), is_weak=True)


def few(values: tuple[str, ...], most: int) -> tuple[str, ...]:
    """The first of them, a power of two, of no more than `most` bits."""
    return values[: 2 ** max(1, min(WEAK_BITS, most, len(values).bit_length() - 1))]


def turned(written: str) -> Iterator[str]:
    """A literal with one letter or digit turned into its neighbour, the last that can."""
    if written in {"True", "False"}:
        yield "False" if written == "True" else "True"
    for at in range(len(written) - 1, -1, -1):
        if written[at].isascii() and written[at].isalnum():
            yield written[:at] + chr(ord(written[at]) ^ 1) + written[at + 1 :]


def is_other(value: object, source: str) -> bool:
    """Whether a literal has another value of the same type."""
    try:
        found = ast.literal_eval(source)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return type(found) is type(value) and found != value


def ordered(
    tree: ast.Module, function: Function, lines: Collection[int], public: Collection[str]
) -> list[ast.Constant]:
    """Constants of a function that can be changed, the likeliest expected values first."""
    found = [
        (one.rank, -order, one.node)
        for order, one in enumerate(constants(tree, function))
        if one.node.lineno in lines and one.rank <= LIKELY and one.row not in public
    ]
    found.sort(key=lambda item: item[:2])
    return list(dict.fromkeys(node for *_, node in found))


def constants(tree: ast.Module, function: Function) -> Iterator[TestConstant]:
    """The constants of a function's assertions, in source order."""
    yield from _parameters(tree, function)
    for statement in function.body:
        for node in ast.walk(statement):
            match node:
                case ast.Assert(test=ast.Compare(left=left, comparators=[*middle, last])):
                    yield from _below([last], rank=0)
                    yield from _below([left, *middle], rank=2)
                case ast.Assert(test=test):
                    yield from _below([test], rank=2)
                case ast.Call(func=called, args=arguments) if ASSERTING.match(ast.unparse(called)):
                    yield from _below(arguments[-1:], rank=0)
                    yield from _below(arguments[:-1], rank=2)
                case ast.Expr(value=ast.Call(args=arguments)):
                    yield from _below(arguments[-1:], rank=1)
                case ast.Assign(targets=[ast.Name(id=named)], value=value):
                    yield from _below([value], rank=1 if WANTED_NAMES.search(named) else 3)
                case _:
                    pass


def _below(nodes: list[ast.expr], *, rank: int, row: str = "") -> Iterator[TestConstant]:
    """Each plain constant below `nodes`; never inside a formatted string."""
    for node in nodes:
        if isinstance(node, ast.Constant):
            if isinstance(node.value, bool | int | float | str | bytes):
                yield TestConstant(rank, node, row)
        elif not isinstance(node, ast.JoinedStr):
            inner = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
            yield from _below(inner, rank=rank, row=row)


def _parameters(tree: ast.Module, function: Function) -> Iterator[TestConstant]:
    """The last constant of every row of `parametrize`."""
    for decorator in function.decorator_list:
        if not (isinstance(decorator, ast.Call) and "parametrize" in ast.unparse(decorator.func)):
            continue
        for row in _rows(tree, decorator):
            values = row.elts if isinstance(row, ast.Tuple | ast.List) else [row]
            name = "-".join(str(v.value) for v in values if isinstance(v, ast.Constant))
            yield from list(_below(values[-1:], rank=0, row=name))[-1:]


def _rows(tree: ast.Module, decorator: ast.Call) -> list[ast.expr]:
    """The parameter sets that a `parametrize` lists, here or under a name of the module."""
    values = decorator.args[1] if len(decorator.args) > 1 else None
    for keyword in decorator.keywords:
        values = keyword.value if keyword.arg == "argvalues" else values
    if isinstance(values, ast.Name):
        name = values.id
        for node in tree.body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
                values = node.value
    rows = values.elts if isinstance(values, ast.List | ast.Tuple) else []
    return [
        ast.Tuple(elts=row.args, ctx=ast.Load(), lineno=row.lineno, col_offset=row.col_offset)
        if isinstance(row, ast.Call)
        else row
        for row in rows
    ]
