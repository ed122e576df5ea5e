"""Grade a function by cases: on every input it must agree with the task's reference.

Two steps, `base` and `plus`, each an interview: the checker holds inputs, reference and rule, the
candidate is asked for its outputs. With `trust="shared"` each is one program instead: the
candidate's text and a trusted end. `plus` counts only where base passed.

An interview also tells what EvalPlus's own rule says about the same outputs, as the readings
`compat-base` and `compat-plus`; outputs that are no plain data stay wrong in both.
"""

import base64
import json
import re
import zlib
from collections.abc import Iterable
from functools import cache
from inspect import getsource
from typing import Any

from grader.core.execution import CompletionWord, Execution, StepResult
from grader.core.job import Job
from grader.core.plan import CaseExamination, Interview, Plan, Program, Step
from grader.core.record import Record, digest
from grader.core.result import Outcome, Result, TestResult, Trust, Verdict
from grader.core.sample import Sample
from grader.core.task import Task
from grader.graders import _case_program, _case_rules
from grader.graders._arrangement import is_tidy
from grader.graders._case_program import CASE_CPU_S, CASE_FACTOR
from grader.graders._meaning import (
    REASON_CHARS,
    is_out_of_call_time,
    of_defect,
    of_interview,
    of_program,
)

USUAL_CPU_S = 30.0
"""CPU seconds of an ordinary task: one that has more gives each case more in proportion."""
READINGS: tuple[str, ...] = ("base", "plus")
COMPAT = "agrees by EvalPlus's rule"
"""The checker's note on a part that only the strict rule fails."""
NAME = "_grader_cases_5b1f"
"""Prefix of the only names that the trusted end adds to the candidate's module."""
DISAGREED = re.compile(r"case (\d+): ")
"""How the trusted end's own AssertionError begins."""


class Spec(Record):
    """What `Task.spec` holds for this kind."""

    prompt: str = ""
    """Text before a completion; a whole-program sample goes without it."""
    entry_point: str
    reference: str
    """The task's own solution: a continuation of `prompt`."""
    base: str
    """Packed inputs (`packed`)."""
    plus: str = ""
    """More of them; empty: the task has none."""
    shapes: tuple[str, ...] = ()
    """Converters of the arguments, see `_case_rules.decode`."""
    rule: str = "equal"
    """When an output is right: a name in `_case_rules.RULES`."""
    atol: float = 0.0
    """Absolute tolerance; 0: exact, but for float results."""
    too_large: bool = False
    """The reference's own answers are too large to cross: `auto` uses one process."""
    compat: bool = False
    """EvalPlus's reading of the rules instead of the strict one."""


def packed(cases: Iterable[Any]) -> str:
    """Inputs in a form that is small in memory and in a plan; empty for no inputs."""
    listed = list(cases)
    return _packed(json.dumps(listed, separators=(",", ":"))) if listed else ""


def unpacked(text: str) -> list[Any]:
    """Inverse of `packed`."""
    return json.loads(zlib.decompress(base64.b64decode(text))) if text else []


def plan(job: Job) -> Plan:
    """One step per part that has inputs: the candidate's text, ended by the comparison."""
    spec = Spec.model_validate(job.task.spec)
    steps: tuple[Step, ...] = ()
    if not job.sample.defect:
        before = "" if job.sample.whole else spec.prompt
        candidate = f"{before}{job.sample.body}"
        steps = tuple(
            Step(
                name=name,
                action=_program(candidate, spec, cases)
                if job.trust == "shared" or (spec.too_large and job.trust == "auto")
                else _interview(candidate, spec, cases, job.task),
            )
            for name, cases in _parts(spec)
        )
    return Plan(image=job.task.image, limits=job.task.limits, steps=steps)


def more(job: Job, execution: Execution) -> tuple[Step, ...]:
    """The plus cases of a sample whose base cases only the strict rule fails."""
    if not execution.steps or not _passes_compat_only(execution.steps[-1]):
        return ()
    return plan(job).steps[len(execution.steps) :]


def judge(job: Job, execution: Execution) -> Result:
    """Every part must pass; `readings` tells base and plus apart."""
    parts = [name for name, _ in _parts(Spec.model_validate(job.task.spec))]
    verdict, reason = Verdict.PASSED, ""
    readings = dict.fromkeys(READINGS, Verdict.PASSED.value)
    tests: list[TestResult] = []
    steps = {step.name: step for step in execution.steps}
    for name in parts:
        if job.sample.defect:
            verdict, reason = of_defect(job.sample)
        elif name not in steps:
            verdict, reason = Verdict.UNGRADED, f"{name} cases: nothing ran"
        else:
            verdict, reason = case_meaning(steps[name], job.task)
            tests.append(_test(name, verdict, reason, steps[name]))
        if verdict is not Verdict.PASSED:
            readings.update(dict.fromkeys(READINGS[READINGS.index(name) :], verdict.value))
            break
    separated = _separated(execution)
    if separated:
        readings |= _compat(job.task, parts, steps) if steps else _prefixed(readings)
    return Result(
        task_id=job.sample.task_id,
        index=job.sample.index,
        verdict=verdict,
        reason=reason,
        tests=tuple(tests),
        trust=Trust.SEPARATED if separated else Trust.SHARED,
        readings=readings,
    )


def reference(task: Task) -> Sample | None:
    """Sample 0: the dataset's own solution."""
    return Sample(task_id=task.id, index=0, body=Spec.model_validate(task.spec).reference)


