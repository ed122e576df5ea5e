"""Which expressions of a test hold what the solution gave: by the text alone, names as they stand.

A name means the same everywhere in a text, whatever its scope: what a test's own function is called
with, its parameter holds.
"""

import ast
from collections.abc import Iterator, Sequence

FUNCTION, MADE, GIVEN = 1, 2, 3
"""Levels: the solution's function, or what holds it; what a library made of what it gave; that
itself."""
MAKERS = frozenset({
    "collections", "datetime", "decimal", "fractions", "json", "math", "numpy", "re", "statistics",
    "string",
})  # fmt: skip
"""Libraries whose calls give things of their own."""
FILLING = frozenset({
    "add", "append", "appendleft", "extend", "insert", "put", "setdefault", "update",
})  # fmt: skip
"""Methods that put what they are given into what they are called on."""
LOOKS = frozenset({"isinstance", "len", "type"})
"""Builtins that say of a value what it is; what they say is no part of it."""
COUNTS = "range"
"""`xs[i] for i in range(k)` looks at the tests' own list, however many the solution says."""
OwnFunction = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class GivenValues:
    """What each name of the tests may hold."""

    def __init__(self, nodes: Sequence[ast.AST], entry_point: str) -> None:
        """`nodes`: all of the tests'."""
        self._levels = {entry_point: FUNCTION}
        self._own = {
            each.name: each
            for each in nodes
            if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        self._makers = {
            name
            for each in nodes
            if isinstance(each, ast.Import | ast.ImportFrom)
            for name in _imported(each)
        }
        self._bindings = [pair for node in nodes for pair in self._bound(node)]
        self._settle()
        self.calls = [each for each in nodes if isinstance(each, ast.Call) and self.is_asked(each)]
        """All by which the solution is asked something."""

    def level(self, node: ast.AST | None) -> int:
        """FUNCTION, MADE, GIVEN, or 0 for what is the tests' own."""
        match node:
            case None | ast.Constant() | ast.Compare():
                found = 0
            case ast.Name(id=name):
                found = self._levels.get(name, 0)
            case ast.Call(func=called):
                found = self._of_call(node, called)
            case ast.Attribute(value=ast.Name(id=name) as value, attr=attribute):
                found = max(self.level(value), self._levels.get(f"{name}.{attribute}", 0))
            case ast.Subscript(value=value, slice=ast.Slice()):
                found = self.level(value)
            case ast.Lambda(body=body):
                found = min(self.level(body), FUNCTION)
            case _:
                found = max(map(self.level, ast.iter_child_nodes(node)), default=0)
        return found

    def is_asked(self, call: ast.Call) -> bool:
        """Whether a call asks the solution, or what it gave."""
        if isinstance(call.func, ast.Name) and call.func.id in self._own:
            return self._levels.get(call.func.id, 0) == GIVEN
        return self.level(call.func) in (FUNCTION, GIVEN)

    def derived(self, names: set[str]) -> set[str]:
        """These names, and those of what is made of them beside being handed over."""
        found, before = set(names), set[str]()
        while found != before:
            before = set(found)
            found |= {
                name for name, value in self._bindings if not before.isdisjoint(self.loose(value))
            }
        return found

    def loose(self, node: ast.AST) -> Iterator[str]:
        """Names in an expression, but for what it hands to the solution; `name()` for own calls."""
        if isinstance(node, ast.Name):
            yield node.id
        if isinstance(node, ast.Call) and self.is_asked(node):
            return
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield f"{node.func.id}()"
        for each in ast.iter_child_nodes(node):
            yield from self.loose(each)

    def root(self, node: ast.expr) -> str:
        """The name at the beginning of a chain of attributes; empty where it begins otherwise."""
        while isinstance(node, ast.Attribute):
            node = node.value
        return node.id if isinstance(node, ast.Name) else ""

    def _of_call(self, call: ast.Call, called: ast.expr) -> int:
        name = called.id if isinstance(called, ast.Name) else ""
        most = max(map(self.level, handed(call)), default=0)
        if self.is_asked(call):
            return GIVEN
        if name in self._own:
            return self._levels.get(f"{name}()", 0)
        if name == COUNTS:
            return 0
        if name in LOOKS or self.root(called) in self._makers:
            return min(most, MADE)
        return max(most, MADE if self.level(called) == MADE else 0)

    def _settle(self) -> None:
        """Until no name holds more than it is known to hold."""
        is_new = True
        while is_new:
            is_new = False
            for name, value in self._bindings:
                level = self.level(value)
                if level > self._levels.get(name, 0):
                    self._levels[name] = level
                    is_new = True

    def _bound(self, node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
        """Names and what they are made of."""
        targets, value = _assigned(node)
        yield from ((name, value) for each in targets for name in _names(each))
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield from self._of_own(name, node)
            case ast.ClassDef(name=name, bases=bases):
                yield from ((name, each) for each in bases)
            case ast.Call(func=ast.Name(id=name)) if name in self._own:
                yield from _parameters(self._own[name], node)
            case ast.Call(func=ast.Attribute(value=held, attr=name)) if name in FILLING:
                yield from ((each, value) for value in node.args for each in _names(held))
            case ast.Call(func=ast.Lambda() as called):
                yield from _parameters(called, node)
            case _:
                pass

    def _of_own(
        self, name: str, node: ast.FunctionDef | ast.AsyncFunctionDef
    ) -> Iterator[tuple[str, ast.AST]]:
        """What a test's own function gives, and what it is where the solution decorates it."""
        for each in ast.walk(node):
            if isinstance(each, ast.Return | ast.Yield | ast.YieldFrom) and each.value is not None:
                yield f"{name}()", each.value
        for each in node.decorator_list:
            yield name, ast.Call(each, [], [])


def handed(call: ast.Call) -> list[ast.expr]:
    """All arguments of a call."""
    return [*call.args, *(each.value for each in call.keywords)]


def operands(node: ast.AST) -> list[ast.expr]:
    """What an expression measures by each other."""
    match node:
        case ast.Compare(left=left, comparators=others):
            return [left, *others]
        case ast.BinOp(left=left, right=right):
            return [left, right]
        case ast.Subscript(value=value, slice=place) if not isinstance(place, ast.Slice):
            return [value, place]
        case ast.Call(func=called):
            receiver = [called.value] if isinstance(called, ast.Attribute) else []
            return [*receiver, *handed(node)]
        case _:
            return []


def _assigned(node: ast.AST) -> tuple[list[ast.expr], ast.AST]:
    """What a node gives a value to, and the value."""
    match node:
        case ast.Assign(targets=targets, value=value):
            return targets, value
        case (
            ast.AugAssign(target=target, value=value)
            | ast.AnnAssign(target=target, value=ast.expr() as value)
            | ast.NamedExpr(target=target, value=value)
            | ast.For(target=target, iter=value)
            | ast.AsyncFor(target=target, iter=value)
            | ast.comprehension(target=target, iter=value)
            | ast.withitem(context_expr=value, optional_vars=ast.expr() as target)
        ):
            return [target], value
        case _:
            return [], node


def _imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    """The names under which a text has libraries of MAKERS, or what is in these."""
    if isinstance(node, ast.ImportFrom):
        is_maker = (node.module or "").split(".")[0] in MAKERS
        return [each.asname or each.name for each in node.names] if is_maker else []
    return [
        each.asname or each.name.split(".")[0]
        for each in node.names
        if each.name.split(".")[0] in MAKERS
    ]


def _names(target: ast.expr) -> list[str]:
    """What an assignment binds, or puts something into; an attribute of a name by both."""
    match target:
        case ast.Name(id=name):
            return [name]
        case ast.Attribute(value=ast.Name(id=name), attr=attribute):
            return [f"{name}.{attribute}"]
        case ast.Attribute(value=value) | ast.Subscript(value=value) | ast.Starred(value=value):
            return _names(value)
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            return [name for each in elements for name in _names(each)]
        case _:
            return []


def _parameters(own: OwnFunction, call: ast.Call) -> Iterator[tuple[str, ast.AST]]:
    """Parameters of a test's own function, with what one call hands to each."""
    places = [*own.args.posonlyargs, *own.args.args]
    for place, value in zip(places, call.args, strict=False):
        yield place.arg, value
    for each in call.keywords:
        if each.arg:
            yield each.arg, each.value
