"""Dates of tasks: from the benchmark's own data or from a file."""

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

from grader.core.audit import CutoffRow
from grader.core.task import Task
from grader.errors import UsageError
from grader.stats.cutoff import DatedTask, against_median, cutoff
from grader.stats.responses import ResponseMatrix

DATE_KEYS = ("created_at", "contest_date", "release_date", "date")
DIFFICULTY_KEY = "difficulty"
THIRDS = ("hard", "medium", "easy")


class TaskDate(NamedTuple):
    """One task's date and difficulty; an empty difficulty is unknown."""

    day: date
    difficulty: str


class DateOptions(NamedTuple):
    """What the caller says about dates."""

    default: date | None
    """Date from which no run can have seen a task."""
    by_run: Mapping[str, date]
    """The same for single runs, by name."""
    file: Path | None
    """Tasks' dates; None: those in the benchmark's data."""


def cutoffs_of(
    responses: ResponseMatrix, tasks: Mapping[str, Task], dating: DateOptions
) -> list[CutoffRow]:
    """Judge every run that has a cut-off; UsageError where nothing has a date."""
    unknown = set(dating.by_run) - set(responses.subjects)
    if unknown:
        raise UsageError(f"--cutoff names '{min(unknown)}', and the runs are {responses.subjects}")
    days = read_days(dating.file) if dating.file else dict(_days_of(tasks))
    if not days:
        raise UsageError("no task has a date; give --dates FILE with task_id,date,difficulty")
    classes = _difficulties(responses, days)
    found: list[CutoffRow] = []
    for subject, name in enumerate(responses.subjects):
        day = dating.by_run.get(name, dating.default)
        if day is not None:
            found.append(cutoff(name, list(_dated(responses, subject, days, classes)), day))
    return against_median(found)


def read_days(path: Path) -> dict[str, TaskDate]:
    """Read `task_id,date[,difficulty]` lines; UsageError names the line."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"cannot read {path}: {error}; give a .csv file") from error
    days: dict[str, TaskDate] = {}
    for number, row in enumerate(rows, 1):
        if not row or (number == 1 and row[0] == "task_id"):
            continue
        day = day_of(row[1]) if len(row) > 1 else None
        if day is None:
            raise UsageError(f"{path}:{number}: give task_id,YYYY-MM-DD and perhaps a difficulty")
        days[row[0]] = TaskDate(day, row[2].strip() if len(row) > 2 else "")  # noqa: PLR2004  columns
    return days


def day_of(text: str) -> date | None:
    """Read the date at the beginning of an ISO time; None where there is none."""
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


def _days_of(tasks: Mapping[str, Task]) -> Iterator[tuple[str, TaskDate]]:
    for task in tasks.values():
        for key in DATE_KEYS:
            value = task.spec.get(key)
            day = day_of(value) if isinstance(value, str) else None
            if day is not None:
                yield task.id, TaskDate(day, str(task.spec.get(DIFFICULTY_KEY, "")))
                break


def _difficulties(responses: ResponseMatrix, days: Mapping[str, TaskDate]) -> dict[str, str]:
    """Each task's own difficulty, or its third by the pass rate of all runs."""
    if any(day.difficulty for day in days.values()):
        return {task: day.difficulty or "unknown" for task, day in days.items()}
    rates = {
        task: sum(shares) / len(shares)
        for item, task in enumerate(responses.items)
        if task in days and (shares := responses.shares(item))
    }
    order = sorted(rates, key=lambda task: (rates[task], task))
    return {task: THIRDS[3 * place // len(order)] for place, task in enumerate(order)}


def _dated(
    responses: ResponseMatrix,
    subject: int,
    days: Mapping[str, TaskDate],
    classes: Mapping[str, str],
) -> Iterator[DatedTask]:
    for item, task in enumerate(responses.items):
        tries = responses.trials[subject][item]
        if tries and task in days:
            share = responses.passed[subject][item] / tries
            yield DatedTask(days[task].day, classes[task], share)
