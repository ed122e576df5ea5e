"""The table over languages, for every form of the report."""

from collections.abc import Sequence

from grader.core.report import LanguageScore, MetricEstimate
from grader.core.result import Trust
from grader.reports._words import percent

LEAST = 2
"""One language has its figures in the headline already."""


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
    head = ("language", "tasks", "graded", *names, Trust.SEPARATED.value)
    return [head, *(_row(each, names) for each in scores)]


def _row(score: LanguageScore, names: Sequence[str]) -> tuple[str, ...]:
    values = {metric.name: metric for metric in score.metrics}
    shares = (_share(values[name]) for name in names)
    apart = score.trust.get(Trust.SEPARATED.value, 0)
    trust = percent(apart / score.graded) if score.graded else "-"
    return (score.language, f"{score.tasks:,}", f"{score.graded:,}", *shares, trust)


def _share(metric: MetricEstimate) -> str:
    return "-" if metric.value is None else percent(metric.value)
