r"""Where an answer ends that goes on behind its function: with prose, or with unfinished code.

Human-eval's samples were stopped while they were drawn, at `\nclass`, `\ndef`, `\n#`, `\nif` or
`\nprint` (Chen et al. 2021, section 2.2; the BigCode harness adds `\n@`), that is at a line that
begins at the margin. Others are not. Pure text work: the caller knows what compiles.
"""

import re
from collections.abc import Iterator

from grader.benchmarks._strings import strings

LINE = re.compile(r"^[^\s#)\]}][^\n]*", re.MULTILINE)
"""A line at the margin that may begin a statement; a bracket there ends one."""
STATEMENT = re.compile(
    r"(?:@|async |def |class |import |from |if\b|for |while\b|with |try:|except\b|finally:|else:"
    r"|elif\b|return\b|raise\b|assert\b|pass\b|global |del |match |type )"
    r"|[\w.\[\]\"']+(?:[ \t]*,[ \t]*[\w.\[\]\"']+)*[ \t]*"
    r"(?:[-+*/%&|^@]|//|\*\*|<<|>>|:[^=\n]+)?=(?!=)"
    r"|[\w.]+\(|[\"'(\[{]"
)
"""What a line of code looks like, and a line of prose mostly does not."""
STOP = re.compile(r"class\b|def\b|#|if\b|print\b")
"""Human-eval's own stop sequences, behind a line's end."""


def cuts(text: str, start: int) -> Iterator[str]:
    """Shorter readings of `text`, each ending before a line at the margin behind `start`.

    First without the prose that follows, then without the last statement, which may be unfinished,
    last with nothing behind the first one.
    """
    inside = strings(text)
    margins = [
        line.start()
        for line in LINE.finditer(text, start)
        if not inside.holds(line.start()) and text[: line.start()].strip()
    ]
    prose = (at for at in margins if not STATEMENT.match(text, at))
    ends = [next(prose, None), margins[-1] if margins else None, margins[0] if margins else None]
    for end in dict.fromkeys(end for end in ends if end is not None):
        yield text[:end]


def code_in(text: str) -> str:
    """`text` from its first line that begins a definition or an import; empty where none does."""
    found = re.search(
        r"^(?:@\w|(?:async )?def |class \w|import \w|from [\w.]+ import )", text, re.MULTILINE
    )
    return text[found.start() :] if found and found.start() else ""


def before_stop(text: str, line: int) -> str:
    """`text` before its line `line` (from 1) where that is a stop sequence; empty where not."""
    lines = text.splitlines(keepends=True)
    if not 1 < line <= len(lines) or STOP.match(lines[line - 1]) is None:
        return ""
    return "".join(lines[: line - 1])
