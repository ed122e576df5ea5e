"""Attempts in worker processes, one engine in each: the caller reads, orders and keeps.

What is attempted, and how a result travels, is the caller's: a worker imports `entry`
(`module:function`), which gives an async context manager of (facts, attempt) for `setup`. A worker
that dies is replaced and its jobs are sent again; what it had finished is not lost.
"""

import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple

import anyio
from anyio.streams.memory import MemoryObjectSendStream

from grader.core.groups import only
from grader.core.job import Job, sample_digest
from grader.errors import InfraError, ProviderError
from grader.executors._children import Process, error_of, spawned, waited
from grader.executors._frames import Frames

START_S = 120.0
END_S = 5.0
AHEAD_S = 0.25
"""Seconds of work that a worker holds: what others could have done if it is slow."""
MOST = 1024
"""Jobs that a worker holds however quick it is: hosts for null sandboxes."""
DEATHS = 5
"""Workers that die one after the other, with nothing finished in between, end the run."""
REMEMBERED = 32_768
"""Digests of samples of which the worker is known: twins meet there."""


class NotStartedError(InfraError):
    """A worker process ended before it had said anything."""


class PoolSetup(NamedTuple):
    """How workers are made."""

    entry: str
    setup: Any
    """Pickled once for each worker."""
    workers: int
    """Attempts at one time in each."""


class WorkerProcess:
    """The pool's hold on one process."""

    def __init__(self, process: Process, frames: Frames) -> None:
        """Use `started`."""
        self.process = process
        self.frames = frames
        self.facts: Any = None
        self.held: dict[int, Job] = {}
        """What it was sent and has not answered, by number."""
        self.waiting: list[tuple[int, Job]] = []
        """What it is to be sent."""
        self.tasks: set[str] = set()
        """Ids of the tasks that it has; within a run each is one task's."""
        self.wants = 2
        """Jobs that it should hold."""
        self._heard = time.monotonic()
        self._rate = 0.0

    @property
    def load(self) -> int:
        """Jobs that are its own."""
        return len(self.held) + len(self.waiting)

    def answered(self, count: int, least: int) -> None:
        """Learn from so many answers how much it should hold."""
        now = time.monotonic()
        rate = count / max(now - self._heard, 1e-4)
        self._rate = rate if not self._rate else 0.7 * self._rate + 0.3 * rate
        self._heard = now
        self.wants = max(least, min(MOST, int(self._rate * AHEAD_S)))

    def end(self) -> None:
        """End it now."""
        self.frames.close()
        waited(self.process, END_S)


