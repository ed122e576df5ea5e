"""The engine's end of a command of ours that checks for one interview after another.

The engine passes questions and answers on. Where it fails, for whatever reason, the interview is
had again with a checker of its own, whose limits say why.
"""

import json
import os
import struct
import time
from contextlib import ExitStack, suppress
from typing import Any, Self

import anyio

from grader.core.execution import StepEnd, StepResult
from grader.core.limits import Limits
from grader.core.plan import CommandInterview, StandingCommand, Step
from grader.errors import SandboxError
from grader.sandboxes._slot import request
from grader.sandboxes._slot.command_pair import GRACE_S, pipes
from grader.sandboxes._slot.examiner import SHORT_S
from grader.sandboxes._slot.pair import let_go
from grader.sandboxes._slot.slot import STARVED_FACTOR, WATCHDOG_S, Slot

LENGTH = struct.Struct(">I")
MESSAGE_BYTES = 16 << 20
INTERVIEWS_MAX = 500
"""After so many a new one is started."""
FOR_EVER = Limits(cpu_s=1e6, wall_s=1e6, memory_mb=1024, pids=64)
PROGRAM_S = 30.0
"""Wall clock that a checker may compute without asking, on a busy machine."""


class StandingFailed(SandboxError):  # noqa: N818  it says what happened to it
    """It is gone, or did what it must not."""


class PipeEnds:
    """What the engine reads and writes of two pipes; messages with their length before them."""

    def __init__(self, reader: int, writer: int) -> None:
        """The descriptors are this object's from now on."""
        self.reader, self.writer = reader, writer
        for each in (reader, writer):
            os.set_blocking(each, False)

    async def send(self, data: bytes) -> bool:
        """Whether somebody took it all."""
        view = memoryview(LENGTH.pack(len(data)) + data)
        while view:
            try:
                view = view[os.write(self.writer, view) :]
            except BlockingIOError:
                await anyio.wait_writable(self.writer)
            except OSError:
                return False
        return True

    async def receive(self) -> bytes | None:
        """The next message; None where none comes any more, or none that is one."""
        head = await self._exactly(LENGTH.size)
        if head is None:
            return None
        (size,) = LENGTH.unpack(head)
        return await self._exactly(size) if size <= MESSAGE_BYTES else None

    async def _exactly(self, size: int) -> bytes | None:
        data = bytearray()
        while len(data) < size:
            try:
                more = os.read(self.reader, size - len(data))
            except BlockingIOError:
                await anyio.wait_readable(self.reader)
                continue
            if not more:
                return None
            data += more
        return bytes(data)

    def close(self) -> None:
        """Safe to call twice."""
        for each in (self.reader, self.writer):
            if each >= 0:
                os.close(each)
        self.reader = self.writer = -1


class StandingSlot:
    """A slot of ours in which such a command runs."""

    def __init__(self, slot: Slot, ends: PipeEnds) -> None:
        """Use `start`."""
        self.slot = slot
        self.ends = ends
        self.served = 0
        self.is_well = True

    @classmethod
    async def start(cls, slot: Slot, standing: StandingCommand) -> Self:
        """Start the command; the slot is this object's."""
        step = Step(name="standing", action=standing.command, files=standing.files)
        with ExitStack() as inner:
            (asks, answers), outer = pipes(inner)
            kept = PipeEnds(*map(os.dup, outer))
            try:
                asked = request.for_side(step, FOR_EVER, fresh=False, job=slot.job)
                await slot.begin(*asked, channels=(asks, answers))
            except BaseException:
                kept.close()
                slot.kill()
                raise
        return cls(slot, kept)

    async def check(self, program: str, candidate: PipeEnds) -> dict[str, Any]:
        """Have one interview; how the program ended. StandingFailed for what is ours."""
        self.served += 1
        self.is_well = False
        await self.ends.send(program.encode(errors="surrogatepass"))
        while (said := await self._said()) is not None:
            if said[:1] == b"!":
                self.is_well = self.served < INTERVIEWS_MAX
                return json.loads(said[1:])
            answer = await _answered(candidate, said[1:])  # its own limits say until when
            await self.ends.send(b"." if answer is None else b"=" + answer)
        raise StandingFailed("a standing checker did not end its program")

    async def _said(self) -> bytes | None:
        """Its next word; None where there is none in time."""
        with anyio.move_on_after(PROGRAM_S):
            return await self.ends.receive()
        return None

    async def close(self) -> None:
        """End it."""
        self.ends.close()
        await self.slot.close()

    def kill(self) -> None:
        """The synchronous last resort."""
        self.ends.close()
        self.slot.kill()


async def _answered(candidate: PipeEnds, question: bytes) -> bytes | None:
    """The candidate's answer; None where it gives none."""
    return await candidate.receive() if await candidate.send(question) else None


async def standing_interview(
    candidate: Slot, standing: StandingSlot, step: Step, action: CommandInterview, limits: Limits,
) -> StepResult | None:  # fmt: skip
    """The candidate's facts with those of the checker's program beside them.

    None where the standing checker failed: nothing is known then.
    """
    hostile = step.model_copy(update={"action": action.candidate})
    deadline = STARVED_FACTOR * limits.wall_s + WATCHDOG_S
    candidate.line.within(deadline)
    began = time.monotonic()
    with ExitStack() as ends:
        left, right = pipes(ends)
        asked = request.for_side(hostile, limits, fresh=False, job=candidate.job)
        await candidate.begin(*asked, channels=left)
        kept = PipeEnds(*map(os.dup, right))
    said: dict[str, Any] | None = None
    try:
        with suppress(StandingFailed):
            said = await standing.check(action.program, kept)
        kept.close()
        if not await candidate.answers_within(SHORT_S):
            await let_go(candidate, GRACE_S)
        candidate.line.within(deadline)
        result = await candidate.finish(step.name)
    except TimeoutError as error:
        raise SandboxError(f"the supervisor did not answer within {deadline:g} s") from error
    finally:
        kept.close()
    if said is None:
        return None
    checker = StepResult(
        name="checker",
        ended=StepEnd.EXIT,
        code=said["status"],
        stdout=said["stdout"].encode(errors="replace"),
        stderr=said["stderr"].encode(errors="replace"),
        wall_s=round(time.monotonic() - began, 6),
        cpu_s=said["cpu_s"],
    )
    return result.model_copy(update={"checker": checker})
