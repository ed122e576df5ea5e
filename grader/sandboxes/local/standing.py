"""Commands of ours that check for one interview after another, lent to one at a time."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio

from grader.core.plan import StandingCommand
from grader.sandboxes._slot.slot import Slot
from grader.sandboxes._slot.standing_command import StandingSlot


class StandingSlots:
    """As many as interviews happen at one time; none before the first."""

    def __init__(self, make: Callable[[], Awaitable[Slot]]) -> None:
        """`make` opens a slot in which no candidate ever runs."""
        self._make = make
        self._idle: dict[StandingCommand, list[StandingSlot]] = {}

    @asynccontextmanager
    async def lent(self, command: StandingCommand) -> AsyncGenerator[StandingSlot]:
        """One that is well; it comes back only if it still is."""
        idle = self._idle.setdefault(command, [])
        standing = idle.pop() if idle else None
        if standing is not None and standing.slot.has_ended():
            await standing.close()
            standing = None
        if standing is None:
            standing = await StandingSlot.start(await self._make(), command)
        try:
            yield standing
        except BaseException:
            standing.is_well = False
            raise
        finally:
            if standing.is_well:
                idle.append(standing)
            else:
                with anyio.CancelScope(shield=True):
                    await standing.close()

    async def close(self) -> None:
        """End those that nobody has."""
        for idle in self._idle.values():
            while idle:
                await idle.pop().close()

    def kill(self) -> None:
        """The synchronous last resort."""
        for idle in self._idle.values():
            while idle:
                idle.pop().kill()
