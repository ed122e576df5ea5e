"""What tests by themselves ask of a solution beyond plain data: for tasks without a reference.

The tests' author decides this, never a candidate. What counts is what tests do with that which the
solution gave them (`_given_values`): an attribute of a `unittest.TestCase`, of an exception or of a
module says nothing of a solution. Objects are then believed in one process with the tests
(`trust: shared`); a change of what was handed over is believed apart from them.
"""

import ast
from functools import lru_cache
from typing import NamedTuple

from grader.graders._arrangement import BROKEN
from grader.graders._given_values import FUNCTION, GIVEN, MADE, GivenValues, handed, operands

PLAIN = frozenset(
    name
    for kind in (bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset)
    for name in dir(kind)
)
"""Attributes that plain data have."""
OF_FUNCTIONS = frozenset({"__doc__", "__module__", "__name__", "__qualname__"})
NUMPY = frozenset({"np", "numpy"})
COROUTINES = frozenset({"asyncio"})
"""What runs a coroutine, which only one process can hold."""


class OwnWishes(NamedTuple):
    """What tests want of a solution."""

    objects: bool
    """They use objects that it gives, or call what it gives."""
    changes: bool
    """They look at what they handed over, and expect nothing that a change of it could make."""
    hands_objects: bool
    """What they hand over is their own, nothing that the solution gave them before."""
    whole: bool
    """They look into its function or class itself: an attribute, a class derived from it."""
    arrays: bool
    """They hand all that it gives to numpy before they look at it."""


@lru_cache(maxsize=4096)
def wishes(tests: str, entry_point: str) -> OwnWishes:
    """What is told by their text and by the name of what they call."""
    try:
        nodes = list(ast.walk(ast.parse(tests)))
        given = GivenValues(nodes, entry_point)
        return OwnWishes(
            objects=_is_class(nodes, given, entry_point)
            or any(_uses_object(each, given) for each in nodes),
            changes=_looks_again(nodes, given),
            hands_objects=not any(
                given.level(each) >= MADE for call in given.calls for each in handed(call)
            ),
            whole=any(_looks_into(each, given) for each in nodes),
            arrays=_look_through_numpy(nodes, given),
        )
    except BROKEN:
        return OwnWishes(
            objects=False, changes=False, hands_objects=False, whole=False, arrays=False
        )


def _uses_object(node: ast.AST, given: GivenValues) -> bool:
    """An attribute that no plain value has, a call of a result, a context, a coroutine."""
    match node:
        case ast.Attribute(value=value, attr=name):
            held = operands(value) if isinstance(value, ast.Compare) else [value]
            is_given = any(given.level(each) in (FUNCTION, GIVEN) for each in held)
            return is_given and name not in PLAIN | OF_FUNCTIONS
        case ast.Call(func=ast.Attribute(value=value)) if given.root(value) in COROUTINES:
            return any(given.level(each) == GIVEN for each in node.args)
        case ast.Call(func=ast.Attribute()):
            return False
        case ast.Call(func=called):
            return given.level(called) == GIVEN
        case ast.withitem(context_expr=value) | ast.Await(value=value):
            return given.level(value) in (FUNCTION, GIVEN)
        case _:
            return False


def _looks_into(node: ast.AST, given: GivenValues) -> bool:
    """What a stand-in for a function cannot answer."""
    match node:
        case ast.Attribute(value=value, attr=name) if name not in PLAIN | OF_FUNCTIONS:
            return given.level(value) == FUNCTION
        case ast.ClassDef(bases=kinds):
            return any(given.level(each) == FUNCTION for each in kinds)
        case ast.Call(func=ast.Name(id="isinstance" | "issubclass"), args=[_, kind]):
            return given.level(kind) == FUNCTION
        case ast.ExceptHandler(type=ast.expr() as kind):
            return given.level(kind) == FUNCTION
        case _:
            return False


def _look_through_numpy(nodes: list[ast.AST], given: GivenValues) -> bool:
    """Whether arrays are as good as lists: an empty one that is compared is equal to anything."""
    is_seen = any(
        isinstance(each, ast.Compare | ast.BinOp)
        and any(given.level(part) == GIVEN for part in operands(each))
        for each in nodes
    )
    return not is_seen and any(
        isinstance(each, ast.Call)
        and given.root(each.func) in NUMPY
        and any(given.level(argument) == GIVEN for argument in each.args)
        for each in nodes
    )


def _is_class(nodes: list[ast.AST], given: GivenValues, entry_point: str) -> bool:
    """Whether the name is that of a class, and what it gives is not only compared with data."""
    if not entry_point[:1].isupper() or "_" in entry_point:
        return False
    compared = {
        id(each)
        for node in nodes
        if isinstance(node, ast.Compare)
        for each in operands(node)
        if sum(given.level(other) == GIVEN for other in operands(node)) == 1
    }
    return not given.calls or any(id(call) not in compared for call in given.calls)


def _looks_again(nodes: list[ast.AST], given: GivenValues) -> bool:
    """A variable that is handed to the solution, used once more, and mixed with no answer."""
    names = {
        name.id
        for call in given.calls
        for each in handed(call)
        for name in ast.walk(each)
        if isinstance(name, ast.Name) and given.level(name) == 0
    }
    used = [each.id for each in nodes if isinstance(each, ast.Name) and _is_read(each)]
    again = {name for name in names if used.count(name) > 1}
    if not again:
        return False
    again = given.derived(again)
    return not any(_mixes(each, again, given) for each in nodes)


def _mixes(node: ast.AST, again: set[str], given: GivenValues) -> bool:
    """Whether an answer is measured by what was handed over, and may have changed since.

    `f(xs) == sorted(xs)` is true of whoever clears the list and gives it back, `xs[f(xs, 3)] == 3`
    of whoever writes into it, and a loop over the list that was cleared asks nothing.
    """
    rounds, repeated = _repeated(node)
    if any(not again.isdisjoint(given.loose(each)) for each in rounds):
        return any(
            isinstance(each, ast.Name) and _is_read(each) and given.level(each) >= MADE
            for line in repeated
            for each in ast.walk(line)
        )
    match node:
        case ast.Compare(ops=ops) if all(isinstance(each, ast.Is | ast.IsNot) for each in ops):
            return False
        case ast.Call() if given.is_asked(node):
            return False
        case _:
            parts = operands(node)
    answers = [each for each in parts if given.level(each) >= MADE]
    looks = [each for each in parts if not again.isdisjoint(given.loose(each))]
    return any(one is not other for one in answers for other in looks)


def _repeated(node: ast.AST) -> tuple[list[ast.expr], list[ast.AST]]:
    """What decides how often something is done, and that."""
    match node:
        case ast.For(iter=over, body=body) | ast.AsyncFor(iter=over, body=body):
            return [over], [*body]
        case ast.While(test=test, body=body) | ast.If(test=test, body=body):
            return [test], [*body]
        case ast.ListComp(elt=made, generators=rounds) | ast.SetComp(elt=made, generators=rounds):
            return [each.iter for each in rounds], [made]
        case ast.GeneratorExp(elt=made, generators=rounds):
            return [each.iter for each in rounds], [made]
        case _:
            return [], []


def _is_read(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Load)
