"""Which names the tests take from the solution, and what the checker runs before them.

Learned from the syntax tree of the dataset's own reference, never from a candidate: what the
reference defines and the tests use becomes a stub, imports stay imports, and the prompt's own
helpers and classes run in the checker from the prompt's text.
"""

import ast
from functools import lru_cache
from typing import NamedTuple

from grader.graders._plain_tests import are_plain, look_at_objects, replaced

COMPUTING = frozenset({
    "__future__", "bisect", "cmath", "collections", "copy", "dataclasses", "datetime", "decimal",
    "enum", "fractions", "functools", "hashlib", "heapq", "itertools", "json", "math", "numbers",
    "numpy", "operator", "queue", "random", "re", "statistics", "string", "textwrap", "typing",
})  # fmt: skip
"""Modules whose use leaves nothing behind but what a standing checker puts right."""
REACHING = frozenset({
    "BasicContext", "DefaultContext", "ExtendedContext", "attrgetter", "breakpoint", "builtins",
    "compile", "copyreg", "delattr", "dispatch_table", "environ", "eval", "exec", "exit", "getattr",
    "getcontext", "globals", "input", "methodcaller", "modules", "open", "os", "quit", "register",
    "set_printoptions", "setattr", "setbufsize", "setcontext", "seterr", "seterrcall", "sys",
    "threading", "vars", "warnings",
})  # fmt: skip
"""Names by which a program gets at what is not its own."""
SEEDING = frozenset({"seed", "set_state"})
"""Harmless with the standard library's generator, which every interview seeds anew."""
CHANGING = frozenset({
    "add", "append", "clear", "discard", "extend", "insert", "pop", "popitem", "remove", "reverse",
    "setdefault", "sort", "update",
})  # fmt: skip
BROKEN = (SyntaxError, ValueError, RecursionError, MemoryError)
"""What a parser says of a text that is no program."""
STATES = (ast.Assign, ast.AnnAssign, ast.AugAssign)
OPEN_SECRETS = frozenset({"_asdict", "_fields", "_make", "_replace"})
"""Names of a named tuple that are private by their look only."""
OWN_SPECIALS = frozenset({"__init__", "__name__"})


class InterviewArrangement(NamedTuple):
    """The checker's side of an interview."""

    prelude: str
    functions: tuple[str, ...]
    names: tuple[str, ...]
    classes: tuple[str, ...]
    tidy: bool
    plain: bool = False
    """The tests say the same from another process as from the solution's own."""
    watching: bool = False
    """They may watch what only the solution's own process shows, and miss it in another."""


@lru_cache(maxsize=4096)
def arrange(
    prompt: str, reference: str, tests: str, entry_point: str
) -> InterviewArrangement | None:
    """The arrangement for one task; None where a text cannot be parsed.

    `reference` is the whole reference program (with the prompt where it continues it).
    """
    try:
        whole, asked = ast.parse(reference), ast.parse(tests)
        before = ast.parse(completed(prompt))
    except BROKEN:
        return None
    helpers = [
        node for node in before.body if not _is_stub(node) and defined(node) != (entry_point,)
    ]
    given = {name for node in helpers for name in defined(node)}
    provided = given | {name for node in asked.body for name in defined(node)}
    used = {node.id for node in ast.walk(asked) if isinstance(node, ast.Name)}
    functions: dict[str, None] = {}
    names: dict[str, None] = {}
    for node in whole.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            continue
        is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for name in defined(node):
            if name in used and name not in provided:
                (functions if is_function else names)[name] = None
                (names if is_function else functions).pop(name, None)
    if entry_point and entry_point not in names and entry_point not in provided:
        functions[entry_point] = None
    imports = [node for node in whole.body if isinstance(node, ast.Import | ast.ImportFrom)]
    futures = [node for node in imports if _is_future(node)]
    others = [node for node in imports if not _is_future(node)]
    rest = [node for node in helpers if not _is_future(node)]
    prelude = ast.unparse(ast.Module(body=[*futures, *others, *rest], type_ignores=[]))
    classes = tuple(node.name for node in helpers if isinstance(node, ast.ClassDef))
    tidy, changes = is_tidy(tests), replaced(reference, tests)
    kept = {name for node in helpers if isinstance(node, STATES) for name in defined(node)}
    plain = tidy and is_tidy(prelude) and not (names or changes)
    return InterviewArrangement(
        prelude,
        tuple(functions),
        tuple(names),
        classes,
        tidy=tidy and is_tidy(prelude),
        plain=plain and are_plain(prelude, tests, tuple(functions)),
        watching=(not tidy or bool(changes) or not kept.isdisjoint(used) or look_at_objects(asked)),
    )


