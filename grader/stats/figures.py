"""The figures of a report from each task's verdict counts."""

import math
from collections.abc import Iterable, Mapping, Sequence

from grader.core.report import MetricEstimate
from grader.core.result import Verdict
from grader.stats.bounds import bounds
from grader.stats.intervals import NoInterval, over_tasks
from grader.stats.passhat import mean_g_pass, mean_pass_hat_k
from grader.stats.passk import TaskCount, mean_pass_at_k

PASSED, UNGRADED = Verdict.PASSED.value, Verdict.UNGRADED.value


def task_count(counts: Mapping[str, int]) -> TaskCount:
    """Graded and passed samples of one task from its verdict counts."""
    return TaskCount(sum(counts.values()) - counts.get(UNGRADED, 0), counts.get(PASSED, 0))


def metrics(
    tasks: Iterable[Mapping[str, int]],
    ks: Sequence[int],
    clusters: Sequence[str] | None = None,
) -> tuple[MetricEstimate, ...]:
    """pass@k over covered tasks, given each one's verdict counts, for every k.

    `clusters`: each task's group of alike tasks, None where they come in none.
    """
    counts = list(tasks)
    return tuple(_metric(counts, k, clusters) for k in ks)


def resolved(
    tasks: Iterable[Mapping[str, int]], selected: int, clusters: Sequence[str] | None = None
) -> MetricEstimate | None:
    """Share of all `selected` tasks that are solved; one without a graded sample is not.

    With several samples of a task its share of right ones counts. `clusters`: of all selected
    tasks, those of `tasks` first. None without a task.
    """
    counts = [task_count(task) for task in tasks]
    shares = [count.passed / count.graded if count.graded else 0.0 for count in counts]
    values = shares + [0.0] * (selected - len(shares))
    if not values:
        return None
    interval = over_tasks(values, clusters)
    known = not isinstance(interval, NoInterval)
    unknown = sum(not count.graded for count in counts) + selected - len(counts)
    value = math.fsum(values) / len(values)
    return MetricEstimate(
        name="resolved",
        value=value,
        low=interval.low if known else None,
        high=interval.high if known else None,
        method=interval.method if known else "",
        why="" if known else interval.why,
        tasks=selected,
        worst=value if unknown else None,
        best=value + unknown / len(values) if unknown else None,
    )


def consistency(
    counts: Sequence[TaskCount], ks: Sequence[int], clusters: Sequence[str] | None
) -> tuple[MetricEstimate, ...]:
    """pass^k and mG-Pass@k for every k above 1 of which all tasks have enough samples."""
    found: list[MetricEstimate] = []
    for k in sorted(set(ks) - {1}):
        mean = mean_pass_hat_k(counts, k)
        if mean.value is not None:
            found.append(_with_interval(f"pass^{k}", mean.value, mean.values, clusters))
            steady = [float(mean_g_pass(c.graded, c.passed, k) or 0) for c in counts]
            value = math.fsum(steady) / len(steady)
            found.append(_with_interval(f"mG-pass@{k}", value, steady, clusters))
    return tuple(found)


def _metric(
    tasks: Sequence[Mapping[str, int]], k: int, clusters: Sequence[str] | None
) -> MetricEstimate:
    name = f"pass@{k}"
    counts = [task_count(task) for task in tasks]
    mean = mean_pass_at_k(counts, k)
    lost = [task.get(UNGRADED, 0) for task in tasks]
    limits = bounds(counts, lost, k) if any(lost) else None
    if mean.value is None:
        why = _why_undefined(tasks, k, mean.too_few)
        return MetricEstimate(name=name, value=None, why=why, tasks=0)
    made = _with_interval(name, mean.value, mean.values, clusters)
    if limits is None:
        return made
    return made.model_copy(update={"worst": limits.worst, "best": limits.best})


def _with_interval(
    name: str, value: float, values: Sequence[float], clusters: Sequence[str] | None
) -> MetricEstimate:
    interval = over_tasks(values, clusters)
    if isinstance(interval, NoInterval):
        return MetricEstimate(name=name, value=value, why=interval.why, tasks=len(values))
    low, high, method = interval
    return MetricEstimate(
        name=name, value=value, low=low, high=high, method=method, tasks=len(values)
    )


def _why_undefined(tasks: Sequence[Mapping[str, int]], k: int, too_few: int) -> str:
    """Who has too few samples; where only ungraded ones are lacking, what they could have made."""
    if not tasks:
        return "no samples"
    samples = "no graded sample" if k == 1 else f"fewer than {k} graded samples"
    why = f"{too_few} of {len(tasks)} tasks {'has' if too_few == 1 else 'have'} {samples}"
    lost = [task.get(UNGRADED, 0) for task in tasks]
    if not any(lost):
        return why
    limits = bounds([task_count(task) for task in tasks], lost, k)
    ungraded = f"{why}; {sum(lost)} ungraded"
    if limits is None:
        return ungraded
    return f"{ungraded}, with them between {limits.worst:.4f} and {limits.best:.4f}"
