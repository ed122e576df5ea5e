"""How much is in the house: bounded in number and bytes, for each client and for all."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager

from grader.errors import TurnedAwayError
from grader.server.options import RequestBounds


class Guest:
    """One request that was let in, and what it holds."""

    def __init__(self, house: "House", client: str) -> None:
        """Use `House.entered`."""
        self.client = client
        self._house = house
        self._bytes = 0

    def hold(self, count: int) -> None:
        """It brings so many bytes more; TurnedAwayError where there is no room for them."""
        self._house.hold(self.client, count)
        self._bytes += count

    @contextmanager
    def holding(self, count: int) -> Generator[None]:
        """So many bytes more until the context's end."""
        self.hold(count)
        try:
            yield
        finally:
            self.hold(-count)

    def leave(self) -> None:
        """It is over."""
        self.hold(-self._bytes)


class House:
    """Counts what is in; refuses what is too much."""

    def __init__(self, bounds: RequestBounds) -> None:
        """Empty."""
        self.bounds = bounds
        self.is_draining = False
        self.count = 0
        self.bytes = 0
        self._counts: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()

    @property
    def is_full(self) -> bool:
        """Whether the next one would be turned away, whoever it is."""
        return self.count >= self.bounds.waiting or self.bytes >= self.bounds.held_bytes

    @contextmanager
    def entered(self, client: str) -> Generator[Guest]:
        """Let a request in until the context's end; TurnedAwayError where it cannot be."""
        if self.is_draining:
            raise TurnedAwayError("the server is about to end; try again elsewhere or later")
        if self.count >= self.bounds.waiting:
            raise TurnedAwayError(f"the server is full: {self.count} requests; try again later")
        if self._counts[client] >= self.bounds.client_waiting:
            raise TurnedAwayError(
                f"{self._counts[client]} of your requests are in already; try again when some"
                " are answered",
                own_share=True,
            )
        guest = Guest(self, client)
        self.count += 1
        self._counts[client] += 1
        try:
            yield guest
        finally:
            guest.leave()
            self.count -= 1
            self._counts[client] -= 1
            if not self._counts[client]:
                del self._counts[client]

    def hold(self, client: str, count: int) -> None:
        """Use `Guest.hold`."""
        if count > 0 and self.bytes + count > self.bounds.held_bytes:
            raise TurnedAwayError("the server is full: too large requests wait; try again later")
        if count > 0 and self._bytes[client] + count > self.bounds.client_bytes:
            raise TurnedAwayError(
                f"your requests hold {self._bytes[client] >> 20} MiB already; try again when some"
                " are answered",
                own_share=True,
            )
        self.bytes += count
        self._bytes[client] += count
        if not self._bytes[client]:
            del self._bytes[client]
