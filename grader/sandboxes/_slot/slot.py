"""The engine's end of one slot: start it, send steps, take facts, end it."""

import contextlib
import errno
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, Protocol, Self, cast

import anyio
import anyio.to_thread

from grader.core.execution import CompletionRecord, CompletionWord, StepEnd, StepResult
from grader.core.limits import Limits
from grader.core.plan import Step
from grader.errors import BrokenByError, FilesRefusedError, SandboxError
from grader.sandboxes._line import SocketLine
from grader.sandboxes._slot import request, wire
from grader.sandboxes._slot.interview.places import MORE
from grader.sandboxes._slot.sweep import sweep

PACKAGE_PARENT = Path(__file__).resolve().parents[3]
START_S = 60.0
CHUNK_BYTES = 64 << 10
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
EVENTS, EVENT_CHARS = 4097, 240
"""All that a checker may say; a candidate's own record may hold more, which counts for nothing."""
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
        self, step: Step, limits: Limits, *, fresh: bool, keep: bool = False
    ) -> StepResult:
        """Run one step; SandboxError where the slot itself fails, which ends the slot.

        `keep`: the step's files stay where they are, until a step that does not say so.
        """
        deadline = STARVED_FACTOR * limits.wall_s + WATCHDOG_S
        self.line.within(deadline)
        try:
            asked = request.for_step(step, limits, fresh=fresh, job=self.job, keep=keep)
            await self.begin(*asked)
            return await self.finish(step.name)
        except TimeoutError as error:
            raise SandboxError(f"the supervisor did not answer within {deadline:g} s") from error

    async def begin(
        self, header: dict[str, Any], bodies: list[bytes], channels: tuple[int, ...] = ()
    ) -> None:
        """Send a request; until `finish` the slot counts as broken."""
        self.served += 1
        self.broken = INTERRUPTED
        try:
            await self.line.send(wire.encode(header, *bodies), channels)
        except OSError as error:
            raise SandboxError(f"the supervisor is gone: {error}") from error

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
        self.line.within(seconds)
        try:
            self._early = self._early or await self.line.some(CHUNK_BYTES)
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
            await self.stop()
            await self.finish("")

    async def _receive(self) -> tuple[dict[str, Any], bytes | memoryview]:
        """One frame, in one piece where it is small: nothing else is ever under way."""
        data, self._early = self._early or await self.line.some(CHUNK_BYTES), b""
        self._begun_answer = True
        found = await self._rest(data)
        self._begun_answer = False
        return found

    async def _rest(self, data: bytes) -> tuple[dict[str, Any], bytes | memoryview]:
        """The frame that begins with `data`."""
        while len(data) < wire.PREFIX.size:
            data += await self.line.some(wire.PREFIX.size - len(data))
        header, body = wire.lengths(data[: wire.PREFIX.size])
        end = wire.PREFIX.size + header
        missing = end + body - len(data)
        if missing < 0:
            raise ValueError("more than one frame")
        if not missing:
            return wire.parse(data[wire.PREFIX.size : end]), data[end:]
        whole = await self.line.filled(data, end + body)  # may be large: it is copied once
        return wire.parse(bytes(whole[wire.PREFIX.size : end])), whole[end:]

    async def close(self) -> None:
        """End the slot and wait for it; safe to call twice and under cancellation."""
        self.line.close()
        with anyio.CancelScope(shield=True):
            with anyio.move_on_after(10):
                await self.keeper.gone()
            self.kill()

    def kill(self) -> None:
        """The synchronous last resort."""
        self.line.close()
        self.keeper.kill()


def step_result(name: str, header: dict[str, Any], body: bytes | memoryview) -> StepResult:
    """A supervisor's answer as facts."""
    out, err = header["stdout"], header["stderr"]
    position = out + err
    collected: list[tuple[str, bytes]] = []
    for path, size in header["collected"]:
        collected.append((path, bytes(body[position : position + size])))
        position += size
    return StepResult(
        name=name,
        ended=StepEnd(header["ended"]),
        code=header["code"],
        evidence=header["evidence"],
        completion=completion(header["record"]),
        stdout=bytes(body[:out]),
        stderr=bytes(body[out : out + err]),
        truncated=(header["over"],) if header["over"] else (),
        wall_s=header["wall_s"],
        cpu_s=header["cpu_s"],
        wait_s=header["wait_s"],
        stopped_s=header["stopped_s"],
        peak_mb=header["peak_mb"],
        collected=tuple(collected),
    )


def completion(record: dict[str, Any]) -> CompletionRecord:
    """The program's word, made harmless: wrong types and unknown keys say nothing."""
    said = record.get("said")
    if not isinstance(said, str) or said not in {"done", "raised", "refused"}:
        return CompletionRecord()
    line = record.get("line")
    return CompletionRecord(
        said=CompletionWord(said),
        exception=_text(record, "exception", 200),
        message=_text(record, "message", 4096),
        line=line if type(line) is int and 0 <= line < sys.maxsize else 0,
        traceback=_text(record, "traceback", 8192),
        events=_events(record.get("events")),
    )


def _events(value: Any) -> tuple[str, ...]:
    """What a checker noted; a candidate's own record cannot hold any that count."""
    if not isinstance(value, list):
        return ()
    found = cast("list[Any]", value)
    texts = [str(each)[:EVENT_CHARS] for each in found[:EVENTS]]
    if len(found) > EVENTS:
        texts.append(MORE)
    return tuple(text.encode(errors="backslashreplace").decode() for text in texts)


def _text(record: dict[str, Any], key: str, limit: int) -> str:
    value = record.get(key)
    if not isinstance(value, str):
        return ""
    return value[:limit].encode(errors="backslashreplace").decode()
