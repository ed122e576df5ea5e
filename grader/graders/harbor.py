"""Grade what an agent left by a Harbor task's verifier, in a container that no agent ever touched.

Only the declared artifacts are carried over. The reward counts where a process of the verifier's
own wrote it while the tests ran; `parity` is Harbor's reading, which takes it from anybody.
"""

import base64
import json
from typing import Any, cast

from grader.core.execution import Execution, StepEnd, StepResult
from grader.core.job import Job
from grader.core.plan import Plan, Step
from grader.core.record import digest, without_surrogates
from grader.core.result import Outcome, Result, TestResult, Verdict
from grader.core.sample import Sample
from grader.core.task import Image, Task
from grader.core.witness import WitnessReport, WriterKind
from grader.errors import TaskError
from grader.graders import _harbor_steps as steps
from grader.graders._harbor_control import HarborControl, control_of, foul_play, trust_of
from grader.graders._harbor_left import UnreadableArtifacts, archive_of, in_tar
from grader.graders._harbor_reward import RewardReading, official, read
from grader.graders._harbor_spec import HarborSpec as Spec
from grader.graders._repo_parity import limit_of
from grader.graders.base import FollowUp, TaskLesson

NOTHING = json.dumps({})
"""The sample of an agent that did nothing."""
NOT_RUN = "the verifier did not run"
PLAIN = frozenset({WriterKind.TESTS, WriterKind.LEFT, WriterKind.UNSEEN})
"""Writers of whom it is plain what their reward is worth."""


def plan(job: Job) -> Plan:
    """The first container's steps; the verifier's follow in `more` where they depend on those."""
    spec, left = of_task(job.task), body_of(job.sample)
    limits = job.task.limits
    if job.sample.defect:
        return Plan(image=job.task.image, limits=limits, steps=())
    if is_solution(job.sample, spec):
        return solution_plan(job.task, spec)
    if "image" in left:
        image = image_of(str(left["image"]))
        return Plan(image=image, limits=limits, steps=steps.leaving(spec, limits))
    try:
        state = state_of(left, spec)
    except UnreadableArtifacts:
        return Plan(image=job.task.image, limits=limits, steps=())
    image = verifier_image(job.task, spec)
    return Plan(image=image, limits=limits, steps=steps.verifying(spec, state, image, limits))


def of_task(task: Task) -> Spec:
    """The task's spec; TaskError for one that cannot be run here."""
    spec = Spec.model_validate(task.spec)
    if spec.unsupported:
        raise TaskError(f"task '{task.id}': {spec.unsupported}")
    return spec


def verifier_image(task: Task, spec: Spec) -> Image:
    """What the verifier runs in."""
    return Image(name=spec.verifier_image) if spec.verifier_image else task.image


def image_of(reference: str) -> Image:
    """An agent's image by its content."""
    name, _, digest = reference.partition("@")
    return Image(name=name or digest, digest=digest if name else "")


def solution_plan(task: Task, spec: Spec) -> Plan:
    """Run the task's own solution; what it leaves is verified like anybody's."""
    if not spec.solution:
        raise TaskError(f"task '{task.id}' has no solution/solve.sh")
    limits = task.limits.model_copy(update={"wall_s": spec.agent_s, "cpu_s": 4 * spec.agent_s})
    return Plan(image=task.image, limits=task.limits, steps=steps.solving(spec, limits))


def body_of(sample: Sample) -> dict[str, Any]:
    """What a sample says; an empty one for what is none."""
    try:
        found: Any = json.loads(sample.body or "{}")
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def state_of(left: dict[str, Any], spec: Spec) -> steps.LeftState:
    """What is placed for the verifier; UnreadableArtifacts for what cannot be read."""
    if "diff" in left:
        from grader.patch.read import paths  # noqa: PLC0415  only for patches

        text = str(left["diff"])
        if text != without_surrogates(text):
            raise UnreadableArtifacts("the diff is no text in UTF-8")
        changed = tuple(f"{spec.directory.rstrip('/')}/{path}" for path in paths(text))
        return steps.LeftState(diff=text, files=changed)
    try:
        data = base64.b64decode(str(left.get("archive", "")), validate=True)
    except ValueError as error:
        raise UnreadableArtifacts(f"no base64: {error}") from error
    if not data:
        return steps.LeftState()
    found = archive_of(in_tar(data, "artifacts"), spec.places, spec.exclude)
    return steps.LeftState(archive=found.tar, files=found.files)