class WorkerPool:
    """Open workers."""

    def __init__(self, made: PoolSetup, workers: list[WorkerProcess]) -> None:
        """Use `open_pool`."""
        self.made = made
        self.workers = workers
        self._places: OrderedDict[str, int] = OrderedDict()
        self._numbers = 0
        self._deaths = 0
        self._has_room = anyio.Event()

    @property
    def facts(self) -> Any:
        """What the first worker said of itself."""
        return self.workers[0].facts

    @asynccontextmanager
    async def running(
        self, jobs: AsyncIterator[Job], known: Callable[[Job], Any] = lambda _: None
    ) -> AsyncGenerator[AsyncIterator[list[Any]]]:
        """A stream of lists of finished attempts; jobs are pulled as results are taken.

        known: what is finished already for a job, or None. Raises what a worker or `jobs` raises.
        Leaving the context early cancels what still runs.
        """
        send, receive = anyio.create_memory_object_stream[list[Any]](4)
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._work, jobs, known, send)
                async with receive:
                    try:
                        yield receive
                    finally:
                        group.cancel_scope.cancel()
        except BaseExceptionGroup as several:
            raise only(several) from None

    async def _work(
        self,
        jobs: AsyncIterator[Job],
        known: Callable[[Job], Any],
        out: "MemoryObjectSendStream[list[Any]]",
    ) -> None:
        async with out, anyio.create_task_group() as attendants:
            for place in range(len(self.workers)):
                attendants.start_soon(self._attend, place, out)
            await self._dispatch(jobs, known, out)
            attendants.cancel_scope.cancel()

    async def _dispatch(
        self,
        jobs: AsyncIterator[Job],
        known: Callable[[Job], Any],
        out: "MemoryObjectSendStream[list[Any]]",
    ) -> None:
        """Send every job to a worker, and wait until all are answered and handed out."""
        async for job in jobs:
            if (found := known(job)) is not None:
                await out.send([found])
                continue
            worker = await self._worker_for(job)
            self._numbers += 1
            worker.waiting.append((self._numbers, job))
            if len(worker.waiting) >= max(1, worker.wants // 4):
                await self._hand_over(worker)
        while any(worker.load for worker in self.workers):
            for worker in self.workers:
                await self._hand_over(worker)
            if any(worker.load for worker in self.workers):
                await self._room()

    async def _worker_for(self, job: Job) -> WorkerProcess:
        """Where the job's twin is or was; else the one that has least to do, when one has room."""
        digest = sample_digest(job.sample)
        while True:
            place = self._places.get(digest)
            if place is None:
                place = min(range(len(self.workers)), key=lambda each: self.workers[each].load)
            worker = self.workers[place]
            if worker.load < worker.wants:
                break
            for each in self.workers:
                await self._hand_over(each)
            if worker.load >= worker.wants:  # it may have answered while others were sent theirs
                await self._room()
        self._places[digest] = place
        self._places.move_to_end(digest)
        if len(self._places) > REMEMBERED:
            self._places.popitem(last=False)
        return worker

    async def flush(self) -> None:
        """Send workers all that waits: who hands out jobs says that no more come for now."""
        for worker in self.workers:
            await self._hand_over(worker)

    async def _room(self) -> None:
        """Wait for the next answer."""
        self._has_room = anyio.Event()
        await self._has_room.wait()

    async def _hand_over(self, worker: WorkerProcess) -> None:
        jobs, worker.waiting = worker.waiting, []
        if jobs:
            worker.held.update(jobs)
            message = [packed(number, job, worker.tasks) for number, job in jobs]
            with suppress(OSError):  # it died: its attendant sends them to another
                await worker.frames.send(message)

    async def _attend(self, place: int, out: "MemoryObjectSendStream[list[Any]]") -> None:
        """Take a worker's answers; replace it where it dies."""
        while True:
            worker = self.workers[place]
            try:
                kind, said = await worker.frames.receive()
            except (EOFError, OSError):
                await self._replace(place)
                continue
            if kind == "failed":
                raise error_of(*said, who="a worker")
            self._deaths = 0
            await out.send([finished for _, finished in said])
            for number, _ in said:
                worker.held.pop(number, None)
            worker.answered(len(said), least=2 * self.made.workers)
            self._has_room.set()

    async def _replace(self, place: int) -> None:
        """Start a worker in a dead one's place, and send it what that one had not answered."""
        dead = self.workers[place]
        dead.process.kill()
        await dead.frames.idle()
        await anyio.to_thread.run_sync(dead.end)
        worker, why = None, f"the last with {dead.process.returncode}"
        while worker is None:
            self._deaths += 1
            if self._deaths > DEATHS:
                raise ProviderError(
                    f"worker processes die: {self._deaths} in a row, {why}; see the machine's log"
                    " for what killed them"
                )
            try:
                worker = await started(self.made)
            except NotStartedError as error:  # killed as it began
                why = str(error)
        worker.waiting = [*dead.held.items(), *dead.waiting]
        self.workers[place] = worker
        await self._hand_over(worker)
        self._has_room.set()


def packed(number: int, job: Job, tasks: set[str]) -> tuple[Any, ...]:
    """A job as plain values, with its task where it is not in `tasks` yet."""
    sample, task = job.sample, None
    if job.task.id not in tasks:
        tasks.add(job.task.id)
        task = job.task
    fields = (
        sample.task_id, sample.index, sample.body, sample.whole, sample.extraction, sample.defect
    )  # fmt: skip
    return number, job.task.id, task, fields


async def started(made: PoolSetup) -> WorkerProcess:
    """A worker that is ready; raises what its opening raised."""
    process, frames = spawned("grader.executors._worker")
    worker = WorkerProcess(process, frames)
    try:
        with anyio.fail_after(START_S):
            await worker.frames.send(tuple(made))
            kind, said = await worker.frames.receive()
    except (EOFError, OSError, TimeoutError) as error:
        await anyio.to_thread.run_sync(worker.end)
        status = process.returncode
        raise NotStartedError(f"a worker process did not start (status {status})") from error
    except BaseException:
        worker.process.kill()
        worker.end()
        raise
    if kind == "failed":
        await anyio.to_thread.run_sync(worker.end)
        raise error_of(*said, who="a worker")
    worker.facts = said
    return worker


@asynccontextmanager
async def open_pool(made: PoolSetup, *, processes: int) -> AsyncGenerator[WorkerPool]:
    """So many workers, started side by side and ended with the context."""
    workers: list[WorkerProcess] = []

    async def start() -> None:
        workers.append(await started(made))

    pool = WorkerPool(made, workers)
    try:
        try:
            async with anyio.create_task_group() as group:
                for _ in range(processes):
                    group.start_soon(start)
        except BaseExceptionGroup as several:
            raise only(several) from None
        yield pool
    finally:
        for worker in workers:
            worker.frames.close()
        with anyio.CancelScope(shield=True):
            for worker in workers:
                await anyio.to_thread.run_sync(worker.end)
