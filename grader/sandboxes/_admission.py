"""Which containers may run at one time: their memory limits together never exceed the machine's.

A limit is what a container may use at any moment. Without this, workers times the limit may be more
than there is, and the kernel then ends whatever it likes, which is no sample's fault.
"""

from collections import deque
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager

import anyio

from grader.errors import SandboxError


def granted(waiting: Iterable[int], free_mb: int) -> int:
    """How many of those that wait, in their order, fit into what is free.

    Nobody overtakes: a large one would otherwise wait for as long as small ones come.
    """
    count = 0
    for wanted_mb in waiting:
        if wanted_mb > free_mb:
            break
        free_mb -= wanted_mb
        count += 1
    return count


class MemoryAdmission:
    """MiB that containers may claim together."""

    def __init__(self, total_mb: int) -> None:
        """`total_mb`: all that there is."""
        self.total_mb = total_mb
        self.used_mb = 0
        self._waiting: deque[tuple[int, anyio.Event]] = deque()

    @asynccontextmanager
    async def claimed(self, wanted_mb: int) -> AsyncGenerator[None]:
        """Wait until there is room; SandboxError where there never can be."""
        await self.claim(wanted_mb)
        try:
            yield
        finally:
            self.give_back(wanted_mb)

    async def claim(self, wanted_mb: int) -> None:
        """As `claimed`, for who gives it back himself."""
        if wanted_mb > self.total_mb:
            raise SandboxError(
                f"its container may use {wanted_mb:,} MiB and there are only {self.total_mb:,};"
                " give less with --container-memory, or use a larger machine"
            )
        if not self._waiting and self.used_mb + wanted_mb <= self.total_mb:
            self.used_mb += wanted_mb
            return
        entry = (wanted_mb, anyio.Event())
        self._waiting.append(entry)
        try:
            await entry[1].wait()
        except BaseException:
            if entry[1].is_set():
                self.give_back(wanted_mb)
            else:
                self._waiting.remove(entry)
                self._admit()
            raise

    def give_back(self, wanted_mb: int) -> None:
        """What was claimed is free for others."""
        self.used_mb -= wanted_mb
        self._admit()

    def _admit(self) -> None:
        waiting = (wanted_mb for wanted_mb, _ in self._waiting)
        for _ in range(granted(waiting, self.total_mb - self.used_mb)):
            wanted_mb, turn = self._waiting.popleft()
            self.used_mb += wanted_mb
            turn.set()
