"""`open`: the engine for callers without an event loop, and for notebooks, which have one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from os import PathLike
from typing import Self, Unpack

from grader.core.execution import StepResult
from grader.core.limits import Limits
from grader.core.result import Result
from grader.core.task import Task
from grader.engine.service import flow, script
from grader.engine.service.asked import JobChoices, Solution, timed_job
from grader.engine.service.held import EngineChoices, HeldDesk
from grader.engine.service.many import Item, in_order, reward_of, submitter, window_of
from grader.engine.service.script import ProgramChoices
from grader.engine.service.session import BlockingSession, SandboxHolding
from grader.engine.service.tasks import benchmark_task


def open(**choices: Unpack[EngineChoices]) -> "BlockingEngine":  # noqa: A001  `grader.open`
    """An open engine whose methods wait; see `Engine` for what they give and raise.

    with grader.open(workers=4) as engine:
        result = engine.grade(task, "def add(a, b): return a + b")
    """
    engine = BlockingEngine(HeldDesk(choices))
    engine.open()
    return engine


class BlockingEngine:
    """What `open` gives; as `Engine`, for any thread, a notebook and forked children."""

    def __init__(self, held: HeldDesk) -> None:
        """Use `grader.open`, or `Engine.blocking`."""
        self._held = held

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> None:
        """Open it in this process, if it is not open; the first use does so too."""
        self._held.owner()

    def close(self) -> None:
        """End it; what still runs is cancelled. Safe to call twice."""
        self._held.close()

    def grade(self, task: Task, solution: Solution, **choices: Unpack[JobChoices]) -> Result:
        """See `Engine.grade`."""
        job = timed_job(task, solution, choices, self._held.options)
        owner = self._held.owner()
        return owner.result(owner.submit(owner.opened.grade, job))

    def grade_many(self, jobs: Iterable[Item], **choices: Unpack[JobChoices]) -> Iterator[Result]:
        """See `Engine.grade_many`."""
        options = self._held.options
        submit = submitter(self._held.owner(), options, choices)
        with closing(flow.in_turn(jobs, submit, window_of(options))) as results:
            yield from results

    def rewards(self, jobs: Iterable[Item], **choices: Unpack[JobChoices]) -> list[float | None]:
        """See `Engine.rewards`."""
        return in_order({each.index: reward_of(each) for each in self.grade_many(jobs, **choices)})

    def run(self, program: str | Sequence[str], **choices: Unpack[ProgramChoices]) -> StepResult:
        """See `Engine.run`."""
        asked = script.timed_program(program, choices)
        owner = self._held.owner()
        return script.as_script(owner.result(owner.submit(owner.opened.run, asked)), program)

    def session(
        self, *, limits: Limits | Mapping[str, object] | None = None, image: str = ""
    ) -> BlockingSession:
        """A sandbox that keeps its files over several steps, as a context.

        limits: of each step that brings none. image: a container of this image, whose steps are
        commands, where the sandbox is one. At most `sessions` are open at one time; a further one
        waits.
        """
        return BlockingSession(SandboxHolding(self._held, limits, image))

    def task(
        self, benchmark: str, task_id: str, *, data: str | PathLike[str] | None = None
    ) -> Task:
        """See `Engine.task`."""
        return benchmark_task(benchmark, task_id, data)
