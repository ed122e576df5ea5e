"""Things that are made once for each key, of which only those used last are kept."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from anyio import Lock

Made = TypeVar("Made")


class RememberedByKey(Generic[Made]):
    """At most `size` things by key; two that want the same one wait for one making."""

    def __init__(self, size: int) -> None:
        """Nothing is made yet."""
        self._size = size
        self._made: OrderedDict[str, Made] = OrderedDict()
        # The race: two samples of one task begin together, and both would do its work.
        self._locks: dict[str, tuple[Lock, int]] = {}

    async def get(self, key: str, make: Callable[[], Awaitable[Made]]) -> Made:
        """The thing of this key, made where it is not there; what `make` raises is raised."""
        if key in self._made:
            self._made.move_to_end(key)
            return self._made[key]
        lock, waiting = self._locks.get(key, (Lock(), 0))
        self._locks[key] = (lock, waiting + 1)
        try:
            async with lock:
                if key not in self._made:
                    self._made[key] = await make()
                    if len(self._made) > self._size:
                        self._made.popitem(last=False)
                return self._made[key]
        finally:
            lock, waiting = self._locks.pop(key)
            if waiting > 1:
                self._locks[key] = (lock, waiting - 1)
