"""Runners that report each test on a line of its own: one pattern and one table of words each."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from grader.parsers.base import (
    FAILED,
    PASSED,
    SKIPPED,
    ParsedInstance,
    Parser,
    Statuses,
    UnreadableLog,
)


class LinePattern(NamedTuple):
    """A pattern with the groups `status` and `name`, tried on every stripped line."""

    pattern: re.Pattern[str]
    words: dict[str, str]
    """The runner's word → status; a word that is not here reports nothing."""

    def __call__(self, log: str, _: ParsedInstance) -> Statuses:
        """Read the log; the last line about a test counts."""
        found: Statuses = {}
        for line in log.split("\n"):
            match = self.pattern.match(line.strip())
            if match and match["status"] in self.words:
                found[match["name"]] = self.words[match["status"]]
        return found


def lines(pattern: str, **words: str) -> LinePattern:
    """A parser of lines whose runner says `words` for its statuses."""
    return LinePattern(re.compile(pattern), words)


ANT = lines(
    r"^\s*\[junit\]\s+\[(?P<status>PASS|FAIL|ERR)\]\s+(?P<name>.*)$",
    PASS=PASSED,
    FAIL=FAILED,
    ERR=FAILED,
)
CARGO = lines(r"^test\s+(?P<name>\S+)\s+\.\.\.\s+(?P<status>\w+)$", ok=PASSED, FAILED=FAILED)
GOOGLE_TEST = lines(
    r"^.*\[\s*(?P<status>OK|FAILED)\s*\]\s(?P<name>.*)\s\(.*\)$", OK=PASSED, FAILED=FAILED
)
GO_TEST = lines(
    r"^--- (?P<status>PASS|FAIL|SKIP): (?P<name>.+) \((.+)\)$",
    PASS=PASSED,
    FAIL=FAILED,
    SKIP=SKIPPED,
)
JEST_JSON = lines(r"^\[(?P<status>PASSED|FAILED)\]\s(?P<name>.+)$", PASSED=PASSED, FAILED=FAILED)
JQ = lines(r"^\s*(?P<status>PASS|FAIL):\s(?P<name>.+)$", PASS=PASSED, FAIL=FAILED)
MICROPYTHON = lines(
    r"^(?P<status>pass|FAIL|skip)\s+(?P<name>.+)$", FAIL=FAILED, skip=SKIPPED, **{"pass": PASSED}
)
RSPEC = lines(r"(?P<name>.+) - (?P<status>passed|failed)", passed=PASSED, failed=FAILED)
RUBY_UNIT = lines(
    r"^\s*(?:test: )?(?P<name>.+):\s+(?P<status>\.|E\b|F\b|O\b)",
    E=FAILED,
    F=FAILED,
    O=SKIPPED,
    **{".": PASSED},
)
TAP = lines(r"^(?P<status>ok|not ok) (\d+) (?P<name>.+)$", ok=PASSED, **{"not ok": FAILED})
VITEST = lines(
    r"^\s*(?P<status>✓|\u00d7|↓)\s(?P<name>.+?)(?:\s(\d+\s*m?s?|\[skipped\]))?$",
    **{"✓": PASSED, "\u00d7": FAILED, "↓": SKIPPED},  # U+00D7 is vitest's own mark
)
MINITEST = lines(r"^(?P<name>.+)\. .*=.*(?P<status>\.|F|E).*$", F=FAILED, E=FAILED, **{".": PASSED})
CUCUMBER = lines(r"^(?P<name>.*) \.+(?P<status>\.|F)", F=FAILED, **{".": PASSED})
JEST = lines(
    r"^\s*(?P<status>✓|✕|○)\s(?P<name>.+?)(?:\s\((\d+\s*m?s)\))?$",
    **{"✓": PASSED, "✕": FAILED, "○": SKIPPED},
)
REDIS = lines(
    r"^\[(?P<status>ok|err|skip|ignore)\]:\s(?P<name>.+?)(?:\s\((\d+\s*m?s)\))?$",
    ok=PASSED,
    err=FAILED,
    skip=SKIPPED,
    ignore=SKIPPED,
)
PLACE = re.compile(r"\s+in\s+\S+$")
NUMBERED = re.compile(r"^\d+\)\s(.*)")
PHP_SUITE = re.compile(r"^(\w.+) \(.+\)$")
PHP_TEST = re.compile(r"^\s*([✔✘↩])\s*(.*)$")
PHP_WORDS = {"✔": PASSED, "✘": FAILED, "↩": SKIPPED}


