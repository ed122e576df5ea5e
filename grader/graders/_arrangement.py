"""Which names the tests take from the solution, and what the checker runs before them.

Learned from the syntax tree of the dataset's own reference, never from a candidate: what the
reference defines and the tests use becomes a stub, imports stay imports, and the prompt's own
helpers and classes run in the checker from the prompt's text.
"""

import ast
from functools import lru_cache
from typing import NamedTuple

COMPUTING = frozenset({
    "__future__", "bisect", "cmath", "collections", "copy", "dataclasses", "datetime", "decimal",
    "enum", "fractions", "functools", "hashlib", "heapq", "itertools", "json", "math", "numbers",
    "numpy", "operator", "queue", "random", "re", "statistics", "string", "textwrap", "typing",
})  # fmt: skip
"""Modules whose use leaves nothing behind but what a standing checker puts right."""
REACHING = frozenset({
    "__builtins__", "__import__", "breakpoint", "compile", "delattr", "eval", "exec", "exit",
    "getcontext", "globals", "input", "open", "quit", "setattr", "setcontext", "seterr", "vars",
})  # fmt: skip


class Arrangement(NamedTuple):
    """The checker's side of an interview."""

    prelude: str
    functions: tuple[str, ...]
    names: tuple[str, ...]
    classes: tuple[str, ...]
    tidy: bool


@lru_cache(maxsize=4096)
def arrange(prompt: str, reference: str, tests: str, entry_point: str) -> Arrangement | None:
    """The arrangement for one task; None where a text cannot be parsed.

    `reference` is the whole reference program (with the prompt where it continues it).
    """
    try:
        whole, asked = ast.parse(reference), ast.parse(tests)
        before = ast.parse(completed(prompt))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
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
    return Arrangement(
        prelude, tuple(functions), tuple(names), classes, tidy=is_tidy(prelude) and is_tidy(tests)
    )


@lru_cache(maxsize=4096)
def is_tidy(source: str) -> bool:
    """Whether a program plainly changes nothing outside its own names.

    It imports only modules that compute, and neither sets nor deletes attributes nor reaches for
    other namespaces.
    """
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                if any(each.name.split(".")[0] not in COMPUTING for each in names):
                    return False
            case ast.ImportFrom(module=module):
                if (module or "").split(".")[0] not in COMPUTING:
                    return False
            case ast.Attribute(ctx=ast.Store() | ast.Del()):
                return False
            case ast.Name(id=name) if name in REACHING:
                return False
            case ast.Attribute(attr=name) if name.startswith("__") or name in REACHING:
                return False
            case _:
                pass
    return True


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
        case ast.If() | ast.Try() | ast.With():
            return tuple(name for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)
                         for name in defined(child))  # fmt: skip
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
