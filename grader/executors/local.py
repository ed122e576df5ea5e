"""Attempts in this process: workers that pull jobs as fast as results are taken."""

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterable
from contextlib import asynccontextmanager

from anyio import Event, Lock, create_task_group

from grader.core.groups import only
from grader.core.job import Attempt, Job
from grader.core.result import Result

BUFFER = 2
"""Finished results per worker that may wait: a worker goes on while one result is written down."""


@asynccontextmanager
async def running(
    jobs: AsyncIterable[Job] | Iterable[Job], attempt: Attempt, *, workers: int
) -> AsyncGenerator[AsyncIterator[Result]]:
    """Hand out a stream of results, at most `workers` attempts at a time.

    At most `workers * (BUFFER + 2)` jobs are beyond their source and not yet taken as results.
    What `jobs` or `attempt` raises ends all workers and is raised here, as it is where it is one.
    Leaving the context early cancels what is still running.
    """
    results = ResultBuffer(workers * BUFFER, makers=workers)
    source = JobSource(jobs)
    try:
        async with create_task_group() as group:
            for _ in range(workers):
                group.start_soon(work, source, attempt, results)
            try:
                yield results
            finally:
                group.cancel_scope.cancel()
    except BaseExceptionGroup as several:
        raise only(several) from None


async def work(source: "JobSource", attempt: Attempt, out: "ResultBuffer") -> None:
    """One worker: attempt jobs until there are none."""
    try:
        while (job := await source.take()) is not None:
            await out.put(await attempt(job))
    finally:
        out.leave()


class ResultBuffer:
    """Finished results that wait to be taken, by one reader; all in one event loop.

    Nobody is sent through the event loop who need not wait: it is done thousands of times.
    """

    def __init__(self, room: int, *, makers: int) -> None:
        """`room`: how many may wait; `makers`: how many put results in."""
        self._room, self._makers = room, makers
        self._waiting: deque[Result] = deque()
        self._has_some, self._has_room = Event(), Event()

    async def put(self, result: Result) -> None:
        """Add one, when there is room."""
        while len(self._waiting) >= self._room:
            await self._has_room.wait()
        self._waiting.append(result)
        self._has_some.set()

    def leave(self) -> None:
        """One maker has no more."""
        self._makers -= 1
        self._has_some.set()

    def __aiter__(self) -> AsyncIterator[Result]:
        """Itself."""
        return self

    async def __anext__(self) -> Result:
        """The next one; StopAsyncIteration where all makers are gone."""
        while not self._waiting:
            if not self._makers:
                raise StopAsyncIteration
            self._has_some = Event()
            await self._has_some.wait()
        result = self._waiting.popleft()
        if len(self._waiting) + 1 >= self._room:
            self._has_room.set()
            self._has_room = Event()
        return result


class JobSource:
    """Jobs, one at a time, whichever kind of iterable they come from."""

    def __init__(self, jobs: AsyncIterable[Job] | Iterable[Job]) -> None:
        self._jobs = aiter(jobs) if isinstance(jobs, AsyncIterable) else iter(jobs)
        # The race: a second worker asks an asynchronous generator for its next job while the
        # first one's request is still under way, which is an error in Python.
        self._lock = Lock(fast_acquire=True)

    async def take(self) -> Job | None:
        """The next job; None when there are no more."""
        if not isinstance(self._jobs, AsyncIterator):
            return next(self._jobs, None)
        async with self._lock:
            return await anext(self._jobs, None)
