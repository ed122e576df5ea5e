"""The engine's end of a standing checker, which is asked without its supervisor being woken.

The supervisor hires the checker and gives it a socket of the engine's. From then on requests go to
the checker itself and records come from it. Its supervisor attends only where an interview takes
long, so that limits hold, and where something was printed, which is the supervisor's to read.
"""

import socket
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from grader.core.execution import StepEnd, StepResult
from grader.errors import BrokenByError, SandboxError
from grader.sandboxes._line import SocketLine
from grader.sandboxes._slot import frames, wire
from grader.sandboxes._slot.facts import examined
from grader.sandboxes._slot.learned import LearnedTasks

if TYPE_CHECKING:
    from grader.sandboxes._slot.slot import Slot

SHORT_S = 0.02
"""Most interviews are over before that."""
LASTING = ("memory_mb", "pids", "disk_mb", "output_kb")
"""Limits that a checker has for life; the others are each interview's own."""
TRIES = 2


class ExamInFlight(NamedTuple):
    """What was asked and is not answered."""

    request: dict[str, Any]
    patience_s: float
    """Until the slot counts as dead."""
    began: float


class StandingExaminer:
    """A slot's standing checker, if it has one; one interview at a time."""

    def __init__(self, slot: "Slot") -> None:
        """There is none yet."""
        self._slot = slot
        self._line: SocketLine | None = None
        self._terms: tuple[Any, ...] = ()
        self._exam: ExamInFlight | None = None
        self._is_attended = False
        """Whether the supervisor was told to look after the interview, and owes an answer."""
        self._learned = LearnedTasks()

    @property
    def is_busy(self) -> bool:
        """Whether an interview is in flight."""
        return self._exam is not None

    def leave(self) -> None:
        """Ask the checker no more; its supervisor ends it before anything else begins there."""
        if self._line:
            self._line.close()
            self._line = None

    async def begin(
        self, request: dict[str, Any], bodies: list[bytes], channels: Sequence[int], *,
        patience_s: float,
    ) -> None:  # fmt: skip
        """Send an interview; SandboxError where nobody takes it."""
        self._learned.tell(request)
        terms = (request["standing"], *(request["limits"][name] for name in LASTING))
        self._exam = ExamInFlight(request, patience_s, time.monotonic())
        self._is_attended = False
        data = wire.encode(request, *bodies)
        for _ in range(TRIES):
            if terms != self._terms:
                self.leave()
            line = self._line or await self._hired(terms)
            line.within(patience_s)
            try:
                return await line.send(data, channels)
            except OSError:  # it has ended while it waited
                self.leave()
        await self._tell(wire.ATTEND)
        await self._slot.finish("")  # raises with the reason, where there is one
        raise SandboxError("a standing checker left")

    async def _hired(self, terms: tuple[Any, ...]) -> SocketLine:
        ours, theirs = socket.socketpair()
        with theirs:
            self._line, self._terms = SocketLine(ours), terms
            await self._tell(wire.HIRE, (theirs.fileno(),))
        return self._line

    async def finish(self, name: str) -> StepResult:
        """The facts of the interview in flight; TimeoutError where the slot is dead."""
        record = await self._record()
        if not self._is_attended and (record is None or record.get("printed")):
            await self._tell(wire.ATTEND)
        if record is None or record.get("leaving"):
            self.leave()
        result = await self._settled(name, record)
        self._exam = None
        return result

    async def _record(self) -> dict[str, Any] | None:
        """What the checker says; None where it went without a word."""
        line, exam = self._line, self._exam
        assert line is not None and exam is not None  # noqa: S101, PT018  only after `begin`
        try:
            data = line.at_once(wire.CHUNK_BYTES)
            if not data:
                line.within(SHORT_S)
                try:
                    data = await line.some(wire.CHUNK_BYTES)
                except TimeoutError:
                    await self._tell(wire.ATTEND)
                    line.within(exam.patience_s)
                    data = await line.some(wire.CHUNK_BYTES)
                line.within(exam.patience_s)
            record, _ = await frames.rest(line, data)
        except (EOFError, ConnectionError):
            return None
        except ValueError as error:
            raise BrokenByError(f"a standing checker's answer: {error}") from error
        line.at_leisure()
        return record

    async def _settled(self, name: str, record: dict[str, Any] | None) -> StepResult:
        """The checker's word and what its supervisor has to say, if it was told to attend."""
        exam, slot = self._exam, self._slot
        assert exam is not None  # noqa: S101  only after `begin`
        if record is None:
            result = await slot.finish(name)
            if (result.ended, result.evidence) == (StepEnd.EXIT, ""):
                raise SandboxError("a standing checker left")
            return result
        self._learned.keep(exam.request, record)
        told = examined(name, record, wall_s=time.monotonic() - exam.began)
        if not self._is_attended:
            return told
        await self._tell(wire.DONE)
        kept = ("stdout", "stderr", "wait_s", "stopped_s", "truncated")
        seen = await slot.finish(name)
        return told.model_copy(update={each: getattr(seen, each) for each in kept})

    async def abandon(self) -> None:
        """Have a step that can be stopped where nobody waits for the record any more."""
        self.leave()
        if not self._is_attended:
            await self._tell(wire.ATTEND)
        self._exam = None

    async def _tell(self, operation: str, descriptors: Sequence[int] = ()) -> None:
        """Something for the supervisor to do."""
        exam = self._exam
        assert exam is not None  # noqa: S101  only after `begin`
        self._is_attended = self._is_attended or operation == wire.ATTEND
        self._slot.line.within(exam.patience_s)
        data = wire.encode({"op": operation, "limits": exam.request["limits"]})
        try:
            await self._slot.line.send(data, descriptors)
        except OSError as error:
            raise SandboxError(f"the supervisor is gone: {error}") from error
