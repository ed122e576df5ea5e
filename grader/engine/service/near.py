"""`NearEngine`: an engine in its caller's own event loop; no other thread is asked and waited for.

For a program whose loop does nothing else. `Engine` is for all others: it serves any thread, loop
and forked child, and its loop is held up by nobody.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AsyncExitStack
from typing import Any, Self, TypeVar, Unpack, cast

from grader.core.execution import StepResult
from grader.core.limits import Limits
from grader.core.result import Result
from grader.core.task import Task
from grader.engine.options import EngineOptions
from grader.engine.service import script
from grader.engine.service.asked import JobChoices, Solution, timed_job
from grader.engine.service.desk import JobDesk, open_desk
from grader.engine.service.script import ProgramChoices
from grader.engine.service.session import SandboxHolding, Session
from grader.sandboxes.base import Provider

Answer = TypeVar("Answer")


class LoopOwner:
    """A desk in the event loop that runs; as `OwnerThread`, any thread may submit."""

    def __init__(self, desk: JobDesk) -> None:
        """In that loop."""
        self.process_id = os.getpid()
        self.opened = desk
        self._loop = asyncio.get_running_loop()

    def submit(self, call: Callable[..., Awaitable[Answer]], *arguments: object) -> Future[Answer]:
        """Begin a call; cancelling the future cancels it."""
        work = cast("Coroutine[Any, Any, Answer]", call(*arguments))
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def owner(self) -> Self:
        """Itself: it is open."""
        return self

    async def owner_soon(self) -> Self:
        """Itself: it is open."""
        return self


class NearEngine:
    """What works of an `Engine`, as a context within one event loop, where it is closed too.

    Whoever opens it finds its tasks: those of a benchmark are data, not work.
    """

    _owner: LoopOwner

    def __init__(self, options: EngineOptions) -> None:
        """Opens nothing yet."""
        self._options = options
        self._stack = AsyncExitStack()
        self._going: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> Self:
        self._owner = LoopOwner(await self._stack.enter_async_context(open_desk(self._options)))
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._going:
            task.cancel()
        if self._going:
            await asyncio.wait(self._going)
        await self._stack.aclose()

    @property
    def provider(self) -> Provider:
        """What lends sandboxes: name, isolation, Python."""
        return self._owner.opened.grading.provider

    async def grade(self, task: Task, solution: Solution, **choices: Unpack[JobChoices]) -> Result:
        """As `Engine.grade`."""
        job = timed_job(task, solution, choices, self._options)
        return await self._watched(self._owner.opened.grade(job))

    async def run(
        self, program: str | Sequence[str], **choices: Unpack[ProgramChoices]
    ) -> StepResult:
        """As `Engine.run`."""
        asked = script.timed_program(program, choices)
        return script.as_script(await self._watched(self._owner.opened.run(asked)), program)

    def session(
        self, *, limits: Limits | Mapping[str, object] | None = None, image: str = ""
    ) -> Session:
        """As `Engine.session`."""
        return Session(SandboxHolding(self._owner, limits, image))

    async def _watched(self, work: Awaitable[Answer]) -> Answer:
        """Wait for work of the task that runs; closing the engine cancels that."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  a coroutine of asyncio's runs in one
        self._going.add(task)
        try:
            return await work
        finally:
            self._going.discard(task)
