"""In what runs were graded differently, for a person at a terminal."""

import textwrap
from collections.abc import Sequence

from grader.core.conditions import ConditionDifference, ConditionEffect
from grader.reports.base import clean

NAMES_SHOWN = 4
VALUE_CELLS = 120


def differences(
    unlike: Sequence[ConditionDifference], width: int, *, splits: str, marks: str
) -> list[str]:
    """What differs besides the samples, below a title: `splits` where not the same was asked.

    It belongs before every figure, for it may be what they show.
    """
    lines: list[str] = []
    for effect, title in ((ConditionEffect.SPLITS, splits), (ConditionEffect.MARKS, marks)):
        found = [each for each in unlike if each.effect is effect]
        if found:
            lines += ["", *wrapped(title, width)]
            for each in found:
                lines += wrapped(words(each), width, "  ")
    return lines


def words(unlike: ConditionDifference) -> str:
    """`time limit: the tasks' own in a, b; 60 CPU s in c (more time solves more)`."""
    return f"{unlike.condition}: {who(unlike)} ({unlike.why})"


def who(unlike: ConditionDifference) -> str:
    """Each value with the runs that have it, the most frequent first."""
    runs: dict[str, list[str]] = {}
    for name, value in unlike.values.items():
        runs.setdefault(value, []).append(name)
    return "; ".join(
        f"{clean(value, VALUE_CELLS)} in {', '.join(names[:NAMES_SHOWN])}"
        + (f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else "")
        for value, names in sorted(runs.items(), key=lambda item: -len(item[1]))
    )


def wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """Lines of `width` cells; those after the first are indented further."""
    return textwrap.wrap(
        clean(text, None), width, initial_indent=indent, subsequent_indent=f"{indent}  "
    )
