"""Grade a patch to a repository by the repository's own tests, in a container of its own.

The first reading, `parity`, is the official SWE-bench verdict to the bit: the same script, the same
log, the same rules. It is read from a log that the model's code can write; `trust` says `log`.
"""

from pydantic import Field

from grader.core.execution import Execution, StepEnd, StepResult
from grader.core.job import Job
from grader.core.leak import ImageAudit
from grader.core.limits import Limits
from grader.core.plan import Command, Plan, PlannedFile, Step
from grader.core.record import Record
from grader.core.result import Result, Verdict
from grader.core.sample import Sample
from grader.core.task import Task
from grader.graders._repo_apply import PATCH_PATH, SCRIPT_PATH, ApplyStatus, complaint, script
from grader.graders._repo_assets import BinaryAsset, with_files
from grader.graders._repo_lists import all_tests, words
from grader.graders._repo_log import HarnessRule, text_of, try_read
from grader.graders._repo_parity import ParityVerdict, limit_of, unusable
from grader.graders._repo_settled import explicit, is_settled
from grader.graders._repo_strict import (
    FIRST,
    NOTED,
    ParityReading,
    StrictVerdict,
    TestRun,
    judged,
    planned,
)
from grader.graders._repo_strict import further as still
from grader.graders._repo_tests import (
    EvalType,
    ResolutionStatus,
    TestsStatus,
    eval_type_by,
    status_of,
    with_cut_names,
)
from grader.graders._repo_tree import TreeDifferences, tree_of
from grader.graders.base import FollowUp, TaskLesson
from grader.image.layers import LayerSearch
from grader.image.recipe import ImageRecipe
from grader.leaks import plan as looking
from grader.leaks.judge import audited_image
from grader.parsers.base import ParsedInstance, Statuses, find
from grader.patch.read import paths
from grader.patch.similarity import likeness
from grader.strict import commands, steps
from grader.strict import survey as surveying
from grader.strict.facts import EngineEcho, RecordedRun, WatchedFacts
from grader.strict.statuses import log as log_of
from grader.strict.subject import NO_CHANGE, StrictSubject, SurveyOutcome

JUDGED_APART = True
"""Hostile logs may keep a parser busy for ever; see `engine/judgement`."""
APPLY, EVAL = "apply", "eval"
EVAL_PATH = "/eval.sh"
APPLY_LIMITS = Limits(
    cpu_s=120, wall_s=300, memory_mb=4096, pids=256, output_kb=16384, disk_mb=4096
)
"""git has taken 0.1 to 2 s for real patches; the biggest ones of benchmarks have a few MB."""


class Spec(Record):
    """What `Task.spec` holds for this kind."""

    repo: str
    """`owner/name`."""
    version: str = ""
    base_commit: str = ""
    directory: str = "/testbed"
    """Where the repository is in the image."""
    eval_script: str
    """Bash that resets and patches the tests, runs them and prints the two markers."""
    log_parser: str
    eval_type: EvalType = EvalType.PASS_AND_FAIL
    rule: HarnessRule = HarnessRule.V5
    fail_to_pass: tuple[str, ...] = ()
    pass_to_pass: tuple[str, ...] = ()
    patch: str = Field(default="", repr=False)
    """The task's own solution."""
    test_patch: str = Field(default="", repr=False)
    statement: str = Field(default="", repr=False)
    """What the task asks for, in words."""
    assets: tuple[BinaryAsset, ...] = Field(default=(), repr=False)
    """Binary files that the script copies into the repository."""
    recipe: ImageRecipe | None = None
    """How the image is made, where nobody publishes it."""
    dockerfile: str = Field(default="", repr=False)
    """The same, where the task comes with a Dockerfile of its own."""
    survey: SurveyOutcome | None = None
    """What the task's own solution has shown about its tests; learned, never part of a dataset."""
    control: bool | None = None
    """Whether the task's own solution is resolved officially in this place; learned too."""


def plan(job: Job) -> Plan:
    """Apply the patch and run the script; nothing to run for an empty patch."""
    spec = Spec.model_validate(job.task.spec)
    found: tuple[Step, ...] = ()
    if not without_run(job.sample):
        found = with_files(
            parity_steps(spec, job.sample.body, network=job.task.limits.network), spec.assets
        )
    return Plan(image=job.task.image, limits=job.task.limits, steps=found)


