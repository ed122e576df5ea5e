"""JavaScript runners that print tests indented below their suites."""

import re

from grader.parsers._indent import ANSI, IndentedHeading, enter, named
from grader.parsers.base import FAILED, PASSED, ParsedInstance, Parser, Statuses, UnreadableLog

MOCHA_SUMMARY = re.compile(r"\n[ \t]*\d+ passing")
MILLISECONDS = re.compile(r"\(\d+ms\)")
NUMBERED = re.compile(r"^\d+\)")
CALYPSO_MARKS = (("✓", PASSED), ("✕", FAILED))
CALYPSO_ENDS = ("Test Suites", "  ● ")
NEXT_MARKS = ((re.compile(r".*?✗\s*(.*)"), FAILED), (re.compile(r".*?✓\s*(.*)"), PASSED))
NEXT_NOISE = ("ERROR", "LOG", "WARN", "Check", "in")
NEXT_ASSERTION = re.compile(r"AssertionError:\s+#([\s\S]*?)\n\n")
NEXT_SUITE = re.compile(r"Running\:(.*)\)\n{3}\s{2}(.*)\n")
NEXT_FAILURE = re.compile(r"^\s{4}\d+\)\s(.*)", re.MULTILINE)
NEXT_SUCCESS = re.compile(r"^\s{4}✓\s(.*)\(", re.MULTILINE)
KARMA_LINE = re.compile(r"^(\s*)?([✔✖])?\s(.*)$")


def highlightjs(log: str, _: ParsedInstance) -> Statuses:
    """Mocha's tree, of which every indented line that is no test becomes the suite."""
    found: Statuses = {}
    suite: list[str] = []
    for line in MOCHA_SUMMARY.split(log)[0].split("\n"):
        text = line.strip()
        if text.startswith(("✓", "✔")):
            rest, status = line.split(text[0], 1)[1], PASSED
        elif NUMBERED.match(text):
            rest, status = line.split(")", 1)[1], FAILED
        else:
            suite = [text] if line.startswith("  ") else suite
            continue
        found[".".join([*suite, MILLISECONDS.sub("", rest).strip()])] = status
    return found


def calypso(log: str, _: ParsedInstance) -> Statuses:
    """Jest's tree after each command; the suites of one command go on into the next."""
    found: Statuses = {}
    suites: list[IndentedHeading] = []
    for part in log.split(" ./node_modules/.bin/jest ")[1:]:
        for line in part.split("\n"):
            if line.startswith(CALYPSO_ENDS):
                break
            mark, status = next(
                (pair for pair in CALYPSO_MARKS if line.strip().startswith(pair[0])), ("", "")
            )
            if mark:
                path = " - ".join(suite.name for suite in suites)
                found[f"{path} - {calypso_title(line, mark)}".strip()] = status
            else:
                enter(suites, line)
    return found


def calypso_title(line: str, mark: str) -> str:
    """The title without its duration; UnreadableLog for a test that is not indented."""
    timed = r"\(\d+ms\)$" if MILLISECONDS.search(line) else ""
    match = re.match(rf"^\s+{mark}\s(.*){timed}", line)
    if match is None:
        raise UnreadableLog("a test's line that is not indented as jest does it")
    return match.group(1)


def next_by_version(log: str, instance: ParsedInstance) -> Statuses:
    """Fusion Next: Cypress in version 1.27, karma before."""
    return next_cypress(log) if instance.version == "1.27" else next_karma(log)


def next_karma(log: str) -> Statuses:
    """The tree of each `xvfb-run` command, up to its total."""
    found: Statuses = {}
    suites: list[IndentedHeading] = []
    for part in NEXT_ASSERTION.sub("", ANSI.sub("", log)).split(" xvfb-run ")[1:]:
        for line in part.split("Starting browser Chrome")[-1].split("\n"):
            if line.startswith("TOTAL"):
                break
            if line.strip().startswith(NEXT_NOISE):
                continue
            matches = ((pattern.match(line), status) for pattern, status in NEXT_MARKS)
            match, status = next((pair for pair in matches if pair[0]), (None, ""))
            if match:
                found[named(suites, match.group(1))] = status
            else:
                enter(suites, line)
    return found


def next_cypress(log: str) -> Statuses:
    """Tests of each spec file, under its top suite."""
    found: Statuses = {}
    pieces = NEXT_SUITE.split(log)
    for suite, part in zip(pieces[2::3], pieces[3::3], strict=True):
        found |= {f"{suite}: {test.strip()}": FAILED for test in NEXT_FAILURE.findall(part)}
        found |= {f"{suite}: {test.strip()}": PASSED for test in NEXT_SUCCESS.findall(part)}
    return found


def karma(log: str, _: ParsedInstance) -> Statuses:
    """Karma's tree; a line that comes back by one step ends one suite and is not one itself."""
    found: Statuses = {}
    suites: list[str] = []
    depth = -1
    is_started = False
    for line in log.split("\n"):
        if line.startswith("SUMMARY:"):
            break
        if "Starting browser" in line:
            is_started = True
            continue
        match = KARMA_LINE.match(line) if is_started else None
        if match is None:
            continue
        indent, mark, name = match.groups()
        if indent and not mark:
            depth = moved(suites, depth, len(indent), name)
        elif mark:
            found[" > ".join([*suites, name])] = PASSED if mark == "✔" else FAILED
    return found


def moved(suites: list[str], depth: int, indent: int, name: str) -> int:
    """Enter or leave one suite; gives the new depth, UnreadableLog where none is left to leave."""
    if indent > depth:
        suites.append(name)
    elif indent < depth:
        if not suites:
            raise UnreadableLog("more suites end than began")
        suites.pop()
    return indent


PARSERS: dict[str, Parser] = {
    "parse_log_calypso": calypso,
    "parse_log_highlightjs": highlightjs,
    "parse_log_karma": karma,
    "parse_log_next": next_by_version,
}
