"""The table over languages, for every form of the report."""

from collections.abc import Iterator, Sequence

from grader.core.report import LanguageScore, MetricEstimate
from grader.reports._words import percent

LEAST = 2
"""One language has its figures in the headline already."""
SEPARATED = "separated"


def language_table(scores: Sequence[LanguageScore]) -> list[tuple[str, ...]]:
    """A head, and a row for each language; empty where there are none to compare.

    Columns: language, tasks, graded samples, pass@k that can be computed, share of samples whose
    tests ran apart from them.
    """
    if len(scores) < LEAST:
        return []
    names = [
        metric.name
        for number, metric in enumerate(scores[0].metrics)
        if any(each.metrics[number].value is not None for each in scores)
    ]
    head = ("language", "tasks", "graded", *names, "separated")
    return [head, *(_row(each, names) for each in scores)]


def _row(score: LanguageScore, names: Sequence[str]) -> tuple[str, ...]:
    values = {metric.name: metric for metric in score.metrics}
    shares = (_share(values[name]) for name in names)
    apart = score.trust.get(SEPARATED, 0)
    trust = percent(apart / score.graded) if score.graded else "-"
    return (score.language, f"{score.tasks:,}", f"{score.graded:,}", *shares, trust)


def _share(metric: MetricEstimate) -> str:
    return "-" if metric.value is None else percent(metric.value)


def aligned(table: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Lines of text with the columns under each other, the first to the left."""
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    for row in table:
        first, *others = row
        cells = (f"{cell:>{width}}" for cell, width in zip(others, widths[1:], strict=True))
        yield "  ".join((f"{first:<{widths[0]}}", *cells))
