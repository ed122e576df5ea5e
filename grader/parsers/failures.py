"""Runners of which only the failures can be read: their tasks are graded by absence of failure."""

import re

from grader.parsers._indent import ANSI, indent_of
from grader.parsers.base import FAILED, ParsedInstance, Parser, Statuses

BLANKS = re.compile(r"\s+")
BPMN = tuple(
    re.compile(pattern)
    for pattern in (
        r"2KPhantomJS\s[\d\.]+\s\(Linux\s[\d\.]+\)\s(?P<name>.*)FAILED\n",
        r"2KPhantomJS\s[\d\.]+\s\(Linux\sx86\_64\)\s(?P<name>.*)FAILED\n",
        r"Chrome\sHeadless\s(.*)\s\(Linux\sx86\_64\)\s(?P<name>.*)FAILED\n",
        r"HeadlessChrome\s[\d\.]+\s\(Linux\s[\d\.]+\)\s(?P<name>.*)FAILED\n",
    )
)
CHART = re.compile(r"Chrome\s[\d\.]+[^\S\r\n]\(.+?\)[^\S\r\n](?P<name>.*)FAILED$", re.MULTILINE)
ESLINT = re.compile(r"(\s{2}\d+\))(?P<name>[\s\S]*?)\s+(?:(.*)Error)")
OPENLAYERS = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        r"Chrome\sHeadless\s[\d\.]+\s\(Linux\s[\d\.\_\S]+\)\s(?P<name>.*)\sFAILED\n",
        r"Chrome\s[\d\.]+\s\(Linux\s[\d\.\_\S]+\)\s(?P<name>.*)FAILED\n",
        r"^\s{2}\d+\)(?P<name>[\s\S]*?)Error:",
        r"^case\s(?P<name>.*):\smismatch",
    )
)
P5 = re.compile(r"^\s*(\d+)\)(?P<name>.{0,1000}?):", re.MULTILINE | re.DOTALL)
ELEMENT = re.compile(r"<(\w+)>[\s\S]*?<\/\1>", re.MULTILINE)


def names_in(pattern: re.Pattern[str], log: str) -> list[str]:
    """The group `name` of every match."""
    return [match["name"] for match in pattern.finditer(log)]


def bpmn_js(log: str, _: ParsedInstance) -> Statuses:
    """Karma's failures in the browsers of different times; names keep their blanks."""
    return {name: FAILED for pattern in BPMN for name in names_in(pattern, log)}


def chart_js(log: str, _: ParsedInstance) -> Statuses:
    """Karma's failures in Chrome, without colours."""
    return dict.fromkeys(names_in(CHART, ANSI.sub("", log)), FAILED)


def eslint(log: str, _: ParsedInstance) -> Statuses:
    """Mocha's numbered failures up to the word Error, on one line."""
    return {BLANKS.sub(" ", name).strip(): FAILED for name in names_in(ESLINT, log)}


def openlayers(log: str, _: ParsedInstance) -> Statuses:
    """Karma's failures, mocha's, and rendering cases that do not match."""
    return {
        BLANKS.sub(" ", name).strip(): FAILED
        for pattern in OPENLAYERS
        for name in names_in(pattern, log)
    }


def p5js(log: str, _: ParsedInstance) -> Statuses:
    """Mocha's numbered failures: a title over several lines, each deeper than the one before."""
    text = without_elements(without_json(ANSI.sub("", log)))
    return {
        ":".join(map(str.strip, name.split("\n"))): FAILED
        for name in names_in(P5, text)
        if is_stair(name)
    }


def is_stair(title: str) -> bool:
    """Whether every line is indented more than the one before, the first at all."""
    depth = 0
    for line in title.split("\n"):
        if indent_of(line) <= depth:
            return False
        depth = indent_of(line)
    return True


def without_json(log: str) -> str:
    """Drop lines that look like JSON: from one that ends in a bracket to the bare closing one."""
    kept: list[str] = []
    is_open = {"}": False, "]": False}
    for line in log.split("\n"):
        text = line.rstrip()
        if text.endswith("{"):
            is_open["}"] = True
        elif text.endswith("["):
            is_open["]"] = True
        elif is_open.get(text):
            is_open[text] = False
        elif not (any(is_open.values()) or is_json_line(text)):
            kept.append(line)
    return "\n".join(kept)


def is_json_line(text: str) -> bool:
    """Whether the line begins and ends with the brackets of one object or list."""
    return (text.startswith("{") and text.endswith("}")) or (
        text.startswith("[") and text.endswith("]")
    )


def without_elements(log: str) -> str:
    """Drop `<x>…</x>`; opening tags that stood within stay, to meet the closing ones behind."""
    while match := ELEMENT.search(log):
        opening = f"<{match.group(1)}>"
        inner = max(match.group().count(opening) - 1, 0)
        log = log[: match.start()] + opening * inner + log[match.end() :]
    return log


PARSERS: dict[str, Parser] = {
    "parse_log_bpmn_js": bpmn_js,
    "parse_log_chart_js": chart_js,
    "parse_log_eslint": eslint,
    "parse_log_openlayers": openlayers,
    "parse_log_p5js": p5js,
}
