"""A worker process of `processes`: opens what it is told to, and attempts what it is sent.

Started as `python -m grader.executors._worker DESCRIPTOR`. It ends with its channel, so that
nothing of it outlives its pool, however that one ended.
"""

import importlib
import os
import signal
import socket
import sys
import time
from contextlib import suppress
from typing import Any, cast

import anyio
from anyio.abc import TaskGroup

from grader.core.groups import only
from grader.core.job import Job
from grader.core.sample import Sample
from grader.core.task import Task
from grader.errors import GraderError
from grader.executors._frames import Frames

FLUSH_S = 0.02
"""Finished attempts wait so long for others to travel with them."""
BATCH = 64
FIELDS = ("task_id", "index", "body", "whole", "extraction", "defect")
"""Of a sample, as `processes.packed` sends them."""


class ResultOutbox:
    """Finished attempts on their way to the pool, many in a message."""

    def __init__(self, frames: Frames) -> None:
        """Nothing is finished yet."""
        self._frames = frames
        self._done: list[tuple[int, Any]] = []
        self._last = 0.0
        self.going = 0

    async def put(self, number: int, finished: object) -> None:
        """Send it with others: when there are many, when time is up, when nothing else runs."""
        self._done.append((number, finished))
        self.going -= 1
        now = time.monotonic()
        if len(self._done) >= BATCH or now - self._last >= FLUSH_S or not self.going:
            done, self._done, self._last = self._done, [], now
            await self._frames.send(("done", done))


async def serve(frames: Frames) -> None:
    """Open the engine, say so, and attempt jobs until the channel ends."""
    entry, setup, workers = await frames.receive()
    module, _, name = entry.partition(":")
    opening = getattr(importlib.import_module(module), name)
    outbox = ResultOutbox(frames)
    async with opening(setup) as (facts, attempt):
        await frames.send(("ready", facts))
        send, receive = anyio.create_memory_object_stream[tuple[int, Any]](1 << 16)

        async def work() -> None:
            async for number, job in receive:
                await outbox.put(number, await attempt(job))

        async with anyio.create_task_group() as group:
            for _ in range(workers):
                group.start_soon(work)
            group.start_soon(take, frames, send, outbox, group)


async def take(frames: Frames, send: Any, outbox: ResultOutbox, group: TaskGroup) -> None:
    """Take jobs in; the pool's end is the end of all."""
    tasks: dict[str, Task] = {}
    try:
        while True:
            jobs = await frames.receive()
            outbox.going += len(jobs)
            for number, task_id, task, fields in jobs:
                if task is not None:
                    tasks[task_id] = task
                sample = Sample.model_construct(**dict(zip(FIELDS, fields, strict=True)))
                job = Job.model_construct(task=tasks[task_id], sample=sample)
                send.send_nowait((number, job))
    except (EOFError, OSError):
        group.cancel_scope.cancel()


async def main(descriptor: int) -> None:
    """Serve, and tell the pool what ended it."""
    frames = Frames(socket.socket(fileno=descriptor))
    try:
        await serve(frames)
    except (EOFError, OSError):
        return
    except BaseException as error:  # noqa: BLE001  boundary: the pool raises it
        found = error
        if isinstance(error, BaseExceptionGroup):
            found = only(cast("BaseExceptionGroup[BaseException]", error))
        kind = type(found).__name__ if isinstance(found, GraderError) else ""
        # A pool that was killed hears nothing, and nobody should read of that on its terminal.
        with anyio.CancelScope(shield=True), anyio.move_on_after(5), suppress(OSError):
            await frames.send(("failed", (kind, f"{found}" if kind else f"{found!r}")))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's ^C: the pool says when to end
    anyio.run(main, int(sys.argv[1]))
    os._exit(0)  # idle helper threads are of no use any more
