"""One flat row per sample, for table formats."""

from collections.abc import Iterator
from typing import NamedTuple

from grader.core.result import Result
from grader.reports.base import clean

REASON_CELLS = 1000


class ColumnRow(NamedTuple):
    """The columns in their order; times in seconds, memory in MiB, empty where nothing ran."""

    task_id: str
    sample: int
    """Index among the task's samples, from 0."""
    verdict: str
    reason: str
    trust: str
    readings: str
    """`name=verdict`, separated by spaces."""
    tests: int
    tests_not_passed: int
    wall_s: float | None
    cpu_s: float | None
    peak_mb: float | None
    attempts: int
    same_as: int | None
    extraction: str
    known_broken: str
    sample_digest: str
    plan_digest: str


def rows(results: Iterator[Result]) -> Iterator[ColumnRow]:
    """The rows of results, their texts cleaned."""
    return map(row_of, results)


def row_of(result: Result) -> ColumnRow:
    """One row."""
    steps = result.execution.steps if result.execution else ()
    return ColumnRow(
        task_id=clean(result.task_id, None),
        sample=result.index,
        verdict=result.verdict.value,
        reason=clean(result.reason, REASON_CELLS),
        trust=result.trust.value,
        readings=clean(" ".join(f"{name}={value}" for name, value in result.readings.items())),
        tests=len(result.tests),
        tests_not_passed=sum(test.outcome.value in {"failed", "error"} for test in result.tests),
        wall_s=round(sum(step.wall_s for step in steps), 6) if steps else None,
        cpu_s=round(sum(step.cpu_s for step in steps), 6) if steps else None,
        peak_mb=round(max(step.peak_mb for step in steps), 3) if steps else None,
        attempts=result.attempts,
        same_as=result.same_as,
        extraction=clean(result.extraction),
        known_broken=clean(result.known_broken),
        sample_digest=result.sample_digest,
        plan_digest=result.plan_digest,
    )
