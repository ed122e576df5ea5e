"""Open a container engine, and lend containers out."""

import sys
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial

import anyio

from grader.core.activity import enter
from grader.core.execution import Isolation
from grader.core.limits import Limits
from grader.core.plan import Plan
from grader.core.task import HOST, Image
from grader.errors import ImageError, SandboxError
from grader.image import layers
from grader.image.resolve import ResolvedImage, pinned, present, references
from grader.sandboxes._admission import MemoryAdmission
from grader.sandboxes._slot.host import ENVIRONMENT
from grader.sandboxes.base import Freshness, Provider, ProviderSettings, Sandbox
from grader.sandboxes.docker import hardening
from grader.sandboxes.docker.api import EngineApi, open_api
from grader.sandboxes.docker.network import SetupBridge
from grader.sandboxes.docker.reaper import sweep
from grader.sandboxes.docker.repository import open_repository
from grader.sandboxes.docker.shelf import ImageShelf
from grader.sandboxes.docker.slots import ContainerShape, SlotPool, SlotSandbox
from grader.sandboxes.docker.supply import had, shrunk

PULL_S = 3600.0
ASK_AGAIN_S = 600.0
"""How long an image that could not be had is not asked for again: the pull was patient already."""
UNKNOWN_MB = 1 << 40
"""Where an engine does not say what it has: no bound."""
CALLS_PER_WORKER, CALLS_BESIDE = 3, 4
WALLS = (
    "capabilities-dropped", "ipc-ns", "memory-cgroup", "mount-ns", "net-ns", "no-new-privs",
    "own-container", "pid-ns", "pids-cgroup", "seccomp", "uts-ns",
)  # fmt: skip


