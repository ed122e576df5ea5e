"""What a parser is: the text of a test log in, a status per test out.

A member module of `parsers/` has one table `PARSERS`: public name → parser. Names are those that
SWE-bench rows give in `log_parser`, so that a row says by itself how its log is read. Every parser
is pure and gives, on the same text, exactly the map that swebench 5.0.2 gives. A second table `V4`
holds the parsers that read logs otherwise in swebench 4.1.0, under the same names.

Statuses stay the words of the log: a parser may hand on a word that is no known status, and what
such a word means is decided where verdicts are made.
"""

from collections.abc import Callable
from difflib import get_close_matches
from functools import cache
from typing import NamedTuple, cast

from grader import plugins
from grader.errors import TaskError

PASSED = "PASSED"
FAILED = "FAILED"
SKIPPED = "SKIPPED"
ERROR = "ERROR"
XFAIL = "XFAIL"
STATUSES = (FAILED, PASSED, SKIPPED, ERROR, XFAIL)
"""Every status that SWE-bench knows."""

V5, V4 = "v5", "v4"
"""Versions of the official harness."""

Statuses = dict[str, str]
"""Name of a test → status."""


class ParsedInstance(NamedTuple):
    """What a few parsers must know of the task besides its log."""

    id: str = ""
    version: str = ""


Parser = Callable[[str, ParsedInstance], Statuses]
"""Raises UnreadableLog where the log is not what the parser was made for."""


class UnreadableLog(Exception):  # noqa: N818  a fact about a log, which a sample can cause
    """A log that this parser cannot read at all; no sample or task may end a run with it."""


def find(name: str, rule: str = V5) -> Parser:
    """Look up the parser called `name`; TaskError with the nearest one where there is none.

    `rule`: by which version of the official harness it reads, `v5` or `v4`.
    """
    parser = (earlier() if rule == V4 else {}).get(name) or table().get(name)
    if parser is not None:
        return parser
    close = get_close_matches(name, table(), n=1)
    hint = f"; did the row mean '{close[0]}'?" if close else ""
    raise TaskError(f"no log parser '{name}'{hint}")


@cache
def table() -> dict[str, Parser]:
    """Collect the parsers of all members; two of one name are a bug of ours and raise."""
    return collected("PARSERS")


@cache
def earlier() -> dict[str, Parser]:
    """Collect the parsers that were others in version 4."""
    return collected("V4")


def collected(title: str) -> dict[str, Parser]:
    """All members' tables of that title as one."""
    found: dict[str, Parser] = {}
    for member in plugins.names("parsers"):
        parsers = getattr(plugins.load("parsers", member), title, {})
        for name, parser in cast("dict[str, Parser]", parsers).items():
            if name in found:
                raise TaskError(f"two log parsers are called '{name}'")
            found[name] = parser
    return found
