"""Quarto's smoke and unit tests (Deno): a name, dots, a coloured status."""

import re

from grader.parsers.base import FAILED, PASSED, ParsedInstance, Parser, Statuses

TEST = re.compile(r"\[(smoke|unit)\]")
TEMPORARY = (re.compile(r"/tmp/(\w+)\.qmd"), re.compile(r"/tmp/(\w+)/"))  # noqa: S108  text, not files
ENDS = ("ERRORS", "failures:")
OK, NOT_OK, INFO = "32mok", "31mFAILED", "34mINFO"
"""Words with the tail of the colour before them."""


def parse(log: str, _: ParsedInstance) -> Statuses:
    """A test that is named without a status has failed, until one comes."""
    found: Statuses = {}
    numbers: dict[str, int] = {}
    for raw in log.split("\n"):
        if any(end in raw for end in ENDS):
            break
        if not TEST.search(raw):
            continue
        line = with_numbers(raw, numbers)
        if is_noise(line):
            continue
        name = line.split("...")[0].strip()
        if OK in line:
            found[name] = PASSED
        elif NOT_OK in line:
            found[name] = FAILED
        else:
            found.setdefault(name, FAILED)
    return found


def with_numbers(line: str, numbers: dict[str, int]) -> str:
    """Temporary names, which differ between runs, become numbers in order of appearance."""
    for pattern in TEMPORARY:
        if match := pattern.search(line):
            number = numbers.setdefault(match.group(0), len(numbers))
            line = pattern.sub(f"/tmp/{number}", line)  # noqa: S108  text, not a file
    return line


def is_noise(line: str) -> bool:
    """A summary or a message, which names a test but says nothing of it."""
    is_summary = all(word in line for word in ("passed", "failed", "steps"))
    return line.startswith("test result:") or is_summary or INFO in line


PARSERS: dict[str, Parser] = {"parse_log_quarto_cli": parse}
