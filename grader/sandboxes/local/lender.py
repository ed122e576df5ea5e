"""Slots of one kind, lent to whoever comes; opened, stopped and closed in the background."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import anyio

from grader.core import turns
from grader.sandboxes._slot.slot import Slot

STEPS_PER_SLOT = 5000
"""A slot is replaced after so many steps, whatever its state."""
Done = TypeVar("Done")


class SlotLender:
    """At most so many slots, lent, idle, or on their way to either."""

    def __init__(self, many: int, make: Callable[[], Awaitable[Slot]]) -> None:
        """`make` opens one more."""
        self._make = make
        self._turns = anyio.Semaphore(many, fast_acquire=True)
        self._idle: list[Slot] = []
        self._stopping: dict[Slot, asyncio.Task[None]] = {}
        """Slots whose steps nobody waits for any more."""
        self._openings: set[asyncio.Task[Slot]] = set()
        self._closings: set[asyncio.Task[None]] = set()

    def keep(self, slot: Slot) -> None:
        """Have a slot that is ready for use."""
        self._idle.append(slot)

    async def take(self) -> Slot:
        """A slot that is lent until it is given back; who comes when all are lent waits."""
        await turns.take(self._turns)
        try:
            while self._idle and self._idle[-1].has_ended():
                await self._idle.pop().close()
        except BaseException:
            self._turns.release()
            raise
        return self._idle.pop() if self._idle else await self._opened()

    async def _opened(self) -> Slot:
        """A new slot; whoever is cancelled while it opens leaves it, with the turn, to the next.

        Else jobs whose deadlines are shorter than an opening would never get one.
        """
        opening = begun(self._openings, self._make_one())
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(self._leave)
            raise
        except BaseException:
            self._turns.release()
            raise

    async def _make_one(self) -> Slot:
        return await self._make()

    def _leave(self, opening: "asyncio.Task[Slot]") -> None:
        if not opening.cancelled() and not opening.exception():
            self._idle.append(opening.result())
        self._turns.release()

    def give_back(self, slot: Slot, then: Callable[[], None] = lambda: None) -> None:
        """Lend it again, when it is clean and young; `then`: once nothing runs in it.

        Only who wants the next one waits until it is stopped, or closed.
        """
        if slot in self._stopping or slot.broken or slot.served >= STEPS_PER_SLOT:
            begun(self._closings, self._put_away(slot, then))
            return
        self._idle.append(slot)
        self._turns.release()
        then()

    async def _put_away(self, slot: Slot, then: Callable[[], None]) -> None:
        try:
            await self.stopped(slot)
            if slot.broken or slot.served >= STEPS_PER_SLOT:
                await slot.close()
            else:
                self._idle.append(slot)
        finally:
            self._turns.release()
            then()

    def abandon(self, slot: Slot, after: "Awaitable[None] | None" = None) -> "asyncio.Task[None]":
        """Begin to end a step that nobody waits for any more; `after`: what comes before."""
        if slot not in self._stopping:
            self._stopping[slot] = begun(self._closings, stop(slot, after))
        return self._stopping[slot]

    async def stopped(self, slot: Slot) -> None:
        """Wait until a step that was abandoned has ended; its slot may be broken then."""
        if slot in self._stopping:
            await asyncio.shield(self._stopping[slot])
            self._stopping.pop(slot, None)

    async def close(self) -> None:
        """End every idle slot; those on loan are ended by their borrowers' contexts."""
        for opening in self._openings:
            opening.cancel()
        await asyncio.gather(*self._openings, *self._closings, return_exceptions=True)
        while self._idle:
            await self._idle.pop().close()

    def kill(self) -> None:
        """The synchronous last resort."""
        while self._idle:
            self._idle.pop().kill()


async def stop(slot: Slot, after: Awaitable[None] | None) -> None:
    """End the step in flight."""
    if after is not None:
        await after
    await slot.abandon()


def begun(
    tasks: "set[asyncio.Task[Done]]", work: Coroutine[Any, Any, Done]
) -> "asyncio.Task[Done]":
    """Something that goes on whoever is cancelled."""
    task = asyncio.create_task(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    return task
