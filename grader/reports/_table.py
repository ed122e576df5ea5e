"""Columns of text that line up."""

from collections.abc import Sequence

from grader.reports.base import cells, clean, fit

GAP = "  "


def table(
    rows: Sequence[Sequence[str]], *, right: Sequence[int] = (), limits: Sequence[int] = ()
) -> list[str]:
    """Lay out rows of cells; every cell is cleaned.

    `right`: columns that end alike (figures); `limits`: the most cells per column, 0 for any.
    """
    safe = [[_limited(text, column, limits) for column, text in enumerate(row)] for row in rows]
    count = max((len(row) for row in safe), default=0)
    widths = [max(cells(row[i]) for row in safe if i < len(row)) for i in range(count)]
    lines: list[str] = []
    for row in safe:
        parts: list[str] = []
        for column, text in enumerate(row):
            space = " " * (widths[column] - cells(text))
            parts.append(space + text if column in right else text + space)
        lines.append(GAP.join(parts).rstrip())
    return lines


def _limited(text: str, column: int, limits: Sequence[int]) -> str:
    limit = limits[column] if column < len(limits) else 0
    return fit(clean(text), limit) if limit else clean(text)
