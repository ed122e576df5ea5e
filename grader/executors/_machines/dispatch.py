"""Hands jobs to machines in chunks, and keeps of what comes back what can be believed.

Whoever has least to do gets the next chunk, about a second of its work; it has two at most, so a
slow machine gets its share and no more. A chunk carries two canaries. A whole chunk's results are
held until canaries that were sent after its end have come back right as well; then each result
counts, once: the first that was complete. What a lost machine had not answered goes elsewhere; one
that gives a false answer gets nothing any more, and what it graded since it last could be believed
is done again.
"""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import count

import anyio
from anyio.abc import TaskGroup

from grader.core.groups import only
from grader.core.job import Job
from grader.core.placement import Placement
from grader.core.result import Result, Verdict
from grader.core.sample import Sample
from grader.errors import ProviderError
from grader.executors._machines.answers import FalseAnswerError, accepted
from grader.executors._machines.canaries import CanaryJob, CanarySource
from grader.executors._machines.machine import (
    AskedJob,
    HeldResults,
    Machine,
    MachineLink,
    MachineLostError,
    MachineRefusedError,
    MachineState,
    SentChunk,
)
from grader.executors._machines.outcome import ResultCounter, ungraded
from grader.executors._machines.queue import JobQueue
from grader.executors._machines.roster import Check, MachineRoster
from grader.executors._machines.wire import (
    AnswerLine,
    AskedReading,
    MachineFacts,
    answer_of,
    chunk_text,
)

QUIET_S = 20.0
"""Without a line in which a machine is taken for lost; it says every 2 s that it is there."""
GONE_S = 120.0
"""Without any machine, after which the run ends; it can be resumed."""
TICK_S = 0.5
GATHER_S = 0.01
"""Whoever asks so soon after another one travels in the same chunk."""
JOB_BYTES = 56 << 20
"""One job's text at most, its task's with it."""
LOSSES_MOST = 5


