"""All mutants of a Python program, and a fair choice among them."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from difflib import unified_diff
from itertools import islice
from random import Random
from typing import NamedTuple, TypeVar, cast

from grader.mutation.edits import Edit, SyntaxMap
from grader.mutation.expressions import of_expression
from grader.mutation.statements import of_statement

LONGEST = 200_000
"""Characters; a longer program is a table of data."""
Change = TypeVar("Change")
NO_PROGRAM = (SyntaxError, ValueError, RecursionError, MemoryError)


class Mutant(NamedTuple):
    """A solution with one mistake in it."""

    body: str
    """What is graded in the solution's place."""
    operator: str
    """Which kind of mistake."""
    line: int
    """1-based, of the text that was changed."""


def mutants_of(
    before: str, body: str, behind: str = "", *, most: int, seed: str
) -> tuple[Mutant, ...]:
    """At most `most` mutants of `body`, which stands between two texts that stay as they are.

    All operators have their turn, whatever the number of places that each has. The same arguments
    give the same mutants in the same order. None where the whole is no Python program.
    """
    source = f"{before}{body}{behind}"
    if len(source) > LONGEST:
        return ()
    try:
        where = SyntaxMap(source)
    except NO_PROGRAM:
        return ()
    first = len(before.encode())
    last = first + len(body.encode())
    found: dict[str, list[Edit]] = defaultdict(list)
    for edit in dict.fromkeys(_below(where.tree, where, ())):
        if first <= edit.start and edit.end <= last:
            found[edit.operator].append(edit)
    made = _mutants(in_turn(found, Random(seed)), where, (first, last))
    return tuple(islice(made, most))


def in_turn(found: Mapping[str, list[Change]], random: Random) -> Iterator[Change]:
    """All changes, one of each kind after the other; which of a kind comes first is drawn."""
    for several in found.values():
        random.shuffle(several)
    while any(found.values()):
        for several in found.values():
            if several:
                yield several.pop()


def _below(node: ast.AST, where: SyntaxMap, parameters: tuple[str, ...]) -> Iterator[Edit]:
    """Every edit of a node and of all below it, in the order of the syntax tree."""
    if isinstance(node, ast.JoinedStr):  # its parts' places are wrong before Python 3.12
        return
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        own = [*node.args.posonlyargs, *node.args.args]
        parameters = tuple(each.arg for each in own if each.arg not in {"self", "cls"})
    yield from of_statement(node, where, parameters)
    yield from of_expression(node, where)
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "type_comment", "decorator_list"}:
            continue
        parts = cast("list[object]", value) if isinstance(value, list) else [value]
        for part in parts:
            if isinstance(part, ast.AST) and not _is_text(part):
                yield from _below(part, where, parameters)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _mutants(edits: Iterator[Edit], where: SyntaxMap, kept: tuple[int, int]) -> Iterator[Mutant]:
    """Those that are programs and differ from the original and from each other."""
    first, last = kept
    seen = {where.data[first:last].decode()}
    for edit in edits:
        data = where.data[first : edit.start] + edit.text.encode() + where.data[edit.end : last]
        body = data.decode()
        if body in seen or not _compiles(where.edited(edit)):
            continue
        seen.add(body)
        yield Mutant(body, edit.operator, where.line(edit))


def _compiles(source: str) -> bool:
    try:
        compile(source, "mutant", "exec", dont_inherit=True, flags=0)
    except NO_PROGRAM:
        return False
    return True


def diff(old: str, new: str) -> str:
    """What was changed, as a unified diff without its head."""
    lines = unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=1)
    return "\n".join(line for line in lines if not line.startswith(("---", "+++")))
