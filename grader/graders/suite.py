"""Grade a function by a class of unit tests, as BigCodeBench and ClassEval do.

Where the task's own solution passes with its tests in another process (`apart`), samples are judged
so too. Where it does not (tests that patch, that look at files or at the state of a library), or
where a sample gives what that solution does not give, tests and sample share a process whose
`unittest` is private (`together`); who passes there must fail the same tests *twisted*
(`_suite_program`). What the task's own solution does is learned once for each environment; one that
does not pass here makes the task unrunnable here, and no sample is judged by it.
"""

import re
from typing import Any

from grader.core.execution import CompletionWord, Execution, StepResult
from grader.core.job import Job
from grader.core.limits import Limits
from grader.core.plan import Interview, Plan, Step
from grader.core.record import Record
from grader.core.result import Cause, Result, Trust, Verdict
from grader.core.sample import Sample
from grader.core.task import Task
from grader.errors import TaskError
from grader.graders import _rounds
from grader.graders._meaning import VerdictMeaning, of_defect, of_interview
from grader.graders._suite_program import apart, candidate, checker
from grader.graders.base import FollowUp, TaskLesson

APART, TOGETHER, TWISTED = "apart", "together", "twisted"
PATCHING = re.compile(r"\bmock\b|\bpatch\b|\bMagicMock\b|\bmonkeypatch\b")
"""Tests that replace names where the solution finds them: they have to be where it is."""
SURVEY_LIMITS = Limits(cpu_s=150.0, wall_s=240.0, memory_mb=4096, disk_mb=512)
CPU_FLOOR_S, CPU_TIMES = 10.0, 4.0
MEMORY_FLOOR_MB, MEMORY_TIMES = 2048, 3
PROBE = re.compile(r"probe (\d+)((?: odd| own)*)$")
TWISTED_PROBE = re.compile(r"probe ([0-9,]*)$")


class Spec(Record):
    """What `Task.spec` holds for this kind."""

    prompt: str
    """Trusted program before the tests: what the code prompt imports and defines."""
    before_completion: str
    """Text before a completion; a whole-program sample goes without it."""
    head: str = ""
    """Text before every sample, a whole program too."""
    tests: str
    classes: tuple[str, ...] = ("TestCases",)
    """The classes of the tests that count."""
    entry_point: str
    """The function that the tests call, or the class that they make."""
    entry_is_class: bool = False
    statics: bool = False
    """Methods without `self` are made static ones first, as ClassEval does with all answers."""
    reference: str
    """The task's own solution, a whole program."""
    apart: dict[str, Any] | None = None
    """Learned, never part of a dataset: how the reference does with its tests elsewhere."""
    together: dict[str, Any] | None = None
    """The same with its tests in its own process."""


def wants_first(task: Task) -> str:
    """What has to be learned of a task before a sample's plan can be made; '' for nothing."""
    spec = Spec.model_validate(task.spec)
    if spec.apart is None and not PATCHING.search(spec.tests):
        return APART
    return TOGETHER if not is_apart(spec) and spec.together is None else ""


def plan(job: Job) -> Plan:
    """The first step; none for a sample that cannot be run or a task that cannot."""
    spec = Spec.model_validate(job.task.spec)
    steps: tuple[Step, ...] = ()
    if not job.sample.defect and not unrunnable(spec):
        if is_apart(spec) and job.trust != "shared":
            steps = (_apart(spec, program(job.sample, spec)),)
        elif job.trust == "separated":
            raise TaskError(f"{job.task.id}: its tests cannot be apart; use --trust auto")
        else:
            steps = (_together(spec, program(job.sample, spec)),)
    return Plan(image=job.task.image, limits=limits_of(job.task, spec), steps=steps)


def is_apart(spec: Spec) -> bool:
    """Whether the reference passes with its tests in another process."""
    return spec.apart is not None and bool(spec.apart["passes"])


def unrunnable(spec: Spec) -> str:
    """Why the task's own solution does not pass here; '' where it does, or where nobody tried."""
    if is_apart(spec) or spec.together is None or spec.together["passes"]:
        return ""
    return f"unrunnable here: the task's own solution does not pass: {spec.together['trouble']}"


