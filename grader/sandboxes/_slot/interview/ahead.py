"""Questions that tests are certain to ask next, so that none waits for another's answer.

Most tests are assertions in a row, each about one call with written-down arguments: whatever the
answers are, either the next call comes or the tests are over. Such calls are sent at once, and the
candidate answers one after the other without being woken for each. Nothing else changes: answers
are read where the tests ask, in order, and what the tests do not ask is never read.

A candidate sees what was sent. So no call is sent that gives an earlier answer away (`telling`):
where it brings what an assertion before it expects (`f("abc") == "cba"`, then `f("cba") == "abc"`),
it and all after it wait for their turn. Standard library only.
"""

# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false
# (values of unknown type are what this module is about)

import ast
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from grader.sandboxes._slot.interview import codec
from grader.sandboxes._slot.interview.telling import ExpectedValues

MOST, MOST_BYTES = 64, 32 << 10
"""Less than what a socket holds while nobody reads."""
PURE = frozenset(
    {
        "abs", "all", "any", "bool", "dict", "float", "frozenset", "int", "isinstance", "len",
        "list", "max", "min", "round", "set", "sorted", "str", "sum", "tuple", "type",
    }
)  # fmt: skip
"""Builtins that change none of their arguments."""
AS_THEY_ARE = frozenset({"dict", "frozenset", "list", "set", "tuple"})
"""Those of them that give what they are given."""
Call = tuple[str, tuple[Any, ...]]
"""A function's name and plain arguments."""


class Unknown(Exception):  # noqa: N818  where certainty ends
    """What is asked next depends on something."""


@lru_cache(maxsize=2048)
def frames(tests: str, functions: tuple[str, ...]) -> tuple[bytes, ...]:
    """The first questions of these tests as texts of messages; none where it is not certain."""
    made: list[bytes] = []
    size = 0
    for number, (name, arguments) in enumerate(_calls(tests, functions), 1):
        encoder = codec.Encoder()
        trees = [encoder.encode(each) for each in arguments]
        if not all(map(_is_flat, trees)):
            break
        made.append(codec.dumps({"q": "call", "n": name, "a": trees, "i": number}))
        size += len(made[-1])
        if size > MOST_BYTES:
            return tuple(made[:-1])
        if number == MOST:
            break
    return tuple(made)


def _is_flat(tree: Any) -> bool:
    return codec.SCALARS.issuperset(map(type, tree if type(tree) is list else (tree,)))


def _calls(tests: str, functions: tuple[str, ...]) -> Iterator[Call]:
    try:
        body = ast.parse(tests).body
        yield from _of_module(body, dict(zip(functions, functions, strict=True)))
    except (Unknown, SyntaxError, ValueError, RecursionError, MemoryError):
        return


def _of_module(body: list[ast.stmt], stubs: dict[str, str]) -> Iterator[Call]:
    """What these statements ask, as long as that is certain; Unknown afterwards."""
    checks: dict[str, ast.FunctionDef] = {}
    expected = WrittenAnswers()
    taken = PURE.union(stubs)
    for statement in body:
        match statement:
            case ast.FunctionDef(name=name) if name not in taken and _has_one_argument(statement):
                checks[name] = statement
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name not in taken:
                ast.literal_eval(value)
                checks.pop(name, None)
            case ast.Expr(value=ast.Call(ast.Name(name), [ast.Name(given)], [])) if (
                name in checks and given in stubs
            ):
                argument = checks[name].args.args[0].arg
                if argument in PURE:
                    raise Unknown
                yield from _of_rows(checks[name].body, {argument: stubs[given]}, expected)
            case _:
                yield from _of_rows([statement], stubs, expected)


def _has_one_argument(function: ast.FunctionDef) -> bool:
    given = function.args
    others = (given.posonlyargs, given.kwonlyargs, given.defaults, given.vararg, given.kwarg)
    return len(given.args) == 1 and not any(others) and not function.decorator_list


def _of_rows(
    body: list[ast.stmt], stubs: dict[str, str], expected: "WrittenAnswers"
) -> Iterator[Call]:
    for statement in body:
        match statement:
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                pass
            case ast.Assert(test=test, msg=None | ast.Constant()):
                for call in _of_value(test, stubs):
                    if expected.are_told_by(call[1]):
                        raise Unknown
                    expected.add(test, stubs)
                    yield call
            case _:
                raise Unknown


def _of_value(node: ast.expr, stubs: dict[str, str]) -> Iterator[Call]:
    """What working out an expression asks: all of its parts are, from left to right."""
    match node:
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in stubs:
            yield stubs[name], tuple(ast.literal_eval(each) for each in arguments)
        case ast.Constant():
            pass
        case ast.Name(id=name) if name in PURE and name not in stubs:
            pass
        case _:
            for part in _parts(node):
                yield from _of_value(part, stubs)


def _parts(node: ast.expr) -> list[ast.expr]:
    """What an expression is made of, where all of it is worked out in this order, or Unknown."""
    match node:
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in PURE:
            return arguments
        case ast.Compare(left=left, comparators=[right]) | ast.BinOp(left=left, right=right):
            return [left, right]
        case ast.UnaryOp(operand=part) | ast.Subscript(value=part, slice=ast.Constant()):
            return [part]
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            return elements
        case ast.Dict():
            ast.literal_eval(node)
            return []
        case _:
            raise Unknown


class WrittenAnswers:
    """What the assertions until now compare answers with, as far as it is written down."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._values = ExpectedValues()
        self._is_known = True
        self._last: ast.expr | None = None

    def are_told_by(self, arguments: tuple[Any, ...]) -> bool:
        """Whether a call with these arguments may give one of them away."""
        return not self._is_known or self._values.are_told_by(arguments)

    def add(self, test: ast.expr, stubs: dict[str, str]) -> None:
        """All that is written in this assertion beside its calls of `stubs`."""
        if test is not self._last:
            self._last = test
            self._add(test, stubs)

    def _add(self, node: ast.AST, stubs: dict[str, str]) -> None:
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in stubs:
                return
            case ast.Call(func=ast.Name(id=name)) if name in AS_THEY_ARE:
                pass
            case ast.BinOp() | ast.Call() if not _asks(node, stubs):
                self._is_known = False
            case _:
                pass
        try:
            value = ast.literal_eval(node) if isinstance(node, ast.expr) else None
        except (ValueError, TypeError):
            for each in ast.iter_child_nodes(node):
                self._add(each, stubs)
        else:
            self._values.add(value)


def _asks(node: ast.AST, stubs: dict[str, str]) -> bool:
    return any(isinstance(each, ast.Name) and each.id in stubs for each in ast.walk(node))
