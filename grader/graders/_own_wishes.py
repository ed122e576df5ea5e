"""What tests by themselves ask of a solution beyond plain data: for tasks without a reference.

The tests' author decides this, never a candidate. Looking for too much only means that a solution
which gives objects is believed in one process with the tests (`trust: shared`).
"""

import ast
from functools import lru_cache
from typing import NamedTuple

from grader.graders._plain_tests import CALLED

PLAIN = frozenset(
    name
    for kind in (bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset)
    for name in dir(kind)
)
"""Attributes that plain data have."""
BROKEN = (SyntaxError, ValueError, RecursionError, MemoryError)


class OwnWishes(NamedTuple):
    """What tests want of a solution's process."""

    objects: bool
    """They use objects, or call what they were given."""
    changes: bool
    """They look at what they handed over."""


@lru_cache(maxsize=4096)
def wishes(tests: str, entry_point: str) -> OwnWishes:
    """What is told by their text and by the name of what they call."""
    try:
        nodes = list(ast.walk(ast.parse(tests)))
    except BROKEN:
        return OwnWishes(objects=False, changes=False)
    looks_like_class = entry_point[:1].isupper() and "_" not in entry_point
    return OwnWishes(objects=looks_like_class or _use_objects(nodes), changes=_look_again(nodes))


def _use_objects(nodes: list[ast.AST]) -> bool:
    """An attribute that no plain value has, a call of a result, or a context manager."""
    modules = {
        alias.asname or alias.name.split(".")[0]
        for each in nodes
        if isinstance(each, ast.Import | ast.ImportFrom)
        for alias in each.names
    }
    return any(
        isinstance(each, ast.With | ast.AsyncWith | ast.Await)
        or (isinstance(each, ast.Call) and isinstance(each.func, ast.Call | ast.Subscript))
        or (
            isinstance(each, ast.Attribute)
            and each.attr not in PLAIN
            and _root(each) not in modules
        )
        for each in nodes
    )


def _root(node: ast.expr) -> str:
    """The name at the beginning of a chain of attributes; empty where it begins otherwise."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _look_again(nodes: list[ast.AST]) -> bool:
    """A variable that is handed to a call of some name and used once more.

    Not to a builtin that only computes: whoever asks `isinstance(answer, tuple)` and compares the
    answer then has handed nothing over.
    """
    handed = {
        argument.id
        for each in nodes
        if isinstance(each, ast.Call)
        and isinstance(each.func, ast.Name)
        and each.func.id not in CALLED
        for argument in each.args
        if isinstance(argument, ast.Name)
    }
    used = [each.id for each in nodes if isinstance(each, ast.Name) and _is_read(each)]
    return any(used.count(name) > 1 for name in handed)


def _is_read(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Load)