def limits_of(task: Task, spec: Spec) -> Limits:
    """Limits that the reference keeps to with room to spare, and no tighter than the task's."""
    known = [each for each in (spec.apart, spec.together) if each is not None and each["passes"]]
    cpu_s = max((CPU_TIMES * each["cpu_s"] for each in known), default=CPU_FLOOR_S)
    peak = max((MEMORY_TIMES * each["peak_mb"] for each in known), default=MEMORY_FLOOR_MB)
    return task.limits.model_copy(
        update={
            "cpu_s": max(task.limits.cpu_s, CPU_FLOOR_S, cpu_s),
            "memory_mb": max(task.limits.memory_mb, MEMORY_FLOOR_MB, int(peak)),
        }
    )


def later(job: Job, execution: Execution) -> FollowUp:
    """A second opinion where objects were met, and the twisted tests where tests were passed."""
    spec = Spec.model_validate(job.task.spec)
    last = execution.steps[-1]
    if last.name == APART and job.trust == "auto" and _is_open(last, spec):
        if spec.together is None:
            return FollowUp(learn=TOGETHER)
        if spec.together["passes"]:
            return FollowUp(steps=(_together(spec, program(job.sample, spec)),))
    known = spec.together or {}
    if last.name == TOGETHER and _rounds.passed(last) and known.get("sound"):
        return FollowUp(steps=(_together(spec, program(job.sample, spec), twist=True),))
    return FollowUp()


def _is_open(step: StepResult, spec: Spec) -> bool:
    """Whether the sample gave what the reference does not: one process may show more."""
    said = step.checker.completion.exception if step.checker else ""
    return bool(_beyond(step, spec)) or said == "Uncrossable"


def _beyond(step: StepResult, spec: Spec) -> frozenset[str]:
    """What the sample's interview needed and the reference's did not."""
    return _rounds.needs(step) - frozenset((spec.apart or {}).get("events", ()))


def judge(job: Job, execution: Execution) -> Result:
    """The word of the last round that there was, by kernel evidence and the trusted side."""
    meaning, trust, cause = _judged(job, execution)
    return Result(
        task_id=job.sample.task_id,
        index=job.sample.index,
        verdict=meaning.verdict,
        reason=meaning.reason,
        trust=trust,
        cause=cause,
    )


def _judged(job: Job, execution: Execution) -> tuple[VerdictMeaning, Trust, Cause | None]:
    spec = Spec.model_validate(job.task.spec)
    if job.sample.defect:
        return of_defect(job.sample), Trust.SEPARATED, None
    if not execution.steps:
        reason = unrunnable(spec) or "nothing ran"
        return VerdictMeaning(Verdict.UNGRADED, reason), Trust.SEPARATED, Cause.TASK
    limits, by_name = limits_of(job.task, spec), {each.name: each for each in execution.steps}
    if TWISTED in by_name:
        return _of_twisted(by_name[TWISTED], limits), Trust.KEYED, None
    if TOGETHER in by_name:
        found = _named(of_interview(by_name[TOGETHER], limits), by_name[TOGETHER])
        return found, Trust.SHARED, None
    step = by_name[APART]
    meaning = of_interview(step, limits)
    if meaning.verdict is Verdict.PASSED and _is_open(step, spec):
        needs = "; ".join(sorted(_beyond(step, spec))[:3])
        reason = f"not plain data where the task's own solution gives it: {needs}"
        return VerdictMeaning(Verdict.FAILED, reason), Trust.SEPARATED, None
    return meaning, Trust.SEPARATED, None


def _named(meaning: VerdictMeaning, step: StepResult) -> VerdictMeaning:
    """An object of a class of its own may equal anything: only where the reference has one."""
    said = step.checker.completion if step.checker else None
    if said and said.exception == "KeyError" and said.message.strip("'").startswith("own "):
        kind = said.message.strip("'").removeprefix("own ")
        reason = f"gives a '{kind}', a class of its own, where the task's own solution has none"
        return VerdictMeaning(Verdict.FAILED, reason)
    return meaning


def _of_twisted(step: StepResult, limits: Limits) -> VerdictMeaning:
    meaning = of_interview(step, limits)
    said = step.checker.completion if step.checker else None
    if said and said.exception == "KeyError" and "tampered" in said.message:
        reason = "passes its tests and also the same tests when they want something else"
        return VerdictMeaning(Verdict.TAMPERED, reason)
    return meaning


def reference(task: Task) -> Sample | None:
    """The dataset's solution, without anything around it."""
    spec = Spec.model_validate(task.spec)
    return Sample(task_id=task.id, index=0, body=spec.reference, whole=True)


