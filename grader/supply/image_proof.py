"""Prove an image that was just made: its package comes from the tree, and its tests are there."""

from collections.abc import Sequence

import anyio

from grader import plugins
from grader.core.container import ContainerOptions
from grader.core.execution import Execution
from grader.core.plan import Plan
from grader.core.task import Task
from grader.engine.disturbance import ProcessorStarved
from grader.engine.drive import execute
from grader.engine.run_id import new_run_id
from grader.errors import InfraError
from grader.graders import _repo_dry as dry
from grader.sandboxes.base import Provider, ProviderSettings

TRIES = 3


def prove(image: str, tasks: Sequence[Task], options: ContainerOptions) -> str:
    """What is wrong with the image with this id for tasks that run in it; empty for nothing.

    Blocks. Raises InfraError where the engine fails.
    """
    return anyio.run(proven, image, tasks, options)


async def proven(image: str, tasks: Sequence[Task], options: ContainerOptions) -> str:
    """The same."""
    containers = options.model_copy(update={"pull": "never"})
    settings = ProviderSettings(
        run_id=new_run_id("prove"), workers=1, programs=False, containers=containers
    )
    async with plugins.load("sandboxes", "docker").open_provider(settings) as provider:
        for task in filter(dry.is_driven, tasks):
            if wrong := await wrong_with(image, task, provider):
                return f"{wrong} (task {task.id})"
    return ""


async def wrong_with(image: str, task: Task, provider: Provider) -> str:
    """The tests are run only where collecting them did not show all."""
    first = dry.seen(task, await run(dry.plan(task, image), provider))
    if first.wrong or not first.missing:
        return first.wrong
    second = dry.seen(task, await run(dry.plan(task, image, dry=False), provider))
    missing = [name for name in first.missing if name in second.missing]
    return second.wrong or (dry.complaint(missing, dry.count(task), second.said) if missing else "")


async def run(plan: Plan, provider: Provider) -> Execution:
    """The facts of one plan; InfraError where this machine is too busy."""
    why = ""
    for _ in range(TRIES):
        try:
            return await execute(plan, provider)
        except ProcessorStarved as starved:
            why = str(starved)
    raise InfraError(f"the image could not be proven, the machine is busy: {why}")