def later(job: Job, execution: Execution) -> FollowUp:
    """The strict steps, in a sandbox of their own, where the official log does not settle it."""
    taken = {step.name for step in execution.steps}
    if not taken or NOTED in taken:
        return FollowUp()
    spec = Spec.model_validate(job.task.spec)
    found = parity(spec, job.task, execution)
    is_settled_here = job.reading == "strict" and settled(spec, job, execution, found)
    if spec.control is None and (is_settled_here or (found.is_silent and spec.patch)):
        return FollowUp(learn="control")
    if job.reading != "strict" or (is_settled_here and spec.control):
        return FollowUp()
    if steps.GROUND in taken:
        return FollowUp(steps=further(spec, job, execution))
    if spec.survey is None:
        return FollowUp(learn="survey")
    return FollowUp(steps=strict_steps(job, tree=tree_in(execution)))


def tree_in(execution: Execution) -> TreeDifferences | None:
    """What the official commands changed in the tree."""
    return tree_of(next((step for step in execution.steps if step.name == APPLY), None))


def strict_steps(
    job: Job, how: TestRun = FIRST, tree: TreeDifferences | None = None
) -> tuple[Step, ...]:
    """All that the strict reading runs, under what is known of the task."""
    spec = Spec.model_validate(job.task.spec)
    found = planned(
        subject_of(spec, job.task), spec.survey, job.sample.body,
        limits=job.task.limits, how=how, tree=tree,
    )  # fmt: skip
    return with_files(found, spec.assets)


def further(spec: Spec, job: Job, execution: Execution) -> tuple[Step, ...]:
    """What is still to be run after the tests were."""
    found = parity(spec, job.task, execution)
    strict = strict_of(spec, job, execution, found)
    how = still(spec.survey, strict, execution, found.named) if spec.survey else None
    return strict_steps(job, how, tree_in(execution)) if how else ()


def settled(spec: Spec, job: Job, execution: Execution, found: ParityVerdict) -> bool:
    """Whether the official log suffices for both readings."""
    outputs = {step.name: text_of(step.stdout) for step in execution.steps}
    return (
        found.verdict is Verdict.FAILED
        and bool(found.named)
        and is_settled(
            job.sample.body,
            outputs.get(APPLY, ""),
            outputs.get(EVAL, ""),
            test_patch=spec.test_patch,
        )
    )


def judge(job: Job, execution: Execution) -> Result:
    """Both readings, or the official one alone where that is what was asked for.

    Facts come first: who judges a stored run again may no longer have the patch.
    """
    spec = Spec.model_validate(job.task.spec)
    found = parity(spec, job.task, execution) if execution.steps else without_steps(job.sample)
    if job.reading == "parity" or not execution.steps:
        strict = StrictVerdict(found.verdict, found.reason, found.status, (), from_log=True)
    else:
        strict = strict_of(spec, job, execution, found)
    readings = {"parity": found.verdict.value}
    if job.reading == "strict":
        readings["strict"] = strict.verdict.value
    result = Result(
        task_id=job.sample.task_id,
        index=job.sample.index,
        verdict=strict.verdict,
        reason=strict.reason,
        tests=all_tests(spec, found.status, None if strict.from_log else strict.status),
        trust=strict.trust,
        readings=readings,
        evidence=strict.evidence,
    )
    return with_likeness(result, spec.patch, job.sample.body)


def with_likeness(result: Result, solution: str, patch: str) -> Result:
    """`result` with how much of the task's own patch is in this one."""
    found = likeness(solution, patch) if patch.strip() else None
    if found is None:
        return result
    return result.model_copy(
        update={"solution_share": round(found.share, 4), "solution_lines": found.lines}
    )


def strict_of(spec: Spec, job: Job, execution: Execution, found: ParityVerdict) -> StrictVerdict:
    """The strict reading beside the official one."""
    log = next((text_of(step.stdout) for step in execution.steps if step.name == EVAL), "")
    settles = settled(spec, job, execution, found)
    official = ParityReading(
        found.verdict, found.reason, log, settles=settles,
        tree=tree_in(execution), directory=spec.directory, needed=paths(spec.patch),
    )  # fmt: skip

    def status(run: RecordedRun, watched: WatchedFacts) -> TestsStatus:
        return status_of_run(spec, job.task, run, known=watched.echo)

    return judged(job.sample.body, spec.survey, execution, official, status=status)


def status_of_run(
    spec: Spec, task: Task, run: RecordedRun, *, known: EngineEcho | None
) -> TestsStatus:
    """What records mean for the expected tests."""
    blind = known.blind if known else ()
    fail_to_pass, pass_to_pass = (
        [name for name in names if name not in blind]
        for names in (spec.fail_to_pass, spec.pass_to_pass)
    )
    return status_of(
        statuses_of_run(spec, task, run, known=known),
        fail_to_pass,
        pass_to_pass,
        eval_type=eval_type_by(spec.rule, spec.repo, spec.eval_type),
        rule=spec.rule,
    )


