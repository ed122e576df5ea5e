"""Which tests say the same from another process as from the solution's own, whatever it does.

Plain tests call functions with data, compute with what they return and compare. They share nothing
with the solution: no streams, clocks, files, modules, random states, names or objects. Where a
solution also gives nothing but plain data, its interview is the whole story. All other tests may
want what only one process has; whether they do is for the task's own solution to show.

Wrong answers on the safe side only cost a run of that solution, once per task.
"""

import ast
import builtins
from collections.abc import Sequence
from symtable import SymbolTable, symtable

NODES = (
    ast.Module, ast.FunctionDef, ast.arguments, ast.arg, ast.Return, ast.Assert, ast.Expr,
    ast.Assign, ast.AugAssign, ast.AnnAssign, ast.NamedExpr, ast.For, ast.While, ast.If, ast.Pass,
    ast.Break, ast.Continue, ast.Import, ast.ImportFrom, ast.alias, ast.Call, ast.keyword, ast.Name,
    ast.Attribute, ast.Subscript, ast.Slice, ast.Starred, ast.Constant, ast.JoinedStr,
    ast.FormattedValue, ast.Tuple, ast.List, ast.Set, ast.Dict, ast.ListComp, ast.SetComp,
    ast.DictComp, ast.GeneratorExp, ast.comprehension, ast.IfExp, ast.BoolOp, ast.BinOp,
    ast.UnaryOp, ast.Compare, ast.boolop, ast.operator, ast.unaryop, ast.cmpop, ast.expr_context,
)  # fmt: skip
"""All that plain tests consist of: no `try`, `with`, class, lambda, `global` or deletion."""
MODULES = frozenset({
    "__future__", "bisect", "cmath", "collections", "decimal", "fractions", "functools", "heapq",
    "itertools", "math", "numbers", "numpy", "operator", "re", "statistics", "string", "typing",
})  # fmt: skip
CALLED = frozenset({
    "abs", "all", "any", "bool", "chr", "complex", "dict", "divmod", "enumerate", "filter", "float",
    "frozenset", "int", "isinstance", "len", "list", "map", "max", "min", "ord", "pow", "print",
    "range", "repr", "reversed", "round", "set", "sorted", "str", "sum", "tuple", "type", "zip",
})  # fmt: skip
"""Builtins that only compute, as long as they get data."""
TYPES = frozenset(name for name in CALLED if isinstance(getattr(builtins, name), type))
"""Those of them that are named without being called, as in `isinstance(x, int)`."""
STATEFUL = frozenset({"random", "seed", "cache_info", "cache_clear"})
CHANGING = frozenset({
    "add", "append", "clear", "discard", "extend", "insert", "pop", "popitem", "remove", "reverse",
    "setdefault", "sort", "update",
})  # fmt: skip
"""Tests that change what the solution gave them ask whether it kept it."""
SHARING = frozenset({"base", "flags", "may_share_memory", "shares_memory"})
"""By these tests ask numpy which memory is whose."""
SINGLETONS = (None, True, False)


def are_plain(prelude: str, tests: str, functions: tuple[str, ...]) -> bool:
    """Whether `tests`, run after `prelude`, are plain; `functions` are the solution's.

    Both texts must be tidy (`_arrangement.is_tidy`): this only looks at what is left.
    """
    before, nodes = ast.parse(prelude).body, list(ast.walk(ast.parse(tests)))
    if not all(isinstance(each, ast.FunctionDef | ast.Import | ast.ImportFrom) for each in before):
        return False
    own = [each for each in [*before, *nodes] if isinstance(each, ast.FunctionDef)]
    objects = _holding(own, nodes, {*functions})
    names = {each.name for each in own}
    given = {each.arg for each in nodes if isinstance(each, ast.arg)}
    known = names | given | objects | CALLED | _bound(nodes) | _bound(before)
    called = _called(nodes, names)
    values = (names | objects | CALLED) - TYPES
    return not any(
        not isinstance(node, NODES)
        or _shares(node, objects)
        or (isinstance(node, ast.Name) and _is_odd(node, known, values, called))
        for node in nodes
    )


def look_at_objects(tests: ast.Module) -> bool:
    """Whether tests may tell two equal values apart: by identity, or by changing one of them.

    An interview follows lists and instances, but no views of one memory, nor tuples and texts.
    """
    return any(
        _compares_identity(node)
        or _changes(node)
        or (isinstance(node, ast.Name) and node.id == "id")
        or (isinstance(node, ast.Attribute) and node.attr in SHARING)
        for node in ast.walk(tests)
    )


