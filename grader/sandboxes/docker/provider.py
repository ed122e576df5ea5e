"""Open a container engine, and lend containers out."""

import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import anyio

from grader.core.activity import enter
from grader.core.execution import Isolation
from grader.core.limits import Limits
from grader.core.plan import Plan
from grader.core.task import Image
from grader.errors import SandboxError
from grader.image.resolve import Resolved, present, resolve
from grader.sandboxes._slot.host import ENVIRONMENT
from grader.sandboxes.base import Fresh, Provider, Sandbox, Settings
from grader.sandboxes.docker.api import Api, open_api
from grader.sandboxes.docker.network import Network
from grader.sandboxes.docker.reaper import sweep
from grader.sandboxes.docker.repository import open_repository
from grader.sandboxes.docker.slots import Shape, Slots, SlotSandbox

HOST = "host"
PULL_S = 3600.0
CALLS_PER_WORKER, CALLS_BESIDE = 3, 4
WALLS = (
    "capabilities-dropped", "ipc-ns", "memory-cgroup", "mount-ns", "net-ns", "no-new-privs",
    "own-container", "pid-ns", "pids-cgroup", "seccomp", "uts-ns",
)  # fmt: skip


class DockerProvider:
    """Containers of one engine."""

    name = "docker"

    def __init__(self, settings: Settings, api: Api) -> None:
        """Use `open_docker`."""
        self.settings = settings
        self.options = settings.containers
        self.api = api
        self.network = Network(api, settings.run_id)
        self.slots = Slots(api, settings=settings, keep=2 * settings.workers)
        self.isolation = Isolation(tier="docker", walls=WALLS)
        self.environment = ENVIRONMENT + settings.containers.environment
        self.python = (sys.version_info.major, sys.version_info.minor)
        self.runs_programs = False
        """Whether the image for plans without one of their own is there."""
        self._images: dict[Image, Resolved] = {}
        self._pulls: dict[Image, anyio.Lock] = {}

    async def open(self) -> None:
        """Start a first slot, where there is an image for it, and see what walls it has."""
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
        await self.api.answers()
        if plan.image.name == HOST:
            async with self._slot(plan) as lent:
                yield lent
            return
        enter("pull")
        began = time.monotonic()
        image = await self.image(plan.image)
        pull_s = time.monotonic() - began
        enter("create")
        async with open_repository(
            self.api, plan, image, options=self.options, network=self.network,
            run_id=self.settings.run_id,
        ) as made:  # fmt: skip
            made.phases["pull"] = pull_s
            yield made

    @asynccontextmanager
    async def _slot(self, plan: Plan) -> AsyncGenerator[SlotSandbox]:
        limits = plan.limits
        image = await self.image(Image(name=self.options.image))
        shape = Shape(image, limits.memory_mb, limits.pids, limits.disk_mb, is_checker=False)
        fresh = self.settings.fresh is Fresh.TASK
        async with self.slots.lend(shape, fresh=fresh) as slot:
            yield SlotSandbox(self.slots, shape, slot, fresh=fresh)

    async def image(self, image: Image) -> Resolved:
        """The image by content, pulled once for all workers; ImageError says why it cannot be."""
        lock = self._pulls.setdefault(image, anyio.Lock())
        async with lock:  # the race: two workers would pull the same image
            if image not in self._images:
                self._images[image] = await self.api.call(
                    f"look for image '{image.name}'",
                    lambda client: resolve(
                        client, image, pull=self.options.pull == "missing",
                        platform=self.options.platform,
                    ),
                    bound_s=PULL_S,
                )  # fmt: skip
            return self._images[image]

    async def close(self) -> None:
        """Remove what the run shared.

        What an engine that is gone does not remove now is the reaper's: no result depends on it.
        """
        with suppress(SandboxError):
            await self.slots.close()
        with suppress(SandboxError):
            await self.network.close()


@asynccontextmanager
async def open_docker(settings: Settings) -> AsyncGenerator[Provider]:
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
