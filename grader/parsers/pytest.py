"""pytest's short summary (`-rA`), in the dialects that the Python repositories need.

Each line starts with a status, then the test's id; older versions put the status last.
"""

import re
from collections.abc import Iterator

from grader.parsers.base import (
    FAILED,
    PASSED,
    SKIPPED,
    STATUSES,
    ParsedInstance,
    Parser,
    Statuses,
    UnreadableLog,
)

COUNT = re.compile(r"\[\d+\]$")
"""`SKIPPED [3] path:7: reason` sums up; `[3]` is no test. Only for SKIPPED: two rows of pytest's
own repository expect a test called `[100%]`, which is a progress mark after a status."""
COLOR = re.compile(r"\[(\d+)m")
CONTROL = dict.fromkeys(range(1, 32))
OPTION = re.compile(r"(.*?)\[(.*)\]")


def words_of(line: str) -> list[str]:
    """Status and the words after it; empty where the line reports no test."""
    if not line.startswith(STATUSES):
        return []
    if line.startswith(FAILED):
        line = line.replace(" - ", " ")
    words = line.split()
    return words if len(words) > 1 else []


def is_count(words: list[str]) -> bool:
    """Whether the line only counts skipped tests."""
    return words[0] == SKIPPED and COUNT.match(words[1]) is not None


def reports(log: str) -> Iterator[list[str]]:
    """The words of each line that reports a test."""
    return (words for line in log.split("\n") if (words := words_of(line)))


def first_word(log: str, _: ParsedInstance) -> Statuses:
    """The id is the word after the status: what follows a blank in an id is lost."""
    return {words[1]: words[0] for words in reports(log) if not is_count(words)}


def first_word_or_count(log: str, _: ParsedInstance) -> Statuses:
    """Version 4: a line that only counts skipped tests is one."""
    return {words[1]: words[0] for words in reports(log)}


def short_options(log: str, _: ParsedInstance) -> Statuses:
    """As `first_word`; a parameter that is an absolute path keeps only its last part."""
    return {short_option(words[1]): words[0] for words in reports(log) if not is_count(words)}


def short_options_or_count(log: str, _: ParsedInstance) -> Statuses:
    """Version 4: see `first_word_or_count`."""
    return {short_option(words[1]): words[0] for words in reports(log)}


def short_option(test: str) -> str:
    """`t[/a/b/c]` becomes `t[/c]`; `t[//x]` and patterns with a star stay."""
    found = OPTION.search(test)
    if found is None:
        return test
    main, option = found.groups()
    if option.startswith("/") and not option.startswith("//") and "*" not in option:
        option = "/" + option.split("/")[-1]
    return f"{main}[{option}]"


def whole_ids(log: str, _: ParsedInstance) -> Statuses:
    """Colours and control characters go; the id is all that follows (or precedes) the status."""
    found: Statuses = {}
    for raw in log.split("\n"):
        line = COLOR.sub("", raw).translate(CONTROL)
        if line.startswith(STATUSES):
            if line.startswith(FAILED):
                line = line.split(" - ", 1)[0]
            words = line.split()
            if len(words) > 1 and not is_count(words):
                found[" ".join(words[1:])] = words[0]
        elif line.endswith(STATUSES):
            words = line.split()
            if len(words) > 1:
                found[" ".join(words[:-1])] = words[-1]
    return found


def first_ids(log: str, _: ParsedInstance) -> Statuses:
    """Version 4 of `whole_ids`: of an id, and of a status at the end, only one word."""
    found: Statuses = {}
    for raw in log.split("\n"):
        line = COLOR.sub("", raw).translate(CONTROL)
        if words := words_of(line):
            found[words[1]] = words[0]
        elif line.endswith(STATUSES) and not line.startswith(STATUSES):
            words = line.split()
            if len(words) > 1:
                found[words[0]] = words[1]
    return found


def numbered_buttons(log: str) -> str:
    """Matplotlib's mouse buttons, spelt as the numbers they once were."""
    return log.replace("MouseButton.LEFT", "1").replace("MouseButton.RIGHT", "3")


def mouse_buttons(log: str, instance: ParsedInstance) -> Statuses:
    """As `first_word`, with numbered buttons."""
    return first_word(numbered_buttons(log), instance)


def mouse_buttons_or_count(log: str, instance: ParsedInstance) -> Statuses:
    """Version 4: see `first_word_or_count`."""
    return first_word_or_count(numbered_buttons(log), instance)


def either_order(log: str, _: ParsedInstance) -> Statuses:
    """seaborn: the status first, or after the id of a test that passed."""
    found: Statuses = {}
    for line in log.split("\n"):
        words = line.split()
        if len(words) < 2:  # noqa: PLR2004  status and id
            continue
        if line.startswith(FAILED):
            found[words[1]] = FAILED
        elif f" {PASSED} " in line:
            if words[1] == PASSED:
                found[words[0]] = PASSED
        elif line.startswith(PASSED):
            found[words[1]] = PASSED
    return found


def either_order_or_stop(log: str, instance: ParsedInstance) -> Statuses:
    """Version 4 of `either_order`, which stops at a status that stands alone on its line."""
    lone = (line.split() for line in log.split("\n") if is_status_or_has_pass(line))
    if any(len(words) < 2 for words in lone):  # noqa: PLR2004  status and id
        raise UnreadableLog("a status without a test")
    return either_order(log, instance)


def is_status_or_has_pass(line: str) -> bool:
    """Whether `either_order` looks for an id in the line."""
    return line.startswith((FAILED, PASSED)) or f" {PASSED} " in line


FIRST_WORD = "pytest astroid flask marshmallow pvlib pyvista sqlfluff xarray"
SHORT_OPTIONS = "pytest_options pydicom requests pylint"
WHOLE_IDS = "pytest_v2 astropy scikit sphinx"
PARSERS: dict[str, Parser] = {
    **{f"parse_log_{name}": first_word for name in FIRST_WORD.split()},
    **{f"parse_log_{name}": short_options for name in SHORT_OPTIONS.split()},
    **{f"parse_log_{name}": whole_ids for name in WHOLE_IDS.split()},
    "parse_log_matplotlib": mouse_buttons,
    "parse_log_seaborn": either_order,
}
V4: dict[str, Parser] = {
    **{f"parse_log_{name}": first_word_or_count for name in FIRST_WORD.split()},
    **{f"parse_log_{name}": short_options_or_count for name in SHORT_OPTIONS.split()},
    **{f"parse_log_{name}": first_ids for name in WHOLE_IDS.split()},
    "parse_log_matplotlib": mouse_buttons_or_count,
    "parse_log_seaborn": either_order_or_stop,
}