class DockerProvider:
    """Containers of one engine."""

    name = "docker"
    makes_containers = True
    """Plans that name an image get a container of their own."""

    def __init__(self, settings: ProviderSettings, api: EngineApi) -> None:
        """Use `open_docker`."""
        self.settings = settings
        self.options = settings.containers
        self.api = api
        self.network = SetupBridge(api, settings.run_id)
        self.slots = SlotPool(api, settings=settings, keep=2 * settings.workers)
        self.isolation = Isolation(tier="docker", walls=WALLS)
        self.environment = ENVIRONMENT + settings.containers.environment
        self.python = (sys.version_info.major, sys.version_info.minor)
        self.runs_programs = False
        """Whether the image for plans without one of their own is there."""
        self.needed: Callable[[], frozenset[Image]] | None = None
        """Tells which images jobs wait for; None: nobody knows, and nothing may be removed."""
        self.shelf = shelf_of(settings)
        self._memory: MemoryAdmission | None = None
        self._images: dict[Image, ResolvedImage] = {}
        self._pulls: dict[Image, anyio.Lock] = {}
        self._refusals: dict[Image, tuple[float, str]] = {}

    async def open(self) -> None:
        """Start a first slot, where there is an image for it, and see what walls it has."""
        if not self.settings.programs:
            return
        wanted = Image(name=self.options.image)
        found = await self.api.call(
            "look for images", lambda client: present(client, self.options.image)
        )
        if found is None:
            return
        async with self._slot(Plan(image=wanted, limits=Limits(), steps=())):
            self.python = self.slots.python
            walls = tuple(sorted({*WALLS, *self.slots.walls, "read-only-root"}))
            self.isolation = Isolation(tier="docker", walls=walls)
            self.runs_programs = True

    @asynccontextmanager
    async def sandbox(self, plan: Plan) -> AsyncGenerator[Sandbox]:
        """A container of the plan's own, or a slot where the plan names no image."""
        if plan.image.name == HOST:
            async with self._slot(plan) as lent:
                yield lent
            return
        await self.api.answers()
        enter("pull")
        began = time.monotonic()
        image = await self.image(plan.image)
        pull_s = time.monotonic() - began
        enter("memory")
        memory = await self.memory()
        async with memory.claimed(hardening.memory_mb(plan, self.options)):
            enter("create")
            async with open_repository(
                self.api, plan, image, options=self.options, network=self.network,
                run_id=self.settings.run_id,
            ) as made:  # fmt: skip
                made.phases["pull"] = pull_s
                yield made

    async def memory(self) -> MemoryAdmission:
        """What all containers together may use: what the caller allows, or what the engine has."""
        if self._memory is None:
            total_mb = self.settings.memory_budget_mb
            if not total_mb:
                said = await self.api.call("ask for the memory", lambda client: client.info())
                total_mb = int(said.get("MemTotal") or 0) >> 20 or UNKNOWN_MB
            self._memory = self._memory or MemoryAdmission(total_mb)
        return self._memory

    @asynccontextmanager
    async def _slot(self, plan: Plan) -> AsyncGenerator[SlotSandbox]:
        limits = plan.limits
        image = await self.image(Image(name=self.options.image))
        shape = ContainerShape(
            image, limits.memory_mb, limits.pids, limits.disk_mb, is_checker=plan.trusted
        )
        fresh = self.settings.fresh is Freshness.TASK
        async with self.slots.lend(shape, fresh=fresh) as slot:
            yield SlotSandbox(self.slots, shape, slot, fresh=fresh)

    async def image(self, image: Image) -> ResolvedImage:
        """The image by content, pulled once for all workers; ImageError says why it cannot be."""
        lock = self._pulls.setdefault(image, anyio.Lock())
        async with lock:  # the race: two workers would pull the same image
            if image not in self._images:
                self._images[image] = await self._found(image)
            return self._images[image]

    async def _found(self, image: Image) -> ResolvedImage:
        since, why = self._refusals.get(image, (-ASK_AGAIN_S, ""))
        if anyio.current_time() - since < ASK_AGAIN_S:
            raise ImageError(why)
        try:
            found = await self.api.call(
                f"look for image '{image.name}'",
                partial(
                    had,
                    image=image,
                    options=self.options,
                    shelf=self.shelf,
                    needed=self._references(),
                ),
                bound_s=PULL_S,
            )
        except ImageError as error:
            self._refusals[image] = (anyio.current_time(), str(error))
            raise
        self._forget(found.removed)
        return found.image

    def _references(self) -> frozenset[str] | None:
        """All names of the images that jobs wait for; None where nobody knows."""
        if self.needed is None:
            return None
        wanted = self.needed()
        return frozenset(name for each in wanted for name in references(each))

    def _forget(self, removed: list[str]) -> None:
        for image, found in [*self._images.items()]:
            if pinned(found.reference, image.digest) in removed:
                del self._images[image]

    async def has_room(self) -> bool:
        """Whether one more image may be pulled ahead of its job, after removing what may go."""
        shelf, needed = self.shelf, self._references()
        if shelf is None or not shelf.budget_bytes:
            return True
        removed = await self.api.call("remove images", partial(shrunk, shelf=shelf, needed=needed))
        self._forget(removed)
        return await self.api.call("look for room", shelf.has_room)

    async def searched(self, image: Image, lines: tuple[str, ...]) -> layers.LayerSearch:
        """Which of `lines` are anywhere in an image's layers."""
        found, texts = await self.image(image), layers.texts_of(lines)
        return await self.api.call(
            f"read image '{image.name}'",
            lambda client: layers.search(layers.stream(client, found.id), texts),
            bound_s=PULL_S,
        )

    async def close(self) -> None:
        """Remove what the run shared.

        What an engine that is gone does not remove now is the reaper's: no result depends on it.
        """
        with suppress(SandboxError):
            await self.slots.close()
        with suppress(SandboxError):
            await self.network.close()


def shelf_of(settings: ProviderSettings) -> ImageShelf | None:
    """The record of images, where there is to be one."""
    if settings.images_record is None:
        return None
    return ImageShelf(settings.images_record, budget_bytes=settings.disk_budget_mb << 20)


@asynccontextmanager
async def open_docker(settings: ProviderSettings) -> AsyncGenerator[Provider]:
    """An engine that answers; whatever was made here is gone at the end."""
    together = CALLS_PER_WORKER * settings.workers + CALLS_BESIDE
    async with open_api(settings.containers.host, together=together) as api:
        provider = DockerProvider(settings, api)
        try:
            await sweep(api)
            await provider.open()
            yield provider
        finally:
            with anyio.CancelScope(shield=True):
                await provider.close()
            provider.slots.kill()
