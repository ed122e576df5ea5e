"""Between which values a figure would lie had the samples that got no verdict got one."""

from collections.abc import Sequence
from typing import NamedTuple

from grader.stats.passk import TaskCount, mean_pass_at_k


class UngradedRange(NamedTuple):
    """The figure with every lost sample failed, and with every one passed."""

    worst: float
    best: float


def bounds(counts: Sequence[TaskCount], lost: Sequence[int], k: int) -> UngradedRange | None:
    """Bounds of mean pass@k; None where even with them a task has too few samples.

    `counts`: graded samples per task; `lost`: how many of each task got no verdict or are missing.
    """
    pairs = list(zip(counts, lost, strict=True))
    worst = mean_pass_at_k([TaskCount(c.graded + u, c.passed) for c, u in pairs], k).value
    best = mean_pass_at_k([TaskCount(c.graded + u, c.passed + u) for c, u in pairs], k).value
    return None if worst is None or best is None else UngradedRange(worst, best)
