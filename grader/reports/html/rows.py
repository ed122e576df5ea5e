"""The samples of a run as columns of numbers, which is what a page of 100,000 rows can carry."""

import json
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from grader.core.execution import Execution
from grader.core.report import Report
from grader.core.result import Result, Verdict
from grader.reports.base import clean

REASON_CELLS = 300
NO_DETAIL = 0xFFFFFFFF
VERDICTS = tuple(verdict.value for verdict in Verdict)


@dataclass(slots=True)
class SampleTable:
    """Columns of equal length, one place per sample, in the journal's order."""

    tasks: dict[str, int]
    """Task id → number, in the report's order; samples name their task by it."""
    reasons: dict[str, int]
    """Cleaned reason → number."""
    broken: tuple[int, ...]
    """Numbers of the tasks that are known to be unsound."""
    task: "array[int]"
    index: "array[int]"
    verdict: "array[int]"
    """Place in VERDICTS."""
    reason: "array[int]"
    twin: "array[int]"
    """1 + index of the identical sample that ran; 0 where the sample ran itself."""
    wall_us: "array[int]"
    cpu_us: "array[int]"
    peak_kb: "array[int]"
    """0 in all three where nothing ran."""
    detail: "array[int]"
    """Number of the sample's detail; NO_DETAIL where the page carries none."""


class StepUsage(NamedTuple):
    """What all steps of an execution took."""

    wall_us: int
    cpu_us: int
    peak_kb: int


def collect(results: Iterable[Result], report: Report) -> SampleTable:
    """Read all results once; tasks get the order of the report, then that of appearance."""
    table = empty(report)
    for result in results:
        add(table, result)
    return table


def empty(report: Report) -> SampleTable:
    """A table without samples that knows the report's tasks."""
    tasks = {row.task_id: number for number, row in enumerate(report.rows)}
    broken = tuple(tasks[row.task_id] for row in report.rows if row.known_broken)
    columns = [array("L") for _ in range(9)]
    return SampleTable(tasks, {}, broken, *columns)


def add(table: SampleTable, result: Result) -> None:
    """Append one sample."""
    reason = clean(result.reason, REASON_CELLS)
    used = use(result.execution)
    table.task.append(table.tasks.setdefault(result.task_id, len(table.tasks)))
    table.index.append(result.index)
    table.verdict.append(VERDICTS.index(result.verdict.value))
    table.reason.append(table.reasons.setdefault(reason, len(table.reasons)))
    table.twin.append(0 if result.same_as is None else result.same_as + 1)
    table.wall_us.append(used.wall_us)
    table.cpu_us.append(used.cpu_us)
    table.peak_kb.append(used.peak_kb)
    table.detail.append(NO_DETAIL)


def use(execution: Execution | None) -> StepUsage:
    """Sum the steps' time and take their highest memory."""
    steps = execution.steps if execution else ()
    return StepUsage(
        wall_us=round(sum(step.wall_s for step in steps) * 1e6),
        cpu_us=round(sum(step.cpu_s for step in steps) * 1e6),
        peak_kb=round(max((step.peak_mb for step in steps), default=0.0) * 1024),
    )


def payload(table: SampleTable) -> bytes:
    """The table as JSON; times in microseconds, memory in KiB."""
    return json.dumps({**columns(table, 0), "generation": 0}, separators=(",", ":")).encode()


def columns(table: SampleTable, begin: int) -> dict[str, Any]:
    """The samples from `begin` on, and all names that their numbers stand for."""
    plain = ("task", "index", "verdict", "reason", "twin", "wall_us", "cpu_us", "peak_kb")
    detail = [-1 if number == NO_DETAIL else number for number in table.detail[begin:]]
    return {
        "verdicts": VERDICTS,
        "tasks": [clean(task, REASON_CELLS) for task in table.tasks],
        "broken": table.broken,
        "reasons": list(table.reasons),
        **{name: getattr(table, name)[begin:].tolist() for name in plain},
        "detail": detail,
    }
