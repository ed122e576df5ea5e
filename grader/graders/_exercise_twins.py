"""Which tests want something else in which run, and what the runs say together."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from grader.core.record import Record
from grader.runners.base import TestTwin, TextEdit

TRUSTED_BITS = 10
"""Twins from which on a guess is one in a thousand."""


class TwinLesson(Record):
    """What the task's own solution has shown."""

    why: str = ""
    """Why nothing was learned: it does not pass here."""
    tests: tuple[str, ...] = ()
    """All tests, as its run names them."""
    twins: tuple[tuple[str, int], ...] = ()
    """Test and number of the way to change it (`offered`) that it fails, and it alone."""

    @property
    def bits(self) -> int:
        """How unlikely a guess is: each twin is drawn by itself."""
        return len(self.twins)


class DrawnRuns(NamedTuple):
    """Which tests are twins in the first run; all others that have one are in the second."""

    first: frozenset[str]
    second: frozenset[str]


class TestsReading(NamedTuple):
    """What two runs say of each test."""

    failed: tuple[str, ...]
    """Tests that failed as they are."""
    missing: tuple[str, ...]
    """Tests of which some run reported nothing."""
    believed: tuple[str, ...]
    """Tests that passed though they wanted something else, and passed as they are."""
    passed: tuple[str, ...]


def offered(twins: Iterable[TestTwin], tests: Iterable[str]) -> dict[str, list[TextEdit]]:
    """The ways to change each test that the runner reports, by its full name.

    A name in a source text is the end of exactly one reported name, or it is left out; so is a test
    that has others as parts.
    """
    by_end: dict[str, list[TextEdit]] = {}
    for twin in twins:
        by_end.setdefault(twin.test, []).append(twin.edit)
    names = list(tests)
    known = frozenset(names)
    whole = {name.rpartition("/")[0] for name in names}
    found: dict[str, list[TextEdit]] = {}
    for end, edits in by_end.items():
        alike = [end] if end in known else [each for each in names if ends_with(each, end)]
        if len(alike) == 1 and alike[0] not in whole:
            found.setdefault(alike[0], []).extend(edits)
    return {name: unlike(edits) for name, edits in found.items()}


def ends_with(name: str, end: str) -> bool:
    """Whether a reported name is that of a test called `end`."""
    return any(name.endswith(f"{mark}{end}") for mark in (".", "::", " > "))


def unlike(edits: list[TextEdit]) -> list[TextEdit]:
    """Each edit once."""
    return list(dict.fromkeys(edits))


def without_overlap(chosen: Mapping[str, TextEdit]) -> dict[str, TextEdit]:
    """Those that can be made together: tests that read one table may offer the same place."""
    kept: dict[str, TextEdit] = {}
    taken: dict[str, list[tuple[int, int]]] = {}
    for name, edit in chosen.items():
        others = taken.setdefault(edit.path, [])
        if all(edit.end <= start or end <= edit.start for start, end in others):
            others.append((edit.start, edit.end))
            kept[name] = edit
    return kept


def expected_failures(tests: Iterable[str], changed: Iterable[str]) -> frozenset[str]:
    """Tests that fail with these changed: they themselves, and what holds them as parts (`T/x`)."""
    wrong = frozenset(changed)
    parents = {name[:at] for name in wrong for at, each in enumerate(name) if each == "/"}
    return frozenset(name for name in tests if name in wrong or name in parents)


def drawn(lesson: TwinLesson, seed: bytes) -> DrawnRuns:
    """Both runs' twins, by lot: of the seed a bit for each."""
    names = [name for name, _ in lesson.twins]
    bits = hashlib.shake_256(seed).digest(len(names)) if names else b""
    first = frozenset(name for name, byte in zip(names, bits, strict=True) if byte & 1)
    return DrawnRuns(first, frozenset(names) - first)


def read(
    lesson: TwinLesson, runs: Iterable[tuple[frozenset[str], Mapping[str, bool]]]
) -> TestsReading:
    """Two runs, each with the tests that were changed in it and the outcomes."""
    bad: set[str] = set()
    gone: set[str] = set()
    fooled: set[str] = set()
    for changed, outcomes in runs:
        wrong = expected_failures(lesson.tests, changed)
        for name in lesson.tests:
            if name not in outcomes:
                gone.add(name)
            elif name not in wrong and not outcomes[name]:
                bad.add(name)
            elif name in wrong and outcomes[name]:
                fooled.add(name)
    ordered = lesson.tests
    return TestsReading(
        failed=tuple(name for name in ordered if name in bad),
        missing=tuple(name for name in ordered if name in gone),
        believed=tuple(name for name in ordered if name in fooled and name not in bad),
        passed=tuple(name for name in ordered if name not in bad | gone | fooled),
    )
