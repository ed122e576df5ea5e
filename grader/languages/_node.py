"""What JavaScript's and TypeScript's programs share, as Node.js runs both."""

import re

from grader.languages.base import support


def ours(side: str) -> str:
    """The script of one side, as `checker.js`, with what brings values over pipes."""
    return support("js", "values.js") + support("js", side)


def name_of(head: re.Match[str] | None, otherwise: str = "") -> str:
    """What a head calls its function, whether it is declared or a constant."""
    return (head["name"] or head["constant"]) if head else otherwise


def stub(name: str) -> str:
    """The function that asks."""
    return f'function {name}(...given) {{ return graderAsk("{name}", given); }}'
