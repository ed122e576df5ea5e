"""Taking turns without a detour through the event loop where nobody has to wait."""

from anyio import Semaphore, WouldBlock


async def take(turns: Semaphore) -> None:
    """Acquire one, at once where that can be: anyio first looks who may have been cancelled."""
    try:
        turns.acquire_nowait()
    except WouldBlock:
        await turns.acquire()


class OneTurn:
    """A turn for as long as a context; without turns to take nothing."""

    def __init__(self, turns: Semaphore | None) -> None:
        """`turns`: how many there are at one time."""
        self._turns = turns

    async def __aenter__(self) -> None:
        if self._turns is not None:
            await take(self._turns)

    async def __aexit__(self, *_: object) -> None:
        if self._turns is not None:
            self._turns.release()