def marked(log: str, _: ParsedInstance) -> Statuses:
    """Jasmine's numbered failures; passes are not reported."""
    matches = (NUMBERED.search(line) for line in log.split("\n"))
    return {match.group(1).strip(): FAILED for match in matches if match}


def phpunit(log: str, _: ParsedInstance) -> Statuses:
    """`--testdox`: tests stand under the name of their class, `None` where there was none."""
    found: Statuses = {}
    suite = "None"
    for line in log.split("\n"):
        if heading := PHP_SUITE.match(line):
            suite = heading.group(1)
        elif test := PHP_TEST.match(line):
            found[f"{suite} > {test.group(2)}"] = PHP_WORDS[test.group(1)]
    return found


def redis(log: str, _: ParsedInstance) -> Statuses:
    """Redis and Valkey; a failed test's name loses the file that stands behind it."""
    found: Statuses = {}
    for line in log.split("\n"):
        if match := REDIS.pattern.match(line.strip()):
            status = REDIS.words[match["status"]]
            name = PLACE.sub("", match["name"]) if match["status"] == "err" else match["name"]
            found[name] = status
    return found


def jest(log: str, _: ParsedInstance) -> Statuses:
    """`--verbose`, each test by its own title."""
    found: Statuses = {}
    for line in log.split("\n"):
        if match := JEST.pattern.match(line.strip()):
            found[match["name"].strip()] = JEST.words[match["status"]]
    return found


def immutable_js(log: str, instance: ParsedInstance) -> Statuses:
    """Each of the two known tasks has a reporter of its own."""
    return chosen(instance.id.split("-")[-1], {"2006": jest, "2005": JEST_JSON}, instance)(
        log, instance
    )


def immutable_js_unstripped(log: str, instance: ParsedInstance) -> Statuses:
    """Version 4: as its jest."""
    if instance.id.split("-")[-1] == "2006":
        return JEST(log, instance)
    return immutable_js(log, instance)


def jekyll(log: str, instance: ParsedInstance) -> Statuses:
    """Unit tests for some tasks, features for others."""
    by_number: dict[str, Parser] = dict.fromkeys(("9141", "8047", "8167"), MINITEST)
    by_number |= dict.fromkeys(("8761", "8771"), CUCUMBER)
    number = [*instance.id.split("-"), ""][1]
    return chosen(number, by_number, instance)(log, instance)


def chosen(number: str, parsers: Mapping[str, Parser], instance: ParsedInstance) -> Parser:
    """The parser of one pull request; UnreadableLog for a request that is not known."""
    if number not in parsers:
        raise UnreadableLog(f"no rule how the log of '{instance.id}' is read")
    return parsers[number]


PARSERS: dict[str, Parser] = {
    "parse_log_ant": ANT,
    "parse_log_cargo": CARGO,
    "parse_log_googletest": GOOGLE_TEST,
    "parse_log_gotest": GO_TEST,
    "parse_log_immutable_js": immutable_js,
    "parse_log_jekyll": jekyll,
    "parse_log_jest_json": JEST_JSON,
    "parse_log_jest": jest,
    "parse_log_jq": JQ,
    "parse_log_marked": marked,
    "parse_log_micropython_test": MICROPYTHON,
    "parse_log_minitest": MINITEST,
    "parse_log_cucumber": CUCUMBER,
    "parse_log_phpunit": phpunit,
    "parse_log_redis": redis,
    "parse_log_rspec_transformed_json": RSPEC,
    "parse_log_ruby_unit": RUBY_UNIT,
    "parse_log_tap": TAP,
    "parse_log_vitest": VITEST,
}
V4: dict[str, Parser] = {
    "parse_log_immutable_js": immutable_js_unstripped,
    "parse_log_jest": JEST,
}
"""Titles keep the blanks before their duration."""
