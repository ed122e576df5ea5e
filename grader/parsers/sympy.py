"""SymPy's own runner (`bin/test -C --verbose`): a letter after each test, blocks of failures."""

import re

from grader.parsers.base import ERROR, FAILED, PASSED, Instance, Parser, Statuses

BLOCK = re.compile(r"(_*) (.*)\.py:(.*) (_*)")
"""`____ sympy/core/tests/test_x.py:test_y ____`, the head of a failure's traceback."""
ENDINGS = ((" E", ERROR), (" F", FAILED), (" ok", PASSED))


def parse(log: str, _: Instance) -> Statuses:
    """Blocks give `file.py:test`, lines give the bare name of the test."""
    found: Statuses = {f"{match[1]}.py:{match[2]}": FAILED for match in BLOCK.findall(log)}
    for raw in log.split("\n"):
        line = raw.strip()
        if not line.startswith("test_"):
            continue
        for ending, status in ENDINGS:
            if line.endswith(ending):
                found[line.split()[0]] = status
    return found


PARSERS: dict[str, Parser] = {"parse_log_sympy": parse}
