"""A machine's end: takes chunks, keeps tasks and engines, tells what came out, line by line."""

import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import anyio
from anyio.abc import TaskGroup
from pydantic import ValidationError

from grader.core.job import Job
from grader.core.record import first_fault
from grader.core.task import Task
from grader.engine.options import EngineOptions
from grader.engine.provenance import engine_sha256
from grader.errors import GraderError, TurnedAwayError, UsageError
from grader.executors._facts import ProviderFacts
from grader.executors._machines.agent import AgentSetup, RunAgent, key_of
from grader.executors._machines.wire import (
    ALIVE_S,
    AnswerLine,
    AskedReading,
    ChunkTimes,
    JobChunk,
    answer_text,
    job_of,
    named_task,
    text_of,
)
from grader.version import VERSION

RUNS = 2
"""Engines of different runs that are open at one time."""
IDLE_S = 60.0
"""After which an engine that nobody asks is closed."""
TICK_S = 5.0
SHELF_BYTES = 256 << 20
ALIVE = b'{"alive":true}'

Allow = Callable[[Job], None]
"""Raises UsageError for a job that this machine gives nobody."""


class TaskShelf:
    """Tasks by digest, the last used ones."""

    def __init__(self, most: int = SHELF_BYTES) -> None:
        """`most`: bytes of their JSON."""
        self._tasks: OrderedDict[str, tuple[Task, int]] = OrderedDict()
        self._left = most

    def put(self, task: Task) -> None:
        """Keep one more."""
        named, text = named_task(task)
        if named in self._tasks:
            return
        self._tasks[named] = (task, len(text))
        self._left -= len(text)
        while self._left < 0 and len(self._tasks) > 1:
            _, (_, size) = self._tasks.popitem(last=False)
            self._left += size

    def get(self, named: str) -> Task | None:
        """One that is there."""
        found = self._tasks.get(named)
        if found is None:
            return None
        self._tasks.move_to_end(named)
        return found[0]


class OpenRun:
    """A run's engine and shelf."""

    def __init__(self, agent: RunAgent) -> None:
        """It was just opened."""
        self.agent = agent
        self.shelf = TaskShelf()
        self.used = time.monotonic()

    @property
    def is_idle(self) -> bool:
        """Whether nobody waits for it."""
        return not self.agent.outboxes


class MachineDesk:
    """All runs that this machine grades for."""

    def __init__(self, options: EngineOptions, group: TaskGroup, allow: Allow) -> None:
        """Use `open_desk_for_runs`. `options`: the machine's own."""
        self._options = options
        self._group = group
        self._allow = allow
        self._runs: dict[tuple[str, str], OpenRun] = {}

    async def facts(self, asked: AskedReading, client: str) -> ProviderFacts:
        """What the sandbox of a run's engine is; opens it, and raises why it cannot be opened."""
        return await self._run_for(asked, client).agent.facts()

    async def answers(self, data: bytes, client: str) -> AsyncGenerator[bytes]:
        """Lines for a chunk, some at a time, without a feed at their end.

        The last line says `done`, or why it is not.
        """
        try:
            chunk = chunk_of(data)
            refuse_other_engine(chunk.engine_sha256)
            run = self._run_for(chunk.asked, client)
            while not await run.agent.opened(ALIVE_S):
                yield ALIVE
            async for lines in self._graded(run, chunk):
                yield lines
        except GraderError as error:
            yield text_of(AnswerLine(failed=type(error).__name__, why=str(error)[:4000]))

    async def _graded(self, run: OpenRun, chunk: JobChunk) -> AsyncGenerator[bytes]:
        began = time.monotonic()
        for task in chunk.tasks:
            run.shelf.put(task)
        jobs: list[tuple[int, str, Job]] = []
        missing: dict[str, None] = {}
        for each in chunk.jobs:
            task = run.shelf.get(each.task)
            if task is None:
                missing[each.task] = None
                continue
            job = job_of(each, task, chunk.asked)
            self._allow(job)
            jobs.append((each.n, key_of(each.task, job), job))
        if missing:
            yield text_of(AnswerLine(missing=tuple(missing)))
            return
        outbox = run.agent.begin(jobs)
        try:
            while outbox.left or outbox.has_some:
                ready = await outbox.take(ALIVE_S)
                run.used = time.monotonic()
                yield b"\n".join(answer_text(n, text) for n, text in ready) or ALIVE
        finally:
            run.agent.leave(outbox)
        here_s = time.monotonic() - began
        yield text_of(AnswerLine(done=ChunkTimes(count=len(jobs), here_s=here_s)))

    def _run_for(self, asked: AskedReading, client: str) -> OpenRun:
        key = (client, text_of(asked).decode())
        found = self._runs.get(key)
        if found is not None and not found.agent.is_over:
            found.used = time.monotonic()
            return found
        self._runs.pop(key, None)
        self._make_room()
        options = self._options.model_copy(
            update={
                "extract": asked.extract,
                "trust": asked.trust,
                "reading": asked.reading,
                "surveys": asked.surveys,
                "fresh": type(self._options.fresh)(asked.fresh),
                "cache": False,
            }
        )
        setup = AgentSetup(options, asked.run_id)
        run = OpenRun(RunAgent(setup, single=asked.has_images))
        self._runs[key] = run
        self._group.start_soon(run.agent.work)
        return run

    def _make_room(self) -> None:
        """End an idle engine where too many are open; TurnedAwayError where all are at work."""
        if len(self._runs) < RUNS:
            return
        idle = [key for key, run in self._runs.items() if run.is_idle]
        if not idle:
            raise TurnedAwayError(f"this machine grades for {RUNS} runs already; try again later")
        self._end(min(idle, key=lambda key: self._runs[key].used))

    def _end(self, key: tuple[str, str]) -> None:
        self._runs.pop(key).agent.end()

    async def tidy(self) -> None:
        """Close engines that nobody asks any more; for ever."""
        while True:
            await anyio.sleep(TICK_S)
            now = time.monotonic()
            for key, run in list(self._runs.items()):
                if run.is_idle and now - run.used > IDLE_S:
                    self._end(key)


def chunk_of(data: bytes) -> JobChunk:
    """A chunk as a record; UsageError names the first field that is wrong."""
    try:
        return JobChunk.model_validate_json(data)
    except ValidationError as error:
        raise UsageError(first_fault(error, "chunk")) from None


def refuse_other_engine(theirs: str) -> None:
    """UsageError where a driver's engine would judge by other code."""
    if theirs != engine_sha256():
        raise UsageError(
            f"another engine: this machine has grader {VERSION} of source {engine_sha256()[:12]},"
            f" the driver's source is {theirs[:12]}; install the same on both"
        )


@asynccontextmanager
async def open_desk_for_runs(options: EngineOptions, allow: Allow) -> AsyncGenerator[MachineDesk]:
    """A desk until the context's end; engines are opened as chunks of their runs come."""
    async with anyio.create_task_group() as group:
        desk = MachineDesk(options, group, allow)
        group.start_soon(desk.tidy)
        try:
            yield desk
        finally:
            group.cancel_scope.cancel()
