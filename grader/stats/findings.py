"""Which tasks of one run to look at, and what its figures cannot say."""

from collections.abc import Iterator, Mapping, Sequence

from grader.core.report import MetricEstimate, PassUncertainty, TaskFinding
from grader.core.result import Verdict
from grader.stats import power
from grader.stats.intervals import clustered_error, few_clusters
from grader.stats.passk import TaskCount
from grader.stats.variance import split

FEW_TASKS = 30
SAMPLES_MIN = 3
"""With fewer samples that all end alike a task is merely hard."""


def findings(
    tasks: Mapping[str, Mapping[str, int]], known_broken: Mapping[str, str]
) -> Iterator[TaskFinding]:
    """Tasks of one run that may be at fault themselves, given each one's verdict counts."""
    for task, counts in tasks.items():
        if task in known_broken:
            yield TaskFinding(task_id=task, kind="known unsound", why=known_broken[task])
        samples = sum(counts.values())
        lost = counts.get(Verdict.UNGRADED.value, 0)
        if lost:
            why = f"{lost} of {samples} samples got no verdict: our trouble"
            yield TaskFinding(task_id=task, kind="ungraded", why=why)
        late = counts.get(Verdict.TIMEOUT.value, 0)
        if late == samples >= SAMPLES_MIN:
            why = f"all {samples} samples ran out of time: is its limit too low?"
            yield TaskFinding(task_id=task, kind="never ends", why=why)


def uncertainty(
    values: Sequence[float], counts: Sequence[TaskCount], clusters: Sequence[str] | None
) -> PassUncertainty | None:
    """Where the uncertainty of pass@1 comes from, given each task's; None with fewer than two."""
    if len(values) < 2 or len(set(clusters or "two")) < 2:  # noqa: PLR2004  a spread
        return None
    error = clustered_error(values, clusters).error
    parts = split(counts)
    floor = None
    if parts is not None and parts.error > 0:
        floor = error * parts.error_floor / parts.error
    variance = 2 * error**2 * len(values)
    return PassUncertainty(
        error=error, error_floor=floor, detectable=power.detectable(variance, len(values))
    )


def notes(
    counts: Sequence[TaskCount],
    *,
    missing: int,
    clusters: Sequence[str] | None,
    known_broken: int,
    metrics: Sequence[MetricEstimate],
) -> Iterator[str]:
    """What the figures cannot say, one sentence each.

    `missing`: selected tasks without a sample; `known_broken`: covered tasks that are unsound.
    """
    if missing:
        yield f"pass@k leaves out {missing} selected task{'s' * (missing != 1)} without a sample"
    if 0 < len(counts) < FEW_TASKS:
        named = f"{len(counts)} task{'s' * (len(counts) != 1)} only"
        yield f"{named}: another choice may differ widely, and intervals are rough"
    if clusters and (few := few_clusters(clusters)):
        yield few
    if counts and all(count.graded == 1 for count in counts):
        yield "one sample per task: how much another draw of the same model differs is unknown"
    if known_broken:
        yield f"tasks known to be unsound count as others do: {known_broken}"
    if any(metric.worst is not None for metric in metrics):
        yield "ungraded samples are left out; worst and best say what they could change"
