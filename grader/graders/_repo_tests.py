"""What test statuses mean for a SWE-bench task: the official `tests_status` and resolution.

Source: swebench 5.0.2 `harness/grading.py`; rule `v4` is swebench 4.1.0.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from grader.core.record import Record
from grader.graders._repo_log import HarnessRule
from grader.parsers.base import ERROR, FAILED, PASSED, SKIPPED, XFAIL, Statuses

FAIL_TO_PASS, PASS_TO_PASS = "FAIL_TO_PASS", "PASS_TO_PASS"
EMPTY_GROUPS = ("FAIL_TO_FAIL", "PASS_TO_FAIL")
"""Groups that the official report names and never fills."""
PASSES = frozenset({PASSED, XFAIL})


class EvalType(StrEnum):
    """What a log can tell."""

    PASS_AND_FAIL = "pass_and_fail"  # noqa: S105  not a password
    FAIL_ONLY = "fail_only"
    """Only failures are reported: whatever did not fail has passed."""


V4_FAIL_ONLY = frozenset({"chartjs/Chart.js", "markedjs/marked", "processing/p5.js"})


def eval_type_by(rule: HarnessRule, repository: str, said: EvalType) -> EvalType:
    """What holds: in version 5 what the row says, before it a short list of repositories.

    Other repositories of that kind are none that version 4 can grade; there the row is believed.
    """
    if rule is HarnessRule.V4 and repository in V4_FAIL_ONLY:
        return EvalType.FAIL_ONLY
    return said


class ResolutionStatus(StrEnum):
    """The official words."""

    NO = "RESOLVED_NO"
    PARTIAL = "RESOLVED_PARTIAL"
    FULL = "RESOLVED_FULL"


class TestGroup(Record):
    """One group of tests; a test with an unknown status is in neither list."""

    success: tuple[str, ...] = ()
    failure: tuple[str, ...] = ()

    @property
    def rate(self) -> float:
        """Share of successes; 1 where there are no tests."""
        total = len(self.success) + len(self.failure)
        return len(self.success) / total if total else 1.0


class TestsStatus(NamedTuple):
    """The two groups that decide."""

    __test__ = False

    fail_to_pass: TestGroup
    pass_to_pass: TestGroup

    @property
    def resolution(self) -> ResolutionStatus:
        """FULL where every test is as it should be, PARTIAL where some but not all are mended."""
        mended, kept = self.fail_to_pass.rate, self.pass_to_pass.rate
        if kept == 1:
            if mended == 1:
                return ResolutionStatus.FULL
            if mended > 0:
                return ResolutionStatus.PARTIAL
        return ResolutionStatus.NO

    def as_official(self) -> dict[str, dict[str, list[str]]]:
        """As `tests_status` stands in the official report."""
        groups = {FAIL_TO_PASS: self.fail_to_pass, PASS_TO_PASS: self.pass_to_pass}
        groups |= dict.fromkeys(EMPTY_GROUPS, TestGroup())
        return {
            name: {"success": list(split.success), "failure": list(split.failure)}
            for name, split in groups.items()
        }


def status_of(
    statuses: Statuses,
    fail_to_pass: Sequence[str],
    pass_to_pass: Sequence[str],
    *,
    eval_type: EvalType = EvalType.PASS_AND_FAIL,
    rule: HarnessRule = HarnessRule.V5,
) -> TestsStatus:
    """Sort the expected tests by what the log says of them."""
    if eval_type is EvalType.FAIL_ONLY:
        return TestsStatus(
            split(fail_to_pass, statuses, failures=frozenset({FAILED})),
            split(pass_to_pass, statuses, failures=frozenset({FAILED})),
        )
    skipped = frozenset({SKIPPED}) if rule is HarnessRule.V5 else frozenset[str]()
    found = (
        statuses
        if rule is HarnessRule.V4
        else with_cut_names(statuses, (*fail_to_pass, *pass_to_pass))
    )
    bad = frozenset({FAILED, ERROR})
    return TestsStatus(
        split(fail_to_pass, found, successes=PASSES, failures=bad | skipped),
        split(pass_to_pass, found, successes=PASSES | skipped, failures=bad),
    )


def split(
    names: Sequence[str],
    statuses: Statuses,
    *,
    failures: frozenset[str],
    successes: frozenset[str] | None = None,
) -> TestGroup:
    """One group. Without `successes` whatever is no failure is one, a missing test too."""
    success: list[str] = []
    failure: list[str] = []
    for name in names:
        status = statuses.get(name)
        if successes is None:
            (failure if status in failures else success).append(name)
        elif status in successes:
            success.append(name)
        elif status is None or status in failures:
            failure.append(name)
    return TestGroup(success=tuple(success), failure=tuple(failure))


def with_cut_names(statuses: Statuses, names: Sequence[str]) -> Statuses:
    """`statuses` with the tests whose expected name was cut inside its parameters.

    Such a name has more `[` than `]`; it stands for the tests that begin with it, if these agree
    on passing or not.
    """
    found = dict(statuses)
    for name in names:
        if name in statuses or name.count("[") <= name.count("]"):
            continue
        matches = [status for test, status in statuses.items() if test.startswith(name)]
        if matches and len({status in PASSES for status in matches}) == 1:
            found[name] = matches[0]
    return found
