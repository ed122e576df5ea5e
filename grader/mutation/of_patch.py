"""Mutants of a patch: parts of it left out, or turned into their contrary."""

import re
from collections import defaultdict
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from grader.mutation.of_python import Mutant, in_turn
from grader.patch.hunks import UNIFIED, unified
from grader.patch.read import lines_of

TURNS = (
    (r"==", "!="), (r"!=", "=="), (r"<=", ">"), (r">=", "<"), (r"(?<![<=>-])<(?![<=])", ">="),
    (r"(?<![<=>-])>(?![>=])", "<="), (r"\band\b", "or"), (r"\bor\b", "and"),
    (r"\bis not\b", "is"), (r"\bis\b(?! not)", "is not"), (r"\bnot in\b", "in"),
    (r"\bnot\b(?! in)", ""), (r"\bTrue\b", "False"), (r"\bFalse\b", "True"),
    (r"(?<=\s)\+(?=\s)", "-"), (r"(?<=\s)-(?=\s)", "+"), (r"\b0\b", "1"), (r"\b1\b", "2"),
    (r"\bcontinue\b", "break"), (r"\bbreak\b", "continue"), (r"\bif (.+):$", r"if not (\1):"),
    (r"\breturn .+$", "return None"),
)  # fmt: skip
"""What a token or line becomes; the first word of a pair is a regular expression."""


class PatchHunk(NamedTuple):
    """Lines `start` to `end` of the patch, the head first."""

    start: int
    end: int


def mutants_of_patch(patch: str, *, most: int, seed: str) -> tuple[Mutant, ...]:
    """At most `most` mutants of a patch, all kinds in turn; the same arguments give the same.

    Whole files and hunks left out, runs of changed lines left out, added lines turned or left out.
    """
    found: dict[str, list[Mutant]] = defaultdict(list)
    for mutant in _all(lines_of(patch)):
        found[mutant.operator].append(mutant)
    chosen: dict[str, Mutant] = {}
    for mutant in in_turn(found, Random(seed)):
        if len(chosen) >= most:
            break
        chosen.setdefault(mutant.body, mutant)
    return tuple(chosen.values())


def _all(lines: list[str]) -> Iterator[Mutant]:
    hunks = hunks_of(lines)
    files = files_of(lines, hunks)
    if len(files) > 1:
        for start, end in files:
            yield Mutant("".join(lines[:start] + lines[end:]), "left-out file", start + 1)
    if len(hunks) > 1:
        for start, end in files:
            inner = [hunk for hunk in hunks if start <= hunk.start < end]
            for hunk in inner if len(inner) > 1 else ():
                text = _without(lines, hunk, inner)
                yield Mutant(text, "left-out hunk", hunk.start + 1)
    for hunk in hunks:
        yield from _changes(lines, hunk)


def hunks_of(lines: list[str]) -> list[PatchHunk]:
    """The hunks of a unified diff, by their own counts."""
    found: list[PatchHunk] = []
    at = 0
    while at < len(lines):
        start, at = at, at + 1
        if UNIFIED.match(lines[start]):
            at = unified(lines, start).after
            found.append(PatchHunk(start, at))
    return found


def files_of(lines: list[str], hunks: list[PatchHunk]) -> list[tuple[int, int]]:
    """Where each file's part begins and ends."""
    inside = {at for hunk in hunks for at in range(hunk.start, hunk.end)}
    has_git = any(line.startswith("diff --git ") for line in lines)
    mark = "diff --git " if has_git else "--- "
    starts = [at for at, line in enumerate(lines) if at not in inside and line.startswith(mark)]
    return list(zip(starts, [*starts, len(lines)][1:], strict=True))


def _without(lines: list[str], hunk: PatchHunk, of_file: list[PatchHunk]) -> str:
    shift = _growth(lines, hunk)
    made = list(lines)
    for other in of_file:
        if other.start > hunk.start:
            made[other.start] = _moved(made[other.start], -shift)
    return "".join(made[: hunk.start] + made[hunk.end :])


def _growth(lines: list[str], hunk: PatchHunk) -> int:
    head = UNIFIED.match(lines[hunk.start])
    return int(head["new"] or 1) - int(head["old"] or 1) if head else 0


def _moved(head: str, by: int) -> str:
    found = UNIFIED.match(head)
    if found is None:
        return head
    start, end = found.span("to")
    return f"{head[:start]}{int(found['to']) + by}{head[end:]}"


def _changes(lines: list[str], hunk: PatchHunk) -> Iterator[Mutant]:
    """One run of changed lines undone, one added line left out or turned."""
    runs = _runs(lines, hunk)
    if len(runs) > 1:
        for first, last in runs:
            undone = [f" {line[1:]}" for line in lines[first:last] if line.startswith("-")]
            yield _remade(lines, hunk, (first, last), undone, "left-out change")
    for at in range(hunk.start + 1, hunk.end):
        line = lines[at]
        text = line[1:].rstrip("\n")
        if not line.startswith("+") or not text.strip() or text.strip().startswith(("#", '"')):
            continue
        yield _remade(lines, hunk, (at, at + 1), [], "left-out line")
        for old, new in TURNS:
            turned = re.sub(old, new, text, count=1)
            if turned != text:
                yield _remade(lines, hunk, (at, at + 1), [f"+{turned}\n"], "turned line")


def _runs(lines: list[str], hunk: PatchHunk) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    at = hunk.start + 1
    while at < hunk.end:
        first = at
        while at < hunk.end and lines[at][:1] in {"+", "-"}:
            at += 1
        if at > first:
            found.append((first, at))
        at += 1
    return found


def _remade(
    lines: list[str], hunk: PatchHunk, part: tuple[int, int], instead: list[str], operator: str
) -> Mutant:
    body = lines[hunk.start + 1 : part[0]] + instead + lines[part[1] : hunk.end]
    old = sum(line[:1] in {" ", "-", "\n"} for line in body)
    new = sum(line[:1] in {" ", "+", "\n"} for line in body)
    head = UNIFIED.match(lines[hunk.start])
    if head is None:
        raise ValueError(lines[hunk.start])
    made = f"@@ -{head['from']},{old} +{head['to']},{new} @@{lines[hunk.start][head.end() :]}"
    text = "".join([*lines[: hunk.start], made, *body, *lines[hunk.end :]])
    return Mutant(text, operator, part[0] + 1)
