"""Samples in a folder: EvalPlus's `<task>/0.py`, the same as `.txt`, or a `<task>.py` each."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from grader.errors import UsageError

DIGITS = re.compile(r"(\d+)")
PROGRAMS, ANSWERS = (".py",), (".txt", ".md", ".out")
"""Endings of whole programs, and of what a model said."""
SAMPLE_NUMBER = re.compile(r"(?P<task>.+?)(?:[-_.](?:sample|n|s)?_?(?P<number>\d+))?")


class SampleFile(NamedTuple):
    """One sample's file."""

    task: str
    """The task's id, or the name that stands for none."""
    path: Path
    is_program: bool


def sample_files(root: Path, task_of: Callable[[str], str]) -> Iterator[SampleFile]:
    """Files of a folder in their order; `task_of` gives the task of a file's or folder's name.

    Raises UsageError where the folder holds nothing of the kind.
    """
    entries = _entries(root)
    folders = [entry for entry in entries if entry.is_dir()]
    if folders:
        for folder in folders:
            task = task_of(folder.name)
            if not task:
                yield SampleFile(folder.name, folder, is_program=False)
                continue
            for file in _of_kind(_entries(folder)):
                yield SampleFile(task, file, file.suffix in PROGRAMS)
        return
    files = _of_kind(entries)
    if not files:
        names = sorted(e.name for e in entries if e.name.endswith((".jsonl", ".jsonl.gz", ".json")))
        hint = f"did you mean {root / names[0]}?" if names else "pass a .jsonl file"
        raise UsageError(f"{root}: no directory like HumanEval_0/ (holding 0.py) in it; {hint}")
    for file in files:
        task = task_of(file.stem) or _numbered(file.stem, task_of) or file.stem
        yield SampleFile(task, file, file.suffix in PROGRAMS)


def _numbered(stem: str, task_of: Callable[[str], str]) -> str:
    """The task of `<task>_<number>`; '' where there is none."""
    match = SAMPLE_NUMBER.fullmatch(stem)
    return task_of(match["task"]) if match and match["number"] else ""


def _of_kind(entries: list[Path]) -> list[Path]:
    """Programs where there are any, else answers."""
    for kinds in (PROGRAMS, ANSWERS):
        found = [entry for entry in entries if entry.suffix in kinds]
        if found:
            return found
    return []


def _entries(folder: Path) -> list[Path]:
    try:
        entries = [entry for entry in folder.iterdir() if not entry.name.startswith((".", "_"))]
    except OSError as error:
        raise UsageError(f"{folder}: cannot be read ({error.strerror or error})") from error
    return sorted(entries, key=lambda entry: natural(entry.name))


def natural(name: str) -> tuple[tuple[str, int], ...]:
    """A sorting key that puts `10.py` after `9.py`."""
    words = DIGITS.split(name)
    numbers = [*map(int, words[1::2]), -1]
    return tuple(zip(words[::2], numbers, strict=True))
