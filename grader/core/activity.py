"""What each worker does right now: told to people who watch, never a fact that is kept.

Whoever starts something that may take long calls `enter`; it costs well under a microsecond.
"""

import time
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from heapq import heappop, heappush


@dataclass(slots=True)
class Activity:
    """One sample in some worker's hands; it changes while it is looked at."""

    worker: int
    """1 and on."""
    task_id: str
    index: int
    phase: str = "queue"
    """`queue`, `pull`, `create`, a step's name, `teardown`, `judge` …"""
    since: float = field(default_factory=time.monotonic)
    """When the phase began."""
    began: float = field(default_factory=time.monotonic)
    """When the worker took the sample."""


_current: ContextVar[Activity | None] = ContextVar("activity", default=None)


def enter(phase: str) -> None:
    """Say that the sample at hand goes into another phase."""
    activity = _current.get()
    if activity is not None:
        activity.phase = phase
        activity.since = time.monotonic()


class ActivityBoard:
    """All that is going on. Its calls come from one event loop."""

    def __init__(self) -> None:
        """Nobody works yet."""
        self._active: dict[int, Activity] = {}
        self._free: list[int] = []

    @contextmanager
    def working(self, task_id: str, index: int) -> Generator[Activity]:
        """As long as a worker has this sample; it gets the lowest number that is free."""
        number = heappop(self._free) if self._free else len(self._active) + 1
        activity = self._active[number] = Activity(number, task_id, index)
        token = _current.set(activity)
        try:
            yield activity
        finally:
            _current.reset(token)
            del self._active[number]
            heappush(self._free, number)

    def now(self) -> list[Activity]:
        """Every sample that is being worked on, by worker."""
        return sorted(self._active.values(), key=lambda each: each.worker)