def empty(task: Task) -> Sample:
    """A body that does nothing."""
    spec = Spec.model_validate(task.spec)
    head = f"class {spec.entry_point}:\n" if spec.entry_is_class else ""
    return Sample(task_id=task.id, index=0, body=f"{head}    pass\n")


def program(sample: Sample, spec: Spec) -> str:
    """The sample's whole program, as it is assembled officially."""
    body = sample.body if sample.whole else f"{spec.before_completion}{sample.body}"
    return f"{spec.head}{with_statics(body) if spec.statics else body}\n"


def with_statics(code: str) -> str:
    """Methods that name neither `self` nor `cls` in their line as static ones.

    To the letter what `classeval_evaluation/test_utils.py` (`add_static_statement`) does with every
    answer: all lines with `@staticmethod` go, and it stands anew before `def` behind four blanks.
    """
    found: list[str] = []
    for line in code.split("\n"):
        if "@staticmethod" in line:
            continue
        if line.startswith("    def ") and "self" not in line and "cls" not in line:
            found.append("    @staticmethod")
        found.append(line)
    return "\n".join(found)


def survey(task: Task, what: str) -> Plan | None:
    """What to run first to learn how the task's own solution does."""
    spec = Spec.model_validate(task.spec)
    make = _apart if what == APART else _probed
    return Plan(image=task.image, limits=SURVEY_LIMITS, steps=(make(spec, spec.reference),))


def survey_more(task: Task, what: str, execution: Execution) -> tuple[Step, ...]:
    """Once more where luck could have passed it; then twisted."""
    spec, done = Spec.model_validate(task.spec), execution.steps
    if what == APART:
        again = (
            len(done) == 1 and _rounds.passed(done[0]) and "random" in spec.tests + spec.reference
        )
        return (_apart(spec, spec.reference),) if again else ()
    if len(done) == 1 and _probe(done[0], PROBE):
        return (_probed(spec, spec.reference, twist=True),)
    return ()


def surveyed(task: Task, what: str, execution: Execution) -> TaskLesson:  # noqa: ARG001
    """Whether it passes, what it needs of time and memory, and which twisted tests it fails."""
    done = execution.steps
    first = done[0]
    value: dict[str, Any] = {
        "cpu_s": max(each.cpu_s for each in done),
        "peak_mb": max(each.peak_mb for each in done),
        "trouble": of_interview(first, SURVEY_LIMITS).reason,
    }
    if what == APART:
        value["passes"] = all(map(_rounds.passed, done))
        value["events"] = sorted({event for step in done for event in _rounds.events(step)})
        return TaskLesson(value, lasting=bool(value["passes"]))
    found = _probe(first, PROBE)
    twisted = _probe(done[1], TWISTED_PROBE) if len(done) > 1 else None
    value["passes"] = found is not None
    value["count"] = int(found[1]) if found else 0
    value["own"] = found[2].split() if found else []
    value["sound"] = [int(each) for each in twisted[1].split(",") if each] if twisted else []
    return TaskLesson(value, lasting=bool(value["passes"]))


def _probe(step: StepResult, form: re.Pattern[str]) -> re.Match[str] | None:
    said = step.checker.completion if step.checker else None
    is_said = said is not None and said.said is CompletionWord.RAISED
    return form.match(said.message) if said and is_said else None


def _apart(spec: Spec, solution: str) -> Step:
    interview = Interview(
        candidate=solution,
        prelude=spec.prompt,
        tests=apart(spec.tests, spec.classes),
        functions=() if spec.entry_is_class else (spec.entry_point,),
        names=(spec.entry_point,) if spec.entry_is_class else (),
    )
    return Step(name=APART, action=interview, stop_on_failure=False)


def _probed(spec: Spec, solution: str, *, twist: bool = False) -> Step:
    return _together(spec, solution, twist=twist, probe=True)


def _together(spec: Spec, solution: str, *, twist: bool = False, probe: bool = False) -> Step:
    known = spec.together or {}
    tests = checker(
        spec.tests, spec.classes, spec.entry_point, twist=twist,
        sound=tuple(known.get("sound", ())), count=known.get("count", 0), probe=probe,
        known=tuple(known.get("own", ())),
    )  # fmt: skip
    interview = Interview(
        candidate=candidate(spec.prompt, solution),
        tests=tests,
        functions=("_grader_suite",),
        tidy=True,
    )
    name = TWISTED if twist else TOGETHER
    return Step(name=name, action=interview, stop_on_failure=False)
