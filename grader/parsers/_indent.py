"""Suites that a runner shows by indentation."""

import re
from typing import NamedTuple

ANSI = re.compile(r"\x1B(?:[@-Z\\-_]|\[[0-?]*[ -/]*[@-~])")
"""Terminal escapes (ECMA-48), as far as the official parsers know them."""


class IndentedHeading(NamedTuple):
    """A heading and how far it is indented."""

    name: str
    indent: int


def indent_of(line: str) -> int:
    """White space before the line's text."""
    return len(line) - len(line.lstrip())


def enter(suites: list[IndentedHeading], line: str) -> None:
    """`line` heads a suite: those as deep as it or deeper are left. No indent: nothing happens."""
    indent = indent_of(line)
    if indent == 0:
        return
    while suites and suites[-1].indent >= indent:
        suites.pop()
    suites.append(IndentedHeading(line.strip(), indent))


def named(suites: list[IndentedHeading], test: str) -> str:
    """`outer - inner - test`."""
    return " - ".join([*(suite.name for suite in suites), test])
