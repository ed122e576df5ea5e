"""The official reading of a repository's tests: its steps, and what they mean to the bit.

The same script, the same log and the same rules as the official SWE-bench harness; what it rests on
is a log that the model's code can write.
"""

from typing import NamedTuple

from pydantic import Field

from grader.core.execution import Ended, Execution, StepResult
from grader.core.limits import Limits
from grader.core.plan import Command, File, Step
from grader.core.record import Record
from grader.core.result import Verdict
from grader.core.task import Task
from grader.graders._repo_apply import PATCH_PATH, SCRIPT_PATH, Status, complaint, script
from grader.graders._repo_assets import Asset
from grader.graders._repo_log import ENVIRONMENT, Rule, text_of, trouble, try_read
from grader.graders._repo_settled import explicit
from grader.graders._repo_tests import (
    FAIL_TO_PASS,
    PASS_TO_PASS,
    EvalType,
    Resolution,
    TestsStatus,
    eval_type_by,
    status_of,
)
from grader.image.recipe import Recipe
from grader.parsers.base import Instance, find
from grader.strict.subject import Survey

APPLY, EVAL = "apply", "eval"
EVAL_PATH = "/eval.sh"
APPLY_LIMITS = Limits(
    cpu_s=120, wall_s=300, memory_mb=4096, pids=256, output_kb=16384, disk_mb=4096
)
"""git has taken 0.1 to 2 s for real patches; the biggest ones of benchmarks have a few MB."""
NAMES_SHOWN = 3


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
    rule: Rule = Rule.V5
    fail_to_pass: tuple[str, ...] = ()
    pass_to_pass: tuple[str, ...] = ()
    patch: str = Field(default="", repr=False)
    """The task's own solution."""
    test_patch: str = Field(default="", repr=False)
    assets: tuple[Asset, ...] = Field(default=(), repr=False)
    """Binary files that the script copies into the repository."""
    recipe: Recipe | None = None
    """How the image is made, where nobody publishes it."""
    dockerfile: str = Field(default="", repr=False)
    """The same, where the task comes with a Dockerfile of its own."""
    survey: Survey | None = None
    """What the task's own solution has shown about its tests; learned, never part of a dataset."""
    control: bool | None = None
    """Whether the task's own solution is resolved officially in this place; learned too."""


class Parity(NamedTuple):
    """The official verdict, and what it rests on."""

    verdict: Verdict
    reason: str
    status: TestsStatus | None = None
    """None where the log could not be used, or there is none."""
    named: tuple[str, ...] = ()
    """Expected tests of which the log itself says that they failed."""


def parity_steps(spec: Spec, patch: str, *, network: bool) -> tuple[Step, ...]:
    """What the official harness does in its container, in two commands.

    No code of the model runs in the first; it has a network only because one that is cut off
    before the tests does not come back.
    """
    files = (
        File(path=PATCH_PATH, data=patch.encode()),
        File(path=SCRIPT_PATH, data=script(spec.rule).encode(), mode=0o755),
        File(path=EVAL_PATH, data=spec.eval_script.encode()),
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


def parity(spec: Spec, task: Task, execution: Execution) -> Parity:
    """What the official harness makes of these facts."""
    taken = {step.name: step for step in execution.steps}
    if APPLY not in taken:
        return Parity(Verdict.UNGRADED, "nothing ran")
    if (refusal := of_apply(taken[APPLY], spec)) is not None:
        return refusal
    if EVAL not in taken:
        return Parity(Verdict.UNGRADED, "the patch applied, and the tests did not run")
    return of_eval(taken[EVAL], spec, task)


def of_apply(step: StepResult, spec: Spec) -> Parity | None:
    """None where the patch applied."""
    output = text_of(step.stdout)
    if step.ended is not Ended.EXIT:
        return limit_of(step, APPLY_LIMITS, "applying the patch")
    match step.code:
        case Status.APPLIED:
            return None
        case Status.REJECTED:
            return Parity(Verdict.PATCH_REJECTED, f"does not apply: {complaint(output)}")
        case Status.NO_REPOSITORY:
            return Parity(Verdict.UNGRADED, f"no git repository at {spec.directory} in the image")
        case _:
            said = " ".join(output.split())[:200] or "nothing"
            reason = f"the image cannot apply patches (status {step.code}, it said {said!r})"
            return Parity(Verdict.UNGRADED, reason)


def of_eval(step: StepResult, spec: Spec, task: Task) -> Parity:
    """The script's end by kernel evidence first, then its log."""
    if step.ended not in {Ended.EXIT, Ended.SIGNAL}:
        return limit_of(step, task.limits, "the tests")
    text = text_of(step.stdout)
    parser, instance = find(spec.log_parser, spec.rule), Instance(task.id, spec.version)
    reading = try_read(text, parser, instance, rule=spec.rule)
    if not reading.is_usable:
        return unusable(text, reading.problem)
    status = status_of(
        reading.statuses,
        spec.fail_to_pass,
        spec.pass_to_pass,
        eval_type=eval_type_by(spec.rule, spec.repo, spec.eval_type),
        rule=spec.rule,
    )
    if status.resolution is Resolution.FULL:
        return Parity(Verdict.PASSED, "", status)
    if step.truncated:
        reason = f"printed more than {task.limits.output_kb} KiB, of which the middle is lost"
        return Parity(Verdict.OUTPUT, reason, status)
    return Parity(Verdict.FAILED, words(status), status, explicit(status, reading.statuses))


def unusable(text: str, problem: str) -> Parity:
    """No test spoke. Where the log shows a broken environment that is no word about the patch."""
    sign = trouble(text)
    if sign is None:
        return Parity(Verdict.ERROR, problem)
    is_ours = sign.tier == ENVIRONMENT
    return Parity(Verdict.UNGRADED if is_ours else Verdict.ERROR, f"{problem} ({sign.reason})")


def limit_of(step: StepResult, limits: Limits, what: str) -> Parity:
    """A step that did not end by itself."""
    match step.ended:
        case Ended.TIMEOUT:
            cpu = step.evidence == "cpu limit"
            budget = f"{limits.cpu_s:g} s of CPU" if cpu else f"{limits.wall_s:g} s of wall clock"
            return Parity(Verdict.TIMEOUT, f"{what}: used up {budget}")
        case Ended.MEMORY:
            return Parity(Verdict.MEMORY, f"{what}: more than {limits.memory_mb} MiB")
        case Ended.OUTPUT:
            return Parity(Verdict.OUTPUT, f"{what}: more than {limits.output_kb} KiB")
        case _:
            return Parity(Verdict.ERROR, f"{what}: killed by {step.evidence or step.code}")


def words(status: TestsStatus) -> str:
    """`FAIL_TO_PASS 1 of 2, PASS_TO_PASS 30 of 30; not passed: a, b`."""
    groups = ((FAIL_TO_PASS, status.fail_to_pass), (PASS_TO_PASS, status.pass_to_pass))
    counts = ", ".join(
        f"{name} {len(split.success)} of {len(split.success) + len(split.failure)}"
        for name, split in groups
    )
    missed = [*status.fail_to_pass.failure, *status.pass_to_pass.failure]
    more = f" and {len(missed) - NAMES_SHOWN} more" if len(missed) > NAMES_SHOWN else ""
    partly = " (partly resolved)" if status.resolution is Resolution.PARTIAL else ""
    return f"{counts}{partly}; not passed: {', '.join(missed[:NAMES_SHOWN])}{more}"
