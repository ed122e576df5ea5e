"""Grade a patch by a benchmark's own script and log parser: SWE-bench-Live and SWE-bench Pro.

The script runs in the task's image, the parser that the data set brings in another container, which
holds the logs and nothing of the sample's. The verdict rests on a log that the tested code can
write: `trust` says `log`.
"""

import json
from enum import StrEnum
from typing import Any, NamedTuple, cast

from pydantic import Field

from grader.core.execution import Execution, StepEnd, StepResult
from grader.core.job import Job
from grader.core.plan import Command, ContainerWish, Plan, PlannedFile, Step
from grader.core.record import Record
from grader.core.result import Outcome, Result, TestResult, Trust, Verdict
from grader.core.sample import Sample
from grader.core.task import Image, Task
from grader.graders._repo_parity import limit_of

RUN, PARSE = "run", "parse"
FOLDER = "/workspace"
PARSED = "/grader-parse"
OUTPUT = f"{PARSED}/output.json"
PARSE_S, PARSE_MB = 120.0, 2048
PASSED = "PASSED"
"""The only status of Pro's parsers that counts."""
REASON_CHARS = 200
NO_CHANGE = (
    "diff --git a/grader-empty b/grader-empty\nnew file mode 100644\nindex 0000000..e69de29\n"
)


class LogRule(StrEnum):
    """Whose rule turns statuses into a verdict."""

    LIVE = "live"
    """`evaluation/evaluation.py` (70ec57e): one that is missing of those to keep does no harm."""
    PRO = "pro"
    """`swe_bench_pro_eval.py` (ca10a60): all tests must have passed; a skipped one has not."""


class Spec(Record):
    """What `Task.spec` holds for this kind."""

    rule: LogRule
    script: str
    """Bash, run as root, that applies the patches and runs the tests."""
    files: dict[str, str] = Field(default={}, repr=False)
    """What lies in /workspace besides `patch.diff`."""
    logs: tuple[str, ...]
    """What the script writes there, which the parser reads."""
    parser: str = Field(default="", repr=False)
    """Python that a data set brings, called with the logs' paths and that of its output; empty: the
    official default for pytest."""
    parser_image: str = ""
    """What it runs in; empty: the task's image."""
    fail_to_pass: tuple[str, ...] = ()
    pass_to_pass: tuple[str, ...] = ()
    patch: str = Field(default="", repr=False)


class LogVerdict(NamedTuple):
    """What statuses mean."""

    resolved: bool
    passed: frozenset[str]
    failed: frozenset[str]


def plan(job: Job) -> Plan:
    """Run the script; nothing to run for an empty patch."""
    spec = Spec.model_validate(job.task.spec)
    if job.sample.defect or not job.sample.body.strip():
        return Plan(image=job.task.image, limits=job.task.limits, steps=())
    texts = {**spec.files, "patch.diff": job.sample.body, "entryscript.sh": spec.script}
    files = tuple(
        PlannedFile(path=f"{FOLDER}/{name}", data=text.encode("utf-8", "surrogateescape"))
        for name, text in texts.items()
    )
    action = Command(
        argv=("/bin/bash", f"{FOLDER}/entryscript.sh"), cwd="/", user="root", merged=True,
        overflow="cut",
    )  # fmt: skip
    collect = tuple(f"{FOLDER}/{name}" for name in spec.logs)
    run = Step(name=RUN, action=action, files=files, collect=collect, stop_on_failure=False)
    return Plan(image=job.task.image, limits=job.task.limits, steps=(run,))


def more(job: Job, execution: Execution) -> tuple[Step, ...]:
    """The parser, where the data set brings one, in a container that never saw the sample."""
    spec = Spec.model_validate(job.task.spec)
    last = execution.steps[-1] if execution.steps else None
    if last is None or last.name != RUN or not spec.parser or last.ended is not StepEnd.EXIT:
        return ()
    logs = logs_of(spec, last)
    files = [PlannedFile(path=f"{PARSED}/parser.py", data=spec.parser.encode())]
    files += [PlannedFile(path=f"{PARSED}/{name}", data=data) for name, data in logs.items()]
    words = (*(f"{PARSED}/{name}" for name in spec.logs), OUTPUT)
    action = Command(
        argv=("python3", f"{PARSED}/parser.py", *words), cwd=PARSED, user="root", merged=True,
        overflow="cut",
    )  # fmt: skip
    limits = job.task.limits.model_copy(
        update={"wall_s": PARSE_S, "cpu_s": PARSE_S, "memory_mb": PARSE_MB, "network": False}
    )
    image = Image(name=spec.parser_image) if spec.parser_image else job.task.image
    return (
        Step(
            name=PARSE, action=action, files=tuple(files), collect=(OUTPUT,), limits=limits,
            fresh=True, stop_on_failure=False, container=ContainerWish(image=image),
        ),
    )  # fmt: skip


def logs_of(spec: Spec, step: StepResult) -> dict[str, bytes]:
    """The logs; an empty one where the script wrote none, as officially."""
    found = dict(step.collected)
    return {name: found.get(f"{FOLDER}/{name}", b"") for name in spec.logs}


