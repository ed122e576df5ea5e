"""`Engine`: grades for asynchronous callers, as long as it is open."""

from collections.abc import AsyncGenerator, AsyncIterable, Iterable, Mapping, Sequence
from contextlib import aclosing
from os import PathLike
from typing import Self, Unpack

from anyio import CancelScope, get_cancelled_exc_class, to_thread

from grader.core.execution import StepResult
from grader.core.limits import Limits
from grader.core.result import Result
from grader.core.task import Task
from grader.engine.service import flow, script
from grader.engine.service.asked import JobChoices, Solution, timed_job
from grader.engine.service.blocking import BlockingEngine
from grader.engine.service.held import EngineChoices, HeldDesk
from grader.engine.service.many import Item, in_order, reward_of, submitter, window_of
from grader.engine.service.owner import outcome
from grader.engine.service.script import ProgramChoices
from grader.engine.service.session import SandboxHolding, Session
from grader.engine.service.tasks import benchmark_task
from grader.sandboxes.base import Provider


class Engine:
    """An open engine: grades any task, for any event loop, thread and forked child.

        async with grader.Engine(workers=4) as engine:
            result = await engine.grade(task, "def add(a, b): return a + b")

    Opening shows that the sandbox tells right from wrong, and keeps it warm; every further `grade`
    costs what the sandbox costs. Wrong samples are verdicts; our own trouble is a result that is
    `ungraded` and says why. Raises UsageError for what the caller can mend, SandboxError where no
    sandbox can be trusted here, ProviderError where there is none any more.
    """

    def __init__(self, **choices: Unpack[EngineChoices]) -> None:
        """See `EngineChoices`; opens nothing yet."""
        self._held = HeldDesk(choices)

    async def __aenter__(self) -> Self:
        try:
            await self._held.owner_soon()
        except get_cancelled_exc_class():  # a thread may open it yet
            await self.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End it; what still runs is cancelled and its callers are told. Safe to call twice.

        For who holds an engine without `async with`.
        """
        with CancelScope(shield=True):
            await to_thread.run_sync(self._held.close)

    @property
    def provider(self) -> Provider:
        """What lends sandboxes: name, isolation, Python; opens the engine where it is not."""
        return self._held.owner().opened.grading.provider

    async def grade(self, task: Task, solution: Solution, **choices: Unpack[JobChoices]) -> Result:
        """The verdict on one solution.

        solution: the model's text (a continuation of the task's prompt, a whole program, a patch,
        or an answer with code in it), a `Sample`, or a mapping: `solution` says that the text is a
        whole program, `completion` that it is a continuation. Cancelling frees the sandbox.
        """
        job = timed_job(task, solution, choices, self._held.options)
        owner = await self._held.owner_soon()
        return await outcome(owner.submit(owner.opened.grade, job))

    async def grade_many(
        self, jobs: AsyncIterable[Item] | Iterable[Item], **choices: Unpack[JobChoices]
    ) -> AsyncGenerator[Result]:
        """Results of (task, solution) pairs in order of completion; `index` is a pair's place.

        A third element is a mapping of keywords for that pair alone. Pairs are pulled only as fast
        as results are taken, and a deadline counts from then.
        """
        options = self._held.options
        submit = submitter(await self._held.owner_soon(), options, choices)
        async with aclosing(flow.in_turn_anywhere(jobs, submit, window_of(options))) as results:
            async for result in results:
                yield result

    async def rewards(
        self, jobs: Iterable[Item], **choices: Unpack[JobChoices]
    ) -> list[float | None]:
        """1.0 for each solution that passed, 0.0 for each that did not, in their order.

        None where nothing can be said, which is our trouble: never take it for 0.
        """
        results = self.grade_many(jobs, **choices)
        return in_order({each.index: reward_of(each) async for each in results})

    async def run(
        self, program: str | Sequence[str], **choices: Unpack[ProgramChoices]
    ) -> StepResult:
        """What a Python program (a text) or a command (its words) does: streams, status, times.

        See `ProgramChoices` for keywords. No verdict.
        Raises DeadlineError where the deadline came first, BusyHostError where the machine gave it
        no time; both are InfraErrors.
        """
        asked = script.timed_program(program, choices)
        owner = await self._held.owner_soon()
        return script.as_script(await outcome(owner.submit(owner.opened.run, asked)), program)

    def session(
        self, *, limits: Limits | Mapping[str, object] | None = None, image: str = ""
    ) -> Session:
        """A sandbox that keeps its files over several steps, as a context.

        limits: of each step that brings none. image: a container of this image, whose steps are
        commands, where the sandbox is one. At most `sessions` are open at one time; a further one
        waits.
        """
        return Session(SandboxHolding(self._held, limits, image))

    @property
    def sessions(self) -> int:
        """How many sessions may be open at one time."""
        return self._held.options.sessions

    def blocking(self) -> BlockingEngine:
        """The very same engine for callers that wait: closing either closes both."""
        return BlockingEngine(self._held)

    def task(
        self, benchmark: str, task_id: str, *, data: str | PathLike[str] | None = None
    ) -> Task:
        """A benchmark's task by its id; UsageError with the nearest name where there is none.

        The benchmark's file is read once, and downloaded where it is missing.
        """
        return benchmark_task(benchmark, task_id, data)
