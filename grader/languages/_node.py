"""What JavaScript's and TypeScript's programs share, as Node.js runs both."""

import re

from grader.languages.base import ProgramText, support

BLOCKING = "blocking.js"


def waiting(text: ProgramText) -> ProgramText:
    """A program whose last word is its script, run as one that waits until its output is taken."""
    *node, script = text.run
    files = {**text.files, BLOCKING: support("js", BLOCKING)}
    keep = (*text.keep, BLOCKING) if text.keep else ()
    return text._replace(files=files, run=(*node, "-r", f"./{BLOCKING}", script), keep=keep)


def ours(side: str) -> str:
    """The script of one side, as `checker.js`, with what brings values over pipes."""
    return support("js", "values.js") + support("js", side)


def name_of(head: re.Match[str] | None, otherwise: str = "") -> str:
    """What a head calls its function, whether it is declared or a constant."""
    return (head["name"] or head["constant"]) if head else otherwise


def stub(name: str) -> str:
    """The function that asks."""
    return f'function {name}(...given) {{ return graderAsk("{name}", given); }}'
