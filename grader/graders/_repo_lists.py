"""Test lists of a repository task: in words, as results, and back from stored ones."""

from typing import Protocol

from grader.core.result import Outcome, TestResult
from grader.graders._repo_tests import (
    FAIL_TO_PASS,
    PASS_TO_PASS,
    ResolutionStatus,
    TestGroup,
    TestsStatus,
)

NAMES_SHOWN = 3


class ExpectedTests(Protocol):
    """Which tests decide."""

    @property
    def fail_to_pass(self) -> tuple[str, ...]:
        """Those that must be mended."""
        ...

    @property
    def pass_to_pass(self) -> tuple[str, ...]:
        """Those that must stay."""
        ...


def words(status: TestsStatus) -> str:
    """`FAIL_TO_PASS 1 of 2, PASS_TO_PASS 30 of 30; not passed: a, b`."""
    groups = ((FAIL_TO_PASS, status.fail_to_pass), (PASS_TO_PASS, status.pass_to_pass))
    counts = ", ".join(
        f"{name} {len(split.success)} of {len(split.success) + len(split.failure)}"
        for name, split in groups
    )
    missed = [*status.fail_to_pass.failure, *status.pass_to_pass.failure]
    more = f" and {len(missed) - NAMES_SHOWN} more" if len(missed) > NAMES_SHOWN else ""
    partly = " (partly resolved)" if status.resolution is ResolutionStatus.PARTIAL else ""
    return f"{counts}{partly}; not passed: {', '.join(missed[:NAMES_SHOWN])}{more}"


def all_tests(
    expected: ExpectedTests, official: TestsStatus | None, strict: TestsStatus | None
) -> tuple[TestResult, ...]:
    """The official lists, and after them what the strict reading saw fail."""
    tests = tests_of(expected, official) if official else ()
    if strict is None:
        return tests
    missed = tests_of(expected, strict)
    return (
        *tests,
        *(
            test.model_copy(update={"message": f"strict {test.message}"})
            for test in missed
            if test.outcome is not Outcome.PASSED
        ),
    )


def tests_of(expected: ExpectedTests, status: TestsStatus) -> tuple[TestResult, ...]:
    """Every test that must be mended, and of the others those that did not pass.

    A test with a status that nobody knows is in neither list: `skipped`, as in the official rates.
    """
    mended = group(expected.fail_to_pass, status.fail_to_pass, FAIL_TO_PASS)
    kept = group(expected.pass_to_pass, status.pass_to_pass, PASS_TO_PASS)
    return (*mended, *(test for test in kept if test.outcome is not Outcome.PASSED))


def group(names: tuple[str, ...], split: TestGroup, message: str) -> list[TestResult]:
    """One group's tests in the task's order."""
    outcomes = dict.fromkeys(split.failure, Outcome.FAILED)
    outcomes |= dict.fromkeys(split.success, Outcome.PASSED)
    return [
        TestResult(name=name, outcome=outcomes.get(name, Outcome.SKIPPED), message=message)
        for name in names
    ]


def status_from(expected: ExpectedTests, tests: tuple[TestResult, ...]) -> TestsStatus:
    """The official lists again, from a stored result's tests."""
    return TestsStatus(
        stored(expected.fail_to_pass, tests, FAIL_TO_PASS),
        stored(expected.pass_to_pass, tests, PASS_TO_PASS),
    )


def stored(names: tuple[str, ...], tests: tuple[TestResult, ...], message: str) -> TestGroup:
    """One group; what was not stored has passed."""
    outcomes = {test.name: test.outcome for test in tests if test.message == message}
    found = [(name, outcomes.get(name, Outcome.PASSED)) for name in names]
    return TestGroup(
        success=tuple(name for name, outcome in found if outcome is Outcome.PASSED),
        failure=tuple(name for name, outcome in found if outcome is Outcome.FAILED),
    )
