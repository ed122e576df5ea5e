"""Runners that print JSON or XML: mocha's reporter in Prism, and doctest for C++."""

import json
from typing import Any
from xml.etree import ElementTree as ET

from grader.parsers.base import FAILED, PASSED, ParsedInstance, Parser, Statuses, UnreadableLog

PRISM_COMMAND = "./node_modules/.bin/mocha tests/run.js --reporter json"
DOCTEST_START, DOCTEST_END = "<doctest", "</doctest>"


def prismjs(log: str, _: ParsedInstance) -> Statuses:
    """The object after each command, from its first brace to its last."""
    found: Statuses = {}
    for part in log.split(PRISM_COMMAND)[1:]:
        text = "{" + part.split("{", 1)[-1].rsplit("}", 1)[0] + "}"
        try:
            report: Any = json.loads(text)
            found |= {test["fullTitle"]: FAILED for test in report["failures"]}
            found |= {test["fullTitle"]: PASSED for test in report["passes"]}
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            raise UnreadableLog(f"mocha's JSON report: {type(error).__name__}: {error}") from error
    return found


def doctest(log: str, _: ParsedInstance) -> Statuses:
    """A subcase passes where all its expressions do; test cases without subcases do not count."""
    start = log.find(DOCTEST_START)
    if start < 0:
        return {}
    end = log.find(DOCTEST_END, start) + len(DOCTEST_END)
    try:
        root = ET.fromstring(log[start:end])  # noqa: S314  see above
    except (ET.ParseError, ValueError) as error:
        raise UnreadableLog(f"doctest's XML report: {error}") from error
    return {
        f"{case.get('name')} > {part.get('name')}": PASSED if has_passed(part) else FAILED
        for case in root.findall(".//TestCase")
        for part in case.findall(".//SubCase")
    }


def has_passed(part: ET.Element) -> bool:
    """Whether every expression in it succeeded."""
    return all(each.get("success") == "true" for each in part.findall(".//Expression"))


PARSERS: dict[str, Parser] = {"parse_log_doctest": doctest, "parse_log_prismjs": prismjs}
