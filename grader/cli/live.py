"""What the workers do, below the progress bar: a line for each that has been at it for a while."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from grader.reports.base import clean, fit

if TYPE_CHECKING:
    from tqdm import tqdm

    from grader.core.activity import Activity

LONG_S = 2.0
"""Shorter work is no line: it would flicker, and a benchmark of functions has nothing longer."""
MOST_LINES = 8
ID_CELLS, PHASE_CELLS = 40, 14


def rows(active: "Sequence[Activity]", now: float) -> list[str]:
    """A line for each worker whose sample takes long; of many, those that take longest."""
    long = [each for each in active if now - each.began >= LONG_S]
    chosen = long
    if len(long) > MOST_LINES:
        longest = sorted(long, key=lambda each: each.began)[: MOST_LINES - 1]
        chosen = sorted(longest, key=lambda each: each.worker)
    lines = [row(each, now) for each in chosen]
    if len(long) > len(chosen):
        lines.append(f"    and {len(long) - len(chosen)} more")
    return lines


def row(activity: "Activity", now: float) -> str:
    """`  2  django__django-11099 #0                  tests              12 s of 31 s`."""
    name = fit(f"{clean(activity.task_id, 200)} #{activity.index}", ID_CELLS)
    phase = fit(clean(activity.phase, 200), PHASE_CELLS)
    spent = f"{now - activity.since:,.0f} s of {now - activity.began:,.0f} s"
    return f"{activity.worker:>4}  {name:<{ID_CELLS}}  {phase:<{PHASE_CELLS}}  {spent}"


def words(active: "Sequence[Activity]", now: float) -> str:
    """The longest work in one phrase; empty where nothing takes long."""
    long = [each for each in active if now - each.began >= LONG_S]
    if not long:
        return ""
    first = min(long, key=lambda each: each.began)
    name = clean(f"{first.task_id} #{first.index}", 80)
    return f"longest: {name}, {clean(first.phase, 40)}, {now - first.began:,.0f} s"


class LiveLines:
    """Lines of a terminal below a bar; as many as there have ever been at once."""

    def __init__(self) -> None:
        self._lines: list[tqdm[NoReturn]] = []
        self._shown: list[str] = []

    def show(self, texts: list[str]) -> None:
        """Write what has changed."""
        while len(self._lines) < len(texts):
            self._lines.append(_line(len(self._lines) + 1))
            self._shown.append("")
        texts = texts + [""] * (len(self._lines) - len(texts))
        for number, text in enumerate(texts):
            if text != self._shown[number]:
                self._shown[number] = text
                self._lines[number].set_description_str(text)

    def clear(self) -> None:
        """Make room for a line that stays."""
        for line in self._lines:
            line.clear()

    def refresh(self) -> None:
        """Write all again."""
        for line in self._lines:
            line.refresh()

    def close(self) -> None:
        """Take the lines off the terminal; safe to call twice."""
        for line in reversed(self._lines):
            line.close()
        self._lines, self._shown = [], []


def _line(position: int) -> "tqdm[NoReturn]":
    from tqdm import tqdm  # noqa: PLC0415  heavy

    kind: Any = tqdm
    return kind(
        total=0, position=position, bar_format="{desc}", file=sys.stderr, leave=False,
        dynamic_ncols=True,
    )  # fmt: skip
