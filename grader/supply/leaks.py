"""Look into the images of repository tasks: what of their solution can be read there."""

from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Protocol, runtime_checkable

from anyio import CapacityLimiter, create_task_group

from grader import plugins
from grader.benchmarks._data import cache_directory
from grader.core.leak import ImageAudit
from grader.core.task import Image, Task
from grader.engine.disturbance import ProcessorStarved
from grader.engine.drive import execute
from grader.engine.grading import IMAGES_RECORD
from grader.engine.options import EngineOptions
from grader.engine.run_id import new_run_id
from grader.errors import InfraError, UsageError
from grader.image.layers import LayerSearch
from grader.sandboxes.base import ImageProvider, Provider, ProviderSettings

TRIES = 2


@runtime_checkable
class LayerSearcher(Protocol):
    """A provider that can search what images are made of."""

    async def searched(self, image: Image, lines: tuple[str, ...]) -> LayerSearch:
        """Which of `lines` are anywhere in the image's layers."""
        ...


def auditable(tasks: Mapping[str, Task]) -> list[Task]:
    """Tasks with an image of their own that can be looked into."""
    return [task for task in tasks.values() if hasattr(plugins.load("graders", task.kind), "audit")]


async def audit(
    tasks: Mapping[str, Task],
    options: EngineOptions,
    tell: Callable[[ImageAudit], None],
    *,
    layers: bool = False,
) -> list[ImageAudit]:
    """Audit the images, `options.workers` at a time; in the tasks' order.

    `layers`: search everything that the images are made of, too, also what later layers hide.
    What cannot be looked into says why and stops nobody else. `tell` hears each as it comes.
    UsageError where no task has an image of its own, SandboxError where no engine answers.
    """
    wanted = auditable(tasks)
    if not wanted:
        raise UsageError("none of these tasks has an image of its own; there is nothing to audit")
    found: dict[str, ImageAudit] = {}
    looked_into: Counter[Image] = Counter()
    limiter = CapacityLimiter(options.workers)

    async def one(task: Task, provider: Provider) -> None:
        async with limiter:
            looked_into[task.image] += 1
            found[task.id] = await audited(task, provider, layers=layers)
            looked_into[task.image] -= 1
            tell(found[task.id])

    async with open_reader(options) as provider, create_task_group() as group:
        if isinstance(provider, ImageProvider):
            provider.needed = lambda: frozenset(+looked_into)
        for task in wanted:
            group.start_soon(one, task, provider)
    return [found[task.id] for task in wanted]


@asynccontextmanager
async def open_reader(options: EngineOptions) -> AsyncGenerator[Provider]:
    """Containers without network and without any capability: what only reads needs neither."""
    containers = options.containers.model_copy(update={"capabilities": False, "network": False})
    settings = ProviderSettings(
        run_id=new_run_id("audit"),
        workers=options.workers,
        programs=False,
        containers=containers,
        memory_budget_mb=options.memory_budget_mb,
        images_record=cache_directory() / IMAGES_RECORD,
        disk_budget_mb=options.disk_budget_mb,
    )
    async with plugins.load("sandboxes", "docker").open_provider(settings) as provider:
        yield provider


async def audited(task: Task, provider: Provider, *, layers: bool) -> ImageAudit:
    """One task's image; our own trouble is tried again and then told."""
    member = plugins.load("graders", task.kind)
    why = ""
    for _ in range(TRIES):
        try:
            execution = await execute(member.audit(task), provider)
            lines = member.telling(task)
            search = None
            if layers and lines and isinstance(provider, LayerSearcher):
                search = await provider.searched(task.image, lines)
            return member.audited(task, execution, search)
        except (InfraError, ProcessorStarved) as error:
            why = str(error)
    return ImageAudit(task_id=task.id, image=task.image.name, unknown=why)
