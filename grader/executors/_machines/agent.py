"""An engine for one run on a machine that grades for others: jobs in, finished answers out.

The engine lives in worker processes, which end with this one. A job of the very content that is
under way is joined, and one that was just finished is answered again without running: a driver that
lost its connection may ask again. Chance has its place in runs of their own only.
"""

from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

import anyio

from grader.core.groups import only
from grader.core.job import Job, sample_digest
from grader.core.result import Verdict
from grader.core.workers import spread
from grader.engine.grading import open_grading
from grader.engine.options import EngineOptions
from grader.engine.twins import SampleTwins
from grader.errors import InfraError
from grader.executors._facts import ProviderFacts, facts_of
from grader.executors._machines.wire import text_of
from grader.executors.processes import PoolSetup, WorkerPool, open_pool

ENTRY = "grader.executors._machines.agent:open_engine"
KEPT_BYTES = 64 << 20
"""Of finished answers, for who asks again."""
TOGETHER_S = 0.4
"""How long an answer waits for others to travel with: a chunk is about a second of work, and every
message has its price, in Ray a millisecond."""


class AgentSetup(NamedTuple):
    """What an engine process has to know."""

    options: EngineOptions
    run_id: str


class FinishedJob(NamedTuple):
    """What an engine process hands over."""

    ticket: int
    is_graded: bool
    text: bytes
    """The result's JSON."""


class AgentTicket:
    """One job of this run, and who waits for it."""

    def __init__(self, key: str, job: Job) -> None:
        """Nobody waits yet."""
        self.key = key
        self.job = job
        self.takers: list[tuple[AnswerOutbox, int]] = []


class AnswerOutbox:
    """Answers of one chunk on their way."""

    def __init__(self, count: int) -> None:
        """`count`: answers that will come."""
        self.left = count
        self.trouble: Exception | None = None
        self._ready: list[tuple[int, bytes]] = []
        self._news = anyio.Event()
        self._last = anyio.Event()

    @property
    def has_some(self) -> bool:
        """Whether something is ready."""
        return bool(self._ready)

    def put(self, n: int, text: bytes) -> None:
        """One more is ready."""
        self._ready.append((n, text))
        self.left -= 1
        self._news.set()
        if not self.left:
            self._last.set()

    def fail(self, error: Exception) -> None:
        """Nothing more will come."""
        self.trouble = error
        self._news.set()
        self._last.set()

    async def take(self, patience_s: float) -> list[tuple[int, bytes]]:
        """What is ready, at most so long from now; raises what ended the engine.

        The first answer waits a little for others to travel with.
        """
        if not self._ready and self.trouble is None:
            with anyio.move_on_after(patience_s):
                await self._news.wait()
        if self._ready and self.left:
            with anyio.move_on_after(TOGETHER_S):
                await self._last.wait()
        self._news = anyio.Event()
        ready, self._ready = self._ready, []
        if not ready and self.trouble is not None:
            raise self.trouble
        return ready


