"""Why the official verdict and the strict one differ, in words."""

import re
from typing import NamedTuple

from grader.core.result import Verdict
from grader.graders._repo_log import BAD_MARKS, END, EXIT_CODE, START, text_of
from grader.patch.change import Change, Kind
from grader.patch.read import changes
from grader.strict.inside import protected

MARKS = (START, END, EXIT_CODE, *BAD_MARKS, ">>>>> Applied Patch")
TEST_PATCH_FAILED = re.compile(
    r"^error: (?P<path>.+?): (?P<why>already exists in working directory|patch does not apply)$",
    re.MULTILINE,
)
DECIDING = ("hooks into", "configures", "runs in every", "runs the tests", "names plugins")
"""Reasons of protection that suffice to change any verdict."""


class Clues(NamedTuple):
    """What patch and log say about how far the log can be believed."""

    words: tuple[str, ...]
    decisive: tuple[str, ...]
    """Those of them that make an official pass worthless where nothing else supports it."""


def clues(patch: str, log: str) -> Clues:
    """Read a patch and an official log with suspicion."""
    decisive = [*marked(patch), *doubled(log), *own_tests(log)]
    touched = [touch for change in changes(patch) for touch in protected_part(change)]
    decisive += [f"{path}: {why}" for path, why in touched if why.startswith(DECIDING)]
    mild = [f"{path}: {why}" for path, why in touched if not why.startswith(DECIDING)]
    return Clues((*decisive, *mild), tuple(decisive))


def joined(one: Clues, other: Clues) -> Clues:
    """All clues, each once."""
    words = dict.fromkeys((*one.words, *other.words))
    return Clues(tuple(words), tuple(dict.fromkeys((*one.decisive, *other.decisive))))


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


def protected_part(change: Change) -> list[tuple[str, str]]:
    """(path, why) of what a change touches and may not decide."""
    found: list[tuple[str, str]] = []
    for path in change.paths:
        policy, why = protected.rule(path)
        if policy == protected.KEEP and change.kind is Kind.ADD:
            why = protected.shadows(path, ())
        if why:
            found.append((path, why))
    return found


def explained(
    official: Verdict, official_reason: str, strict: Verdict, strict_reason: str, found: Clues
) -> tuple[str, ...]:
    """One line that says that the readings differ, and one for each reason; () where they agree."""
    if (official is Verdict.PASSED) == (strict is Verdict.PASSED):
        return found.words
    head = f"parity says {official.value}, strict says {strict.value}"
    why = strict_reason or official_reason
    return (f"{head}: {why}" if why else head, *found.words)
