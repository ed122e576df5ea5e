"""A function and its tests as a task."""

import ast
from collections.abc import Mapping, Sequence
from typing import cast

from grader.core.limits import Limits
from grader.core.task import Task
from grader.engine.arguments import limits_of
from grader.engine.build._made import (
    checked,
    identifier,
    parsed,
    refuse,
    task_of,
    text,
)
from grader.graders.function import Spec

CHECK = "check"
INERT = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom
BINDING = ast.Assign | ast.AnnAssign | ast.Pass


def function_task(
    *,
    tests: str | Sequence[str],
    entry_point: str,
    prompt: str = "",
    reference: str = "",
    limits: Limits | Mapping[str, object] | None = None,
    id: str = "",  # noqa: A002  what results call it
) -> Task:
    """A task of kind `function`.

    tests: asserts that call `entry_point`, as one text or several, or a text that defines
    `check(candidate)`, which is called with it. prompt: what a completion continues. reference: a
    right solution, a whole program or a continuation of the prompt; it shows what the tests may
    ask of one process, and is never needed. id: what results call it; default: by its content.
    UsageError names the argument that is wrong.
    """
    name = identifier("entry_point", entry_point)
    before = text("prompt", prompt, may_be_empty=True)
    solution = text("reference", reference, may_be_empty=True)
    continues = bool(solution) and not defines(solution, name)
    if solution:
        refuse_unless_defined(name, before, solution)
    spec = checked(
        Spec,
        {
            "prompt": before,
            "tests": tests_text(tests, name),
            "entry_point": name,
            "reference": solution,
            "reference_whole": bool(solution) and not continues,
        },
    )
    return task_of("function", spec, limits_of(limits, Limits()), id)


def tests_text(tests: object, entry_point: str) -> str:
    """The tests as one program that tests something."""
    if isinstance(tests, Sequence) and not isinstance(tests, str | bytes):
        listed = enumerate(cast("Sequence[object]", tests))
        source = "\n".join(text(f"tests[{place}]", each) for place, each in listed)
    else:
        source = text("tests", tests)
    tree = parsed("tests", source)
    if CHECK in names_in(tree) and entry_point != CHECK:
        return source if calls_check(tree) else f"{source}\n{CHECK}({entry_point})\n"
    if all(isinstance(each, INERT | BINDING) or is_text(each) for each in tree.body):
        refuse("tests", "they test nothing; add asserts, or define check(candidate)")
    if entry_point not in source:
        refuse("tests", f"they never ask {entry_point}, so it may be anything")
    return source


def refuse_unless_defined(name: str, prompt: str, reference: str) -> None:
    """UsageError where neither a reference nor the prompt that it continues defines `name`."""
    if not defines(reference, name):
        tree = parsed("reference", prompt + reference)
        if name not in names_in(tree):
            refuse("reference", f"it does not define {name}")


def defines(source: str, name: str) -> bool:
    """Whether a text is a program of its own that defines `name`."""
    try:
        return name in names_in(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return False


def names_in(tree: ast.Module) -> set[str]:
    """What a program binds at its top level by def, class, import or assignment."""
    found: set[str] = set()
    for each in tree.body:
        match each:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found.add(name)
            case ast.ClassDef(name=name):
                found.add(name)
            case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is not None:
                found.add(name)
            case ast.Assign(targets=targets):
                found |= {target.id for target in targets if isinstance(target, ast.Name)}
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                found |= {alias.asname or alias.name.split(".")[0] for alias in names}
            case _:
                pass
    return found


def calls_check(tree: ast.Module) -> bool:
    """Whether `check` is called at the top level."""
    return any(
        isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id == CHECK
        for statement in tree.body
        if not isinstance(statement, INERT)
        for each in ast.walk(statement)
    )


def is_text(statement: ast.stmt) -> bool:
    """Whether it is nothing but a constant, as a docstring is."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
