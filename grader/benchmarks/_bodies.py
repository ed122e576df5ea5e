"""The body of a function whose indentation, or the end of whose docstring, got lost on the way."""

import re
from collections.abc import Iterator

from grader.benchmarks._strings import open_literal

INDENTATION = "    "
GOES_ON = re.compile(
    r"^(?!def |class |async |@|import |from |if __name__|print\(|#)[^\s)\]}]", re.MULTILINE
)
"""A line at the margin that is likelier a part of the same body than something of its own."""
OWN_RETURN = re.compile(r"^(?:return|yield)\b", re.MULTILINE)


def bodies(prompt: str, text: str) -> Iterator[str]:
    """`text` as a continuation of `prompt`, with its lines moved in where they stand at the margin.

    A first line alone loses its indentation where a harness strips white space; all lines do where
    a model shows the body as code of its own.
    """
    first = text.strip("\r\n")
    start = "" if prompt.endswith("\n") else "\n"
    if not first.strip():
        return
    if first[0] in " \t":
        yield start + first + "\n"
        width = len(first) - len(first.lstrip(" \t"))
        if width != len(_indentation(prompt)):
            yield start + _moved(first, _indentation(prompt), width)
        return
    alone = start + _indentation(prompt) + first + "\n"
    together = start + _moved(first, _indentation(prompt), 0)
    goes_on = GOES_ON.search(first, 1) is not None
    yield from (together, alone) if goes_on else (alone, together)


def behind_docstring(prompt: str, text: str) -> str:
    """What follows a docstring that `text` ends though `prompt` had ended it; empty where none.

    Read as a continuation, such a text would open a docstring that is never closed.
    """
    quote = prompt.rstrip()[-3:]
    if quote not in {'"""', "'''"} or text.count(quote) % 2 == 0:
        return ""
    rest = text.partition(quote)[2]
    return rest if rest.strip() else ""


def is_body(text: str) -> bool:
    """Whether `text` reads as the inside of a function: indented, or with a `return` of its own."""
    first = text.strip("\r\n")
    return first[:1] in {" ", "\t"} or OWN_RETURN.search(text) is not None


def _indentation(prompt: str) -> str:
    """That of the prompt's last line with anything on it, which is the function's docstring."""
    lines = prompt.rstrip().splitlines()
    found = re.match(r"[ \t]*", lines[-1]) if lines else None
    return (found[0] if found else "") or INDENTATION


def _moved(text: str, indentation: str, width: int) -> str:
    """Every line with `indentation` for its first `width` blanks, but for those inside strings."""
    literal, moved = "", list[str]()
    for line in text.splitlines():
        blank = line[:width].strip() or not line.strip() or literal
        moved.append(line if blank else indentation + line[width:])
        literal = open_literal(line, literal)
    return "\n".join(moved) + "\n"
