"""Several engine processes behind one port: the least busy one is asked, a dead one replaced."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import Any, Self, Unpack

from grader.core.execution import StepResult
from grader.core.limits import Limits
from grader.core.result import Result
from grader.core.task import Task
from grader.engine.options import EngineOptions
from grader.engine.service.asked import JobChoices, Solution
from grader.engine.service.script import ProgramChoices
from grader.errors import GraderError, SandboxError, SessionOverError
from grader.executors._facts import ProviderFacts
from grader.server.remote import RemoteEngine, started
from grader.server.turns import FairTurns

AGAIN_S = 5.0
"""Between two attempts to replace a dead engine, after one failed."""
SLOW_START_S = 2.0
"""An engine that dies sooner than this is not replaced at once."""


class EnginePool:
    """A `WorkingEngine` over engine processes."""

    working: int
    restarts: int

    def __init__(self, options: EngineOptions, processes: int, ahead: int) -> None:
        """Each has its share of the workers and sessions; `ahead`: jobs beyond its workers."""
        share = -(-options.workers // processes)
        sessions = -(-options.sessions // processes)
        self._options = options.model_copy(update={"workers": share, "sessions": sessions})
        self._places = share + ahead
        self._sessions = sessions
        self._engines: list[RemoteEngine] = []
        self._attendants: set[asyncio.Task[None]] = set()
        self.turns = FairTurns(0)
        self.working = 0
        self.restarts = 0

    async def begin(self, processes: int) -> None:
        """Open all; raises what an opening raises."""
        starts = [asyncio.ensure_future(started(self._options)) for _ in range(processes)]
        try:
            for engine in await asyncio.gather(*starts):
                self._take_in(engine)
        except BaseException:
            done = await asyncio.gather(*starts, return_exceptions=True)
            for each in done:
                if isinstance(each, RemoteEngine):
                    await each.end()
            raise

    async def end(self) -> None:
        """End all."""
        for task in self._attendants:
            task.cancel()
        await asyncio.gather(*self._attendants, return_exceptions=True)
        await asyncio.gather(*(each.end() for each in self._engines))

    def _take_in(self, engine: RemoteEngine) -> None:
        self._engines.append(engine)
        self.working += 1
        self.turns.resize(self._places)
        task = asyncio.create_task(self._attend(engine))
        self._attendants.add(task)
        task.add_done_callback(self._attendants.discard)

    async def _attend(self, engine: RemoteEngine) -> None:
        began = asyncio.get_running_loop().time()
        await engine.attend()
        self._engines.remove(engine)
        self.working -= 1
        self.turns.resize(-self._places)
        engine.process.kill()
        await engine.end()
        if asyncio.get_running_loop().time() - began < SLOW_START_S:
            await asyncio.sleep(AGAIN_S)
        while True:
            self.restarts += 1
            try:
                self._take_in(await started(self._options))
            except GraderError:
                await asyncio.sleep(AGAIN_S)
            else:
                return

    @property
    def facts(self) -> ProviderFacts:
        """What the first engine said of its sandbox."""
        return self._engines[0].facts

    def least_busy(self) -> RemoteEngine:
        """The engine that has least to do; SandboxError where there is none now."""
        return self._least(lambda each: each.load)

    async def grade(self, task: Task, solution: Solution, **choices: Unpack[JobChoices]) -> Result:
        """As `Engine.grade`."""
        return await self.least_busy().ask("grade", task, solution, choices)

    async def run(self, program: str | list[str], **choices: Unpack[ProgramChoices]) -> StepResult:
        """As `Engine.run`."""
        return await self.least_busy().ask("run", program, choices)

    def session(
        self, *, limits: Limits | Mapping[str, object] | None = None, image: str = ""
    ) -> "RemoteSession":
        """As `Engine.session`; it stays in one process and ends with it."""
        return RemoteSession(self, limits, image)

    def lend_session(self) -> RemoteEngine:
        """The engine with the fewest sessions; SandboxError where there is none now."""
        return self._least(lambda each: each.sessions)

    def _least(self, has: Callable[[RemoteEngine], int]) -> RemoteEngine:
        if not self._engines:
            raise SandboxError("no engine process works at the moment; one is being started")
        return min(self._engines, key=has)


class RemoteSession:
    """A session in an engine process."""

    _numbers = count()

    def __init__(self, pool: EnginePool, limits: object, image: str) -> None:
        """Use `EnginePool.session`."""
        self._pool = pool
        self._limits = limits
        self._image = image
        self._name = next(self._numbers)
        self._engine: RemoteEngine | None = None

    async def __aenter__(self) -> Self:
        engine = self._pool.lend_session()
        engine.sessions += 1
        try:
            await engine.ask("begin", self._name, self._limits, self._image)
        except BaseException:
            engine.sessions -= 1
            raise
        self._engine = engine
        return self

    async def __aexit__(self, *_: object) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.sessions -= 1
            with suppress(GraderError):
                await asyncio.shield(engine.ask("end", self._name))

    async def run(self, program: str | list[str], **choices: Unpack[ProgramChoices]) -> StepResult:
        """As `Session.run`."""
        return await self._ask("run", (program,), choices)

    async def write(self, path: str, data: str | bytes) -> None:
        """As `Session.write`."""
        await self._ask("write", (path, data), {})

    async def read(self, path: str) -> bytes:
        """As `Session.read`."""
        return await self._ask("read", (path,), {})

    async def _ask(self, verb: str, arguments: tuple[object, ...], choices: object) -> Any:
        if self._engine is None or self._engine.is_gone:
            raise SessionOverError("the session ended with its engine process; open another one")
        return await self._engine.ask("step", self._name, verb, arguments, choices)


@asynccontextmanager
async def open_pool(
    options: EngineOptions, processes: int, *, ahead: int
) -> AsyncGenerator[EnginePool]:
    """Engine processes, opened side by side and ended with the context."""
    pool = EnginePool(options, processes, ahead)
    try:
        await pool.begin(processes)
        yield pool
    finally:
        await pool.end()
