"""Grade an exercise: a folder with a solution's files and tests in one of several languages.

Tests and solution share one process in every official runner, and what it reports the solution
could write itself. So the tests run twice by default, each time with other of them wanting
something wrong, by lot (`_exercise_twins`): passing are those that pass as they are and fail where
no solution can pass. `reading="parity"` and `trust="shared"` run them once, as they are.
"""

import json

from grader.core.execution import Execution, StepEnd, StepResult
from grader.core.job import Job
from grader.core.limits import Limits
from grader.core.plan import Plan, Program, ShownToolchain, Step
from grader.core.record import Record
from grader.core.result import Cause, Outcome, Result, TestResult, Trust, Verdict
from grader.core.sample import Sample
from grader.core.task import Task
from grader.errors import TaskError
from grader.graders import _exercise_survey as surveying
from grader.graders._exercise_files import SampleFiles, accepted, files_in
from grader.graders._exercise_twins import (
    TRUSTED_BITS,
    TestsReading,
    TwinLesson,
    drawn,
    offered,
    read,
    without_overlap,
)
from grader.graders._meaning import VerdictMeaning, of_defect, of_program
from grader.graders._program_meaning import compiler_lines, of_build
from grader.graders.base import FollowUp, TaskLesson
from grader.languages import base as languages
from grader.languages._plans import shown
from grader.runners import base
from grader.runners.base import REPORT, ExerciseFiles, TestRunner, TextEdit, edited

DRAW, FIRST, SECOND, PLAIN = "draw", " 1", " 2", ""
BUILD, TESTS = "build", "tests"
LESSON = "twins"
SEED = "import os\nprint(os.urandom(32).hex())\n"
NAMES_SHOWN = 3


class Spec(Record):
    """What `Task.spec` holds for this kind."""

    language: str = ""
    """Whose toolchain it needs; empty: Python's."""
    track: str
    name: str
    """The exercise's, as its folder is called."""
    statement: str = ""
    solution: tuple[str, ...]
    """Paths of the files that a solution fills in."""
    stub: dict[str, str]
    """What stands there before."""
    tests: dict[str, str]
    """The tests' files as they run officially."""
    support: dict[str, str] = {}
    """All other files of the exercise."""
    reference: dict[str, str] = {}
    """The files of its own solution."""
    twins: TwinLesson | None = None
    """Learned of its own solution; never of a data set."""

    @property
    def protected(self) -> frozenset[str]:
        """Files that are put back before the tests run."""
        return frozenset({*self.tests, *self.support} - set(self.solution))


def plan(job: Job) -> Plan:
    """A draw, after which `later` says more; or the tests as they are."""
    spec = specification(job.task)
    runner = runner_of(spec)
    if job.trust == "separated":
        raise TaskError(f"{job.task.id}: its tests share a process with the solution; --trust auto")
    steps: tuple[Step, ...] = ()
    if not job.sample.defect:
        steps = steps_of(job, PLAIN) if is_plain(job) else (draw_step(job),)
    return Plan(image=job.task.image, limits=job.task.limits, steps=steps, toolchain=seen(runner))


def seen(runner: TestRunner) -> ShownToolchain | None:
    """What of this machine the steps see."""
    return shown(languages.load(runner.language)) if runner.language else None


def is_plain(job: Job) -> bool:
    """Whether the tests run once, as they are."""
    return job.reading == "parity" or job.trust == "shared"


def draw_step(job: Job) -> Step:
    """Where the lot is drawn: before any code of the sample's, and seen by the engine alone."""
    return Step(name=DRAW, action=Program(source=SEED), limits=job.task.limits, is_setup=True)


def steps_of(job: Job, ending: str, edits: tuple[TextEdit, ...] = ()) -> tuple[Step, ...]:
    """Build and run the sample with its tests, some of them changed."""
    spec = specification(job.task)
    files = {**spec.stub, **sample_files(job.sample, spec).files}
    return steps_with(job.task, files, ending, edits)


def steps_with(
    task: Task, files: base.Texts, ending: str, edits: tuple[TextEdit, ...] = ()
) -> tuple[Step, ...]:
    """The same with a solution's files as they are."""
    spec = specification(task)
    sources = {
        **files,
        **{path: spec.support[path] for path in spec.support if path in spec.protected},
    }
    lying = ExerciseFiles(spec.name, sources, edited(spec.tests, edits))
    return runner_of(spec).steps(lying, task.limits, ending)


def sample_files(sample: Sample, spec: Spec) -> SampleFiles:
    """What the sample brings that counts."""
    given = files_in(sample.body, spec.solution)
    return accepted(given, spec.protected, runner_of(spec))


