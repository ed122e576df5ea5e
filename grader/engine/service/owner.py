"""The one thread in whose event loop an open thing lives, and how other threads reach it."""

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError, Future
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any, Generic, Protocol, TypeVar
from weakref import WeakSet

import anyio
from anyio import to_thread
from anyio.from_thread import BlockingPortal

from grader.core.groups import only
from grader.errors import UsageError

Opened = TypeVar("Opened")
Held_co = TypeVar("Held_co", covariant=True)
Answer = TypeVar("Answer")

CLOSED = "this engine was closed before it was over"


class Owner(Protocol[Held_co]):
    """Where an open thing lives, for who is elsewhere."""

    process_id: int

    @property
    def opened(self) -> Held_co:
        """The thing, to name what is called of it."""
        ...

    def submit(self, call: Callable[..., Awaitable[Answer]], *arguments: object) -> Future[Answer]:
        """Begin a call there; cancelling the future cancels it."""
        ...


class OwnerThread(Generic[Opened]):
    """A thread that opens something, serves calls on it, and closes it at the end."""

    def __init__(self, opening: Callable[[], AbstractAsyncContextManager[Opened]]) -> None:
        """Start the thread and wait until it is open; raises what opening raises."""
        self.process_id = os.getpid()
        self.opened: Opened
        self._portal: BlockingPortal
        self._ended: asyncio.Event
        self._loop: asyncio.AbstractEventLoop
        ready: Future[None] = Future()
        self._thread = threading.Thread(
            target=self._serve, args=(opening, ready), name="grader engine", daemon=True
        )
        self._thread.start()
        try:
            ready.result()
        except BaseException:
            ready.add_done_callback(self._close_unused)  # interrupted: it opens yet
            raise
        _close_at_exit(self)

    def submit(self, call: Callable[..., Awaitable[Answer]], *arguments: object) -> Future[Answer]:
        """Begin a call in the owner's loop; cancelling the future cancels it."""
        if os.getpid() != self.process_id:
            raise UsageError("this was opened in another process; a forked child opens its own")
        try:
            return self._portal.start_task_soon(call, *arguments)
        except RuntimeError:  # the portal is closed
            gone: Future[Answer] = Future()
            gone.cancel()
            return gone

    def result(self, future: Future[Answer]) -> Answer:
        """Wait in another thread; whoever is interrupted there cancels the call."""
        try:
            return answer_of(future)
        except BaseException:
            future.cancel()
            raise

    def _close_unused(self, ready: Future[None]) -> None:
        if not ready.exception():
            self._loop.call_soon_threadsafe(self._ended.set)

    def close(self) -> None:
        """Cancel what runs, close what was opened, and wait for it; safe to call twice."""
        if os.getpid() != self.process_id:
            return
        with suppress(RuntimeError):
            self._portal.start_task_soon(self._ended.set)
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _serve(
        self, opening: Callable[[], AbstractAsyncContextManager[Opened]], ready: Future[None]
    ) -> None:
        try:
            anyio.run(self._open, opening, ready)
        except BaseExceptionGroup as several:
            _fail(ready, only(several))
        except BaseException as error:  # noqa: BLE001  boundary: the caller's thread raises it
            _fail(ready, error)

    async def _open(
        self, opening: Callable[[], AbstractAsyncContextManager[Opened]], ready: Future[None]
    ) -> None:
        async with opening() as self.opened, BlockingPortal() as self._portal:
            self._ended, self._loop = asyncio.Event(), asyncio.get_running_loop()
            ready.set_result(None)
            await self._ended.wait()
            await self._portal.stop(cancel_remaining=True)


async def outcome(future: "Future[Answer]") -> Answer:
    """Wait for a future in any event loop; being cancelled cancels what it stands for."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:  # another library's loop
        try:
            return await to_thread.run_sync(answer_of, future, abandon_on_cancel=True)
        except anyio.get_cancelled_exc_class():
            future.cancel()
            raise
    task = asyncio.current_task()
    try:
        return await asyncio.wrap_future(future)
    except asyncio.CancelledError:
        if future.cancelled() and task is not None and not task.cancelling():
            raise UsageError(CLOSED) from None
        raise


def answer_of(future: "Future[Answer]") -> Answer:
    """Wait for a future that nobody here cancels; UsageError where its engine was closed."""
    try:
        return future.result()
    except CancelledError:
        raise UsageError(CLOSED) from None


def _fail(ready: "Future[None]", error: BaseException) -> None:
    if not ready.done():
        ready.set_exception(error)


_open_owners: "WeakSet[OwnerThread[Any]]" = WeakSet()
_watched_process = 0


def _close_at_exit(owner: "OwnerThread[Any]") -> None:
    """Close it when the program ends, whoever forgot to.

    A thread waits for the main thread's end: exit handlers come too late, as Python waits for the
    loop's helper threads before it calls them.
    """
    global _watched_process  # noqa: PLW0603  one watcher for each process
    _open_owners.add(owner)
    if _watched_process != os.getpid():
        _watched_process = os.getpid()
        threading.Thread(target=_close_all, name="grader exit").start()


def _close_all() -> None:
    threading.main_thread().join()
    for owner in list(_open_owners):
        with suppress(CancelledError):
            owner.close()