class ChunkDispatcher:
    """Gives each job to some machine until it has one result; use `open_dispatcher`."""

    def __init__(
        self,
        links: Sequence[MachineLink],
        asked: AskedReading,
        *,
        check: Check,
        note: Callable[[str], None],
        runs_nothing: bool = False,
    ) -> None:
        """`note` hears what a person should know.

        `runs_nothing`: of a sandbox that has to be told how a program ends.
        """
        self.roster = MachineRoster(links, check=check, note=note, ring=self._ring)
        self.queue = JobQueue(self._ring, has_images=asked.has_images)
        self.results = ResultCounter(self.queue, self.roster)
        self.slim: Callable[[Result], Result] = lambda result: result
        """Puts long outputs away, so that they do not wait in memory."""
        self._asked = asked
        self._group: TaskGroup
        self._canaries = CanarySource(runs_nothing=runs_nothing)
        self._numbers = count(1)
        self._news = anyio.Event()
        self._trouble: Exception | None = None
        self._seen = time.monotonic()

    def _ring(self) -> None:
        self._news.set()

    # -- what a caller uses ------------------------------------------------------------------

    @property
    def facts(self) -> MachineFacts:
        """Those of the first machine, which all others are like."""
        assert self.roster.reference is not None  # noqa: S101  it is open
        return self.roster.reference

    @property
    def workers(self) -> int:
        """Samples that all machines run at one time."""
        return sum(each.facts.workers for each in self.roster.ready() if each.facts) or 1

    @property
    def placement(self) -> Placement:
        """Who did what so far."""
        return Placement(
            machines=tuple(each.told for each in self.roster.machines),
            run_twice=self.results.run_twice,
            unlike=tuple(self.results.unlike),
        )

    async def attempt(self, job: Job) -> Result:
        """The one result of a job; ProviderError where there are no machines any more."""
        if self._trouble is not None:
            raise self._trouble
        if len(job.sample.body) + len(self.queue.text_of(job.task)[1]) > JOB_BYTES:
            why = f"it and its task are more than the {JOB_BYTES >> 20} MiB that machines take"
            return ungraded(job, why, attempts=0)
        asked = self.queue.put(job)
        try:
            await asked.done.wait()
        finally:
            self.queue.open.discard(asked)
        if asked.result is None:
            raise self._trouble or ProviderError("no machine answered")
        return asked.result

    async def work(self, group: TaskGroup) -> None:
        """Reach all machines and begin; raises where none will do."""
        self._group = group
        await self.roster.meet(group)
        group.start_soon(self._pump)
        group.start_soon(self._watch)

    async def _watch(self) -> None:
        """Look for stragglers, and for the end of all machines."""
        while True:
            await anyio.sleep(TICK_S)
            now = time.monotonic()
            if self.roster.ready():
                self._seen = now
            elif self.queue.open and self._trouble is None:
                may_return = any(each.state is MachineState.LOST for each in self.roster.machines)
                if not may_return or now - self._seen > GONE_S:
                    self._trouble = self.roster.none_left()
                    for asked in self.queue.open:
                        asked.done.set()
            self._news.set()

    # -- chunks go out -----------------------------------------------------------------------

    async def _pump(self) -> None:
        while True:
            await self._news.wait()
            self._news = anyio.Event()
            await anyio.sleep(GATHER_S)
            while self._send_one():
                pass

    def _send_one(self) -> bool:
        """Send one chunk to whoever has least to do; False where there is none to send."""
        ready = self.roster.ready()
        free = [
            each
            for each in ready
            if len(each.chunks) < each.lanes(has_images=self._asked.has_images)
        ]
        for machine in sorted(free, key=lambda each: each.load_s):
            jobs = self.queue.taken(machine, ready) or self.queue.straggling(machine, ready)
            if jobs or (machine.held and not machine.chunks):
                self._send(machine, jobs)
                return True
        return False

    def _send(self, machine: Machine, jobs: list[AskedJob]) -> None:
        now = time.monotonic()
        pair = self._canaries.pair()
        places = self._canaries.scattered(len(jobs), pair)
        mixed: dict[int, AskedJob] = {}
        canaries: dict[int, CanaryJob] = {}
        listed: dict[int, Job] = {}
        for each in places:
            n = next(self._numbers)
            if each < len(jobs):
                mixed[n] = jobs[each]
                listed[n] = jobs[each].job
                jobs[each].holders.add(machine.name)
                machine.share["queue_s"] += now - jobs[each].since
                machine.images.add(jobs[each].job.task.image.name)
            else:
                canaries[n] = pair[each - len(jobs)]
                listed[n] = canaries[n].job
        chunk = SentChunk(mixed, canaries, machine.next_order())
        machine.chunks.append(chunk)
        machine.share["chunks"] += 1
        self._group.start_soon(self._carry, machine, chunk, listed)

    def _chunk(self, machine: Machine, listed: dict[int, Job]) -> bytes:
        texts: list[bytes] = []
        jobs: dict[int, tuple[str, Sample]] = {}
        for n, job in listed.items():
            named, text = self.queue.text_of(job.task)
            if named not in machine.tasks:
                machine.tasks.add(named)
                texts.append(text)
            jobs[n] = (named, job.sample)
        return chunk_text(self._asked, texts, jobs)

    # -- answers come in ---------------------------------------------------------------------

    async def _carry(self, machine: Machine, chunk: SentChunk, listed: dict[int, Job]) -> None:
        """Send a chunk and take its answers, whatever comes."""
        try:
            with chunk.scope:
                if not await self._exchange(machine, chunk, listed):
                    machine.tasks -= {self.queue.text_of(job.task)[0] for job in listed.values()}
                    if not await self._exchange(machine, chunk, listed):
                        raise FalseAnswerError("it does not keep the tasks that it was sent")
        except MachineLostError as error:
            self._lose(machine, str(error))
        except MachineRefusedError as error:
            self._drop(machine, MachineState.REFUSED, str(error))
        except FalseAnswerError as error:
            self._drop(machine, MachineState.DRAINED, str(error))

    async def _exchange(self, machine: Machine, chunk: SentChunk, listed: dict[int, Job]) -> bool:
        """Whether the machine had all tasks that the chunk names."""
        body = self._chunk(machine, listed)
        sent = time.monotonic()
        async with machine.link.answers(body) as batches:
            while True:
                for line in await next_lines(batches):
                    if chunk.is_taken_back:
                        return True
                    answer = readable(line)
                    if answer.missing:
                        return False
                    if answer.done is not None:
                        self._whole(machine, chunk, answer, time.monotonic() - sent)
                        return True
                    await self._take(machine, chunk, answer, listed)

    async def _take(
        self, machine: Machine, chunk: SentChunk, answer: AnswerLine, listed: dict[int, Job]
    ) -> None:
        """One line of a chunk."""
        if answer.alive:
            return
        if answer.failed:
            kind = MachineRefusedError if answer.failed == "UsageError" else MachineLostError
            raise kind(answer.why or answer.failed)
        n, told = answer.n, answer.result
        if n is None or told is None:
            raise FalseAnswerError("a line that says nothing")
        canary = chunk.canaries.get(n)
        if canary is None and (n not in chunk.jobs or n in chunk.results):
            raise FalseAnswerError("an answer that nobody asked for")
        assert machine.facts is not None  # noqa: S101  it is ready
        result = await accepted(told, listed[n], machine.facts)
        if canary is None:
            chunk.results[n] = self.slim(result)
            return
        if result.verdict is Verdict.UNGRADED:
            raise MachineLostError(f"it cannot grade: {result.reason:.200}")
        if result.verdict is not canary.verdict:
            raise FalseAnswerError(
                f"a program that must be '{canary.verdict}' was '{result.verdict}' there"
            )
        del chunk.canaries[n]
        if chunk.is_proven:
            self._believe(machine, chunk.order)

    def _whole(self, machine: Machine, chunk: SentChunk, answer: AnswerLine, away_s: float) -> None:
        """A chunk's last line came."""
        if not chunk.is_proven or len(chunk.results) != len(chunk.jobs) or answer.done is None:
            raise FalseAnswerError("it says that all is answered, and some is not")
        machine.chunks.remove(chunk)
        here_s = min(answer.done.here_s, away_s)
        machine.ended(chunk, here_s)
        machine.share["here_s"] += here_s
        machine.share["transfer_s"] += away_s - here_s
        if chunk.jobs:
            machine.held.append(HeldResults(chunk, machine.next_order()))
        self._news.set()

    def _believe(self, machine: Machine, order: int) -> None:
        """Hand out what was whole before a chunk was sent whose canaries were right."""
        while machine.held and machine.held[0].order < order:
            self.results.hand_out(machine, machine.held.popleft().pairs)

    # -- what goes wrong ---------------------------------------------------------------------

    def _lose(self, machine: Machine, why: str) -> None:
        """A machine is away: what it had not answered goes elsewhere, what was whole counts."""
        if machine.state is not MachineState.READY:
            return
        machine.become(MachineState.LOST, why)
        machine.share["losses"] += 1
        while machine.held:
            self.results.hand_out(machine, machine.held.popleft().pairs)
        count = self._take_back(machine)
        self.roster.note(f"machine {machine.name}: lost: {why}; {count} samples go to others")

    def _drop(self, machine: Machine, state: MachineState, why: str) -> None:
        """A machine is used no more, and what it graded since it was last believed is redone."""
        if machine.state is not MachineState.READY:
            return
        machine.become(state, why)
        held = [asked for each in machine.held for asked, _ in each.pairs]
        machine.held.clear()
        count = self._take_back(machine, held)
        self.roster.note(
            f"machine {machine.name}: {state.value}: {why}; {count} samples that it had lately"
            " are graded again"
        )

    def _take_back(self, machine: Machine, held: Sequence[AskedJob] = ()) -> int:
        chunks, machine.chunks = machine.chunks, []
        for chunk in chunks:
            chunk.is_taken_back = True
            chunk.scope.cancel()
        jobs = [*held, *(asked for chunk in chunks for asked in chunk.jobs.values())]
        for asked in reversed(jobs):
            asked.holders.discard(machine.name)
            asked.losses += 1
            if asked.losses > LOSSES_MOST and not asked.holders and asked.result is None:
                why = f"{asked.losses} machines went away with it"
                told = ungraded(asked.job, why, attempts=asked.losses)
                self.results.finish(asked, told, machine.name)
            else:
                self.queue.again(asked)
        machine.share["again"] += len(jobs)
        return len(jobs)


