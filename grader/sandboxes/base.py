"""What a sandbox is, and what makes them.

A member module of `sandboxes/` has one top-level function,
`open_provider(settings) -> async context manager of Provider`, and `HAS_IMAGES = False` where its
programs see this machine's own files.
Everything that these raise is a SandboxError: a provider's own trouble never becomes a StepResult.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from pathlib import Path
from typing import Protocol, runtime_checkable

from grader import plugins
from grader.core.container import ContainerOptions
from grader.core.execution import Isolation, StepResult
from grader.core.limits import Limits
from grader.core.plan import Plan, Step
from grader.core.record import Record
from grader.core.task import Image

ALWAYS_SHOWN = ("numpy",)
"""Host packages that tasks may see without being asked."""


def has_images(sandbox: str) -> bool:
    """Whether the member of that name can run something in an image, which brings its own."""
    return bool(getattr(plugins.load("sandboxes", sandbox), "HAS_IMAGES", True))


class Freshness(StrEnum):
    """How new a sandbox is for each plan."""

    SLOT = "slot"
    """A warm slot, wiped and verified between plans."""
    TASK = "task"
    """New process, mount and IPC namespaces for every plan."""


class ProviderSettings(Record):
    """How to open a provider."""

    run_id: str
    """Label of every resource, so that a reaper finds what a killed engine left."""
    workers: int = 1
    programs: bool = True
    """Whether plans without an image of their own may come: else no place is made for them."""
    fresh: Freshness = Freshness.SLOT
    preload: tuple[str, ...] = ()
    """Modules to import once, before any task; empty: the provider's own choice."""
    heavy: tuple[str, ...] = ()
    """Modules to import besides, where that is harmless and bounded."""
    packages: tuple[str, ...] = ALWAYS_SHOWN
    """Host packages that tasks may see, where they are installed."""
    environments: Path | None = None
    """Folder in which built environments stand; None: there are none."""
    own_python: Path | None = None
    """A virtual environment that all programs see, whatever environment their task names."""
    allow_weak: bool = False
    """Accept an isolation below the floor."""
    containers: ContainerOptions = ContainerOptions()
    """How containers are made, where a sandbox is one."""
    images_record: Path | None = None
    """File in which pulled images are noted; None: nowhere."""
    disk_budget_mb: int = 0
    """MiB that images on that record may take; 0: no bound."""
    apart: bool = False
    """Whether tests come of several owners, who must not be able to see or change each other's."""
    sessions: int = 0
    """Sandboxes besides that may be lent for several steps at a time."""
    memory_budget_mb: int = 0
    """MiB that repository containers may claim together; 0: what the engine's machine has."""


class Sandbox(Protocol):
    """A live isolated place for one plan at a time."""

    async def run(self, step: Step, limits: Limits) -> StepResult:
        """Run one step; a deadline is enforced from outside the step's reach."""
        ...


class Provider(Protocol):
    """Makes sandboxes."""

    name: str
    isolation: Isolation
    python: tuple[int, int]
    """Version of the Python that runs `Program` steps."""

    def sandbox(self, plan: Plan) -> AbstractAsyncContextManager[Sandbox]:
        """A sandbox for `plan`; leaving the context wipes or destroys it."""
        ...


@runtime_checkable
class WarmsUp(Protocol):
    """A provider that can make ready what its first plans would wait for."""

    async def warm(self) -> None:
        """Start it; SandboxError where it does not start."""
        ...


@runtime_checkable
class KeepsFiles(Protocol):
    """A provider that lends sandboxes for several steps."""

    def session(self, limits: Limits) -> AbstractAsyncContextManager[Sandbox]:
        """A sandbox whose files stay from step to step; wiped when the context is left."""
        ...


@runtime_checkable
class ImageProvider(Protocol):
    """What is asked of a provider that runs images, besides sandboxes."""

    needed: Callable[[], frozenset[Image]] | None
    """To be set: tells which images jobs wait for."""

    async def image(self, image: Image) -> object:
        """Have the image ready; InfraError where it cannot be had."""
        ...

    async def has_room(self) -> bool:
        """Whether one more image may be had before it is needed."""
        ...
