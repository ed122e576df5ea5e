"""Slots that are containers: started once, lent to one plan after another."""

import os
import secrets
import select
import shutil
import socket
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import anyio
import anyio.to_thread

from grader.core.execution import StepResult
from grader.core.limits import Limits
from grader.core.plan import CommandInterview, Interview, Step
from grader.errors import SandboxError
from grader.image.resolve import ResolvedImage
from grader.sandboxes import _owner
from grader.sandboxes._slot import host
from grader.sandboxes._slot.command_pair import command_interview
from grader.sandboxes._slot.pair import interview
from grader.sandboxes._slot.slot import Slot
from grader.sandboxes.base import ProviderSettings
from grader.sandboxes.docker import cargo, hardening, labels
from grader.sandboxes.docker.api import EngineApi
from grader.sandboxes.docker.repository import remove

STEPS_PER_SLOT = 5000
START_S = 60.0
LOOK_S = 1.0
"""So often a container whose supervisor has not come yet is looked at."""
FOLDER = "grader-slot-"
USER_BASE, USER_SPAN = 20_000, 40_000
"""Tasks' users: within what a rootless engine's containers have."""


class ContainerShape(NamedTuple):
    """What a container cannot change any more once it is made."""

    image: ResolvedImage
    memory_mb: int
    pids: int
    disk_mb: int
    is_checker: bool
    """Slots that run checkers never run candidates."""


class SlotContainer:
    """The keeper of a slot: a container that the engine removes when its first process ends."""

    def __init__(self, api: EngineApi, container_id: str) -> None:
        """`container_id`: of a started container."""
        self.api = api
        self.id = container_id

    async def runs(self) -> bool:
        """Whether its first process still does."""
        return await self.api.call("look at a slot", lambda client: is_running(client, self.id))

    async def gone(self) -> None:
        """Remove it."""
        container_id, self.id = self.id, ""
        if container_id:
            await self.api.call("remove a slot", lambda client: remove(client, container_id))

    def kill(self) -> None:
        """Remove it from this thread."""
        container_id, self.id = self.id, ""
        if container_id:
            self.api.at_once(lambda client: remove(client, container_id))


class SlotPool:
    """A pool of slots by shape."""

    def __init__(self, api: EngineApi, *, settings: ProviderSettings, keep: int) -> None:
        """`keep`: idle slots that may wait for work, of all shapes together."""
        self.api = api
        self.options = settings.containers
        self.run_id = settings.run_id
        self.packages = [
            (Path(place).name, source) for place, source in host.packages(settings.packages)
        ]
        self.apart = settings.apart
        self.keep = keep
        self.idle: list[tuple[ContainerShape, Slot]] = []
        self.walls: tuple[str, ...] = ()
        self.python: tuple[int, int] = (0, 0)
        self._made = secrets.randbelow(USER_SPAN)
        self._freight = cargo.freight()

    @asynccontextmanager
    async def lend(self, shape: ContainerShape, *, fresh: bool) -> AsyncGenerator[Slot]:
        """An idle slot of this shape or a new one; kept afterwards if it is clean and young."""
        if fresh or not self._can_do_without_the_engine(shape):
            await self.api.answers()
        slot = None if fresh else await self._living(shape)
        slot = slot or await self.new_slot(shape)
        try:
            yield slot
        finally:
            if fresh or slot.broken or slot.served >= STEPS_PER_SLOT:
                await slot.close()
            else:
                self.idle.append((shape, slot))
        while len(self.idle) > self.keep:
            await self.idle.pop(0)[1].close()

    def _can_do_without_the_engine(self, shape: ContainerShape) -> bool:
        """Whether an idle slot can be had and none has to be removed. A ping costs 2 ms."""
        is_there = any(each == shape for each, _ in self.idle)
        return is_there and not any(slot.has_ended() for _, slot in self.idle)

    async def _living(self, shape: ContainerShape) -> Slot | None:
        """An idle slot whose container has not ended: a restarted engine ends them all."""
        while (slot := self._take(shape)) is not None and slot.has_ended():
            await slot.close()
        return slot

    def _take(self, shape: ContainerShape) -> Slot | None:
        for number in reversed(range(len(self.idle))):
            if self.idle[number][0] == shape:
                return self.idle.pop(number)[1]
        return None

    async def new_slot(self, shape: ContainerShape) -> Slot:
        """Start one more container."""
        self._made += 1
        user_id = USER_BASE + self._made % USER_SPAN
        folder = await anyio.to_thread.run_sync(prepare_folder, user_id)
        try:
            listener = await anyio.to_thread.run_sync(listen, folder)
            with listener:
                keeper = await self._start(shape, folder)
                try:
                    channel = await self._accept(listener, keeper)
                except BaseException:
                    keeper.kill()
                    raise
            config = {
                "user_id": user_id,
                "environment": host.ENVIRONMENT + self.options.environment,
                "preload": host.preload(checks=shape.is_checker),
                "checks": shape.is_checker,
                "packages": [hardening.PACKAGES, *sys.version_info[:2]],
            }
            slot = await Slot.greet(keeper, channel, config)
        finally:
            # The container holds the folder itself; its name is of no use to anybody any more.
            await anyio.to_thread.run_sync(lambda: shutil.rmtree(folder, ignore_errors=True))
        self.python = tuple(slot.ready["python"])
        self.walls = slot.walls
        return slot

    async def _start(self, shape: ContainerShape, folder: Path) -> SlotContainer:
        body = hardening.slot(
            shape.image.id, options=self.options, labels=labels.labels(self.run_id),
            memory_mb=shape.memory_mb, pids=shape.pids, disk_mb=shape.disk_mb, folder=folder,
            environment=host.ENVIRONMENT, bootstrap=cargo.BOOTSTRAP, packages=self.packages,
            inodes=not await self.api.call("ask for the version", is_podman),
        )  # fmt: skip
        name = f"grader-{self.run_id}-slot-{secrets.token_hex(6)}"

        def start(client: Any) -> str:
            container_id = client.create_container_from_config(body, name)["Id"]
            try:
                client.start(container_id)
            except BaseException:
                remove(client, container_id)
                raise
            return container_id

        return SlotContainer(self.api, await self.api.call("start a slot", start))

    async def _accept(self, listener: socket.socket, keeper: SlotContainer) -> socket.socket:
        """The supervisor's connection, with its code sent; SandboxError where it does not come."""
        listener.setblocking(False)  # noqa: FBT003  no keyword
        try:
            with anyio.fail_after(START_S):
                while not await is_called(listener, within_s=LOOK_S):
                    # It may have called and ended since, which the call itself will tell.
                    if not await keeper.runs() and not await is_called(listener, within_s=0):
                        raise SandboxError(
                            f"the container of image '{self.options.image}' ended before its"
                            " Python came up; was it killed, or is its python3 no Python?"
                        )
                channel, _ = listener.accept()
        except TimeoutError as error:
            raise SandboxError(
                f"no Python came up in image '{self.options.image}' within {START_S:g} s;"
                " does it have python3, and does the engine run on this machine?"
            ) from error
        await anyio.to_thread.run_sync(channel.sendall, self._freight)
        return channel

    async def close(self) -> None:
        """End every idle slot."""
        while self.idle:
            await self.idle.pop()[1].close()

    def kill(self) -> None:
        """The synchronous last resort."""
        while self.idle:
            self.idle.pop()[1].kill()