async def next_lines(batches: AsyncIterator[list[bytes]]) -> list[bytes]:
    """The next lines of a machine; MachineLostError where it is silent, or ends too early."""
    try:
        with anyio.fail_after(QUIET_S):
            found = await anext(batches, None)
    except TimeoutError:
        raise MachineLostError(f"silent for {QUIET_S:g} s") from None
    if found is None:
        raise MachineLostError("its answer broke off")
    return found


def readable(line: bytes) -> AnswerLine:
    """A line as a record; FalseAnswerError where it is none."""
    try:
        return answer_of(line)
    except ValueError as error:
        raise FalseAnswerError(f"a line that is none: {error}") from None


@asynccontextmanager
async def open_dispatcher(
    links: Sequence[MachineLink],
    asked: AskedReading,
    *,
    check: Check,
    note: Callable[[str], None],
    runs_nothing: bool = False,
) -> AsyncGenerator[ChunkDispatcher]:
    """A dispatcher that has reached its machines, until the context's end; see there.

    UsageError where none will do, ProviderError where none is there.
    """
    dispatcher = ChunkDispatcher(links, asked, check=check, note=note, runs_nothing=runs_nothing)
    try:
        async with anyio.create_task_group() as group:
            await dispatcher.work(group)
            try:
                yield dispatcher
            finally:
                group.cancel_scope.cancel()
    except BaseExceptionGroup as several:
        raise only(several) from None