def more(job: Job, execution: Execution) -> tuple[Step, ...]:
    """The verifier's steps, once the first container has given what was left."""
    return verifier_steps(job.task, execution)


def verifier_steps(task: Task, execution: Execution) -> tuple[Step, ...]:
    """What follows a solution, or the look into an agent's image."""
    last = execution.steps[-1] if execution.steps else None
    if last is None or last.name not in {steps.SOLVE, steps.LEAVE} or not is_done(last):
        return ()
    spec = Spec.model_validate(task.spec)
    try:
        state = steps.left_by(last, spec)
    except UnreadableArtifacts:
        return ()
    return steps.verifying(spec, state, verifier_image(task, spec), task.limits)


def is_done(step: StepResult) -> bool:
    """Whether a first container came to its end: an agent's image need not hold `true`."""
    return step.name == steps.LEAVE or (step.ended is StepEnd.EXIT and step.code == 0)


def later(job: Job, execution: Execution) -> FollowUp:
    """Ask the task's own solution where a reward does not speak for itself."""
    spec = Spec.model_validate(job.task.spec)
    tests = steps.step_of(execution, steps.TESTS)
    if spec.control is not None or tests is None or not spec.solution:
        return FollowUp()
    if is_solution(job.sample, spec):
        return FollowUp()
    reading = read(tests.witnessed)
    speaks = bool(reading.values) and reading.writer in PLAIN
    meddled = tests.witnessed is not None and bool(tests.witnessed.meddling)
    return FollowUp() if speaks and not meddled else FollowUp(learn="control")


def is_solution(sample: Sample, spec: Spec) -> bool:
    """Whether the sample stands for the task's own solution."""
    return sample.body == solution_body(spec)


def solution_body(spec: Spec) -> str:
    """The body of that sample: what no agent can know, so that none says it of its own work."""
    return json.dumps({"solution": digest(spec.tests, spec.solution)})


def survey(task: Task, what: str) -> Plan | None:  # noqa: ARG001  there is one lesson
    """Run the task's own solution; None where there is none."""
    spec = of_task(task)
    return solution_plan(task, spec) if spec.solution else None


def survey_more(task: Task, what: str, execution: Execution) -> tuple[Step, ...]:  # noqa: ARG001
    """Verify it."""
    return verifier_steps(task, execution)


def surveyed(task: Task, what: str, execution: Execution) -> TaskLesson:  # noqa: ARG001
    """How the verifier behaves where the solution is right."""
    tests = steps.step_of(execution, steps.TESTS)
    found = control_of(tests.witnessed if tests else None)
    return TaskLesson(found.model_dump(mode="json"), lasting=found.passes)


def judge(job: Job, execution: Execution) -> Result:
    """What the verifier said, and whether it was the verifier who said it."""
    spec = Spec.model_validate(job.task.spec)
    tests = steps.step_of(execution, steps.TESTS)
    report = tests.witnessed if tests else None
    control = HarborControl.model_validate(spec.control) if spec.control else None
    if is_solution(job.sample, spec):
        control = control_of(report)
    reading = read(report)
    if tests is None:
        verdict, reason = without_tests(job, execution, spec)
    else:
        verdict, reason = meaning(job, tests, reading, control)
    return Result(
        task_id=job.sample.task_id,
        index=job.sample.index,
        verdict=verdict,
        reason=reason,
        tests=tests_of(reading),
        trust=trust_of(reading, report),
        readings={"parity": parity(report), "strict": verdict.value} if report else {},
        evidence=evidence(job, spec, reading, report),
    )


