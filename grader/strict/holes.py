"""Assertions moved out of the tests' process: what they want is known to the engine alone.

In the tests' file such an assertion only tells the value that it looks at (`inside/telling.py`);
what is wanted stands nowhere in that process, nor do assignments that served nothing else. Nothing
there can be forged or guessed but the value itself.
"""

import ast
from collections.abc import Collection, Iterator
from typing import NamedTuple

from grader.strict.places import WANTED_NAMES
from grader.strict.source import SLOT, Function, FunctionSegment, SourceOffsets

TELL, PROVE = "_grader_tell", "_grader_prove"
EQUAL = frozenset(
    "assertEqual assertEquals assertListEqual assertDictEqual assertTupleEqual assertSetEqual"  # noqa: SIM905
    " assertMultiLineEqual".split()
)
SHAPING = frozenset("dedent join format strip lstrip rstrip replace encode".split())  # noqa: SIM905
"""Methods and functions that make one text of another: a value made by them is wanted, not got."""


class AssertionHole(NamedTuple):
    """One assertion that can be moved out."""

    number: int
    """Its own in the task."""
    start: int
    end: int
    got: ast.expr
    wanted: ast.expr
    is_within: bool = False
    """Whether the wanted text has only to stand somewhere in what is got."""
    worth: float = 0.0
    """Bits that it takes to guess what it wants, by itself."""

    @property
    def is_literal(self) -> bool:
        """Whether what is wanted is plain to read, whatever code runs."""
        return is_literal(self.wanted)


def holes(source: str, function: FunctionSegment, first: int) -> Iterator[AssertionHole]:
    """The assertions of a function that can be moved out, numbered from `first` on."""
    offsets = SourceOffsets(source)
    for statement in plain_statements(function.node.body):
        found = sides(statement)
        if found:
            yield AssertionHole(first, *offsets.span(statement), *found)
            first += 1


def is_shown(
    source: str, function: FunctionSegment, hole: AssertionHole, starts: Collection[int]
) -> bool:
    """Whether something at these offsets shows what a hole wants, itself or by a name it reads."""
    offsets = SourceOffsets(source)
    spans = [offsets.span(hole.wanted)]
    spans += [
        offsets.span(each)
        for each in plain_statements(function.node.body)
        if isinstance(each, ast.Assign)
        and isinstance(each.targets[0], ast.Name)
        and reads(hole.wanted, {each.targets[0].id})
    ]
    return any(start <= at < end for start, end in spans for at in starts)


def reads(node: ast.expr, names: Collection[str]) -> bool:
    """Whether an expression uses one of some names."""
    return any(isinstance(each, ast.Name) and each.id in names for each in ast.walk(node))


