"""Equal requests are one: those at the same time join, what was found is kept for a while."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from grader.core.result import Result, Verdict
from grader.server.options import JoinBounds
from grader.server.turns import FairTurns

SMALL = 4096
"""Bytes of a result without its facts, which are not kept, and without its tests."""
PER_TEST = 2000

Grade = Callable[[], Awaitable[Result]]


class SharedJob:
    """One job and all who wait for it."""

    def __init__(self, grade: Grade) -> None:
        """It runs when the first of those who wait has a turn."""
        self.grade = grade
        self.waiting = 0
        self.work: asyncio.Task[Result] | None = None
        self.begun = asyncio.Event()


class JoinedJobs:
    """Jobs by their content."""

    def __init__(self, bounds: JoinBounds, turns: FairTurns) -> None:
        """None yet."""
        self.joined = 0
        self.remembered = 0
        self._bounds = bounds
        self._turns = turns
        self._going: dict[str, SharedJob] = {}
        self._kept: OrderedDict[str, tuple[float, int, Result]] = OrderedDict()
        self._bytes = 0

    async def result(self, key: str, client: str, grade: Grade) -> Result:
        """The result of this content; `grade` makes it where nobody does. Raises what it raises.

        A job goes on as long as one waits for it, whoever asked first. Each waits for a turn of its
        own client's, and the first turn begins it: nobody waits behind another client's queue.
        """
        kept = self._known(key)
        if kept is not None:
            self.remembered += 1
            return kept
        shared = self._going.get(key)
        if shared is None:
            shared = self._going[key] = SharedJob(grade)
        else:
            self.joined += 1
        shared.waiting += 1
        try:
            await self._begun(shared, key, client)
            assert shared.work is not None  # noqa: S101  it has begun
            return await asyncio.shield(shared.work)
        finally:
            shared.waiting -= 1
            if not shared.waiting:
                self._drop(key, shared)

    async def _begun(self, shared: SharedJob, key: str, client: str) -> None:
        """Wait until it runs: by a turn of this client's, or by another's."""
        if shared.work is not None:
            return
        if not (self._turns.take_now(client) or await self._raced(shared, client)):
            return
        if shared.work is not None:
            self._turns.give_back(client)
            return
        shared.work = asyncio.create_task(self._run(shared, key, client))
        shared.begun.set()

    async def _raced(self, shared: SharedJob, client: str) -> bool:
        """Whether a turn of this client's came before the job began."""
        turn = asyncio.ensure_future(self._turns.take(client))
        begun = asyncio.ensure_future(shared.begun.wait())
        try:
            await asyncio.wait({turn, begun}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            self._abandon(turn, client)
            raise
        finally:
            begun.cancel()
        if turn.done():
            return True
        turn.cancel()
        return False

    def _abandon(self, turn: "asyncio.Future[None]", client: str) -> None:
        if turn.done() and not turn.cancelled():
            self._turns.give_back(client)
        turn.cancel()

    async def _run(self, shared: SharedJob, key: str, client: str) -> Result:
        try:
            result = await shared.grade()
        finally:
            self._turns.give_back(client)
            if self._going.get(key) is shared:
                del self._going[key]
        if result.verdict is not Verdict.UNGRADED:
            self._keep(key, result)
        return result

    def _drop(self, key: str, shared: SharedJob) -> None:
        if self._going.get(key) is shared:
            del self._going[key]
        work = shared.work
        if work is None:
            return
        if work.done():
            if not work.cancelled():
                work.exception()  # somebody has to have seen it
        else:
            work.cancel()

    def _known(self, key: str) -> Result | None:
        now = time.monotonic()
        while self._kept:
            oldest, (until, size, _) = next(iter(self._kept.items()))
            if until > now:
                break
            del self._kept[oldest]
            self._bytes -= size
        found = self._kept.get(key)
        return None if found is None else found[2]

    def _keep(self, key: str, result: Result) -> None:
        slim = result.model_copy(update={"execution": None})
        size = SMALL + sum(len(each.message) + PER_TEST for each in slim.tests)
        if size > self._bounds.kept_bytes or key in self._kept:
            return
        self._kept[key] = (time.monotonic() + self._bounds.kept_s, size, slim)
        self._bytes += size
        while self._bytes > self._bounds.kept_bytes:
            _, (_, gone, _) = self._kept.popitem(last=False)
            self._bytes -= gone
