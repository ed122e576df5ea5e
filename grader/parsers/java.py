"""Maven and Gradle, whose names and results may arrive apart."""

import re

from grader.parsers.base import FAILED, PASSED, ParsedInstance, Parser, Statuses

MAVEN_TEST = re.compile(r"^.*-Dtest=(\S+).*$")
"""The command itself, which the script echoes: one test per command."""
MAVEN_RESULT = re.compile(r"^.*BUILD (SUCCESS|FAILURE)$")
MAVEN_WORDS = {"SUCCESS": PASSED, "FAILURE": FAILED}
MAVEN_NO_TEST = "---NO TEST NAME FOUND YET---"
GRADLE_WHOLE = re.compile(r"^([^>].+)\s+(PASSED|FAILED)$")
GRADLE_NAME = re.compile(r"^([^>]\S*\s+>\s+\S+)$")
GRADLE_STATUS = re.compile(r"^(PASSED|FAILED)$")


def maven(log: str, _: ParsedInstance) -> Statuses:
    """A result is the oldest waiting test's; results that come first wait for the end."""
    found: Statuses = {}
    waiting: list[str] = []
    early: list[str] = []
    for raw in log.split("\n"):
        line = raw.strip()
        if test := MAVEN_TEST.match(line):
            waiting.append(test.group(1))
        if result := MAVEN_RESULT.match(line):
            if waiting:
                found[waiting.pop(0)] = MAVEN_WORDS[result.group(1)]
            else:
                early.append(MAVEN_WORDS[result.group(1)])
    return found | dict(zip(waiting, early, strict=False))


def gradle(log: str, _: ParsedInstance) -> Statuses:
    """`Class > method STATUS`, or the status on a line of its own some lines later."""
    found: Statuses = {}
    waiting = ""
    for raw in log.split("\n"):
        line = raw.strip()
        if whole := GRADLE_WHOLE.match(line):
            found[whole.group(1)] = whole.group(2)
            waiting = ""
        elif name := GRADLE_NAME.match(line):
            waiting = name.group(1)
        elif waiting and GRADLE_STATUS.match(line):
            found[waiting] = line
            waiting = ""
    return found


def maven_in_order(log: str, _: ParsedInstance) -> Statuses:
    """Version 4: a result is the latest test's; one before any test has a name of its own."""
    found: Statuses = {}
    test = MAVEN_NO_TEST
    for raw in log.split("\n"):
        line = raw.strip()
        if named := MAVEN_TEST.match(line):
            test = named.group(1)
        if result := MAVEN_RESULT.match(line):
            found[test] = MAVEN_WORDS[result.group(1)]
    return found


def gradle_lines(log: str, _: ParsedInstance) -> Statuses:
    """Version 4: only names and statuses on one line."""
    matches = (GRADLE_WHOLE.match(line.strip()) for line in log.split("\n"))
    return {match.group(1): match.group(2) for match in matches if match}


PARSERS: dict[str, Parser] = {"parse_log_gradle_custom": gradle, "parse_log_maven": maven}
V4: dict[str, Parser] = {
    "parse_log_gradle_custom": gradle_lines,
    "parse_log_maven": maven_in_order,
}