@lru_cache(maxsize=4096)
def is_tidy(source: str) -> bool:
    """Whether a program plainly changes nothing outside its own names.

    It imports only modules that compute, changes nothing that it imported, sets and deletes no
    attributes, and does not reach for other namespaces. Wrong answers on the safe side only cost
    a process.
    """
    nodes = list(ast.walk(ast.parse(source)))
    imported = _imported(nodes)
    return all(map(_is_import_tidy, nodes)) and not any(
        _reaches(node, imported) or _changes(node, imported) for node in nodes
    )


def _imported(nodes: list[ast.AST]) -> dict[str, str]:
    """Names bound by imports: the module that each stands for, or nothing."""
    found: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            names = [(each.asname, each.name, each.name.split(".")[0]) for each in node.names]
            found.update((alias or root, name if alias else root) for alias, name, root in names)
        elif isinstance(node, ast.ImportFrom):
            found.update((each.asname or each.name, "") for each in node.names)
    return found


def _is_import_tidy(node: ast.AST) -> bool:
    match node:
        case ast.Import(names=names):
            return all(
                each.name.split(".")[0] in COMPUTING and not _is_reaching(each.name.split("."))
                for each in names
            )
        case ast.ImportFrom(module=module, names=names):
            path = (module or "").split(".")
            taken = [each.name for each in names]
            seeds = path != ["random"] and not SEEDING.isdisjoint(taken)
            return path[0] in COMPUTING and not seeds and not _is_reaching([*path[1:], *taken])
        case _:
            return True


def _is_reaching(names: list[str]) -> bool:
    return any(
        each in REACHING or (each.startswith("_") and each != "__future__") for each in names
    )


def _reaches(node: ast.AST, imported: dict[str, str]) -> bool:
    """Whether a node uses a name, or an attribute, behind which there may be anything."""
    match node:
        case ast.Attribute(ctx=ast.Store() | ast.Del()):
            return True
        case ast.Name(id=name):
            special = name.startswith("__") and name not in OWN_SPECIALS
            return special or name in REACHING
        case ast.Attribute(value=ast.Name(id=base), attr=name) if name in SEEDING:
            return imported.get(base) != "random"
        case ast.Attribute(value=ast.Name(id=base), attr=name) if name.startswith("_"):
            return base in imported or (name.startswith("__") and name not in OWN_SPECIALS)
        case ast.Attribute(attr=name):
            private = name.startswith("_") and name not in OPEN_SECRETS | OWN_SPECIALS
            return private or name in REACHING | SEEDING
        case _:
            return False


def _changes(node: ast.AST, imported: dict[str, str]) -> bool:
    """Whether a node changes an imported object in place."""
    match node:
        case ast.Subscript(value=value, ctx=ast.Store() | ast.Del()):
            return _root(value) in imported
        case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in CHANGING:
            root = _root(value)
            is_function = isinstance(value, ast.Name) and imported.get(root, "") != ""
            return root in imported and not is_function
        case _:
            return False


def _root(node: ast.expr) -> str:
    """The name at the left end of `name.attribute[index]`, or nothing."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def completed(prompt: str) -> str:
    """A prompt that ends in a bare `def` line gets a body, so that it is a program."""
    try:
        ast.parse(prompt)
    except SyntaxError:
        return f"{prompt.rstrip()}\n    pass\n"
    return prompt


def defined(node: ast.stmt) -> tuple[str, ...]:
    """Names that a top-level statement binds."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return (node.name,)
        case ast.Assign(targets=targets):
            return tuple(
                each.id for target in targets for each in ast.walk(target)
                if isinstance(each, ast.Name)
            )  # fmt: skip
        case ast.AnnAssign(target=ast.Name(id=name)):
            return (name,)
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return tuple((each.asname or each.name).split(".")[0] for each in names)
        case ast.If() | ast.Try() | ast.With() | ast.For() | ast.While():
            inner = [
                child
                for block in ast.iter_child_nodes(node)
                for child in (block.body if isinstance(block, ast.ExceptHandler) else [block])
                if isinstance(child, ast.stmt)
            ]
            return tuple(dict.fromkeys(name for child in inner for name in defined(child)))
        case _:
            return ()


def _is_stub(node: ast.stmt) -> bool:
    """A function that does nothing: a docstring, imports, `pass` or `...` are all it has."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    return all(
        isinstance(line, ast.Pass | ast.Import | ast.ImportFrom)
        or (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
        for line in node.body
    )


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"