def plain_statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run as often in every right solution: once, or for each of a listed few."""
    for statement in body:
        match statement:
            case ast.With(body=inner) if not is_catching(statement):
                yield from plain_statements(inner)
            case ast.For(iter=over, body=inner) if is_literal(over):
                yield from plain_statements(inner)
            case _:
                yield statement


def is_catching(statement: ast.With) -> bool:
    """Whether a block is there to end early."""
    return any("aises" in ast.unparse(item.context_expr) for item in statement.items)


def sides(statement: ast.stmt) -> tuple[ast.expr, ast.expr, bool] | None:
    """(what is got, what is wanted, whether it has only to be in there); None for other claims."""
    found: tuple[ast.expr, ast.expr, bool] | None = None
    match statement:
        case ast.Assert(test=ast.Compare(left=a, ops=[ast.Eq()], comparators=[b])):
            found = (*in_order(a, b), False)
        case ast.Assert(test=ast.Compare(left=a, ops=[ast.In()], comparators=[b])):
            found = (b, a, True)
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(value=ast.Name(id="self"), attr=name), args=[a, b, *_]
            )
        ):
            if name in EQUAL:
                found = (*in_order(a, b), False)
            elif name == "assertIn":
                found = (b, a, True)
        case _:
            pass
    if found is None or any(is_active(node) for side in found[:2] for node in ast.walk(side)):
        return None
    is_text = isinstance(found[1], ast.Constant) and isinstance(found[1].value, str)
    return None if found[2] and not is_text else found


def in_order(a: ast.expr, b: ast.expr) -> tuple[ast.expr, ast.expr]:
    """(got, wanted): the second is wanted but where the first alone looks like it."""
    is_first = is_literal(a) or (isinstance(a, ast.Name) and WANTED_NAMES.search(a.id))
    is_second = is_literal(b) or (isinstance(b, ast.Name) and WANTED_NAMES.search(b.id))
    return (b, a) if is_first and not is_second else (a, b)


def is_active(node: ast.AST) -> bool:
    """Whether an expression cannot be moved into a function of its own."""
    kinds = (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr, ast.Starred)
    return isinstance(node, kinds)


def is_literal(node: ast.expr) -> bool:
    """Whether an expression is its own value."""
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def gone(function: Function, found: Collection[AssertionHole]) -> list[ast.Assign]:
    """Assignments that hold nothing but what these holes want."""
    unread = {id(node) for hole in found for node in ast.walk(hole.wanted)}
    names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
    stored = [node.id for node in names if isinstance(node.ctx, ast.Store)]
    left: list[ast.Assign] = []
    while True:
        read = {node.id for node in names if id(node) not in unread and is_read(node)}
        more = next(
            (
                each
                for each in plain_statements(function.body)
                if isinstance(each, ast.Assign)
                and each not in left
                and isinstance(each.targets[0], ast.Name)
                and len(each.targets) == stored.count(each.targets[0].id) == 1
                and each.targets[0].id not in read
                and is_shaped(each.value)
            ),
            None,
        )
        if more is None:
            return left
        left.append(more)
        unread |= {id(node) for node in ast.walk(more.value)}


def is_read(node: ast.Name) -> bool:
    """Whether a name is used there."""
    return not isinstance(node.ctx, ast.Store)


def is_shaped(value: ast.expr) -> bool:
    """Whether a value is made of literals and names, without the tested code."""
    calls = [node.func for node in ast.walk(value) if isinstance(node, ast.Call)]
    named = [getattr(func, "attr", getattr(func, "id", "")) for func in calls]
    return set(named) <= SHAPING


def told_cuts(
    source: str, function: FunctionSegment, found: Collection[AssertionHole]
) -> list[tuple[int, int, str]]:
    """What stands in the place of assertions that were moved out, and of what they alone used."""
    offsets = SourceOffsets(source)
    cuts = [(*offsets.span(each), "pass") for each in gone(function.node, found)]
    for hole in found:
        start, end = offsets.span(hole.got)
        text = f'{TELL}("{hole.number}{SLOT}", ({source[start:end]}))'
        cuts.append((hole.start, hole.end, text))
    return cuts


def proof_cuts(source: str, found: Collection[AssertionHole]) -> list[tuple[int, int, str]]:
    """The same where both sides are to be told."""
    offsets = SourceOffsets(source)
    cuts: list[tuple[int, int, str]] = []
    for hole in found:
        (a, b), (c, d) = offsets.span(hole.got), offsets.span(hole.wanted)
        sides_ = f"lambda: ({source[a:b]}), lambda: ({source[c:d]})"
        cuts.append((hole.start, hole.end, f'{PROVE}("{hole.number}{SLOT}", {sides_})'))
    return cuts


def secret(source: str, function: Function, found: Collection[AssertionHole]) -> list[str]:
    """The texts that nobody in the tests' process reads."""
    offsets = SourceOffsets(source)
    away = gone(function, found)
    names = {name.id for each in away for name in each.targets if isinstance(name, ast.Name)}
    spans = [offsets.span(hole.wanted) for hole in found if not is_name_of(hole.wanted, names)]
    return [source[a:b] for a, b in [*spans, *(offsets.span(each.value) for each in away)]]


def is_name_of(node: ast.expr, names: Collection[str]) -> bool:
    """Whether an expression is nothing but a name that is gone."""
    return isinstance(node, ast.Name) and node.id in names
