"""Whose turn it is: who has the fewest things running goes first, then who waited longest."""

from asyncio import CancelledError, Future, get_running_loop
from collections import Counter, deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


class FairTurns:
    """At most so many at one time; clients share them equally, however much each wants."""

    def __init__(self, places: int) -> None:
        """`places`: what may run at one time."""
        self.given = 0
        """Turns since the beginning."""
        self._free = places
        self._running: Counter[str] = Counter()
        self._waiting: dict[str, deque[Future[None]]] = {}

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(map(len, self._waiting.values()))

    @property
    def running(self) -> int:
        """How many have their turn."""
        return self._running.total()

    def take_now(self, client: str) -> bool:
        """Whether there was a turn at once."""
        if self._free <= 0 or self._waiting:
            return False
        self._begin(client)
        return True

    async def take(self, client: str) -> None:
        """Wait for a turn of this client; who is cancelled has none."""
        if self.take_now(client):
            return
        turn: Future[None] = get_running_loop().create_future()
        self._waiting.setdefault(client, deque()).append(turn)
        try:
            await turn
        except CancelledError:
            if turn.done() and not turn.cancelled():
                self.give_back(client)
            else:
                self._forget(client, turn)
            raise

    def give_back(self, client: str) -> None:
        """The turn is over; the next one begins."""
        self._running[client] -= 1
        if self._running[client] <= 0:
            del self._running[client]
        self._free += 1
        self._next()

    @asynccontextmanager
    async def turn(self, client: str) -> AsyncGenerator[None]:
        """A turn as a context."""
        await self.take(client)
        try:
            yield
        finally:
            self.give_back(client)

    def resize(self, change: int) -> None:
        """So many places more, or fewer."""
        self._free += change
        while self._free > 0 and self._waiting:
            self._next()

    def _begin(self, client: str) -> None:
        self._free -= 1
        self.given += 1
        self._running[client] += 1

    def _next(self) -> None:
        while self._waiting and self._free > 0:
            client = min(self._waiting, key=self._running.__getitem__)
            queue = self._waiting.pop(client)
            turn = queue.popleft()
            if queue:
                self._waiting[client] = queue  # behind all others
            if not turn.done():
                self._begin(client)
                turn.set_result(None)
                return

    def _forget(self, client: str, turn: "Future[None]") -> None:
        queue = self._waiting.get(client)
        if queue is None:
            return
        if turn in queue:
            queue.remove(turn)
        if not queue:
            del self._waiting[client]
