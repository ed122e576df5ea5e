"""The report as Markdown (GitHub's flavour), for a pull request or a wiki."""

import re
from collections.abc import Iterable, Iterator

from grader.core.report import MetricEstimate, Report
from grader.core.result import Verdict
from grader.reports._languages import language_table
from grader.reports._words import coverage, percent, uncertainty, ungraded
from grader.reports.base import clean

SUFFIX = ".md"
WORST = 20
MENTION = re.compile(r"(?<!\w)@")
MARKS = "\\`*_{}[]()<>#+!|~&"


def render(report: Report) -> str:
    """Headline, verdicts, metrics and the weakest tasks; no text in it is taken for markup."""
    parts = [
        [f"# {safe(f'{report.benchmark} {report.version}'.strip())}"],
        [f"{coverage(report)}, run {safe(report.run_id)}"],
        list(warnings(report)),
        list(table(("metric", "value", ""), metric_rows(report))),
        list(languages(report)),
        list(table(("verdict", "samples", "share"), verdict_rows(report))),
        list(weakest(report)),
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def warnings(report: Report) -> Iterator[str]:
    """What must be read before any figure."""
    if not report.complete:
        yield "> **Incomplete**: the run was interrupted; these figures are partial"
    text = ungraded(report)
    if text:
        yield f"> **Ungraded**: {text}"
        yield from (f"> - {count:,} samples: {safe(why)}" for why, count in report.ungraded.items())


def metric_rows(report: Report) -> Iterator[tuple[str, str, str]]:
    """Every metric, those of the readings too."""
    own = (*report.metrics, *report.sets, *report.consistency)
    named: list[tuple[str, MetricEstimate]] = [("", metric) for metric in own]
    named += [(f"{reading.name} ", each) for reading in report.readings for each in reading.metrics]
    for prefix, metric in named:
        name = safe(prefix + metric.name)
        if metric.value is None:
            yield name, "undefined", safe(metric.why)
        else:
            yield name, percent(metric.value), safe(uncertainty(metric))


def languages(report: Report) -> Iterator[str]:
    """The table over languages, where there are several."""
    found = language_table(report.languages)
    if found:
        head, *rows = found
        yield from table(head, (tuple(map(safe, row)) for row in rows))


def verdict_rows(report: Report) -> Iterator[tuple[str, str, str]]:
    """Every verdict that occurred."""
    for verdict in Verdict:
        count = report.counts.get(verdict.value, 0)
        if count:
            yield safe(verdict.value), f"{count:,}", percent(count / report.samples)


def weakest(report: Report) -> Iterator[str]:
    """The tasks with the smallest share of passing samples, folded away."""
    graded = [row for row in report.rows if row.graded and row.passed < row.graded]
    worst = sorted(graded, key=lambda row: row.passed / row.graded)[:WORST]
    if not worst:
        return
    yield f"<details><summary>Weakest {len(worst)} of {len(report.rows)} tasks</summary>"
    yield ""
    yield from table(
        ("task", "passed", "verdicts"),
        (
            (
                safe(row.task_id),
                f"{row.passed:,} of {row.graded:,}",
                safe(", ".join(f"{name} {count:,}" for name, count in row.counts.items())),
            )
            for row in worst
        ),
    )
    yield ""
    yield "</details>"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """A table; the first column is text, the second figures."""
    yield f"| {' | '.join(head)} |"
    yield f"|{'|'.join([':--', '--:', *[':--'] * (len(head) - 2)])}|"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def safe(text: str) -> str:
    """Hostile text as one line in which no character is markup, and no address a link."""
    cleaned = clean(text)
    escaped = "".join(f"\\{mark}" if mark in MARKS else mark for mark in cleaned)
    unlinked = escaped.replace("://", ":\u2060//").replace("www.", "www\u2060.")
    return MENTION.sub("@\u2060", unlinked)
