"""Attempts in this process: workers that pull jobs as fast as results are taken."""

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterable
from contextlib import asynccontextmanager

from anyio import Lock, create_memory_object_stream, create_task_group
from anyio.streams.memory import MemoryObjectSendStream

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
    send, receive = create_memory_object_stream[Result](workers * BUFFER)
    source = JobSource(jobs)
    try:
        async with create_task_group() as group:
            async with send:
                for _ in range(workers):
                    group.start_soon(work, source, attempt, send.clone())
            async with receive:
                try:
                    yield receive
                finally:
                    # Before the stream closes: a worker that waits to send must be cancelled, not
                    # told that its stream broke.
                    group.cancel_scope.cancel()
    except BaseExceptionGroup as several:
        raise only(several) from None


async def work(source: "JobSource", attempt: Attempt, out: MemoryObjectSendStream[Result]) -> None:
    """One worker: attempt jobs until there are none."""
    async with out:
        while (job := await source.take()) is not None:
            await out.send(await attempt(job))


class JobSource:
    """Jobs, one at a time, whichever kind of iterable they come from."""

    def __init__(self, jobs: AsyncIterable[Job] | Iterable[Job]) -> None:
        self._jobs = aiter(jobs) if isinstance(jobs, AsyncIterable) else iter(jobs)
        # The race: a second worker asks an asynchronous generator for its next job while the
        # first one's request is still under way, which is an error in Python.
        self._lock = Lock(fast_acquire=True)

    async def take(self) -> Job | None:
        """The next job; None when there are no more."""
        async with self._lock:
            if isinstance(self._jobs, AsyncIterator):
                return await anext(self._jobs, None)
            return next(self._jobs, None)
