"""Controls: a task's own solution must pass and an empty one must not, every time."""

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import cast

from anyio import to_thread

from grader import plugins
from grader.core.execution import Isolation
from grader.core.job import Job
from grader.core.leak import ImageAudit
from grader.core.manifest import DatasetRef
from grader.core.record import Record
from grader.core.result import Result, Trust, Verdict
from grader.core.sample import Sample
from grader.core.task import Task
from grader.engine import dataset
from grader.engine.grading import as_asked, fallen, open_grading, refuse
from grader.engine.run_id import new_run_id
from grader.errors import UsageError
from grader.executors.base import Executor
from grader.record import journal, manifest
from grader.reports._leaks import first_of
from grader.run import schedule
from grader.run.options import Options, RunObserver, SilentObserver
from grader.supply import leaks

REPETITIONS = 3


class ControlState(StrEnum):
    """What the controls say about a task."""

    SOUND = "sound"
    FLAKY = "flaky"
    """Equal runs came out differently."""
    BROKEN = "broken"
    """The reference fails every time, or the empty solution passes."""
    UNCHECKED = "not checked"
    """It has no reference: that the empty solution fails says nothing about a right one."""
    UNKNOWN = "unknown"
    """Our own trouble left a control without a verdict."""


class TaskControl(Record):
    """One task's controls."""

    task_id: str
    state: ControlState
    reason: str = ""
    reference: dict[str, int]
    """Verdict value → repetitions; empty where the task has no reference."""
    empty: dict[str, int]
    known_broken: str = ""
    needs_one_process: bool = False
    """The reference passes only where it shares a process with its tests."""
    image: ImageAudit | None = None
    """What of the solution can be read in the task's image; None where it has none of its own."""


class BenchmarkValidation(Record):
    """The controls of a benchmark."""

    dataset: DatasetRef
    repetitions: int
    isolation: Isolation | None = None
    counts: dict[str, int]
    """State value → tasks."""
    without_reference: int = 0
    """Tasks that have no reference solution: only the empty one was tried."""
    references_passed: int = 0
    """Tasks whose reference passed every time."""
    need_one_process: int = 0
    """Tasks whose reference passes only in one process with its tests."""
    leaks: int = 0
    """Tasks whose image gives the solution away."""
    controls: tuple[TaskControl, ...]


class QuarantineFile(Record):
    """Tasks that no number should rest on, bound to the data that were tried."""

    schema_version: int = 1
    benchmark: str
    version: str
    dataset_sha256: str
    flaky: dict[str, str]
    """Task id → why."""
    broken: dict[str, str]
    leaky: dict[str, str] = {}
    """Task id → what of its solution can be read in its image."""


class ControlCounts:
    """Verdicts of one task's controls while they come."""

    def __init__(self) -> None:
        self.reference: Counter[str] = Counter()
        self.empty: Counter[str] = Counter()
        self.reason = ""
        self.needs_one_process = False


async def validate(
    options: Options, *, repetitions: int = REPETITIONS, observe: RunObserver | None = None
) -> BenchmarkValidation:
    """Run the reference and the empty solution of every selected task `repetitions` times.

    `options.samples` and `options.out` are not looked at. Raises as `evaluate` does.
    """
    if repetitions < 1:
        raise UsageError(f"{repetitions} repetitions say nothing; ask for 1 or more")
    observer = observe or SilentObserver()
    data = await to_thread.run_sync(
        dataset.load, options.benchmark, options.data, options.languages, options.key
    )
    tasks = dataset.with_limits(
        dataset.select(data.tasks, options.tasks, limit=options.limit),
        timeout_s=options.timeout_s,
        memory_mb=options.memory_mb,
        pids=options.pids,
        rule=options.rule,
    )
    refuse(options, tasks)
    options = options.model_copy(update={"sealed": data.reference.sealed})
    counts = {task_id: ControlCounts() for task_id in tasks}
    executor = cast("Executor", plugins.load("executors", options.executor))
    run_id = new_run_id(f"validate-{data.benchmark.name}")
    isolations: list[Isolation] = []
    jobs = (as_asked(job, options) for job in controls(tasks, repetitions))
    async with (
        open_grading(
            options,
            run_id,
            accept=lambda provider: isolations.append(provider.isolation),
            programs=not schedule.all_have_images(tasks),
        ) as engine,
        executor.running(jobs, engine.bare_attempt, workers=options.workers) as results,
    ):
        if why := fallen(engine.provider):
            observer.note(why)
        async for result in results:
            count(result, counts[result.task_id], repetitions)
            observer.result(result)
    images = await audits(tasks, options, observer)
    found = tuple(
        control(task, counts[task.id], repetitions).model_copy(
            update={"image": images.get(task.id)}
        )
        for task in tasks.values()
    )
    return summary(data.reference, found, repetitions=repetitions, isolation=isolations[0])