def meaning(
    job: Job, tests: StepResult, reading: RewardReading, control: HarborControl | None
) -> tuple[Verdict, str]:
    """The verdict and why, where the verifier ran."""
    if tests.witnessed is None:
        return Verdict.UNGRADED, NOT_RUN
    if foul := foul_play(reading, tests.witnessed, control):
        return Verdict.TAMPERED, foul
    if reading.values:
        if reading.is_full:
            return Verdict.PASSED, ""
        return Verdict.FAILED, f"reward {min(reading.decisive):g}"
    return no_reward(job, tests, reading, control)


def no_reward(
    job: Job, tests: StepResult, reading: RewardReading, control: HarborControl | None
) -> tuple[Verdict, str]:
    """Nobody's failure, unless the task's own solution gets its reward in this very place."""
    how = reading.problem
    if tests.ended is not StepEnd.EXIT:
        found = limit_of(tests, job.task.limits, "the verifier")
        how = f"{found.reason}; {how}"
        if control is not None and control.passes:
            return found.verdict, how
    elif tests.code:
        how = f"it left with status {tests.code}; {how}"
    if control is not None and control.passes:
        return Verdict.ERROR, f"{how}; with the task's own solution it does"
    if control is None:
        return Verdict.UNGRADED, f"{how}, and the task has no solution to try it with"
    return Verdict.UNGRADED, f"{how}, nor does it for the task's own solution here"


def without_tests(job: Job, execution: Execution, spec: Spec) -> tuple[Verdict, str]:
    """The verdict of a sample of which nothing could be verified, and why."""
    if job.sample.defect:
        return Verdict.ERROR, job.sample.defect
    first = steps.step_of(execution, steps.LEAVE)
    try:
        if first is not None:
            steps.left_by(first, spec)
        else:
            state_of(body_of(job.sample), spec)
    except UnreadableArtifacts as error:
        return Verdict.ERROR, f"what was left cannot be read: {error}"
    solve = steps.step_of(execution, steps.SOLVE)
    if solve is not None and not is_done(solve):
        return Verdict.ERROR, f"the solution left with {solve.ended.value} {solve.code}"
    applied = steps.step_of(execution, steps.APPLY)
    if applied is not None and applied.code == steps.NO_TOOL:
        return Verdict.UNGRADED, "the image has neither git nor patch to apply a diff with"
    if applied is not None and applied.code:
        return Verdict.PATCH_REJECTED, "neither git nor patch applies it"
    return Verdict.UNGRADED, NOT_RUN


def parity(report: WitnessReport | None) -> str:
    """Harbor's own reading, as a verdict; there all rewards are numbers and none is a verdict."""
    values = official(report)
    if not values:
        return Verdict.UNGRADED.value
    reading = RewardReading(values)
    return (Verdict.PASSED if min(reading.decisive) >= 1 else Verdict.FAILED).value


def tests_of(reading: RewardReading) -> tuple[TestResult, ...]:
    """Each key of the reward as a test."""
    return tuple(
        TestResult(
            name=key,
            outcome=Outcome.PASSED if value == 1 else Outcome.FAILED,
            message=f"{value:g}",
        )
        for key, value in reading.values.items()
    )


def evidence(
    job: Job, spec: Spec, reading: RewardReading, report: WitnessReport | None
) -> tuple[str, ...]:
    """What else a person should know."""
    found: list[str] = []
    dropped = body_of(job.sample).get("dropped")
    if isinstance(dropped, list) and dropped:
        names = ", ".join(str(each) for each in cast("list[object]", dropped))
        found.append(f"not among the declared artifacts, left out: {without_surrogates(names)}")
    if report and reading.values:
        by = f" ({reading.program})" if reading.program else ""
        found.append(f"reward written by: {reading.writer.value}{by}")
    if report:
        found += [f"while the tests ran what was left {each}" for each in report.meddling[:5]]
    if not spec.solution:
        found.append("the task has no solution to compare with")
    return tuple(found)


def reference(task: Task) -> Sample | None:
    """The task's own solution."""
    spec = Spec.model_validate(task.spec)
    body = solution_body(spec)
    return Sample(task_id=task.id, index=0, body=body, whole=True) if spec.solution else None


def empty(task: Task) -> Sample:
    """An agent that did nothing."""
    return Sample(task_id=task.id, index=0, body=NOTHING, whole=True)