def _holding(
    own: Sequence[ast.FunctionDef], nodes: Sequence[ast.AST], functions: set[str]
) -> set[str]:
    """`functions`, and the parameters of the tests' own functions by which they are handed on."""
    places = {each.name: [a.arg for a in (*each.args.posonlyargs, *each.args.args)] for each in own}
    calls = [
        (places[each.func.id], each)
        for each in nodes
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id in places
    ]
    found, before = functions, set[str]()
    while found != before:
        before = found
        handed = {
            place
            for parameters, call in calls
            for place, given in [
                *zip(parameters, call.args, strict=False),
                *((each.arg, each.value) for each in call.keywords),
            ]
            if place and isinstance(given, ast.Name) and given.id in found
        }
        found = found | handed
    return found


def replaced(reference: str, tests: str) -> set[str]:
    """Names of the reference program's that the tests give another meaning."""
    used = _from_module(symtable(reference, "reference", "exec"))
    made: set[str] = set()
    for node in ast.parse(tests).body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                made.add(name)
            case ast.ClassDef(name=name):
                made.add(name)
            case _:
                inner = (each for each in ast.walk(node) if isinstance(each, ast.Name))
                made.update(each.id for each in inner if _is_stored(each))
    return used & made


def _from_module(table: SymbolTable) -> set[str]:
    """Names that a program looks up among its module's, or the builtins."""
    is_module = table.get_type() == "module"
    found = {
        each.get_name()
        for each in table.get_symbols()
        if each.is_referenced() and (is_module or each.is_global())
    }
    return found.union(*map(_from_module, table.get_children()))


def _is_odd(name: ast.Name, known: set[str], values: set[str], called: set[int]) -> bool:
    """Whether a name comes from elsewhere, or is a function that is used as a value.

    As a callback, say, or to look at it.
    """
    if _is_stored(name):
        return False
    return name.id not in known or (name.id in values and id(name) not in called)


def _called(nodes: Sequence[ast.AST], own: set[str]) -> set[int]:
    """Identities of the names that are called, or handed to the tests' own functions."""
    calls = [each for each in nodes if isinstance(each, ast.Call)]
    handed = [
        name
        for each in calls
        if isinstance(each.func, ast.Name) and each.func.id in own
        for name in (*each.args, *(keyword.value for keyword in each.keywords))
    ]
    return {*map(id, handed), *(id(each.func) for each in calls)}


def _bound(nodes: Sequence[ast.AST]) -> set[str]:
    """Names that a program assigns or imports."""
    stored = {each.id for each in nodes if isinstance(each, ast.Name) and _is_stored(each)}
    imports = [each for each in nodes if isinstance(each, ast.Import | ast.ImportFrom)]
    taken = {(each.asname or each.name).split(".")[0] for node in imports for each in node.names}
    return stored | taken


def _is_stored(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)


def _shares(node: ast.AST, objects: set[str]) -> bool:
    """Whether a node looks at more than a value; `objects` are more than that."""
    match node:
        case ast.FunctionDef(decorator_list=[_, *_]):
            return True
        case ast.Import(names=names):
            return any(each.name.split(".")[0] not in MODULES for each in names)
        case ast.ImportFrom(module=module):
            return (module or "").split(".")[0] not in MODULES
        case ast.Compare():
            return _compares_identity(node)
        case _:
            return _changes(node) or _looks_into(node, objects)


def _compares_identity(node: ast.AST) -> bool:
    return isinstance(node, ast.Compare) and any(
        isinstance(operator, ast.Is | ast.IsNot) and not _is_singleton(other)
        for operator, other in zip(node.ops, node.comparators, strict=True)
    )


def _changes(node: ast.AST) -> bool:
    """Whether a node changes a value that others may hold too."""
    match node:
        case ast.Attribute(ctx=context) | ast.Subscript(ctx=context):
            is_method = isinstance(node, ast.Attribute) and node.attr in CHANGING
            return is_method or not isinstance(context, ast.Load)
        case ast.AugAssign(target=target):
            return not isinstance(target, ast.Name)
        case _:
            return False


def _looks_into(node: ast.AST, objects: set[str]) -> bool:
    """Whether a node takes an attribute of what may be no value, or of a hidden state."""
    match node:
        case ast.Attribute(value=ast.Name(id=base)) if base in objects:
            return True
        case ast.Attribute(attr=name):
            return name in STATEFUL | SHARING
        case _:
            return False


def _is_singleton(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and any(node.value is each for each in SINGLETONS)
