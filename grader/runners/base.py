"""What a test runner is: how the tests of an exercise are built, run and read, in one language.

A member module of `runners/` has one constant `RUNNER`. What runs a track's tests here is not
always the track's official command, which may want a network: `here` says what stands in its
place. Files in the language itself lie in `support/` and are read with `support`.

Tests and solution share one process, so whatever it reports could be written by the solution. What
decides are *twins*: tests in which something that is wanted was changed, so that no solution that
passes the test can pass its twin. Which tests are twins is drawn for each run.
"""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from grader import plugins
from grader.core.limits import Limits
from grader.core.plan import Step

REPORT = "grader.report"
"""The file in which a run's outcomes stand; a step collects it."""
SUPPORT = Path(__file__).parent / "support"

Texts = Mapping[str, str]
"""Path below the exercise's folder → text."""


class TextEdit(NamedTuple):
    """Other text in place of a part of a file."""

    path: str
    start: int
    end: int
    text: str


class TestTwin(NamedTuple):
    """One way to make a test want something else."""

    test: str
    """What the runner calls the test, or the end of that."""
    edit: TextEdit


class ExerciseFiles(NamedTuple):
    """All that lies in an exercise's folder while its tests are built and run."""

    name: str
    """The exercise's, as its folder is called: `all-your-base`."""
    sources: Texts
    """The solution's files, and the exercise's own beside the tests."""
    tests: Texts


class TestRunner(NamedTuple):
    """How one track's tests run; functions are pure and raise nothing for any text."""

    track: str
    """Exercism's name of the language, which is the folder's too: `cpp`, `javascript`."""
    language: str
    """Member of `languages/` whose toolchain it needs; empty: Python's."""
    official: str
    """The command that decides officially."""
    here: str
    """What runs in its place, in words."""
    packages: str
    """What to install for it, in Debian's names, beyond the language's own."""
    steps: Callable[[ExerciseFiles, Limits, str], tuple[Step, ...]]
    """(files, limits, ending of the steps' names): build and run; the last collects `REPORT`."""
    outcomes: Callable[[str], dict[str, bool]]
    """A report's text → each test that ran and was not skipped, and whether it passed."""
    twins: Callable[[Texts], tuple[TestTwin, ...]]
    """The ways to change tests, the better ones of each test first."""
    decides: Callable[[str], bool]
    """Whether a file of that path could decide how tests run, so that no sample may bring it."""
    prepared: Callable[[str], str] = lambda text: text
    """The tests as they run officially: nothing left out that a learner was to switch on."""


def edited(texts: Texts, edits: tuple[TextEdit, ...]) -> dict[str, str]:
    """The texts with all edits; those of one file must not overlap."""
    found = dict(texts)
    for edit in sorted(edits, key=lambda each: each.start, reverse=True):
        text = found[edit.path]
        found[edit.path] = text[: edit.start] + edit.text + text[edit.end :]
    return found


def support(name: str) -> str:
    """A file of ours in the language itself."""
    return _support(name)


@cache
def _support(name: str) -> str:
    return (SUPPORT / name).read_text("utf-8")


def of_track(track: str) -> TestRunner | None:
    """The runner of a track's tests; None where no track is called so."""
    return _by_track().get(track)


def tracks() -> tuple[str, ...]:
    """All tracks, sorted."""
    return tuple(sorted(_by_track()))


@cache
def _by_track() -> dict[str, TestRunner]:
    members = (plugins.load("runners", name).RUNNER for name in plugins.names("runners"))
    return {runner.track: runner for runner in members}
