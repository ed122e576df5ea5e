"""SymPy's own runner (`bin/test -C --verbose`): a letter after each test, blocks of failures."""

from collections.abc import Iterator

from grader.parsers.base import ERROR, FAILED, PASSED, ParsedInstance, Parser, Statuses

FILE = ".py:"
ENDINGS = ((" E", ERROR), (" F", FAILED), (" ok", PASSED))


def parse(log: str, _: ParsedInstance) -> Statuses:
    """Blocks give `file.py:test`, lines give the bare name of the test."""
    lines = log.split("\n")
    found: Statuses = dict.fromkeys(blocks(lines), FAILED)
    for raw in lines:
        line = raw.strip()
        if not line.startswith("test_"):
            continue
        for ending, status in ENDINGS:
            if line.endswith(ending):
                found[line.split()[0]] = status
    return found


def blocks(lines: list[str]) -> Iterator[str]:
    r"""Tests named by `____ sympy/core/tests/test_x.py:test_y ____`, the head of a traceback.

    Officially what the pattern `(_*) (.*)\.py:(.*) (_*)` finds, which takes the square of a line's
    length; this is the same from the first blank, the last one, and the last `.py:` before it.
    """
    for line in lines:
        first, last = line.find(" ") + 1, line.rfind(" ")
        at = line.rfind(FILE, first, last) if first else -1
        if at >= 0:
            yield line[first:last]


PARSERS: dict[str, Parser] = {"parse_log_sympy": parse}