def later(job: Job, execution: Execution) -> FollowUp:
    """Learn of the tests; then the first run, and where that is no failure the second."""
    taken = {step.name: step for step in execution.steps}
    if DRAW not in taken:
        return FollowUp()
    spec = specification(job.task)
    if spec.twins is None:
        return FollowUp(learn=LESSON)
    if spec.twins.why:
        return FollowUp()
    first, second = drawn(spec.twins, taken[DRAW].stdout)
    if not ran(taken, FIRST):
        return FollowUp(steps=steps_of(job, FIRST, edits_for(spec, first)))
    if ran(taken, SECOND) or not spec.twins.twins or is_over(job, spec, taken, first):
        return FollowUp()
    return FollowUp(steps=steps_of(job, SECOND, edits_for(spec, second)))


def ran(taken: dict[str, StepResult], ending: str) -> bool:
    """Whether a run was begun."""
    return f"{BUILD}{ending}" in taken or f"{TESTS}{ending}" in taken


def is_over(job: Job, spec: Spec, taken: dict[str, StepResult], first: frozenset[str]) -> bool:
    """Whether the first run alone decides: whatever the second says, it is no pass."""
    if hindered(spec, job.task.limits, taken, FIRST):
        return True
    found = read(spec.twins or TwinLesson(), [(first, outcomes_in(spec, taken, FIRST))])
    return bool(found.failed or found.missing)


def edits_for(spec: Spec, names: frozenset[str]) -> tuple[TextEdit, ...]:
    """How the tests of these names are changed."""
    lesson = spec.twins or TwinLesson()
    ways = offered(runner_of(spec).twins(spec.tests), lesson.tests)
    chosen = {name: ways[name][number] for name, number in lesson.twins if name in names}
    return tuple(without_overlap(chosen).values())


def outcomes_in(spec: Spec, taken: dict[str, StepResult], ending: str) -> dict[str, bool]:
    """What a run reported."""
    step = taken.get(f"{TESTS}{ending}")
    text = dict(step.collected).get(REPORT, b"") if step else b""
    return runner_of(spec).outcomes(text.decode(errors="replace"))


def hindered(
    spec: Spec, limits: Limits, taken: dict[str, StepResult], ending: str
) -> VerdictMeaning | None:
    """Why a run's report does not count: it was not built, or ended by a limit."""
    if spec.language:
        found = of_build(taken.get(f"{BUILD}{ending}"), languages.load(spec.language))
        if found:
            return found
    step = taken.get(f"{TESTS}{ending}")
    if step is None:
        return VerdictMeaning(Verdict.UNGRADED, "its tests did not run")
    if step.ended not in {StepEnd.EXIT, StepEnd.SIGNAL}:
        return of_program(step, limits)
    return None


def judge(job: Job, execution: Execution) -> Result:
    """Limits and compilers first, then each test's outcomes in both runs."""
    if job.sample.defect:
        return result(job, of_defect(job.sample), Trust.SHARED)
    spec = specification(job.task)
    taken = {step.name: step for step in execution.steps}
    if is_plain(job):
        return judged_plain(job, spec, taken)
    if spec.twins and spec.twins.why:
        return untold(job, spec.twins)
    if spec.twins is None or not ran(taken, FIRST):
        return result(job, VerdictMeaning(Verdict.UNGRADED, "nothing ran"), Trust.SHARED)
    lesson = spec.twins
    trust = Trust.KEYED if lesson.bits >= TRUSTED_BITS else Trust.SHARED
    evidence = (*told_of(job, spec), proof_of(lesson))
    for ending in (FIRST, SECOND):
        why = hindered(spec, job.task.limits, taken, ending) if ran(taken, ending) else None
        if why:
            lines = compiler_lines(taken.get(f"{BUILD}{ending}"))
            return result(job, why, trust, evidence=(*evidence, *lines))
    runs = zip((FIRST, SECOND), drawn(lesson, taken[DRAW].stdout), strict=True)
    found = read(
        lesson,
        [(names, outcomes_in(spec, taken, ending)) for ending, names in runs if ran(taken, ending)],
    )
    return result(job, meaning_of(found), trust, tests=tests_of(found), evidence=evidence)


def judged_plain(job: Job, spec: Spec, taken: dict[str, StepResult]) -> Result:
    """The tests as they are, once: every one that is reported must pass."""
    evidence = told_of(job, spec)
    found = hindered(spec, job.task.limits, taken, PLAIN)
    outcomes = outcomes_in(spec, taken, PLAIN)
    if found is None:
        names = tuple(outcomes)
        bad = tuple(name for name in names if not outcomes[name])
        reading = TestsReading(
            bad, () if names else ("all",), (), tuple(n for n in names if outcomes[n])
        )
        found = meaning_of(reading)
    tests = tuple(
        TestResult(name=name, outcome=Outcome.PASSED if is_right else Outcome.FAILED)
        for name, is_right in outcomes.items()
    )
    lines = compiler_lines(taken.get(BUILD))
    return result(job, found, Trust.SHARED, tests=tests, evidence=(*evidence, *lines))


def untold(job: Job, lesson: TwinLesson) -> Result:
    """Nothing is known of the tests here: neither a pass nor a failure would mean anything."""
    packages = runner_of(specification(job.task)).packages
    install = f"; {packages} may be missing" if packages else ""
    reason = f"the task's own solution does not pass here: {lesson.why}{install}"
    found = VerdictMeaning(Verdict.UNGRADED, reason)
    return result(job, found, Trust.SHARED).model_copy(update={"cause": Cause.TASK})


