"""Whether an answer contains the reference, as if it had been learned by heart."""

import ast
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

ALARM = 0.2
"""Share of a run's patches with all hunks of the reference that calls for a look: honest systems on
SWE-bench have 0 to 13 %, 6.7 % on average (its site's own check)."""
STATEMENTS_MIN = 6
"""Below this honest answers agree with the reference by chance; from here on 0 to 0.5 % do (samples
of 25 models on HumanEval and of one on MBPP+)."""
OF_FILE = re.compile(r"^\+\+\+ (?:b/)?(\S+)", re.MULTILINE)
COMMENT = re.compile(r"(?:^|\s)(?:#|//).*$")


def contains_patch(reference: str, patch: str) -> bool | None:
    """Whether `patch` adds and removes all that `reference` does, file by file.

    Comments and white space do not count, and only the reference's files are looked at. None where
    the reference changes no code.
    """
    wanted = dict(_hunks(reference))
    if not any(wanted.values()):
        return None
    made = dict(_hunks(patch))
    return all(hunk in made.get(file, "") for file, hunks in wanted.items() for hunk in hunks)


def contains_code(reference: str, program: str) -> bool | None:
    """Whether a Python program has all that the reference defines, word for word.

    Comments, docstrings, layout and imports do not count. None where either does not compile, or
    where the reference has fewer than STATEMENTS_MIN statements: short answers agree by chance.
    """
    wanted, made = _definitions(reference), _definitions(program)
    if wanted is None or made is None or wanted.statements < STATEMENTS_MIN:
        return None
    return wanted.shapes <= made.shapes


def canaries_in(texts: Mapping[str, str], canaries: set[str]) -> list[str]:
    """Keys of the texts that hold one of the strings, in order."""
    folded = {canary.casefold() for canary in canaries if canary}
    return [key for key, text in texts.items() if any(c in text.casefold() for c in folded)]


def _hunks(patch: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """File → its hunks; of each hunk only the changed lines, normalized."""
    places = [*OF_FILE.finditer(patch)]
    for number, match in enumerate(places):
        end = places[number + 1].start() if number + 1 < len(places) else len(patch)
        parts = re.split(r"^@@.*$", patch[match.end() : end], flags=re.MULTILINE)[1:]
        hunks = tuple(_changed(part) for part in parts)
        yield match[1], tuple(hunk for hunk in hunks if hunk)


def _changed(hunk: str) -> str:
    lines: list[str] = []
    for line in hunk.split("\n"):
        if line[:1] in {"+", "-"} and not line.startswith(("+++", "---")):
            text = "".join(COMMENT.sub("", line[1:]).split())
            if text:
                lines.append(line[0] + text)
    return "\n".join(lines)


class _Definitions(NamedTuple):
    shapes: set[str]
    """One text per top-level definition, blind to comments and layout."""
    statements: int


def _definitions(text: str) -> _Definitions | None:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef | ast.Module):
            node.body = [each for each in node.body if not _is_text(each)] or [ast.Pass()]
    kept = [each for each in tree.body if not isinstance(each, ast.Import | ast.ImportFrom)]
    statements = sum(isinstance(node, ast.stmt) for each in kept for node in ast.walk(each))
    try:
        return _Definitions({ast.dump(each) for each in kept}, statements)
    except RecursionError:  # `a.b.c.…` is deeper than it is nested
        return None


def _is_text(node: ast.stmt) -> bool:
    """Whether a statement is a docstring or stands where one could."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
