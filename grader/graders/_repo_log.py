"""Read the output of a SWE-bench evaluation script, exactly as the official harness does.

Source of every rule: swebench 5.0.2, `harness/grading.py` and `harness/infra_failure.py`; rule `v4`
is swebench 4.1.0. Whatever is odd here is odd there: the point is to agree to the bit.
"""

import re
from enum import StrEnum
from typing import NamedTuple

from grader.parsers.base import ERROR, FAILED, ParsedInstance, Parser, Statuses, UnreadableLog

APPLIED = ">>>>> Applied Patch"
REJECTED = ">>>>> Patch Apply Failed"
START = ">>>>> Start Test Output"
END = ">>>>> End Test Output"
EXIT_CODE = ">>>>> Test Exit Code"
BAD_MARKS = (REJECTED, ">>>>> Reset Failed", ">>>>> Tests Errored", ">>>>> Tests Timed Out")
EXIT_CODE_LINE = re.compile(rf"{re.escape(EXIT_CODE)}:\s*(-?\d+)")
"""The first one in the whole log counts."""
DIGITS_MAX = 4300
"""Longer numbers are none to Python, and to the official harness neither."""
SUITE_RAN = re.compile(
    r"Executed [1-9]\d* of \d+"
    r"|TOTAL: [1-9]\d* (?:SUCCESS|FAILED)"
    r"|[1-9]\d* passing"
    r"|Tests:\s+[1-9]\d*"
    r"|Test Suites:\s+(?:\d+ \w+, )*[1-9]\d* total"
    r"|^# tests [1-9]\d*"
    r"|[1-9]\d* specs?, \d+ failures?"
    r"|': ok$",
    re.MULTILINE,
)
"""Signs that a suite ran, for runners that report failures only."""


class HarnessRule(StrEnum):
    """Whose reading of a log and of statuses holds."""

    V5 = "v5"
    V4 = "v4"


class LogReading(NamedTuple):
    """What a log says."""

    statuses: Statuses
    problem: str
    """Why the log cannot be used at all; empty where it can."""

    @property
    def is_usable(self) -> bool:
        """Whether the official harness calls the patch applied."""
        return not self.problem


class EnvironmentSign(NamedTuple):
    """A sign that the environment broke: advice, never a verdict."""

    reason: str
    tier: str


ENVIRONMENT, AMBIGUOUS = "environment", "ambiguous"
SIGNS = tuple(
    (EnvironmentSign(reason, tier), re.compile(pattern, re.MULTILINE))
    for reason, tier, pattern in (
        (
            "browser_launch_failed",
            ENVIRONMENT,
            r"Failed to launch|Failed to connect to the bus",
        ),
        (
            "display_unavailable",
            ENVIRONMENT,
            r"cannot open display|Missing X server|unable to open X display",
        ),
        ("out_of_memory", ENVIRONMENT, r"Cannot allocate memory|OutOfMemoryError|^Killed$"),
        (
            "container_unavailable",
            ENVIRONMENT,
            r"Error response from daemon|Cannot connect to the Docker daemon",
        ),
        (
            "network_unreachable",
            ENVIRONMENT,
            r"Could not resolve host|Temporary failure in name resolution",
        ),
        (
            "missing_module",
            AMBIGUOUS,
            r"Cannot find module|MODULE_NOT_FOUND|ModuleNotFoundError",
        ),
        ("no_tests_collected", AMBIGUOUS, r"no tests ran|collected 0 items"),
        ("tests_timed_out", AMBIGUOUS, r"Timeout error: \d+ seconds exceeded"),
    )
)
"""The first that is found counts."""


def text_of(log: bytes) -> str:
    """Bad bytes replaced, every line end a line feed, a bare carriage return too."""
    return log.decode(errors="replace").replace("\r\n", "\n").replace("\r", "\n")


def read(
    text: str, parser: Parser, instance: ParsedInstance, *, rule: HarnessRule = HarnessRule.V5
) -> LogReading:
    """Statuses between the markers, else those of the whole log; raises UnreadableLog."""
    if bad := next((mark for mark in BAD_MARKS if mark in text), ""):
        return LogReading({}, f"the log holds '{bad}'")
    if START not in text or END not in text:
        return LogReading({}, "the tests did not begin or did not end")
    between = text.split(START)[1].split(END, maxsplit=1)[0]
    statuses = parser(between, instance) or parser(text, instance)
    problem = v5_problem(text, statuses) if rule is HarnessRule.V5 else ""
    return LogReading({} if problem else statuses, problem)


def v5_problem(text: str, statuses: Statuses) -> str:
    """What makes statuses unbelievable: no sign of a run, or a failing command without failures."""
    if not statuses:
        return "" if SUITE_RAN.search(text) else "no test reported anything"
    code = exit_code(text)
    if code in {None, 0} or any(status in {FAILED, ERROR} for status in statuses.values()):
        return ""
    return f"the test command left with status {code}, and no test failed"


def exit_code(text: str) -> int | None:
    """The status that the script recorded; None where it recorded none."""
    found = EXIT_CODE_LINE.search(text)
    if found is None:
        return None
    return int(found[1]) if len(found[1]) <= DIGITS_MAX else 1


def trouble(text: str) -> EnvironmentSign | None:
    """The first sign of a broken environment in a log."""
    return next((sign for sign, pattern in SIGNS if pattern.search(text)), None)


def try_read(
    text: str, parser: Parser, instance: ParsedInstance, *, rule: HarnessRule = HarnessRule.V5
) -> LogReading:
    """`read`, where a log that the parser cannot read at all is a log that cannot be used."""
    try:
        return read(text, parser, instance, rule=rule)
    except UnreadableLog as error:
        return LogReading({}, f"unreadable log: {error}")
