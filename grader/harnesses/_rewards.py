"""What a verdict is worth to a trainer, and what is said where nothing can be said."""

import logging
from collections.abc import Sequence

from grader.core.result import Result, Verdict
from grader.core.task import Task
from grader.engine.service.many import reward_of
from grader.errors import InfraError
from grader.harnesses._engine import shared, waiting

log = logging.getLogger("grader.harnesses")

Job = tuple[Task, str]


class UngradedError(InfraError):
    """Nothing can be said of a sample: our trouble, to be tried again or left out, never 0."""


def results_of(jobs: Sequence[Job]) -> list[Result]:
    """The results in the jobs' order, for callers that wait."""
    found = {each.index: each for each in waiting().grade_many(jobs)}
    return in_order(found)


async def results_soon(jobs: Sequence[Job]) -> list[Result]:
    """The same for callers with an event loop."""
    found = {each.index: each async for each in shared().grade_many(jobs)}
    return in_order(found)


def in_order(found: dict[int, Result]) -> list[Result]:
    """Results by their number; what could not be graded is told once in the log."""
    results = [found[number] for number in range(len(found))]
    ungraded = [each for each in results if each.verdict is Verdict.UNGRADED]
    if ungraded:
        log.warning(
            "%d of %d samples got no verdict, which is our trouble and not theirs; the first: %s",
            len(ungraded),
            len(results),
            ungraded[0].reason,
        )
    return results


def demanded(result: Result) -> float:
    """1 or 0, where a host has no other way than an exception to be told of our trouble."""
    reward = reward_of(result)
    if reward is None:
        raise UngradedError(f"{result.task_id}: no verdict, our trouble: {result.reason}")
    return reward
