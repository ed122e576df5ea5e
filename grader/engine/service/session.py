"""A sandbox that keeps its files over several steps, lent to one caller until the end."""

import os
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from pathlib import PurePosixPath
from typing import Protocol, Self, Unpack

from anyio import CancelScope, to_thread

from grader.core.execution import StepEnd, StepResult
from grader.core.limits import Limits
from grader.engine.arguments import limits_of
from grader.engine.service import script
from grader.engine.service.desk import JobDesk, LentSandbox, TimedProgram
from grader.engine.service.owner import Owner, answer_of, outcome
from grader.engine.service.script import ProgramChoices
from grader.errors import SandboxError, UsageError

MARGIN_KB = 1
READ_KB = 64 << 10
"""The largest file that is read back, in KiB."""
NOTHING = ("true",)
"""The command of a step that only carries files; a program would have a file of its own."""


class DeskHolder(Protocol):
    """What has an open desk, or opens it at its first use."""

    def owner(self) -> Owner[JobDesk]:
        """Who owns it; waits while it opens."""
        ...

    async def owner_soon(self) -> Owner[JobDesk]:
        """The same in an event loop."""
        ...


class SandboxHolding:
    """A lent sandbox and what is asked of it; both kinds of session stand on it."""

    def __init__(self, held: DeskHolder, limits: object, image: str) -> None:
        """`limits`: of every step that brings none."""
        self.limits = limits_of(limits, Limits())
        self.image = image
        self._held = held
        self._owner: Owner[JobDesk] | None = None
        self._lent: LentSandbox | None = None
        self._kept: Future[None] | None = None

    def begin(self) -> None:
        """Wait until a sandbox is lent; raises why none can be."""
        lent, kept = self._ask(self._held.owner())
        try:
            self._lent = answer_of(lent)
        except BaseException:
            kept.cancel()
            self._owner = None
            raise
        self._kept = kept

    async def begin_soon(self) -> None:
        """The same in an event loop; who is cancelled while waiting is lent nothing."""
        lent, kept = self._ask(await self._held.owner_soon())
        try:
            self._lent = await outcome(lent)
        except BaseException:
            kept.cancel()
            self._owner = None
            raise
        self._kept = kept

    def _ask(self, owner: Owner[JobDesk]) -> "tuple[Future[LentSandbox], Future[None]]":
        if self._owner is not None:
            raise UsageError("this session is open already; ask the engine for another one")
        lent: Future[LentSandbox] = Future()
        kept = owner.submit(owner.opened.hold, self.limits, self.image, lent)
        kept.add_done_callback(lambda ended: pass_on(ended, lent))
        self._owner = owner
        return lent, kept

    def end(self) -> None:
        """Give it back, wiped. Safe to call twice."""
        owner, lent, kept = self._owner, self._lent, self._kept
        self._owner = self._lent = self._kept = None
        if owner is None or owner.process_id != os.getpid():
            return  # a forked child's copy: it is the parent's
        if lent is not None and kept is not None:
            owner.submit(owner.opened.give_back, lent)
            with suppress(CancelledError):  # the engine was closed first
                kept.exception()

    def submit(self, timed: TimedProgram) -> "Future[StepResult]":
        """Begin a step; one at a time, as they come."""
        if self._owner is None or self._lent is None:
            raise UsageError("this session is not open; use it as `with engine.session() as …`")
        return self._owner.submit(self._owner.opened.run_in, self._lent, timed)

    def asked(
        self, program: str | Sequence[str], choices: ProgramChoices | None = None
    ) -> TimedProgram:
        """A step with the session's limits where it brings none."""
        wanted = choices or {}
        limits = limits_of(wanted.get("limits"), self.limits)
        if wanted.get("language"):
            raise UsageError("language: a session runs Python and commands")
        return script.timed_program(program, {**wanted, "limits": limits})

    def writing(self, path: str, data: str | bytes) -> TimedProgram:
        """The step that puts a file there."""
        return self.asked(NOTHING, {"files": {path: data}})

    def reading(self, path: str) -> TimedProgram:
        """The step that brings a file back."""
        whole = self.limits.model_copy(update={"output_kb": READ_KB})
        return self.asked(NOTHING, {"collect": [path], "limits": whole})


def pass_on(ended: "Future[None]", lent: "Future[LentSandbox]") -> None:
    """What kept a sandbox from being lent, to who waits for it."""
    if lent.done():
        return
    if ended.cancelled():
        lent.cancel()
        return
    lent.set_exception(ended.exception() or SandboxError("the session ended before it began"))


def written(result: StepResult, path: str) -> None:
    """SandboxError where the step that should write did not end well."""
    if result.ended is not StepEnd.EXIT or result.code:
        raise SandboxError(f"{path} could not be written: {result.evidence or result.code}")


def content(result: StepResult, path: str) -> bytes:
    """The file that a step brought back; FileNotFoundError where there is no plain file."""
    for name, data in result.collected:
        if PurePosixPath(name) == PurePosixPath(path):
            if len(data) >= READ_KB << 10:
                raise UsageError(f"{path}: larger than {READ_KB >> 10} MiB; read it in parts")
            return data
    raise FileNotFoundError(f"{path}: there is no such plain file in the session")


class Session:
    """What `Engine.session` gives; open as long as its context."""

    def __init__(self, holding: SandboxHolding) -> None:
        """Use `Engine.session`."""
        self._holding = holding

    async def __aenter__(self) -> Self:
        await self._holding.begin_soon()
        return self

    async def __aexit__(self, *_: object) -> None:
        with CancelScope(shield=True):
            await to_thread.run_sync(self._holding.end)

    async def run(
        self, program: str | Sequence[str], **choices: Unpack[ProgramChoices]
    ) -> StepResult:
        """As `Engine.run`; files stay for the next step, processes do not."""
        asked = self._holding.asked(program, choices)
        return script.as_script(await outcome(self._holding.submit(asked)), program)

    async def write(self, path: str, data: str | bytes) -> None:
        """Put a file below the working directory."""
        written(await outcome(self._holding.submit(self._holding.writing(path, data))), path)

    async def read(self, path: str) -> bytes:
        """A plain file below the working directory; FileNotFoundError where there is none."""
        return content(await outcome(self._holding.submit(self._holding.reading(path))), path)


class BlockingSession:
    """What `grader.open().session()` gives; as `Session`."""

    def __init__(self, holding: SandboxHolding) -> None:
        """Use `BlockingEngine.session`."""
        self._holding = holding

    def __enter__(self) -> Self:
        self._holding.begin()
        return self

    def __exit__(self, *_: object) -> None:
        self._holding.end()

    def run(self, program: str | Sequence[str], **choices: Unpack[ProgramChoices]) -> StepResult:
        """See `Session.run`."""
        asked = self._holding.asked(program, choices)
        return script.as_script(self._wait(asked), program)

    def write(self, path: str, data: str | bytes) -> None:
        """See `Session.write`."""
        written(self._wait(self._holding.writing(path, data)), path)

    def read(self, path: str) -> bytes:
        """See `Session.read`."""
        return content(self._wait(self._holding.reading(path)), path)

    def _wait(self, asked: TimedProgram) -> StepResult:
        future = self._holding.submit(asked)
        try:
            return answer_of(future)
        except BaseException:
            future.cancel()
            raise
