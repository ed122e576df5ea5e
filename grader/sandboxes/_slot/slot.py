"""The engine's end of one slot: start it, send steps, take facts, end it."""

import contextlib
import errno
import os
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any, Protocol, Self

import anyio
import anyio.to_thread

from grader.core.execution import StepResult
from grader.core.limits import Limits
from grader.core.plan import Step
from grader.errors import BrokenByError, FilesRefusedError, SandboxError
from grader.sandboxes._line import SocketLine
from grader.sandboxes._slot import frames, request, wire
from grader.sandboxes._slot.examiner import StandingExaminer
from grader.sandboxes._slot.facts import step_result
from grader.sandboxes._slot.sweep import sweep

PACKAGE_PARENT = Path(__file__).resolve().parents[3]
START_S = 60.0
WATCHDOG_S = 30.0
"""How much longer than a step's own deadlines the engine waits before it calls the slot dead."""
STARVED_FACTOR = 5
STOP_S = 5.0
"""Wall clock for a step that is told to end; a slot that takes longer is given up. A new one takes
as long on a busy machine, and a session's files would be lost."""
INTERRUPTED = "interrupted in the middle of a step"
REFUSALS = frozenset(
    {
        errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EINVAL, errno.ENOSPC, errno.EUSERS,
        errno.ENODEV, errno.EOPNOTSUPP,
    }
)  # fmt: skip
"""How a kernel says no to namespaces and mounts: unshare(2), mount(2). All else may be chance."""
BOOTSTRAP = (
    "import os, sys; sys.path.insert(0, os.read(int(sys.argv[1]), int(sys.argv[2])).decode()); "
    "sys.dont_write_bytecode = False; "
    "from grader.sandboxes._slot.boot import main; main(int(sys.argv[1]))"
)
"""Tasks see this command line as their own: it must not say where the engine lives."""


class WallsRefused(SandboxError):  # noqa: N818  it is a fact about the kernel
    """The kernel gives no such walls here, however often it is asked."""


class SupervisorKeeper(Protocol):
    """What a slot's supervisor lives in."""

    async def gone(self) -> None:
        """Wait until nothing of it is left; its channel is closed already."""
        ...

    def kill(self) -> None:
        """End it now, in this thread; safe to call twice."""
        ...


class ChildSupervisor:
    """A supervisor that is a process of this engine."""

    def __init__(self, process: subprocess.Popen[bytes], config: dict[str, Any]) -> None:
        """`config`: what it was told; a killed one leaves things that are found by it."""
        self.process = process
        self.config = config

    async def gone(self) -> None:
        """Wait for its end."""
        await anyio.to_thread.run_sync(self.process.wait, abandon_on_cancel=True)

    def kill(self) -> None:
        """Kill its group, and remove what it could not remove itself."""
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        if self.process.returncode and self.config:
            config, self.config = self.config, {}
            sweep(config, python=config["python"], package_parent=str(PACKAGE_PARENT))


