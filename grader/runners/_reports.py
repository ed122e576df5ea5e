"""What runs report of their tests."""

import re

OK_OR_FAILED = re.compile(r"^(?:(?P<passed>ok)|failed) (?P<name>\S+)", re.MULTILINE)
"""A test's line, as JUnit's listener of ours and libtest's log have it."""


def outcomes_by(pattern: re.Pattern[str], report: str) -> dict[str, bool]:
    """Each test that the pattern finds, by its group `name`; `passed` has matched where it did."""
    return {each["name"]: each["passed"] is not None for each in pattern.finditer(report)}
