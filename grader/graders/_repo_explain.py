"""Why the official verdict and the strict one differ, in words."""

import re
from collections.abc import Collection
from typing import NamedTuple

from grader.core.result import Verdict
from grader.graders._repo_log import BAD_MARKS, END, EXIT_CODE, START, text_of
from grader.graders._repo_tree import TreeDifferences
from grader.patch.admission import left_out, reaches_git
from grader.patch.change import ChangeKind
from grader.patch.read import changes, paths, readings
from grader.strict.inside import protected

MARKS = (START, END, EXIT_CODE, *BAD_MARKS, ">>>>> Applied Patch")
TEST_PATCH_FAILED = re.compile(
    r"^error: (?P<path>.+?): (?P<why>already exists in working directory|patch does not apply)$",
    re.MULTILINE,
)
DECIDING = ("hooks into", "configures", "runs in every", "runs the tests", "names plugins")
"""Reasons of protection that suffice to change any verdict."""


class LogClues(NamedTuple):
    """What patch and log say about how far the log can be believed."""

    words: tuple[str, ...]
    decisive: tuple[str, ...]
    """Those of them that make an official pass worthless where nothing else supports it."""


def clues(
    patch: str, log: str, tree: TreeDifferences | None = None, needed: Collection[str] = ()
) -> LogClues:
    """Read a patch and an official log with suspicion.

    tree: what applying changed; it decides which files a patch touches, in whatever dialect.
    needed: files that the task's own solution touches, which any fix may.
    """
    decisive = [*marked(patch), *doubled(log), *own_tests(log), *unread(patch, tree)]
    touched = [touch for path, is_new in files(patch, tree) if path not in needed
               for touch in protected_part(path, is_new=is_new)]  # fmt: skip
    decisive += [f"{path}: {why}" for path, why in touched if why.startswith(DECIDING)]
    mild = [f"{path}: {why}" for path, why in touched if not why.startswith(DECIDING)]
    mild += left_out(changes(patch))
    return LogClues((*decisive, *mild), tuple(decisive))


def files(patch: str, tree: TreeDifferences | None) -> list[tuple[str, bool]]:
    """(path, whether it is new) of what a patch touches: as the tree has it, or else the text."""
    if tree is not None:
        return [(path, path in tree.made) for path in tree.changed]
    found: dict[str, bool] = {}
    for change in (change for reading in readings(patch) for change in reading):
        for path in change.paths:
            found[path] = found.get(path, False) or change.kind is ChangeKind.ADD
    return list(found.items())


def unread(patch: str, tree: TreeDifferences | None) -> list[str]:
    """Changes of the tree that the patch's text, which may be gone, does not tell of."""
    found = tree.beside(paths(patch)) if tree is not None and patch else ()
    more = f" and {len(found) - 1} more" if found[1:] else ""
    return (
        [f"the patch changed {found[0]}{more} where its text names no such file"] if found else []
    )


def joined(one: LogClues, other: LogClues) -> LogClues:
    """All clues, each once."""
    words = dict.fromkeys((*one.words, *other.words))
    return LogClues(tuple(words), tuple(dict.fromkeys((*one.decisive, *other.decisive))))


def marked(patch: str) -> list[str]:
    """Markers in the patch's own text: the official log prints the patch before the tests."""
    text = text_of(patch.encode(errors="replace"))
    return [
        f"the patch's text holds the marker '{mark}', which the official log shows before the tests"
        for mark in MARKS
        if mark in text
    ]


def doubled(log: str) -> list[str]:
    """Markers that stand in the log more often than the script writes them."""
    text = text_of(log.encode(errors="replace"))
    return [
        f"the log holds '{mark}' {count} times, and the first counts officially"
        for mark in (START, END, EXIT_CODE)
        # With `set -x` the exit code's line is traced once and printed once.
        if (count := text.count(mark)) > (2 if mark is EXIT_CODE else 1)
    ]


def own_tests(log: str) -> list[str]:
    """A test patch that did not apply: then the model's own tests were graded."""
    before = text_of(log.encode(errors="replace")).split(START, maxsplit=1)[0]
    found = TEST_PATCH_FAILED.search(before)
    if not found:
        return []
    why = f"the task's test patch failed officially ({found['path']}: {found['why']})"
    return [f"{why}, so that the model's own tests were graded"]


def protected_part(path: str, *, is_new: bool) -> list[tuple[str, str]]:
    """(path, why) where a change of `path` may not decide."""
    if reaches_git(path):
        return [(path, "runs in every command of git")]
    policy, why = protected.rule(path)
    if policy == protected.KEEP and is_new:
        why = protected.shadows(path, ())
    return [(path, why)] if why else []


def explained(
    official: Verdict, official_reason: str, strict: Verdict, strict_reason: str, found: LogClues
) -> tuple[str, ...]:
    """One line that says that the readings differ, and one for each reason; () where they agree."""
    if (official is Verdict.PASSED) == (strict is Verdict.PASSED):
        return found.words
    head = f"parity says {official.value}, strict says {strict.value}"
    why = strict_reason or official_reason
    return (f"{head}: {why}" if why else head, *found.words)