async def is_called(listener: socket.socket, *, within_s: float) -> bool:
    """Whether somebody waits to be accepted, now or within that time."""
    with anyio.move_on_after(within_s):
        await anyio.wait_readable(listener)
        return True
    return bool(select.select([listener], [], [], 0)[0])


def is_running(client: Any, container_id: str) -> bool:
    """Whether a container's first process runs; blocks. A container that is gone has none."""
    from docker.errors import NotFound  # noqa: PLC0415  heavy

    try:
        return bool(client.inspect_container(container_id)["State"]["Running"])
    except NotFound:
        return False


class SlotSandbox:
    """One plan's use of a slot."""

    def __init__(self, slots: SlotPool, shape: ContainerShape, slot: Slot, *, fresh: bool) -> None:
        """Borrow `slot`."""
        self.slots = slots
        self.shape = shape
        self.slot = slot
        self.fresh = fresh
        self.image_digest = shape.image.digest

    async def run(self, step: Step, limits: Limits) -> StepResult:
        """See `sandboxes.base.Sandbox.run`."""
        wanted = self.shape._replace(
            memory_mb=limits.memory_mb, pids=limits.pids, disk_mb=limits.disk_mb
        )
        if wanted != self.shape:
            async with self.slots.lend(wanted, fresh=self.fresh) as other:
                return await self._run_in(other, wanted, step, limits)
        return await self._run_in(self.slot, self.shape, step, limits)

    async def _run_in(
        self, slot: Slot, shape: ContainerShape, step: Step, limits: Limits
    ) -> StepResult:
        try:
            if not isinstance(step.action, Interview | CommandInterview):
                return await slot.run(step, limits, fresh=False)
            return await self._interview(slot, shape, step, step.action, limits)
        except anyio.get_cancelled_exc_class():
            await slot.abandon()
            raise

    async def _interview(
        self, slot: Slot, shape: ContainerShape, step: Step,
        action: Interview | CommandInterview, limits: Limits,
    ) -> StepResult:  # fmt: skip
        checkers = shape._replace(is_checker=True)
        async with self.slots.lend(checkers, fresh=self.fresh) as checker:
            try:
                if isinstance(action, CommandInterview):
                    return await command_interview(slot, checker, step, action, limits, fresh=False)
                return await interview(
                    slot, checker, step, action, limits, fresh=False, apart=self.slots.apart
                )
            except anyio.get_cancelled_exc_class():
                await slot.abandon()
                await checker.abandon()
                raise


def prepare_folder(user_id: int) -> Path:
    """A folder with the container's users; its socket is reachable, its name is not listed."""
    folder = Path(tempfile.mkdtemp(prefix=f"{FOLDER}{_owner.stamp()}-"))
    folder.chmod(0o711)
    user = f"grader:x:{user_id}:{user_id}:grader:/tmp:/bin/sh\n"
    nobody = "nobody:x:65534:65534:nobody:/:/bin/false\n"
    (folder / "passwd").write_text(f"root:x:0:0:root:/:/bin/false\n{user}{nobody}")
    (folder / "group").write_text(f"root:x:0:\ngrader:x:{user_id}:\nnogroup:x:65534:\n")
    return folder


def forsaken_folders() -> list[Path]:
    """What engines left that were killed while a slot of theirs started."""
    return [
        path
        for path in sorted(Path(tempfile.gettempdir()).glob(f"{FOLDER}*"))
        if _owner.is_forsaken(path.name.removeprefix(FOLDER).rpartition("-")[0])
    ]


def listen(folder: Path) -> socket.socket:
    """A socket for the supervisor to come to, whatever user it is on this machine."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        path = folder / Path(cargo.SOCKET).name
        listener.bind(str(path))
        os.chmod(path, 0o666)  # noqa: S103, PTH101  see `prepare_folder`
        listener.listen(1)
    except OSError:
        listener.close()
        raise
    return listener


def is_podman(client: Any) -> bool:
    """Podman's service speaks Docker's language, but for some words."""
    parts = client.version().get("Components") or ()
    return any("podman" in str(each.get("Name")).lower() for each in parts)