def statuses_of_run(
    spec: Spec, task: Task, run: RecordedRun, *, known: EngineEcho | None
) -> Statuses:
    """Records as statuses, under the names that the dataset has for its tests."""
    log = log_of(run, framework_of(spec), known.excused if known else None)
    return find(spec.log_parser, spec.rule)(log, ParsedInstance(task.id, spec.version))


def framework_of(spec: Spec) -> str:
    """Which of the grader's runners drives the tests."""
    found = commands.read(spec.eval_script).commands
    return found[0].framework if found else "pytest"


def subject_of(spec: Spec, task: Task) -> StrictSubject:
    """What the strict reading needs of a task."""
    return StrictSubject(
        directory=spec.directory,
        base_commit=spec.base_commit,
        eval_script=spec.eval_script,
        test_patch=spec.test_patch,
        solution=spec.patch,
        statement=spec.statement,
        fail_to_pass=spec.fail_to_pass,
        pass_to_pass=spec.pass_to_pass,
        network=task.limits.network,
    )


def survey(task: Task, what: str) -> Plan | None:
    """What to run once per task to learn `survey` or `control`; None: there is nothing to run."""
    spec = Spec.model_validate(task.spec)
    if what == "control":
        found = parity_steps(spec, spec.patch, network=task.limits.network) if spec.patch else ()
    else:
        found = surveying.first(subject_of(spec, task), task.limits)
    found = with_files(found, spec.assets)
    return Plan(image=task.image, limits=task.limits, steps=found) if found else None


def survey_more(task: Task, what: str, execution: Execution) -> tuple[Step, ...]:
    """The survey's next round."""
    return () if what == "control" else with_files(learned(task, execution).next, assets_of(task))


def assets_of(task: Task) -> tuple[BinaryAsset, ...]:
    """The files of a task of this kind."""
    return Spec.model_validate(task.spec).assets


def surveyed(task: Task, what: str, execution: Execution) -> TaskLesson:
    """What has been shown, for `Task.spec[what]`; only what is good news is worth keeping."""
    spec = Spec.model_validate(task.spec)
    if what == "control":
        resolved = bool(spec.patch) and parity(spec, task, execution).verdict is Verdict.PASSED
        return TaskLesson(resolved, lasting=resolved)
    found = learned(task, execution).survey
    return TaskLesson(found.model_dump(mode="json"), lasting=not found.why)


def learned(task: Task, execution: Execution) -> surveying.SurveyConclusion:
    """What the survey's facts say so far."""
    spec = Spec.model_validate(task.spec)

    def missed(run: RecordedRun) -> surveying.MissedTests:
        status = status_of_run(spec, task, run, known=None)
        seen = with_cut_names(statuses_of_run(spec, task, run, known=None), spec.pass_to_pass)
        missing = status.pass_to_pass.failure
        unseen = tuple(name for name in missing if name not in seen)
        failed = (*status.fail_to_pass.failure, *(name for name in missing if name in seen))
        return surveying.MissedTests(failed, unseen)

    return surveying.learn(subject_of(spec, task), execution, task.limits, missed)


def audit(task: Task) -> Plan:
    """A look into the task's image for what leads to its solution; nothing there is run."""
    return looking.plan(looked_for(task), task.image)


def audited(task: Task, execution: Execution, layers: LayerSearch | None = None) -> ImageAudit:
    """What the look has shown, and a search of the image's layers where there was one."""
    return audited_image(looked_for(task), task.id, task.image, execution, layers)


def looked_for(task: Task) -> looking.AuditSubject:
    """What is known about the task whose image is looked into."""
    spec = Spec.model_validate(task.spec)
    return looking.AuditSubject(
        repository=spec.repo,
        directory=spec.directory,
        base_commit=spec.base_commit,
        solution=spec.patch,
    )


def telling(task: Task) -> tuple[str, ...]:
    """Lines by which the task's solution is known wherever it is."""
    return looking.lines_of(looked_for(task))


def reference(task: Task) -> Sample | None:
    """The task's own patch, if it has one."""
    patch = Spec.model_validate(task.spec).patch
    return Sample(task_id=task.id, index=0, body=patch, whole=True) if patch else None


