"""Jobs by the hundred: what callers hand over, and what their results are worth."""

from collections.abc import Callable
from concurrent.futures import Future
from itertools import count
from typing import Any, cast

from grader.core.result import Result, Verdict
from grader.core.task import Task
from grader.engine.options import EngineOptions
from grader.engine.service.asked import JobChoices, Solution, timed_job
from grader.engine.service.desk import JobDesk
from grader.engine.service.owner import OwnerThread
from grader.errors import UsageError

Item = tuple[Task, Solution] | tuple[Task, Solution, JobChoices]
"""A task, a solution and, where it has any, keywords of its own."""
PLACES_PER_WORKER = 4
"""Jobs beyond their source for each worker: while one runs others are prepared and taken."""


def window_of(options: EngineOptions) -> int:
    """Jobs that are under way at one time."""
    return PLACES_PER_WORKER * options.workers


def submitter(
    owner: OwnerThread[JobDesk], options: EngineOptions, choices: JobChoices
) -> Callable[[Item], Future[Result]]:
    """What begins one item after the other and numbers them from 0."""
    numbers = count()

    def submit(item: Item) -> Future[Result]:
        task, solution, own = parts_of(item)
        asked: JobChoices = {**choices, **own}
        job = timed_job(task, solution, asked, options, index=next(numbers))
        return owner.submit(owner.opened.grade, job)

    return submit


def parts_of(item: Item) -> tuple[Task, Solution, JobChoices]:
    """An item taken apart; UsageError where it is none."""
    parts: Any = item
    own: object = parts[2] if is_tuple_of(item, 3) else {}
    if not (is_tuple_of(item, 2) or is_tuple_of(item, 3)) or not isinstance(own, dict):
        raise UsageError(
            "jobs: each is a pair of task and solution, or these and a dict of keywords; found"
            f" {type(item).__name__}"
        )
    return item[0], item[1], cast("JobChoices", own)


def is_tuple_of(item: Any, size: int) -> bool:
    """Whether it has this form; callers hand over anything."""
    return isinstance(item, tuple) and len(cast("tuple[Any, ...]", item)) == size


def reward_of(result: Result) -> float | None:
    """1 or 0; None where nothing can be said of the sample."""
    if result.verdict is Verdict.UNGRADED:
        return None
    return 1.0 if result.verdict is Verdict.PASSED else 0.0


def in_order(rewards: dict[int, float | None]) -> list[float | None]:
    """Rewards by their number."""
    return [rewards[number] for number in range(len(rewards))]