class RunAgent:
    """One run's engine here; `work` opens it and ends it."""

    def __init__(self, setup: AgentSetup, *, single: bool) -> None:
        """`single`: everything in one process, which lends all containers."""
        workers = setup.options.workers
        count, share = (1, workers) if single else spread(workers)
        own = setup.options.model_copy(update={"workers": share})
        self._made = PoolSetup(ENTRY, setup._replace(options=own), share + 1)
        self._count = count
        self._facts: ProviderFacts | None = None
        self._trouble: Exception | None = None
        self._opened = anyio.Event()
        self._ended = anyio.Event()
        self._news = anyio.Event()
        self._queue: deque[int] = deque()
        self._tickets: dict[int, AgentTicket] = {}
        self._going: dict[str, int] = {}
        self._finished: OrderedDict[str, bytes] = OrderedDict()
        self._kept_bytes = 0
        self._numbers = 0
        self.outboxes: set[AnswerOutbox] = set()

    @property
    def is_over(self) -> bool:
        """Whether it takes nothing any more."""
        return self._trouble is not None

    async def opened(self, patience_s: float) -> bool:
        """Whether it is open by then; raises why it is not."""
        with anyio.move_on_after(patience_s):
            await self.facts()
            return True
        return False

    async def facts(self) -> ProviderFacts:
        """What its sandbox is, once it is open; raises why it is not."""
        await self._opened.wait()
        if self._facts is None:
            raise self._trouble or InfraError("the engine ended")
        return self._facts

    def end(self) -> None:
        """Let it end."""
        self._ended.set()

    async def work(self) -> None:
        """Open the engine, grade what comes, until `end`; trouble is told to who waits."""
        try:
            async with open_pool(self._made, processes=self._count) as pool:
                self._facts = pool.facts
                self._opened.set()
                async with anyio.create_task_group() as group:
                    group.start_soon(self._grade, pool)
                    await self._ended.wait()
                    group.cancel_scope.cancel()
        except ExceptionGroup as several:
            found = only(several)
            self._trouble = found if isinstance(found, Exception) else InfraError(repr(found))
        except Exception as error:  # noqa: BLE001  boundary: each who waits is told
            self._trouble = error
        finally:
            self._trouble = self._trouble or InfraError("the machine's engine ended")
            self._opened.set()
            for each in list(self.outboxes):
                each.fail(self._trouble)

    async def _grade(self, pool: WorkerPool) -> None:
        async with pool.running(self._jobs(pool)) as batches:
            async for batch in batches:
                for finished in batch:
                    self._deliver(finished)

    async def _jobs(self, pool: WorkerPool) -> AsyncGenerator[Job]:
        while True:
            while self._queue:
                number = self._queue.popleft()
                ticket = self._tickets[number]
                if ticket.takers:
                    yield ticket.job
                else:  # who wanted it is gone
                    self._drop(number)
            await pool.flush()
            if not self._queue:
                self._news = anyio.Event()
                await self._news.wait()

    def begin(self, jobs: Sequence[tuple[int, str, Job]]) -> AnswerOutbox:
        """Take jobs in: (number, key of its content, job)."""
        outbox = AnswerOutbox(len(jobs))
        self.outboxes.add(outbox)
        if self._trouble is not None:
            outbox.fail(self._trouble)
        for n, key, job in jobs:
            kept = self._finished.get(key)
            if kept is not None:
                outbox.put(n, kept)
                continue
            number = self._going.get(key)
            if number is None:
                number = self._new(key, job)
            self._tickets[number].takers.append((outbox, n))
        self._news.set()
        return outbox

    def leave(self, outbox: AnswerOutbox) -> None:
        """Nobody waits at this outbox any more; what has not begun is given up."""
        self.outboxes.discard(outbox)
        for ticket in self._tickets.values():
            ticket.takers = [taker for taker in ticket.takers if taker[0] is not outbox]

    def _new(self, key: str, job: Job) -> int:
        self._numbers += 1
        number = self._numbers
        sample = job.sample.model_copy(update={"index": number})
        self._tickets[number] = AgentTicket(key, job.model_copy(update={"sample": sample}))
        self._going[key] = number
        self._queue.append(number)
        return number

    def _drop(self, number: int) -> AgentTicket | None:
        ticket = self._tickets.pop(number, None)
        if ticket is not None:
            del self._going[ticket.key]
        return ticket

    def _deliver(self, finished: FinishedJob) -> None:
        ticket = self._drop(finished.ticket)
        if ticket is None:
            return
        for outbox, n in ticket.takers:
            outbox.put(n, finished.text)
        if finished.is_graded:
            self._keep(ticket.key, finished.text)

    def _keep(self, key: str, text: bytes) -> None:
        if len(text) > KEPT_BYTES // 8:
            return
        self._finished[key] = text
        self._kept_bytes += len(text)
        while self._kept_bytes > KEPT_BYTES:
            _, gone = self._finished.popitem(last=False)
            self._kept_bytes -= len(gone)


def key_of(task: str, job: Job) -> str:
    """What is the same for jobs of the same content; `task`: its digest."""
    return f"{task} {sample_digest(job.sample)} {job.trust} {job.reading}"


@asynccontextmanager
async def open_engine(
    setup: AgentSetup,
) -> AsyncGenerator[tuple[ProviderFacts, Callable[[Job], Awaitable[FinishedJob]]]]:
    """In a worker process: an engine, and the attempt that gives finished jobs."""
    options = setup.options
    async with open_grading(options, setup.run_id) as grading:  # canaries are programs
        graded = grading.grading(options, SampleTwins())

        async def attempt(job: Job) -> FinishedJob:
            result = await graded(job)
            is_graded = result.verdict is not Verdict.UNGRADED
            return FinishedJob(result.index, is_graded, text_of(result))

        yield facts_of(grading.provider), attempt
