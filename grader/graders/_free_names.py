"""Names that tests take from the program under test."""

import ast
import builtins
from functools import lru_cache

from grader.graders._arrangement import BROKEN, completed, defined

BUILTINS = frozenset(dir(builtins)) | {"__file__"}
ALL = "*"


def free_names(tests: str) -> list[str]:
    """What the tests take from the program; nothing where they do not parse."""
    try:
        nodes = list(ast.walk(ast.parse(tests)))
    except BROKEN:
        return []
    changed = {id(each.target) for each in nodes if isinstance(each, ast.AugAssign)}
    names = [each for each in nodes if isinstance(each, ast.Name)]
    bound = {
        each.id for each in names if not isinstance(each.ctx, ast.Load) and id(each) not in changed
    }
    for each in nodes:
        match each:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                bound.add(name)
            case ast.ClassDef(name=name) | ast.ExceptHandler(name=str(name)):
                bound.add(name)
            case (
                ast.arg(arg=name)
                | ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
                | ast.MatchMapping(rest=str(name))
            ):
                bound.add(name)
            case ast.Import(names=listed) | ast.ImportFrom(names=listed):
                bound |= {alias.asname or alias.name.split(".")[0] for alias in listed}
            case _:
                pass
    names.sort(key=lambda each: (each.lineno, each.col_offset))
    return list(dict.fromkeys(each.id for each in names if each.id not in bound | BUILTINS))


@lru_cache(maxsize=4096)
def other_names(tests: str, prompt: str, entry_point: str) -> tuple[str, ...]:
    """Free names beside the entry point that the prompt does not have: only a solution can.

    Nothing where one text imports all names of a module, for nobody knows which these are.
    """
    try:
        before = ast.parse(completed(prompt))
        imports = [*ast.walk(before), *ast.walk(ast.parse(tests))]
    except BROKEN:
        return ()
    if any(isinstance(e, ast.ImportFrom) and e.names[0].name == ALL for e in imports):
        return ()
    given = {entry_point, *(name for node in before.body for name in defined(node))}
    return tuple(name for name in free_names(tests) if name not in given)
