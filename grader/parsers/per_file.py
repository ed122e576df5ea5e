"""jest without `--verbose`: `PASS` or `FAIL` per test file; and Lighthouse, which had it once."""

import re
from collections.abc import Iterator

from grader.parsers._indent import IndentedHeading, enter, named
from grader.parsers.base import FAILED, PASSED, ParsedInstance, Parser, Statuses, UnreadableLog

FILE = re.compile(r"(PASS|FAIL)\s(.*)")
WORDS = {"PASS": PASSED, "FAIL": FAILED}
DURATIONS = tuple(re.compile(rf"(.*)\s\([\d\.]+{unit}\)") for unit in ("ms", r"\s" + "s", "s"))
GROMMET_DURATION = re.compile(r"\s\([\d\.]+\s?(?:ms|s)\)$")
GROMMET = tuple(
    (re.compile(rf"^{word}\s(.*)", re.MULTILINE), WORDS[word]) for word in ("FAIL", "PASS")
)
MOCHA_VERSIONS = ("9.5", "10.0", "10.2")
JEST_FROM = 3.0
MOCHA_RUN = re.compile(r"running\s\d+\stest\sfiles")
MOCHA_SUMMARY = re.compile(r"\d+\spassing")
MOCHA_TESTS = (
    (re.compile(r"✔\s(.*)\s\(\d+m+s\)"), PASSED),
    (re.compile(r"✔\s(.*)"), PASSED),
    (re.compile(r"\d+\)\s(.*)\s\(\d+m+s\)"), FAILED),
    (re.compile(r"\d+\)\s(.*)"), FAILED),
)
FULL_TITLE = re.compile(r"\"fullTitle\"\:\s\"(.*)\",\n")


def carbon(log: str, _: ParsedInstance) -> Statuses:
    """One status per test file, whose duration is cut off."""
    found: Statuses = {}
    for line in log.split("\n"):
        if match := FILE.match(line):
            rest = match.group(2)
            timed = (duration.match(rest) for duration in DURATIONS)
            name = next((each.group(1) for each in timed if each), rest)
            found[name] = WORDS[match.group(1)]
    return found


def grommet(log: str, _: ParsedInstance) -> Statuses:
    """Passes are read after failures, so that a file with both has passed."""
    return {
        GROMMET_DURATION.sub("", name.strip()): status
        for pattern, status in GROMMET
        for name in pattern.findall(log)
    }


def lighthouse(log: str, instance: ParsedInstance) -> Statuses:
    """Mocha's tree in some versions, jest from 3.0, mocha's JSON before."""
    if instance.version in MOCHA_VERSIONS:
        return lighthouse_mocha(log)
    try:
        is_jest = float(instance.version) >= JEST_FROM
    except ValueError:
        raise UnreadableLog(f"no rule for version '{instance.version}'") from None
    return carbon(log, instance) if is_jest else lighthouse_json(log)


def lighthouse_mocha(log: str) -> Statuses:
    """Each run of test files has a tree of its own."""
    found: Statuses = {}
    for run in MOCHA_RUN.split(log)[1:]:
        suites: list[IndentedHeading] = []
        for line in MOCHA_SUMMARY.split(run)[0].strip().split("\n"):
            matches = ((pattern.match(line.strip()), status) for pattern, status in MOCHA_TESTS)
            match, status = next((pair for pair in matches if pair[0]), (None, ""))
            if match:
                found[named(suites, match.group(1))] = status
            else:
                enter(suites, line)
    return found


def lighthouse_json(log: str) -> Statuses:
    """Titles in what stands between the last opening of a list and its end."""
    found: Statuses = {}
    for part in log.split("./node_modules/.bin/mocha --reporter json")[1:]:
        found |= dict.fromkeys(titles(part, '"passes": [', "]"), PASSED)
        found |= dict.fromkeys(titles(part, '"failures": [', "],"), FAILED)
    return found


def titles(text: str, opening: str, end: str) -> Iterator[str]:
    """Full titles after the last `opening`, before the last `end`."""
    return iter(FULL_TITLE.findall(text.rsplit(opening, maxsplit=1)[-1].rsplit(end, 1)[0]))


PARSERS: dict[str, Parser] = {
    "parse_log_carbon": carbon,
    "parse_log_grommet": grommet,
    "parse_log_lighthouse": lighthouse,
    "parse_log_react_pdf": carbon,
}
