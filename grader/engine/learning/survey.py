"""Learn about a task from its own solution, once, where a sample of it wants to be informed."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from anyio import to_thread

from grader import plugins
from grader.core.activity import enter
from grader.core.execution import Execution
from grader.core.job import Job
from grader.core.plan import Plan, Step
from grader.core.task import HOST, Task
from grader.engine.disturbance import DoubtfulEnd, ProcessorStarved
from grader.engine.drive import execute
from grader.engine.identity import task_identity
from grader.engine.learning.lessons import LessonStore, key_of
from grader.engine.remembered import RememberedByKey
from grader.errors import InfraError
from grader.graders.base import TaskLesson
from grader.sandboxes.base import Provider

Supply = Callable[[Plan], Awaitable[Plan]]
"""Gives a plan what its steps rest on: files of ours built for its toolchain."""

TRIES = 3
LESSONS_MAX = 20_000
"""Lessons of which the last used are remembered: more than any benchmark's tasks have."""


class TaskSurveys:
    """What was learned, by a task's content and lesson; one survey at a time for each."""

    def __init__(self, kept: LessonStore | None = None, *, places: tuple[str, ...] = ()) -> None:
        """kept: where lessons outlive this process; places: what of the machine they hold for."""
        self.made = 0
        """Surveys that were run here."""
        self.spent_s = 0.0
        """Their wall clock, added up over workers."""
        self._kept = kept
        self._places = places
        self._known: RememberedByKey[Any] = RememberedByKey(LESSONS_MAX)

    async def informed(
        self, job: Job, provider: Provider, what: str, supply: Supply | None = None
    ) -> Job:
        """The job with lesson `what` of its task, from this process, from the disk, or new."""
        enter("survey")
        key = f"{what} {task_identity(job.task)}"
        value = await self._known.get(key, lambda: self._found(job.task, provider, what, supply))
        return job.model_copy(update={"task": taught(job.task, what, value)})

    async def _found(self, task: Task, provider: Provider, what: str, supply: Supply | None) -> Any:
        content = await content_of(task, provider) if self._kept else ""
        if not self._kept or not content:
            return (await self._learned(task, provider, what, supply)).value
        key = key_of(task, what, content, provider, places=self._places)
        value = await to_thread.run_sync(self._kept.read, key)
        if value is None:
            found = await self._learned(task, provider, what, supply)
            value = found.value
            if found.lasting:
                await to_thread.run_sync(self._kept.write, key, value)
        return value

    async def _learned(
        self, task: Task, provider: Provider, what: str, supply: Supply | None
    ) -> TaskLesson:
        began = time.monotonic()
        try:
            return await lesson(task, provider, what, supply)
        finally:
            self.made += 1
            self.spent_s += time.monotonic() - began


async def content_of(task: Task, provider: Provider) -> str:
    """What identifies the task's image by content; '' where the provider cannot say.

    This machine's Python is no image, but an environment is one.
    """
    if task.image.name == HOST:
        of_environment = getattr(provider, "content_of_environment", None)
        return of_environment(task.image.environment) if of_environment else ""
    image = getattr(provider, "image", None)
    return (await image(task.image)).id if image else ""


async def surveyed(task: Task, provider: Provider, what: str) -> Task:
    """The task with one lesson, learned now."""
    found = await lesson(task, provider, what)
    return taught(task, what, found.value)


def taught(task: Task, what: str, value: Any) -> Task:
    """The task with what a lesson shows."""
    return task.model_copy(update={"spec": {**task.spec, what: value}})


async def lesson(
    task: Task, provider: Provider, what: str, supply: Supply | None = None
) -> TaskLesson:
    """Run the survey; what is ours to blame is tried again and then raised as InfraError."""
    grader = plugins.load("graders", task.kind)
    plan = grader.survey(task, what)
    if plan is None:
        nothing = Execution(provider=provider.name, isolation=provider.isolation)
        return grader.surveyed(task, what, nothing)

    plan = plan if supply is None else await supply(plan)

    async def more(execution: Execution) -> tuple[Step, ...]:
        steps = grader.survey_more(task, what, execution)
        if supply is None or not steps:
            return steps
        return (await supply(plan.model_copy(update={"steps": steps}))).steps

    reason = ""
    for tries_left in reversed(range(TRIES)):
        try:
            execution = await execute(plan, provider, more, doubting=tries_left > 0)
            return grader.surveyed(task, what, execution)
        except ProcessorStarved as starved:
            reason = f"busy host: {starved}"
        except DoubtfulEnd as doubtful:
            reason = str(doubtful)
    raise InfraError(f"survey of task '{task.id}': {reason}")