async def audits(
    tasks: dict[str, Task], options: Options, observer: RunObserver
) -> dict[str, ImageAudit]:
    """By task what is in its image, where the sandbox runs images and the tasks have their own."""
    if options.sandbox != "docker" or not leaks.auditable(tasks):
        return {}
    observer.note("looking for solutions in the images")
    found = await leaks.audit(tasks, options, lambda _: None)
    return {each.task_id: each for each in found}


def controls(tasks: dict[str, Task], repetitions: int) -> Iterator[Job]:
    """References under the indices 0 … n-1, empty solutions under n … 2n-1."""
    for task in tasks.values():
        member = plugins.load("graders", task.kind)
        reference: Sample | None = member.reference(task)
        empty: Sample = member.empty(task)
        for index in range(repetitions):
            if reference is not None:
                yield Job(task=task, sample=reference.model_copy(update={"index": index}))
        for index in range(repetitions, 2 * repetitions):
            yield Job(task=task, sample=empty.model_copy(update={"index": index}))


def count(result: Result, counts: ControlCounts, repetitions: int) -> None:
    """Add one control's verdict."""
    is_reference = result.index < repetitions
    counts.needs_one_process |= is_reference and fell_back(result)
    (counts.reference if is_reference else counts.empty)[result.verdict.value] += 1
    if result.verdict is Verdict.UNGRADED or (
        is_reference and result.verdict is not Verdict.PASSED
    ):
        counts.reason = result.reason


def fell_back(result: Result) -> bool:
    """Whether an interview was tried, and one process gave the verdict."""
    steps = result.execution.steps if result.execution else ()
    interviewed = any(step.checker is not None for step in steps)
    return result.trust is Trust.SHARED and interviewed


def control(task: Task, counts: ControlCounts, repetitions: int) -> TaskControl:
    """What one task's verdicts mean."""
    state, reason = meaning(counts, repetitions)
    return TaskControl(
        task_id=task.id,
        state=state,
        reason=reason,
        reference=dict(counts.reference),
        empty=dict(counts.empty),
        known_broken=task.known_broken,
        needs_one_process=counts.needs_one_process,
    )


def meaning(counts: ControlCounts, repetitions: int) -> tuple[ControlState, str]:
    """State and one-line reason from the verdict counts of a task's controls."""
    passed, solved = (kind[Verdict.PASSED.value] for kind in (counts.reference, counts.empty))
    if counts.reference[Verdict.UNGRADED.value] or counts.empty[Verdict.UNGRADED.value]:
        return ControlState.UNKNOWN, counts.reason
    if counts.reference and not passed:
        return ControlState.BROKEN, f"the reference never passes: {counts.reason}"
    if solved == repetitions:
        return ControlState.BROKEN, "the empty solution passes"
    if counts.reference and passed < repetitions:
        missed = repetitions - passed
        return (
            ControlState.FLAKY,
            f"the reference missed {missed} of {repetitions}: {counts.reason}",
        )
    if solved:
        return ControlState.FLAKY, f"the empty solution passed {solved} of {repetitions}"
    sound = ControlState.SOUND, ""
    return (
        sound
        if counts.reference
        else (ControlState.UNCHECKED, "it has no solution of its own to run")
    )


def summary(
    reference: DatasetRef,
    found: tuple[TaskControl, ...],
    *,
    repetitions: int,
    isolation: Isolation,
) -> BenchmarkValidation:
    """Count the states."""
    return BenchmarkValidation(
        dataset=reference,
        repetitions=repetitions,
        isolation=isolation,
        counts=dict(Counter(each.state.value for each in found)),
        without_reference=sum(not each.reference for each in found),
        references_passed=sum(
            each.reference.get(Verdict.PASSED.value, 0) == repetitions for each in found
        ),
        need_one_process=sum(each.needs_one_process for each in found),
        leaks=sum(each.image is not None and each.image.leaks for each in found),
        controls=found,
    )


def quarantine(validation: BenchmarkValidation) -> QuarantineFile:
    """The tasks to leave out, with the reasons."""
    flaky, broken = (
        {each.task_id: each.reason for each in validation.controls if each.state is state}
        for state in (ControlState.FLAKY, ControlState.BROKEN)
    )
    return QuarantineFile(
        benchmark=validation.dataset.benchmark,
        version=validation.dataset.version,
        dataset_sha256=validation.dataset.sha256,
        flaky=flaky,
        broken=broken,
        leaky={
            each.task_id: first_of(each.image)
            for each in validation.controls
            if each.image is not None and each.image.leaks
        },
    )


def write_quarantine(path: Path, validation: BenchmarkValidation) -> None:
    """Write the quarantine list as JSON; JournalError where the disk refuses."""
    try:
        manifest.write_record(path, quarantine(validation))
    except OSError as error:
        raise journal.trouble(path, error, resume="grader validate …") from error
