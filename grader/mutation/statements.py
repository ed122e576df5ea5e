"""Mistakes in statements: one left out, a branch always or never taken, a loop cut short."""

import ast
from collections.abc import Iterator

from grader.mutation.edits import Edit, SyntaxMap
from grader.mutation.expressions import CALCULATED

KEPT = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Global,
    ast.Nonlocal, ast.Pass,
)  # fmt: skip
"""Statements without which a program does not even begin: leaving them out shows nothing."""


def of_statement(node: ast.AST, where: SyntaxMap, parameters: tuple[str, ...]) -> Iterator[Edit]:
    """All edits of one statement, its parts aside; it is no docstring.

    parameters: of the function it stands in.
    """
    if isinstance(node, ast.stmt) and not isinstance(node, KEPT):
        yield where.replaced(node, "pass", _left_out(node))
    match node:
        case ast.If() | ast.While() | ast.For() | ast.AsyncFor() | ast.comprehension():
            yield from _flow(node, where)
        case ast.Break():
            yield where.replaced(node, "continue", "loop")
        case ast.Continue():
            yield where.replaced(node, "break", "loop")
        case ast.AugAssign():
            yield from _changed(node, where)
        case ast.Return() if node.value is not None:
            yield from _result(node.value, where, parameters)
        case ast.ExceptHandler():
            yield from _handler(node, where)
        case _:
            pass


def _flow(
    node: ast.If | ast.While | ast.For | ast.AsyncFor | ast.comprehension, where: SyntaxMap
) -> Iterator[Edit]:
    match node:
        case ast.If():
            yield from _condition(node.test, where, ("True", "False"))
        case ast.While():
            yield from _condition(node.test, where, ("False",))
        case ast.For() | ast.AsyncFor():
            yield from _source(node.iter, where)
        case ast.comprehension():
            yield from _source(node.iter, where)
            for test in node.ifs:
                yield from _condition(test, where, ("True",))


def _left_out(node: ast.stmt) -> str:
    return "exception" if isinstance(node, ast.Raise | ast.Try) else "missing statement"


def _condition(test: ast.expr, where: SyntaxMap, always: tuple[str, ...]) -> Iterator[Edit]:
    yield where.replaced(test, f"not ({where.text(test)})", "boolean")
    for value in always:
        if not (isinstance(test, ast.Constant) and str(test.value) == value):
            yield where.replaced(test, value, "boolean")


def _source(iterated: ast.expr, where: SyntaxMap) -> Iterator[Edit]:
    text = where.text(iterated)
    for part in ("[1:]", "[:-1]", "[::-1]"):
        yield where.replaced(iterated, f"list({text}){part}", "loop")


def _changed(node: ast.AugAssign, where: SyntaxMap) -> Iterator[Edit]:
    old, ways = CALCULATED.get(type(node.op), ("", ()))
    for new in ways:
        yield from where.between(node.target, node.value, f"{old}=", f"{new}=", "arithmetic")
    yield from where.between(node.target, node.value, f"{old}=", "=", "arithmetic")


def _result(value: ast.expr, where: SyntaxMap, parameters: tuple[str, ...]) -> Iterator[Edit]:
    text = where.text(value)
    if text != "None":
        yield where.replaced(value, "None", "return")
    if isinstance(value, ast.Compare | ast.BoolOp):
        yield where.replaced(value, f"not ({text})", "return")
        yield where.replaced(value, "True", "return")
        yield where.replaced(value, "False", "return")
    if isinstance(value, ast.BinOp):
        yield where.replaced(value, f"{text} + 1", "off by one")
    for name in parameters[:2]:
        if text != name:
            yield where.replaced(value, name, "identity")


def _handler(node: ast.ExceptHandler, where: SyntaxMap) -> Iterator[Edit]:
    first, last = node.body[0], node.body[-1]
    if not isinstance(first, ast.Raise):
        yield Edit(where.span(first)[0], where.span(last)[1], "raise", "exception")
