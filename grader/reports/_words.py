"""Figures and sentences that every rendering of a report says in the same words."""

from grader.core.report import MetricEstimate, Report, SolutionLikeness
from grader.core.result import Verdict

OFFICIAL, STRICT = ("apply", "eval"), "strict-"
"""Names of the steps that a repository's two readings run."""


def percent(share: float) -> str:
    """Two decimals; 0 and 100 are kept for what is exactly none and all."""
    text = f"{100 * share:.2f}"
    if text == "0.00" and share > 0:
        return "<0.01 %"
    if text == "100.00" and share < 1:
        return ">99.99 %"
    return f"{text} %"


def counted(number: int, noun: str) -> str:
    """`1 task`, `1,000 tasks`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def likeness(found: SolutionLikeness) -> str:
    """How many patches are nearly their task's own solution."""
    of = "1 patch changes" if found.compared == 1 else f"{found.compared:,} patches change"
    text = f"{found.near:,} of {of} 90 % or more of the task's own solution's lines the same way"
    return f"{text} (mean share {percent(found.mean)})"


def of_solution(share: float, lines: int) -> str:
    """`80.00 % of 5 lines`."""
    return f"{percent(share)} of {counted(lines, 'line')}"


def coverage(report: Report) -> str:
    """How much of the benchmark the figures rest on."""
    missing = report.tasks_total - report.tasks_covered
    text = f"{report.tasks_covered:,} of {counted(report.tasks_total, 'task')}"
    if missing:
        text += f" ({missing:,} {'not asked' if report.predicts else 'without a sample'})"
    return f"{text}, {counted(report.samples, 'sample')}"


def ungraded(report: Report) -> str:
    """What our own trouble cost; empty where it cost nothing."""
    count = report.counts.get(Verdict.UNGRADED.value, 0)
    if not count:
        return ""
    return (
        f"{count:,} of {counted(report.samples, 'sample')} got no verdict: our trouble, not theirs;"
        f" all figures rest on the other {report.samples - count:,}"
    )


def price(report: Report) -> str:
    """What a second reading of repositories took beside the first; empty where there is none."""
    spent = {phase.name: phase.wall_s for phase in report.cost.phases}
    again = [spread for name, spread in spent.items() if name.startswith(STRICT)]
    if not again or OFFICIAL[-1] not in spent:
        return ""
    more_s = sum(spread.count * spread.mean for spread in again)
    alone_s = sum(spent[name].count * spent[name].mean for name in OFFICIAL if name in spent)
    times = f", {1 + more_s / alone_s:.2f} times parity alone" if alone_s else ""
    runs = counted(spent[OFFICIAL[-1]].count, "run")
    rounds = counted(max(spread.count for spread in again), "run")
    return f"parity {alone_s:,.1f} s in {runs}, strict {more_s:,.1f} s more in {rounds}{times}"


def uncertainty(metric: MetricEstimate) -> str:
    """The interval of a metric that has a value, or why there is none."""
    if metric.low is None or metric.high is None:
        text = f"no interval: {metric.why}"
    else:
        text = f"95 % CI {percent(metric.low)} to {percent(metric.high)}"
        text += f" ({metric.method}, {counted(metric.tasks, 'task')})"
    if metric.worst is None or metric.best is None:
        return text
    return f"{text}; with what has no verdict {percent(metric.worst)} to {percent(metric.best)}"