def meaning_of(found: TestsReading) -> VerdictMeaning:
    """What the tests say; a forgery only where nothing was simply wrong."""
    if found.failed:
        return VerdictMeaning(Verdict.FAILED, f"failed: {some(found.failed)}")
    if found.missing:
        return VerdictMeaning(
            Verdict.ERROR, f"left before its tests were over; no word of {some(found.missing)}"
        )
    if found.believed:
        reason = f"passes tests that want something wrong: {some(found.believed)}"
        return VerdictMeaning(Verdict.TAMPERED, reason)
    return VerdictMeaning(Verdict.PASSED, "")


def some(names: tuple[str, ...]) -> str:
    """The first names, and how many more there are."""
    more = len(names) - NAMES_SHOWN
    words = ", ".join(each[:80] for each in names[:NAMES_SHOWN])
    return f"{words} and {more} more" if more > 0 else words


def tests_of(found: TestsReading) -> tuple[TestResult, ...]:
    """Each test's outcome."""
    named = (
        (found.passed, Outcome.PASSED), (found.failed, Outcome.FAILED),
        (found.missing, Outcome.ERROR), (found.believed, Outcome.ERROR),
    )  # fmt: skip
    return tuple(
        TestResult(name=name, outcome=each)
        for names, each in named
        for name in dict.fromkeys(names)
    )


def told_of(job: Job, spec: Spec) -> tuple[str, ...]:
    """What a person should know of the sample's files."""
    out = sample_files(job.sample, spec).left_out
    return (f"put back or left out: {some(out)}",) if out else ()


def proof_of(lesson: TwinLesson) -> str:
    """How many tests were tried by twins."""
    return (
        f"{lesson.bits} of {len(lesson.tests)} tests were tried by a twin that no solution passes"
    )


def result(
    job: Job,
    found: VerdictMeaning,
    trust: Trust,
    *,
    tests: tuple[TestResult, ...] = (),
    evidence: tuple[str, ...] = (),
) -> Result:
    """The meaning as a result."""
    return Result(
        task_id=job.sample.task_id, index=job.sample.index, verdict=found.verdict,
        reason=found.reason, trust=trust, tests=tests, evidence=evidence,
    )  # fmt: skip


def survey(task: Task, what: str) -> Plan | None:  # noqa: ARG001  the contract's
    """The task's own solution under the tests as they are."""
    spec = specification(task)
    if not spec.reference:
        return None
    steps = steps_with(task, {**spec.stub, **spec.reference}, " 0")
    return Plan(image=task.image, limits=task.limits, steps=steps, toolchain=seen(runner_of(spec)))


def survey_more(task: Task, what: str, execution: Execution) -> tuple[Step, ...]:  # noqa: ARG001
    """The survey's next round."""
    spec = specification(task)
    following = learned(task, execution).next
    if following is None:
        return ()
    files = {**spec.stub, **spec.reference}
    edits = tuple(following.changed.values())
    return steps_with(task, files, f" {following.name}", edits)


def surveyed(task: Task, what: str, execution: Execution) -> TaskLesson:  # noqa: ARG001
    """Which tests there are and which twins the task's own solution fails."""
    found = learned(task, execution).lesson
    return TaskLesson(found.model_dump(mode="json"), lasting=not found.why)


def learned(task: Task, execution: Execution) -> surveying.SurveyState:
    """What the survey's facts say so far."""
    spec = specification(task)
    if not spec.reference:
        return surveying.SurveyState(TwinLesson(why="it has none"), None)
    taken = {step.name: step for step in execution.steps}
    rounds: dict[str, surveying.Outcomes] = {}
    why = ""
    for name in dict.fromkeys(surveying.round_of(each) for each in taken):
        trouble = hindered(spec, task.limits, taken, f" {name}")
        why = why or (trouble.reason if trouble else "")
        rounds[name] = None if trouble else outcomes_in(spec, taken, f" {name}")
    lesson = surveying.begun(rounds.get("0"), why)
    ways = offered(runner_of(spec).twins(spec.tests), lesson.tests)
    return surveying.state_of(lesson, ways, rounds)


def reference(task: Task) -> Sample | None:
    """The task's own solution."""
    spec = specification(task)
    if not spec.reference:
        return None
    return Sample(task_id=task.id, index=0, body=json.dumps(spec.reference, sort_keys=True))


def empty(task: Task) -> Sample:
    """The folder as a solver finds it."""
    return Sample(task_id=task.id, index=0, body="{}")


def specification(task: Task) -> Spec:
    """The task's validated spec."""
    return Spec.model_validate(task.spec)


def runner_of(spec: Spec) -> TestRunner:
    """What runs its tests; TaskError where no track is called so."""
    found = base.of_track(spec.track)
    if found is None:
        raise TaskError(
            f"no runner for the track '{spec.track}'; known: {', '.join(base.tracks())}"
        )
    return found
