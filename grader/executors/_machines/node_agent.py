"""What runs on a node of a Ray cluster: the desk of a machine, as an actor's methods.

Ray only carries bytes. The engine lives in processes of its own, which end with the actor's; the
actor ends with its driver, and by itself where it hears nothing of it any more.
"""

import asyncio
import os
import signal
import threading
import time
from collections.abc import AsyncGenerator
from contextlib import suppress

from grader.core.job import Job
from grader.engine import packages
from grader.engine.options import EngineOptions
from grader.executors._machines.desk import MachineDesk, open_desk_for_runs
from grader.executors._machines.wire import AskedReading, facts_for, text_of
from grader.sandboxes.local import reaper

LEASE_S = 60.0
"""Without a word of the driver's after which the agent ends."""
TICK_S = 1.0
CLOSING_S = 15.0
"""That an engine without a driver has to end well."""
OPENING_S = 180.0
"""That a driver waits for an agent: it starts processes, opens an engine and proves it."""


def end_with_main_thread() -> None:
    """End this process with its main thread.

    Ray ends that thread when the driver is gone. Python would then wait for helper threads, which
    wait for an event loop that runs no more: an agent killed while it began stayed for ever.
    """
    threading.main_thread().join()
    os._exit(0)


class NodeAgent:
    """One node's engine for one run."""

    def __init__(self, options: EngineOptions, asked: AskedReading) -> None:
        """`options`: as the driver has them, with this node's workers."""
        self._options = options
        self._asked = asked
        self._desk: MachineDesk | None = None
        self._is_open = asyncio.Event()
        self._serving: asyncio.Task[None] | None = None
        threading.Thread(target=end_with_main_thread, daemon=True).start()
        self._hear()

    def _hear(self) -> None:
        """A word of the driver's; without another one the kernel ends this process."""
        self._heard = time.monotonic()
        signal.setitimer(signal.ITIMER_REAL, LEASE_S + CLOSING_S)

    async def facts(self) -> bytes:
        """What this node is; opens its engine, after what dead ones left here was removed."""
        self._hear()
        if self._serving is None:
            await asyncio.to_thread(reaper.reap, everywhere=False)
            self._serving = asyncio.create_task(self._serve())
        await self._opened()
        assert self._desk is not None  # noqa: S101  it is open
        provider = await self._desk.facts(self._asked, "")
        host = f"{os.uname().nodename}/{os.getpid()}"
        shown = packages.shown(self._options)
        told = await asyncio.to_thread(
            facts_for, self._options, provider, packages=shown, host=host
        )
        return text_of(told)

    async def _opened(self) -> None:
        """Wait for the engine, longer than a lease if need be: the driver waits too."""
        ends_at = time.monotonic() + OPENING_S
        while not self._is_open.is_set() and time.monotonic() < ends_at:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._is_open.wait(), TICK_S)
            self._hear()
        await self._is_open.wait()

    async def answers(self, chunk: bytes) -> AsyncGenerator[bytes]:
        """Lines for a chunk, some at a time."""
        self._hear()
        await self._is_open.wait()
        assert self._desk is not None  # noqa: S101  it is open
        async for lines in self._desk.answers(chunk, ""):
            yield lines

    async def renew(self) -> None:
        """The driver is there."""
        self._hear()

    async def _serve(self) -> None:
        async with open_desk_for_runs(self._options, allow_all) as self._desk:
            self._is_open.set()
            while time.monotonic() - self._heard < LEASE_S:  # noqa: ASYNC110  time passes by itself
                await asyncio.sleep(TICK_S)
        os._exit(0)  # Ray would start nothing in its place


def allow_all(job: Job) -> None:
    """A run's own nodes grade what it asks."""
    del job
