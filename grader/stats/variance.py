"""How much of a score's uncertainty is the choice of tasks, and how much that of samples."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from grader.stats.passk import TaskCount


class VarianceSplit(NamedTuple):
    """Variances of one sample's score, and standard errors of the mean over tasks.

    Miller 2024 (arXiv 2411.00640, section 3.2), with unbiased parts.
    """

    tasks: float
    """Variance of the tasks' true pass rates; may come out below 0 where it is small."""
    samples: float
    """Mean variance of samples within a task."""
    error: float
    """Standard error of the mean with the samples that there are."""
    error_single: float
    """The same with one sample per task."""
    error_floor: float
    """The same with endlessly many samples per task: only more tasks make it smaller."""


def split(counts: Sequence[TaskCount]) -> VarianceSplit | None:
    """Split the variance; None with fewer than two tasks or a task with fewer than two samples."""
    if len(counts) < 2 or any(count.graded < 2 for count in counts):  # noqa: PLR2004  no spread
        return None
    shares = [count.passed / count.graded for count in counts]
    number = len(shares)
    mean = math.fsum(shares) / number
    total = math.fsum((share - mean) ** 2 for share in shares) / (number - 1)
    pairs = list(zip(shares, counts, strict=True))
    noise = math.fsum(p * (1 - p) / (count.graded - 1) for p, count in pairs) / number
    within = math.fsum(p * (1 - p) * c.graded / (c.graded - 1) for p, c in pairs) / number
    between = total - noise
    return VarianceSplit(
        tasks=between,
        samples=within,
        error=math.sqrt(total / number),
        error_single=math.sqrt(max(between + within, 0.0) / number),
        error_floor=math.sqrt(max(between, 0.0) / number),
    )
