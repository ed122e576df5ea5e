"""The open engine: a provider that has shown what it can tell apart, and the attempt on top."""

from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, NamedTuple

from anyio import Semaphore, create_task_group, to_thread

from grader import plugins
from grader.benchmarks._data import cache_directory
from grader.benchmarks._extract import (
    ExtractionRule,
    ExtractMode,
    candidates,
    fenced,
    is_wrapped,
    stopped,
)
from grader.benchmarks._translated_answer import as_given, spoken
from grader.core.activity import Activity, ActivityBoard
from grader.core.execution import CompletionWord
from grader.core.groups import only
from grader.core.job import Attempt, Job, sample_digest
from grader.core.result import Result, Verdict
from grader.core.sample import Sample
from grader.core.task import HOST, Task
from grader.engine import environments, packages
from grader.engine.assets import TaskAssets
from grader.engine.attempt import attempt, plan_of, refused
from grader.engine.gate.syntax import SyntaxGate, open_gate
from grader.engine.learning.lessons import LessonStore
from grader.engine.learning.survey import TaskSurveys
from grader.engine.options import EngineOptions
from grader.engine.proof.commands import ImageProof
from grader.engine.proof.programs import prove
from grader.engine.provenance import engine_sha256
from grader.engine.toolchains.builds import KeptBuilds
from grader.engine.toolchains.needed import refuse_missing
from grader.engine.toolchains.ready import ReadyToolchains
from grader.engine.twins import SampleTwins
from grader.engine.verdict_cache import VerdictCache, open_verdicts
from grader.engine.withheld import withheld
from grader.errors import InfraError, UsageError
from grader.sandboxes.base import ALWAYS_SHOWN, Provider, ProviderSettings, WarmsUp, has_images

BEGINNING_CHARS = 60
LONG_CHARS = 50_000
"""A longer answer is looked through in a thread of its own; that takes 10 ms and more."""
AHEAD = 1
"""With one worker, planning, compiling and judging then hide behind the sandbox."""
AT_ONCE_MAX = 4
"""Programs of known outcome that are run side by side."""
IMAGES_RECORD = "images.json"
REPOSITORY = "repo"
"""The kind of tasks that have two readings, and the limits of their data set."""
SURVEYS, CHECKERS = "surveys", "checkers"
"""Folders of the cache directory."""


