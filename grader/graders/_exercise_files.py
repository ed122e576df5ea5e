"""What of a sample lies in an exercise's folder, and what is put back before its tests run."""

import json
import re
from pathlib import PurePosixPath
from typing import Any, NamedTuple, cast

from grader.runners.base import TestRunner, Texts

FILES_MAX = 100
PATH_CHARS = 200
FENCED = re.compile(
    r"^(?P<fence>`{3,}|~{3,})[^\n]*\n(?P<text>.*?)(?:^(?P=fence)[ \t]*$|\Z)",
    re.MULTILINE | re.DOTALL,
)
SPOKEN = 3
"""Lines before a block in which the name of its file may stand."""


class SampleFiles(NamedTuple):
    """A sample taken apart."""

    files: dict[str, str]
    """What it brings, by path below the exercise's folder."""
    left_out: tuple[str, ...]
    """Paths that it brings and that do not count, sorted."""


def files_in(body: str, solution: tuple[str, ...]) -> dict[str, str]:
    """A sample's files: a JSON object of texts by path, fenced blocks, or one file's text."""
    told = as_object(body)
    if told is not None:
        return told
    blocks = list(FENCED.finditer(body))
    if not blocks:
        return {main_file(solution): body} if body.strip() else {}
    found: dict[str, str] = {}
    unnamed: list[str] = []
    for block in blocks:
        name = named_before(body[: block.start()], solution)
        if name:
            found[name] = block["text"]
        else:
            unnamed.append(block["text"])
    if not found and len(unnamed) == len(solution):
        return dict(zip(solution, unnamed, strict=True))
    if not found:
        return {main_file(solution): unnamed[-1]}
    return found


def as_object(body: str) -> dict[str, str] | None:
    """The body as texts by path; None where it is none."""
    if not body.lstrip().startswith("{"):
        return None
    try:
        value: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    texts = cast("dict[str, Any]", value)
    return texts if all(isinstance(each, str) for each in texts.values()) else None


def main_file(solution: tuple[str, ...]) -> str:
    """Where a text goes that names no file: no header."""
    return next((each for each in solution if not each.endswith((".h", ".hpp"))), solution[0])


def named_before(text: str, solution: tuple[str, ...]) -> str:
    """The solution's file that the lines right before a block name; empty for none."""
    for line in reversed(text.rstrip("\n").splitlines()[-SPOKEN:]):
        for path in solution:
            if re.search(rf"(?<![\w-]){re.escape(PurePosixPath(path).name)}(?![\w.])", line):
                return path
    return ""


def accepted(given: Texts, protected: frozenset[str], runner: TestRunner) -> SampleFiles:
    """What of a sample's files counts: none in the place of tests, settings or what reads them."""
    kept: dict[str, str] = {}
    out: list[str] = []
    for path, text in given.items():
        plain = PurePosixPath(path).as_posix() if path else ""
        if len(kept) < FILES_MAX and is_below(path) and may_bring(plain, protected, runner):
            kept[plain] = text
        else:
            out.append(path[:PATH_CHARS])
    return SampleFiles(kept, tuple(sorted(out)))


def is_below(path: str) -> bool:
    """Whether a path names a file below the folder it is relative to."""
    pure = PurePosixPath(path)
    return (
        bool(pure.parts)
        and not pure.is_absolute()
        and ".." not in pure.parts
        and len(path) <= PATH_CHARS
        and path.isprintable()
    )


def may_bring(path: str, protected: frozenset[str], runner: TestRunner) -> bool:
    """Whether a sample may bring that file."""
    if path in protected or runner.decides(path):
        return False
    return not any(each.startswith(f"{path}/") or path.startswith(f"{each}/") for each in protected)
