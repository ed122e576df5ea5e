"""Rows of EvalPlus's datasets as tasks of kind `cases`."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

from grader.benchmarks._rows import JsonRow, json_lines, kind_of, text_of
from grader.core.limits import Limits
from grader.core.task import Task
from grader.errors import UsageError
from grader.graders.cases import Spec, packed

LIMITS = Limits(cpu_s=30, wall_s=60, memory_mb=1024)
"""Per part, for the reference and the candidate together. Of all references only those of
Mbpp/255 and Mbpp/599 need more than 5 CPU seconds or 110 MiB (Python 3.11)."""


class OutputJudging(NamedTuple):
    """How a task's outputs are judged: what its row does not say."""

    rule: str = "equal"
    shapes: tuple[str, ...] = ()
    limits: Limits = LIMITS
    too_large: bool = False


def case_tasks(
    path: Path, *, benchmark: str, prefix: str, judging: Callable[[str, str], OutputJudging]
) -> Iterator[Task]:
    """One task per row, held one row at a time; UsageError names file and line.

    `judging` is asked with the task's id and entry point. Ids must begin with `prefix`.
    """
    seen: dict[str, int] = {}
    for row in json_lines(path):
        task_id = text_of(row, "task_id")
        if not task_id.startswith(prefix):
            raise UsageError(
                f"{row.place}: task id {task_id[:60]!a} does not begin with '{prefix}';"
                f" this is no {benchmark} file"
            )
        if task_id in seen:
            raise UsageError(
                f"{row.place}: task {task_id[:60]!a} was already on line {seen[task_id]};"
                " remove one"
            )
        seen[task_id] = row.line
        yield _task(row, task_id, benchmark, judging)


def _task(
    row: JsonRow, task_id: str, benchmark: str, judging: Callable[[str, str], OutputJudging]
) -> Task:
    entry_point = text_of(row, "entry_point")
    rule, shapes, limits, too_large = judging(task_id, entry_point)
    spec = Spec(
        prompt=text_of(row, "prompt"),
        entry_point=entry_point,
        reference=text_of(row, "canonical_solution"),
        base=packed(_inputs(row, "base_input")),
        plus=packed(_inputs(row, "plus_input")),
        shapes=shapes,
        rule=rule,
        too_large=too_large,
        atol=_atol(row),
    )
    return Task(
        id=task_id, benchmark=benchmark, kind="cases", limits=limits, spec=spec.model_dump()
    )


def _inputs(row: JsonRow, key: str) -> list[list[Any]]:
    """Lists of arguments; Mbpp/793 says `{}` for none."""
    value: object = row.value.get(key)
    if value == {} and key == "plus_input":
        return []
    cases = cast("list[object]", value) if isinstance(value, list) else [None]
    if all(isinstance(case, list) for case in cases):
        return cast("list[list[Any]]", cases)
    raise UsageError(
        f"{row.place}: '{key}' must be a list of lists of arguments,"
        f" found {kind_of(row.value.get(key))}; is it an EvalPlus file?"
    )


def _atol(row: JsonRow) -> float:
    value: object = row.value.get("atol", 0)
    if isinstance(value, (int, float)) and value >= 0:
        return float(value)
    raise UsageError(f"{row.place}: 'atol' must be a number of 0 or more, found {kind_of(value)}")