class Grading(NamedTuple):
    """What attempts need; open as long as its context. All calls come from its own event loop."""

    provider: Provider
    gate: SyntaxGate
    retries: int
    surveys: TaskSurveys | None = None
    proof: ImageProof | None = None
    verdicts: VerdictCache | None = None
    """None: nothing is taken from earlier runs."""
    assets: TaskAssets | None = None
    board: ActivityBoard | None = None
    toolchains: ReadyToolchains | None = None
    turns: Semaphore | None = None
    """Where a sandbox is there at once: one attempt is prepared while others have their turn."""

    @property
    def ahead(self) -> int:
        """How many attempts more than workers to keep going."""
        return 0 if self.turns is None else AHEAD

    def active(self) -> list[Activity]:
        """What is being worked on."""
        return self.board.now() if self.board else []

    async def attempt(self, job: Job) -> Result:
        """One sample from plan to result."""
        if self.verdicts is not None:
            return await self.verdicts.once(job, self.provider, self.fresh_attempt)
        return await self.fresh_attempt(job)

    async def bare_attempt(self, job: Job) -> Result:
        """As `attempt`; of a sealed task only what may be told."""
        return withheld(await self.attempt(job), job.task)

    async def fresh_attempt(self, job: Job) -> Result:
        """One sample that is run, whatever is known."""
        if self.assets is not None:
            job = await self.assets.informed(job)
        return await attempt(
            job,
            self.provider,
            retries=self.retries,
            gate=self.gate,
            surveys=self.surveys,
            proof=self.proof,
            turns=self.turns,
            toolchains=self.toolchains,
        )

    def extracting(self, mode: ExtractMode) -> Attempt:
        """Extraction as asked for, then `attempt`."""
        once = {
            ExtractMode.NONE: self.attempt,
            ExtractMode.FENCE: self.fenced_attempt,
            ExtractMode.AUTO: self.rescuing_attempt,
        }[mode]

        async def noted(job: Job) -> Result:
            is_given = mode is ExtractMode.NONE
            said = as_given(job.sample) if is_given else spoken(job.task, job.sample)
            result = await (once(job) if said is job.sample else self.instead(job, said))
            if is_given and result.extraction:
                result = result.model_copy(update={"extraction": ""})
            if was_refused(result):
                result = result.model_copy(update={"begins": first_line(job.sample.body)})
            return withheld(result, job.task)

        return noted

    def grading(self, options: EngineOptions, twins: SampleTwins) -> Attempt:
        """Trust and reading as asked for, identical samples once, extraction, then `attempt`."""
        noted, board = self.extracting(options.extract), self.board or ActivityBoard()

        async def graded(job: Job) -> Result:
            with board.working(job.sample.task_id, job.sample.index):
                return await twins.once(as_asked(job, options), noted)

        return graded

    async def fenced_attempt(self, job: Job) -> Result:
        """Grade the code in the answer's fences, where there is any."""
        return await self.instead(job, fenced(job.task, job.sample))

    async def rescuing_attempt(self, job: Job) -> Result:
        """Grade what was given, or what can be taken out of it where it does not compile.

        An answer that a part was cut from may be right; where it is not, that part may have been
        what was missing, and the sample stays one that does not compile.
        """
        result = await self.attempt(job)
        if job.sample.defect or result.verdict is Verdict.PASSED:
            return result
        readings = self.readings(job, result)
        if len(job.sample.body) > LONG_CHARS:  # others must not wait while it is looked through
            readings = await to_thread.run_sync(list, readings)
        for other in readings:
            if await self.accepts(job.model_copy(update={"sample": other})):
                found = await self.instead(job, other)
                is_cut = other.extraction == ExtractionRule.CUT
                return result if is_cut and found.verdict is not Verdict.PASSED else found
        return result

    def readings(self, job: Job, result: Result) -> Iterable[Sample]:
        """What else the sample may mean that came out as `result`."""
        if was_refused(result) or is_wrapped(job.sample.body):
            yield from candidates(job.task, job.sample)
        elif line := failed_while_loaded(result):
            other = stopped(job.task, job.sample, line)
            yield from () if other is None else (other,)

    async def instead(self, job: Job, other: Sample) -> Result:
        """The result of another text for the sample; its digest stays that of what was given."""
        result = await self.attempt(job.model_copy(update={"sample": other}))
        return result.model_copy(update={"sample_digest": sample_digest(job.sample)})

    async def accepts(self, job: Job) -> bool:
        """Whether the job's program compiles, or nobody can say; errors are left to `attempt`."""
        try:
            return await refused(plan_of(job), self.provider, self.gate) is None
        except InfraError:
            return True


def as_asked(job: Job, options: EngineOptions) -> Job:
    """A job that brings no trust and reading of its own, with those of a run."""
    if (options.trust, options.reading) == (job.trust, job.reading):
        return job
    return job.model_copy(update={"trust": options.trust, "reading": options.reading})


def first_line(text: str) -> str:
    """The first line with anything on it, cut to BEGINNING_CHARS."""
    return text.strip().partition("\n")[0][:BEGINNING_CHARS]


def was_refused(result: Result) -> bool:
    """Whether the sample's program did not compile."""
    steps = result.execution.steps if result.execution else ()
    return bool(steps) and steps[0].completion.said is CompletionWord.REFUSED


def failed_while_loaded(result: Result) -> int:
    """The line of the program that raised before any test ran; 0 where none did."""
    steps = result.execution.steps if result.execution else ()
    if not steps or steps[0].completion.said is not CompletionWord.RAISED:
        return 0
    frame = steps[0].completion.traceback.partition("\n")[0]
    return steps[0].completion.line if frame.endswith(", in <module>") else 0


def needs_image(task: Task) -> bool:
    """Whether a task is graded in an image of its own, and on no machine without."""
    return task.kind == REPOSITORY or task.image.name != HOST


def refuse_repositories(sandbox: str, tasks: Mapping[str, Task]) -> None:
    """UsageError where a sandbox that has no images would get tasks that cannot do without.

    Graded all the same, every sample would stay ungraded for a reason that is none.
    """
    if has_images(sandbox):
        return
    if any(map(needs_image, tasks.values())):
        raise UsageError(
            f"repositories are graded in images, and the sandbox '{sandbox}' has none;"
            " pass --sandbox docker"
        )