def empty(task: Task) -> Sample:
    """A function of the right name that gives nothing."""
    name = Spec.model_validate(task.spec).entry_point
    body = f"def {name}(*arguments, **named):\n    return None\n"
    return Sample(task_id=task.id, index=0, body=body, whole=True)


def case_meaning(step: StepResult, task: Task) -> tuple[Verdict, str]:
    """Verdict and one-line reason of one part."""
    completion = (step.checker or step).completion
    if is_out_of_call_time(step):
        verdict = Verdict.TIMEOUT
        reason = f"one case used up {_case_cpu_s(task):g} s of CPU"
        if step.checker is None:
            reason = (
                f"one case used up {CASE_CPU_S:g} s of CPU and {CASE_FACTOR:g} times the reference"
            )
    else:
        verdict, reason = (of_interview if step.checker else of_program)(step, task.limits)
    if verdict is Verdict.FAILED:
        if DISAGREED.match(completion.message):
            reason = " ".join(completion.message.split())[:REASON_CHARS]
        else:
            verdict = Verdict.ERROR  # an assertion of the candidate's own
    return verdict, f"{step.name}: {reason}" if reason else ""


def _test(name: str, verdict: Verdict, reason: str, step: StepResult) -> TestResult:
    """The part as a test, or the case in it that did not agree."""
    if verdict is Verdict.PASSED:
        return TestResult(name=name, outcome=Outcome.PASSED)
    completion = (step.checker or step).completion
    case = DISAGREED.match(completion.message)
    if verdict is Verdict.FAILED and completion.said is CompletionWord.RAISED and case:
        return TestResult(name=f"{name}/{case[1]}", outcome=Outcome.FAILED, message=reason)
    return TestResult(name=name, outcome=Outcome.ERROR, message=reason)


def _parts(spec: Spec) -> list[tuple[str, str]]:
    """Names and packed inputs of the parts that have any; base always has a step."""
    return [("base", spec.base), *([("plus", spec.plus)] if spec.plus else [])]


def _compat(task: Task, parts: list[str], steps: dict[str, StepResult]) -> dict[str, str]:
    """The readings under EvalPlus's rule: what it is content with has passed."""
    readings: dict[str, str] = {}
    verdict = Verdict.PASSED
    for name in READINGS:
        if verdict is Verdict.PASSED and name in parts:
            step = steps.get(name)
            if step is None:
                verdict = Verdict.UNGRADED
            elif not _passes_compat_only(step):
                verdict = case_meaning(step, task)[0]
        readings[name] = verdict.value
    return _prefixed(readings)


def _prefixed(readings: dict[str, str]) -> dict[str, str]:
    return {f"compat-{name}": verdict for name, verdict in readings.items()}


def _passes_compat_only(step: StepResult) -> bool:
    return step.checker is not None and COMPAT in step.checker.completion.events


def _separated(execution: Execution) -> bool:
    """A refused program shared nothing with anybody; so did one with a checker."""
    return all(
        step.checker is not None or step.completion.said is CompletionWord.REFUSED
        for step in execution.steps
    )


def _interview(candidate: str, spec: Spec, cases: str, task: Task) -> Interview:
    """The checker holds the reference and the cases; the candidate is asked case by case."""
    reference = f"{spec.prompt}{spec.reference}"
    said = "\n".join((reference, spec.entry_point, spec.rule, *spec.shapes, cases))
    return Interview(
        candidate=candidate,
        tests="",
        functions=(spec.entry_point,),
        tidy=is_tidy(reference),
        call_cpu_s=_case_cpu_s(task),
        cases=CaseExamination(
            entry_point=spec.entry_point,
            reference=reference,
            rules=_sources()[1],
            shapes=spec.shapes,
            rule=spec.rule,
            atol=spec.atol,
            compat=spec.compat,
            cases=cases,
            key=digest(said.encode())[:32],
        ),
    )


def _case_cpu_s(task: Task) -> float:
    """CPU seconds that one case of an interview may take."""
    return CASE_CPU_S * max(1.0, task.limits.cpu_s / USUAL_CPU_S)


def _program(candidate: str, spec: Spec, cases: str) -> Program:
    """The candidate's text, then lines that use only names beginning with NAME.

    They hold no triple quotes, so that text left open by the candidate can never end in them.
    """
    setting = {
        "entry_point": spec.entry_point,
        "reference": f"{spec.prompt}{spec.reference}",
        "rules": _sources()[1],
        "shapes": spec.shapes,
        "rule": spec.rule,
        "atol": spec.atol,
        "compat": spec.compat,
    }
    main = f"{NAME}_space['main']"
    end = (
        f"import builtins as {NAME}, base64 as {NAME}_text, zlib as {NAME}_zip",
        f"{NAME}_open = lambda text: {NAME}_zip.decompress({NAME}_text.b64decode(text))",
        f"{NAME}_space = {{'__name__': 'cases'}}",
        f"{NAME}.exec({NAME}_open('{_sources()[0]}'), {NAME}_space)",
        f"{NAME}_setting = {NAME}_open('{_packed(json.dumps(setting))}')",
        f"{main}({NAME}.globals(), {NAME}_setting, {NAME}_open('{cases or _packed('[]')}'))",
    )
    return Program(source="\n".join((candidate, *end, "")), module="solution")


@cache
def _sources() -> tuple[str, str]:
    """Packed text of the trusted end, and plain text of the rules that it ships."""
    return _packed(getsource(_case_program)), getsource(_case_rules)


def _packed(text: str) -> str:
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()