def empty(task: Task) -> Sample:
    """A patch that changes nothing, so that the tests do run."""
    return Sample(task_id=task.id, index=0, body=NO_CHANGE, whole=True)


def without_run(sample: Sample) -> ParityVerdict | None:
    """The verdict of a patch that needs no container; None for all others."""
    if sample.defect:
        return ParityVerdict(Verdict.PATCH_REJECTED, sample.defect)
    if not sample.body:
        return ParityVerdict(Verdict.EMPTY, "the patch is empty")
    if not sample.body.strip():
        return ParityVerdict(
            Verdict.EMPTY, "the patch is only white space; the official harness: error"
        )
    return None


def without_steps(sample: Sample) -> ParityVerdict:
    """What it means that nothing ran."""
    return without_run(sample) or ParityVerdict(Verdict.UNGRADED, "nothing ran")


def parity_steps(spec: Spec, patch: str, *, network: bool) -> tuple[Step, ...]:
    """What the official harness does in its container, in two commands.

    No code of the model runs in the first; it has a network only because one that is cut off
    before the tests does not come back.
    """
    files = (
        PlannedFile(path=PATCH_PATH, data=patch.encode()),
        PlannedFile(path=SCRIPT_PATH, data=script(spec.rule).encode(), mode=0o755),
        PlannedFile(path=EVAL_PATH, data=spec.eval_script.encode()),
    )
    return (
        Step(
            name=APPLY,
            action=in_repository(spec, SCRIPT_PATH),
            files=files,
            is_setup=True,
            limits=APPLY_LIMITS.model_copy(update={"network": network}),
        ),
        Step(name=EVAL, action=in_repository(spec, EVAL_PATH), stop_on_failure=False),
    )


def in_repository(spec: Spec, path: str) -> Command:
    """Run a script as the official harness does: root, in the repository, one stream."""
    return Command(
        argv=("/bin/bash", path), cwd=spec.directory, user="root", merged=True, overflow="cut"
    )


def parity(spec: Spec, task: Task, execution: Execution) -> ParityVerdict:
    """What the official harness makes of these facts."""
    taken = {step.name: step for step in execution.steps}
    if APPLY not in taken:
        return ParityVerdict(Verdict.UNGRADED, "nothing ran")
    if (refusal := of_apply(taken[APPLY], spec)) is not None:
        return refusal
    if EVAL not in taken:
        return ParityVerdict(Verdict.UNGRADED, "the patch applied, and the tests did not run")
    return of_eval(taken[EVAL], spec, task)


def of_apply(step: StepResult, spec: Spec) -> ParityVerdict | None:
    """None where the patch applied."""
    output = text_of(step.stdout)
    if step.ended is not StepEnd.EXIT:
        return limit_of(step, APPLY_LIMITS, "applying the patch")
    match step.code:
        case ApplyStatus.APPLIED:
            return None
        case ApplyStatus.REJECTED:
            return ParityVerdict(Verdict.PATCH_REJECTED, f"does not apply: {complaint(output)}")
        case ApplyStatus.NO_REPOSITORY:
            return ParityVerdict(
                Verdict.UNGRADED, f"no git repository at {spec.directory} in the image"
            )
        case _:
            said = " ".join(output.split())[:200] or "nothing"
            reason = f"the image cannot apply patches (status {step.code}, it said {said!r})"
            return ParityVerdict(Verdict.UNGRADED, reason)


def of_eval(step: StepResult, spec: Spec, task: Task) -> ParityVerdict:
    """The script's end by kernel evidence first, then its log."""
    if step.ended not in {StepEnd.EXIT, StepEnd.SIGNAL}:
        return limit_of(step, task.limits, "the tests")
    text = text_of(step.stdout)
    parser, instance = find(spec.log_parser, spec.rule), ParsedInstance(task.id, spec.version)
    reading = try_read(text, parser, instance, rule=spec.rule)
    if not reading.is_usable:
        return unusable(text, reading.problem, control=spec.control)
    status = status_of(
        reading.statuses,
        spec.fail_to_pass,
        spec.pass_to_pass,
        eval_type=eval_type_by(spec.rule, spec.repo, spec.eval_type),
        rule=spec.rule,
    )
    if status.resolution is ResolutionStatus.FULL:
        return ParityVerdict(Verdict.PASSED, "", status)
    if step.truncated:
        reason = f"printed more than {task.limits.output_kb} KiB, of which the middle is lost"
        return ParityVerdict(Verdict.OUTPUT, reason, status)
    return ParityVerdict(Verdict.FAILED, words(status), status, explicit(status, reading.statuses))