def refuse(options: EngineOptions, tasks: Mapping[str, Task]) -> None:
    """UsageError where the sandbox cannot give what these tasks or the caller want of it."""
    refuse_repositories(options.sandbox, tasks)
    refuse_missing(options.sandbox, tasks)
    packages.shown(options)
    environments.shown(options, tasks)


@asynccontextmanager
async def open_grading(
    options: EngineOptions, run_id: str, *, accept: Callable[[Provider], None] = lambda _: None,
    programs: bool = True, idle: bool = False, apart: bool = False,
) -> AsyncGenerator[Grading]:  # fmt: skip
    """Open the sandbox and the compile gate; SandboxError before any sample is touched.

    `programs`: whether some plans have no image of their own; `idle`: no sample has anything to
    run, so that nothing is opened. `apart`: tests come of several owners.
    `accept` sees the provider before its canaries run and may refuse by raising.
    """
    member = plugins.load("sandboxes", "null" if idle else options.sandbox)
    named = tuple(each.partition("==")[0] for each in packages.shown(options))
    settings = ProviderSettings(
        run_id=run_id,
        workers=options.workers,
        programs=programs,
        sessions=options.sessions,
        apart=apart,
        fresh=options.fresh,
        packages=(*ALWAYS_SHOWN, *named),
        heavy=packages.heavy(options),
        environments=cache_directory(),
        own_python=options.python,
        allow_weak=options.allow_weak or idle,
        containers=options.containers,
        memory_budget_mb=options.memory_budget_mb,
        images_record=cache_directory() / IMAGES_RECORD,
        disk_budget_mb=options.disk_budget_mb,
    )
    async with AsyncExitStack() as stack:
        provider: Provider = await stack.enter_async_context(member.open_provider(settings))
        accept(provider)
        gate = await stack.enter_async_context(open_gate())
        runs_nothing = getattr(member, "RUNS_NOTHING", False)
        if not runs_nothing and getattr(provider, "runs_programs", True):
            await made_ready(provider, gate, settings)
        verdicts = opened_verdicts(options, run_id)
        surveys = surveys_of(options)
        is_at_hand = getattr(provider, "is_at_hand", False)
        yield Grading(
            provider,
            gate,
            options.retries,
            surveys=surveys,
            proof=ImageProof(options.containers),
            verdicts=verdicts,
            assets=TaskAssets(),
            board=ActivityBoard(),
            toolchains=ReadyToolchains(kept_builds(options)),
            turns=Semaphore(options.workers, fast_acquire=True) if is_at_hand else None,
        )


async def made_ready(provider: Provider, gate: SyntaxGate, settings: ProviderSettings) -> None:
    """Prove the sandbox, and meanwhile start what the first sample would wait for."""
    same = settings.model_copy(update={"run_id": ""}).model_dump_json()
    place = f"{provider.name} {provider.isolation.model_dump_json()} {same}"
    try:
        async with create_task_group() as group:
            group.start_soon(gate.warm)
            if isinstance(provider, WarmsUp):
                group.start_soon(provider.warm)
            await prove(provider, place=place, at_once=min(settings.workers, AT_ONCE_MAX))
    except BaseExceptionGroup as several:
        raise only(several) from None


def fallen(provider: Any) -> str:
    """That the walls are not the best ones, and why; '' where they are."""
    why = getattr(provider, "fell", "")
    return f"isolation: only the tier '{provider.isolation.tier}' ({why})" if why else ""


def opened_verdicts(options: EngineOptions, run_id: str) -> VerdictCache | None:
    """Earlier runs' verdicts, where they are wanted and may be kept."""
    if not options.cache or options.sealed:
        return None
    return open_verdicts(cache_directory(), run_id=run_id)


def kept_builds(options: EngineOptions) -> KeptBuilds:
    """Checkers that were built, which hold their tests: on the disk unless those are sealed."""
    return KeptBuilds(None if options.sealed else LessonStore(cache_directory() / CHECKERS))


def surveys_of(options: EngineOptions) -> TaskSurveys:
    """Surveys that outlive the run, unless that is not wanted."""
    if options.surveys == "new" or options.sealed:
        return TaskSurveys()
    places = (engine_sha256(), options.containers.model_dump_json())
    return TaskSurveys(LessonStore(cache_directory() / SURVEYS), places=places)
