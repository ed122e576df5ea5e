"""A machine as its driver sees it: how to reach it, what it is at, what it is worth."""

import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from typing import Any, Protocol

import anyio

from grader.core.job import Job
from grader.core.placement import COUNTED, TIMED, MachineShare
from grader.core.result import Result
from grader.executors._machines.canaries import CanaryJob
from grader.executors._machines.wire import MachineFacts

LANES = 2
"""Chunks under way: one is graded while the other one's answers travel."""
WORK_S = 1.0
"""Of a chunk."""
MOST = 100
"""Small samples in a chunk."""
FIRST = 25
"""Before a machine's pace is known."""
SMOOTHING = 0.5


class MachineLostError(Exception):
    """It cannot be reached, or is in trouble of its own; later it may be well."""


class MachineRefusedError(Exception):
    """It will not do for this run, whenever it is asked."""


class MachineLink(Protocol):
    """How chunks reach a machine."""

    name: str
    contact_s: float
    """That it may take to say what it is."""

    async def facts(self) -> MachineFacts:
        """What it says of itself; MachineLostError, MachineRefusedError."""
        ...

    def answers(self, chunk: bytes) -> AbstractAsyncContextManager[AsyncIterator[list[bytes]]]:
        """Its lines for a chunk as they come; leaving the context gives up what has not come.

        Raises MachineLostError where it breaks off; the last line says whether it is whole.
        """
        ...


class MachineState(StrEnum):
    """What may be sent to it."""

    JOINING = "joining"
    READY = "ready"
    LOST = "lost"
    REFUSED = "refused"
    DRAINED = "drained"


class AskedJob:
    """A job that somebody waits for, until its one result is there."""

    __slots__ = ("done", "holders", "job", "losses", "result", "result_from", "since", "ungraded")

    def __init__(self, job: Job) -> None:
        """Nobody has it yet."""
        self.job = job
        self.result: Result | None = None
        self.result_from = ""
        self.done = anyio.Event()
        self.holders: set[str] = set()
        """Machines that have it, and have not lost it."""
        self.losses = 0
        """Machines that went away with it."""
        self.ungraded: dict[str, Result] = {}
        """By machine: what could not say anything of the sample."""
        self.since = time.monotonic()


class SentChunk:
    """A chunk on a machine."""

    def __init__(
        self, jobs: dict[int, AskedJob], canaries: dict[int, CanaryJob], order: int
    ) -> None:
        """`order`: among all that happened with its machine."""
        self.jobs = jobs
        self.canaries = canaries
        """By number: those whose answer is still to come."""
        self.order = order
        self.results: dict[int, Result] = {}
        self.sent = time.monotonic()
        self.size = len(jobs) + len(canaries)
        self.scope = anyio.CancelScope()
        self.is_taken_back = False
        """Its jobs are others' now; a line that is at hand already comes before the cancelling."""

    @property
    def is_proven(self) -> bool:
        """Whether both canaries came back as they must."""
        return not self.canaries


class HeldResults:
    """A whole chunk that waits until the machine has shown once more that it can be believed."""

    def __init__(self, chunk: SentChunk, order: int) -> None:
        """`order`: of its end."""
        self.pairs = [(chunk.jobs[n], result) for n, result in chunk.results.items()]
        self.order = order


class Machine:
    """One machine."""

    def __init__(self, link: MachineLink) -> None:
        """Nothing is known of it yet."""
        self.link = link
        self.facts: MachineFacts | None = None
        self.state = MachineState.JOINING
        self.why = ""
        self.chunks: list[SentChunk] = []
        self.held: deque[HeldResults] = deque()
        self.pace = 0.0
        """Samples a second; 0: not known."""
        self.tasks: set[str] = set()
        """Digests of tasks that it was sent."""
        self.images: set[str] = set()
        """Images that it has run something in."""
        self.changed = anyio.Event()
        self.share: dict[str, Any] = {**dict.fromkeys(COUNTED, 0), **dict.fromkeys(TIMED, 0.0)}
        self._order = 0
        self._last = 0.0

    @property
    def name(self) -> str:
        """How the run calls it."""
        return self.link.name

    @property
    def load_s(self) -> float:
        """Seconds of work that it has."""
        return sum(len(each.jobs) for each in self.chunks) / (self.pace or FIRST)

    @property
    def wanted(self) -> int:
        """Samples of its next chunk: about a second's."""
        return max(1, min(MOST, int(self.pace * WORK_S))) if self.pace else FIRST

    def lanes(self, *, has_images: bool) -> int:
        """Chunks that it may have."""
        return max(LANES, self.facts.workers) if has_images and self.facts else LANES

    def next_order(self) -> int:
        """The next moment of its history."""
        self._order += 1
        return self._order

    def ended(self, chunk: SentChunk, here_s: float) -> None:
        """Learn its pace from a chunk that is whole; `here_s`: for which it had it, as it says."""
        now = time.monotonic()
        took_s = max(min(now - max(chunk.sent, self._last), here_s), 1e-3)
        self._last = now
        if not chunk.jobs:
            return
        pace = chunk.size / took_s
        self.pace = pace if not self.pace else SMOOTHING * pace + (1 - SMOOTHING) * self.pace

    def become(self, state: MachineState, why: str = "") -> None:
        """Change its state, and wake who attends to it."""
        self.state = state
        self.why = why
        self.changed.set()
        self.changed = anyio.Event()

    @property
    def told(self) -> MachineShare:
        """Its part of the run so far."""
        return MachineShare(
            name=self.name,
            host=self.facts.host if self.facts else "",
            state=self.state.value,
            why=self.why,
            **self.share,
        )