class Slot:
    """A live supervisor. One step at a time."""

    def __init__(self, keeper: SupervisorKeeper, channel: socket.socket) -> None:
        """Use `start` or `greet`."""
        self.keeper = keeper
        self.line = SocketLine(channel)
        self.walls: tuple[str, ...] = ()
        self.job = "/work"
        self.served = 0
        self.broken = ""
        self._early = b""
        """What has been read of the next answer."""
        self._begun_answer = False
        """Whether a part of an answer was taken that is not whole."""
        self.examiner = StandingExaminer(self)
        self.ready: dict[str, Any] = {}
        """What the supervisor said of itself."""

    @classmethod
    async def start(cls, config: dict[str, Any], *, python: str) -> Self:
        """Start a supervisor and wait until it is ready; SandboxError says why it is not."""
        ours, theirs = socket.socketpair()
        place = str(PACKAGE_PARENT).encode()
        ours.send(place)
        with theirs:
            process = subprocess.Popen(  # noqa: ASYNC220  a fork and exec: some milliseconds
                [python, "-sPS", "-c", BOOTSTRAP, str(theirs.fileno()), str(len(place))],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={**config["environment"], "LD_BIND_NOW": "1"},  # no fork shall have to look up
                start_new_session=True,
            )
        return await cls.greet(ChildSupervisor(process, config), ours, config)

    @classmethod
    async def greet(
        cls, keeper: SupervisorKeeper, channel: socket.socket, config: dict[str, Any]
    ) -> Self:
        """Configure a supervisor that has just started, and wait until it is ready."""
        slot = cls(keeper, channel)
        slot.line.within(START_S)
        try:
            await slot.line.send(wire.encode(config))
            header, _ = await slot._receive()
        except (EOFError, OSError, TimeoutError, ValueError) as error:
            slot.kill()
            raise SandboxError(f"a sandbox slot did not start: {error or 'no answer'}") from error
        except BaseException:
            slot.kill()
            raise
        if not header.get("ready"):
            slot.kill()
            kind = WallsRefused if header.get("errno") in REFUSALS else SandboxError
            raise kind(f"a sandbox slot did not start: {header.get('failed', header)}")
        slot.line.at_leisure()
        slot.ready = header
        slot.walls = tuple(header["walls"])
        slot.job = header["job"]
        return slot

    async def run(
        self, step: Step, limits: Limits, *, fresh: bool, keep: bool = False, use: int = 0
    ) -> StepResult:
        """Run one step; SandboxError where the slot itself fails, which ends the slot.

        `keep`: the step's files stay where they are, until a step that does not say so. `use`: a
        number of the plan that it is a step of, where it brings files.
        """
        deadline = STARVED_FACTOR * limits.wall_s + WATCHDOG_S
        self.line.within(deadline)
        try:
            asked = request.for_step(step, limits, fresh=fresh, job=self.job, keep=keep)
            if use:
                asked[0]["use"] = use
            await self.begin(*asked)
            return await self.finish(step.name)
        except TimeoutError as error:
            raise SandboxError(f"the supervisor did not answer within {deadline:g} s") from error

    async def begin(
        self, header: dict[str, Any], bodies: list[bytes], channels: tuple[int, ...] = ()
    ) -> None:
        """Send a request; until `finish` the slot counts as broken."""
        self.taken()
        try:
            await self.line.send(wire.encode(header, *bodies), channels)
        except OSError as error:
            raise SandboxError(f"the supervisor is gone: {error}") from error

    def taken(self) -> None:
        """A step begins; until it `is_free` the slot counts as broken."""
        self.served += 1
        self.broken = INTERRUPTED

    def is_free(self) -> None:
        """The step is over; what its supervisor said of the slot holds."""
        if self.broken == INTERRUPTED:
            self.broken = ""
        self.line.at_leisure()

    async def finish(self, name: str) -> StepResult:
        """The facts of the request in flight."""
        try:
            header, body = await self._receive()
        except ValueError as error:  # it lives, and what it says of the step cannot be read
            raise BrokenByError(f"the supervisor's answer: {error}") from error
        except (EOFError, OSError) as error:
            raise SandboxError(f"the supervisor is gone: {error or 'end of file'}") from error
        if "refused" in header:
            self.broken = ""
            self.line.at_leisure()
            raise FilesRefusedError(f"files could not be put in place: {header['refused']}")
        if "residue" not in header:
            self.broken = str(header.get("broken") or header.get("failed") or "no facts")
            kind = BrokenByError if header.get("begun") else SandboxError
            raise kind(f"the supervisor failed: {self.broken}")
        self.broken = header["residue"]
        self.line.at_leisure()
        return step_result(name, header, body)

    async def answers_within(self, seconds: float) -> bool:
        """Whether the answer to the request in flight begins to come in that time.

        That the supervisor is gone counts too: `finish` says so. The deadline is set anew.
        """
        try:
            self._early = self._early or self.line.at_once(wire.CHUNK_BYTES)
            if not self._early:
                self.line.within(seconds)
                self._early = await self.line.some(wire.CHUNK_BYTES)
        except TimeoutError:
            return False
        except (EOFError, OSError):
            pass
        return True

    def has_ended(self) -> bool:
        """Whether an idle slot's supervisor is gone: its end of the channel is closed."""
        return self.line.has_ended()

    async def stop(self) -> None:
        """End the step in flight now."""
        try:
            await self.line.send(wire.encode({"op": wire.STOP}))
        except OSError as error:
            raise SandboxError(f"the supervisor is gone: {error}") from error

    async def abandon(self) -> None:
        """End a step whose facts nobody waits for any more, so that the slot can serve the next.

        Also in a scope that is cancelled. A slot that does not come to its end stays `broken`, and
        so does one of whose answer a part was taken: what follows could be anybody's bytes.
        """
        if self.broken != INTERRUPTED or self._begun_answer:
            return
        self.line.within(STOP_S)
        with anyio.CancelScope(shield=True), contextlib.suppress(SandboxError, TimeoutError):
            if self.examiner.is_busy:
                await self.examiner.abandon()
            await self.stop()
            await self.finish("")

    async def _receive(self) -> tuple[dict[str, Any], bytes | memoryview]:
        """One frame, in one piece where it is small: nothing else is ever under way."""
        data, self._early = self._early or await self.line.some(wire.CHUNK_BYTES), b""
        self._begun_answer = True
        found = await frames.rest(self.line, data)
        self._begun_answer = False
        return found

    async def close(self) -> None:
        """End the slot and wait for it; safe to call twice and under cancellation."""
        self.examiner.leave()
        self.line.close()
        with anyio.CancelScope(shield=True):
            with anyio.move_on_after(10):
                await self.keeper.gone()
            self.kill()

    def kill(self) -> None:
        """The synchronous last resort."""
        self.examiner.leave()
        self.line.close()
        self.keeper.kill()
