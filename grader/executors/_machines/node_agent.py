"""What runs on a node of a Ray cluster: the desk of a machine, as an actor's methods.

Ray only carries bytes. The engine lives in processes of its own, which end with the actor's; the
actor ends with its driver, and by itself where it hears nothing of it any more.
"""

import asyncio
import os
import time
from collections.abc import AsyncGenerator

from grader.core.job import Job
from grader.engine import packages
from grader.engine.options import EngineOptions
from grader.executors._machines.desk import MachineDesk, open_desk_for_runs
from grader.executors._machines.wire import AskedReading, facts_for, text_of
from grader.sandboxes.local import reaper

LEASE_S = 60.0
"""Without a word of the driver's after which the agent ends."""
TICK_S = 1.0


class NodeAgent:
    """One node's engine for one run."""

    def __init__(self, options: EngineOptions, asked: AskedReading) -> None:
        """`options`: as the driver has them, with this node's workers."""
        self._options = options
        self._asked = asked
        self._desk: MachineDesk | None = None
        self._is_open = asyncio.Event()
        self._serving: asyncio.Task[None] | None = None
        self._heard = time.monotonic()

    async def facts(self) -> bytes:
        """What this node is; opens its engine, after what dead ones left here was removed."""
        self._heard = time.monotonic()
        if self._serving is None:
            await asyncio.to_thread(reaper.reap, everywhere=False)
            self._serving = asyncio.create_task(self._serve())
        await self._is_open.wait()
        assert self._desk is not None  # noqa: S101  it is open
        provider = await self._desk.facts(self._asked, "")
        host = f"{os.uname().nodename}/{os.getpid()}"
        shown = packages.shown(self._options)
        told = await asyncio.to_thread(
            facts_for, self._options, provider, packages=shown, host=host
        )
        return text_of(told)

    async def answers(self, chunk: bytes) -> AsyncGenerator[bytes]:
        """Lines for a chunk, some at a time."""
        self._heard = time.monotonic()
        await self._is_open.wait()
        assert self._desk is not None  # noqa: S101  it is open
        async for lines in self._desk.answers(chunk, ""):
            yield lines

    async def renew(self) -> None:
        """The driver is there."""
        self._heard = time.monotonic()

    async def _serve(self) -> None:
        async with open_desk_for_runs(self._options, allow_all) as self._desk:
            self._is_open.set()
            while time.monotonic() - self._heard < LEASE_S:  # noqa: ASYNC110  time passes by itself
                await asyncio.sleep(TICK_S)
        os._exit(0)  # Ray would start nothing in its place


def allow_all(job: Job) -> None:
    """A run's own nodes grade what it asks."""
    del job