def judge(job: Job, execution: Execution) -> Result:
    """By the set's own rule."""
    spec = Spec.model_validate(job.task.spec)
    verdict, reason, found = meaning(job, spec, execution)
    return Result(
        task_id=job.sample.task_id,
        index=job.sample.index,
        verdict=verdict,
        reason=reason,
        tests=tests_of(spec, found) if found else (),
        trust=Trust.LOG,
        readings={"parity": verdict.value},
    )


def meaning(job: Job, spec: Spec, execution: Execution) -> tuple[Verdict, str, LogVerdict | None]:
    """The verdict, why, and the statuses that it rests on."""
    steps = {step.name: step for step in execution.steps}
    early = without_run(job, steps)
    if early is not None:
        return early
    if not spec.parser:
        log = b"".join(logs_of(spec, steps[RUN]).values())
        return told(spec, pytest_statuses(log.decode(errors="replace")))
    statuses, problem = parsed(steps.get(PARSE))
    if problem:
        return Verdict.ERROR, f"the data set's parser gave no statuses: {problem}", None
    return told(spec, statuses)


def without_run(
    job: Job, steps: dict[str, StepResult]
) -> tuple[Verdict, str, LogVerdict | None] | None:
    """The verdict of a sample whose tests did not come to their end; None for all others."""
    if job.sample.defect:
        return Verdict.PATCH_REJECTED, job.sample.defect, None
    if not job.sample.body.strip():
        return Verdict.EMPTY, "the patch is empty", None
    if RUN not in steps:
        return Verdict.UNGRADED, "nothing ran", None
    if steps[RUN].ended is not StepEnd.EXIT:
        found = limit_of(steps[RUN], job.task.limits, "the tests")
        return found.verdict, found.reason, None
    return None


def parsed(step: StepResult | None) -> tuple[dict[str, str], str]:
    """What the data set's parser wrote, and why it cannot be used."""
    if step is None:
        return {}, "it did not run"
    data = dict(step.collected).get(OUTPUT)
    if data is None:
        words = step.stdout.decode(errors="replace").strip().splitlines()
        return {}, (words[-1] if words else f"status {step.code}")[:REASON_CHARS]
    try:
        value: Any = json.loads(data)
        if isinstance(value, dict) and "tests" in value:
            rows = cast("list[dict[str, str]]", value["tests"])
            # One row that says so is enough, as officially; a later one of its name takes nothing.
            return {str(row["name"]): PASSED for row in rows if row["status"] == PASSED}, ""
        return {str(k): str(v) for k, v in cast("dict[str, Any]", value).items()}, ""
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        return {}, f"{type(error).__name__}: {error}"[:REASON_CHARS]


def told(spec: Spec, statuses: dict[str, str]) -> tuple[Verdict, str, LogVerdict]:
    """The verdict of statuses."""
    found = verdict_of(spec.rule, statuses, spec.fail_to_pass, spec.pass_to_pass)
    if found.resolved:
        return Verdict.PASSED, "", found
    mended = sum(name in found.passed for name in spec.fail_to_pass)
    kept = sum(name in found.passed for name in spec.pass_to_pass)
    reason = (
        f"{mended} of {len(spec.fail_to_pass)} tests to mend pass,"
        f" {kept} of {len(spec.pass_to_pass)} to keep"
    )
    return Verdict.FAILED, reason, found


def verdict_of(
    rule: LogRule, statuses: dict[str, str], fail_to_pass: tuple[str, ...],
    pass_to_pass: tuple[str, ...],
) -> LogVerdict:  # fmt: skip
    """The official rule. In Live a status that holds both words counts as both, as there."""
    wanted = {*fail_to_pass, *pass_to_pass}
    if rule is LogRule.PRO:
        passed = frozenset(name for name, status in statuses.items() if status == PASSED)
        return LogVerdict(wanted <= passed, passed, frozenset(wanted - passed))
    passed = frozenset(name for name, status in statuses.items() if "pass" in status.lower())
    failed = frozenset(name for name, status in statuses.items() if "fail" in status.lower())
    return LogVerdict(passed.issuperset(fail_to_pass) and not failed & wanted, passed, failed)


def pytest_statuses(log: str) -> dict[str, str]:
    """Live's default parser, to the letter (`default_pytest_parser`)."""
    found: dict[str, str] = {}
    for line in log.split("\n"):
        if line.startswith(("FAILED", "PASSED", "SKIPPED", "ERROR", "XFAIL")):
            text = line.replace(" - ", " ") if line.startswith("FAILED") else line
            words = text.split()
            if len(words) > 1:
                found[words[1]] = words[0]
    return {
        name: "pass" if "pass" in word.lower() else "skip" if "skip" in word.lower() else "fail"
        for name, word in found.items()
    }


def tests_of(spec: Spec, found: LogVerdict) -> tuple[TestResult, ...]:
    """The expected tests."""
    return tuple(
        TestResult(
            name=name,
            outcome=Outcome.FAILED
            if name in found.failed
            else Outcome.PASSED
            if name in found.passed
            else Outcome.SKIPPED,
        )
        for name in dict.fromkeys((*spec.fail_to_pass, *spec.pass_to_pass))
    )


def reference(task: Task) -> Sample | None:
    """The task's own patch."""
    patch = Spec.model_validate(task.spec).patch
    return Sample(task_id=task.id, index=0, body=patch, whole=True) if patch else None


def empty(task: Task) -> Sample:
    """A patch that changes nothing."""
    return Sample(task_id=task.id, index=0, body=NO_CHANGE, whole=True)
