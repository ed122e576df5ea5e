"""Django's own runner: unittest's verbose output, broken up by whatever the tests print."""

import re

from grader.parsers.base import (
    ERROR,
    FAILED,
    PASSED,
    SKIPPED,
    ParsedInstance,
    Parser,
    Statuses,
    UnreadableLog,
)

PASSES = (" ... ok", " ... OK", " ...  OK")
DOTS = " ... "
VERSION = "--version is equivalent to version"
"""The whole report of one test, whose output takes several lines."""
MIGRATION = "Applying sites.0002_alter_domain_unique...test_no_migrations"
"""In django__django-7188 the test's line is glued to this one."""
INTERRUPTED = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        r"^(.*?)\s\.\.\.\sTesting\ against\ Django\ installed\ in\ ((?s:.*?))\ silenced\)\.\nok$",
        r"^(.*?)\s\.\.\.\sInternal\ Server\ Error:\ \/(.*)\/\nok$",
        r"^(.*?)\s\.\.\.\sSystem check identified no issues \(0 silenced\)\nok$",
    )
)
"""Tests whose `ok` stands behind a message of several lines."""


def parse(log: str, _: ParsedInstance) -> Statuses:
    """Every line may report several times over; the last word counts.

    A line that starts with `ok` passes the last test that was announced, whoever printed it.
    """
    found: Statuses = {}
    announced: str | None = None
    for raw in log.split("\n"):
        line = raw.strip()
        if VERSION in line:
            found[VERSION] = PASSED
        if DOTS in line:
            announced = line.split(DOTS)[0]
        line = passed(line, found)
        not_passed(line, found)
        if line.startswith("ok") and announced is not None:
            found[announced] = PASSED
    for pattern in INTERRUPTED:
        found.update((match.group(1), PASSED) for match in pattern.finditer(log))
    return found


def passed(line: str, found: Statuses) -> str:
    """Note a pass; gives the line as the checks after it see it."""
    suffix = next((suffix for suffix in PASSES if line.endswith(suffix)), None)
    if suffix is None:
        return line
    if line.startswith(MIGRATION):
        line = line.split("...", 1)[-1].strip()
    found[line.rsplit(suffix, 1)[0]] = PASSED
    return line


def not_passed(line: str, found: Statuses) -> None:
    """Note a skip, a failure or an error, on the test's line or in the summary."""
    if " ... skipped" in line:
        found[line.split(" ... skipped", maxsplit=1)[0]] = SKIPPED
    for status, ending, heading in (
        (FAILED, " ... FAIL", "FAIL:"),
        (ERROR, " ... ERROR", "ERROR:"),
    ):
        if line.endswith(ending):
            found[line.split(ending, maxsplit=1)[0]] = status
        if line.startswith(heading):
            found[second_word(line)] = status


def second_word(line: str) -> str:
    """The word after the heading; UnreadableLog where the line ends with it."""
    words = line.split()
    if len(words) < 2:  # noqa: PLR2004  heading and name
        raise UnreadableLog(f"a line '{line}' names no test")
    return words[1]


PARSERS: dict[str, Parser] = {"parse_log_django": parse}
