"""Grade code whose results are compared with hidden targets, by tests in one namespace, in order.

The tests, the targets and the comparisons are in the checker alone (`_targets_checker`); the
candidate's process has the dependencies, what comes before and the answer. Numbers, arrays and the
like cross as data. An object of the candidate's is believed only where the task itself defines
classes: for what a step is asked of, its header says.
"""

import ast
from functools import lru_cache
from pathlib import Path

from grader.core.execution import Execution, StepResult
from grader.core.job import Job
from grader.core.plan import Interview, Plan, Program, Step
from grader.core.record import Record
from grader.core.result import Cause, Result, Trust, Verdict
from grader.core.sample import Sample
from grader.core.task import Task
from grader.graders import _rounds
from grader.graders._meaning import VerdictMeaning, of_defect, of_interview, of_program

MISSING = "\x00no target\x00"
"""What the checker prints where a test wants a target that no file has."""
ONLY_OFFICIALLY = "passes only because what is compared has not the target's size"
COMPAT = "compat"
"""The reading under the official comparisons alone."""
INSPECT, INSPECT_S = "inspect", 300.0
"""The same with the wall limit of inspect_evals."""
OBJECTS = frozenset({"instance", "callable", "class", "derived"})
DRAWING = frozenset({"random", "RandomState", "default_rng"})
CHECKER = Path(__file__).with_name("_targets_checker.py")


class Spec(Record):
    """What `Task.spec` holds for this kind."""

    problem: str
    """The problem that the step is one of."""
    before: str
    """Dependencies, and the code of earlier steps that the data give."""
    dependencies: str
    tests: tuple[str, ...]
    targets: str = ""
    """Packed, see `_targets_checker.unpacked`; empty: in no file."""
    functions: tuple[str, ...] = ()
    """What the headers of this step and of earlier ones define."""
    classes: tuple[str, ...] = ()
    """The same for classes: their instances stay with the candidate."""
    reference: str = ""
    """The step's own code, where the data have it."""
    asks: str = ""
    """What is missing where there are no targets, and the next move."""


def plan(job: Job) -> Plan:
    """One interview; with trust `shared` one program, as officially."""
    steps: tuple[Step, ...] = ()
    if not job.sample.defect:
        steps = (_step(job, _rounds.SHARED if job.trust == "shared" else _rounds.INTERVIEW),)
    return Plan(image=job.task.image, limits=job.task.limits, steps=steps)


def more(job: Job, execution: Execution) -> tuple[Step, ...]:
    """Once more with changes of arguments kept from the tests, where no target vouches for them."""
    last = execution.steps[-1] if execution.steps else None
    if last is None or last.name != _rounds.INTERVIEW or last.checker is None:
        return ()
    changes = any(each.startswith(_rounds.CHANGES) for each in _rounds.events(last))
    is_open = not all(map(compares, _spec(job.task).tests))
    if changes and is_open and _rounds.passed(last):
        return (_step(job, _rounds.ISOLATED),)
    return ()


def judge(job: Job, execution: Execution) -> Result:
    """The checker's word; what only the official comparisons let pass has failed."""
    meaning, trust, readings = _judged(job, execution)
    is_missing = any(MISSING.encode() in _checker_output(each) for each in execution.steps)
    if is_missing:
        meaning = VerdictMeaning(Verdict.UNGRADED, _spec(job.task).asks)
    return Result(
        task_id=job.sample.task_id,
        index=job.sample.index,
        verdict=meaning.verdict,
        reason=meaning.reason,
        cause=Cause.TASK if is_missing else None,
        trust=trust,
        readings={} if is_missing else readings,
    )


def reference(task: Task) -> Sample | None:
    """The step's own code behind that of earlier steps."""
    spec = _spec(task)
    if not spec.reference:
        return None
    return Sample(task_id=task.id, index=0, body=whole(spec, spec.reference), whole=True)


def empty(task: Task) -> Sample:
    """Functions and classes that do nothing."""
    spec = _spec(task)
    stubs = "".join(f"\ndef {name}(*_, **__):\n    return None\n" for name in spec.functions)
    return Sample(task_id=task.id, index=0, body=whole(spec, stubs), whole=True)


def whole(spec: Spec, code: str) -> str:
    """The program of a step's code."""
    return f"{spec.before}\n{code}\n"


@lru_cache(maxsize=4096)
def compares(test: str) -> bool:
    """Whether a test hands its target to a comparison of numbers, so that it vouches for them.

    `(f(x) > 0) == target` is a truth that other values have too, and some tests have no target.
    """
    return any(
        isinstance(node, ast.Call)
        and any(isinstance(each, ast.Name) and each.id == "target" for each in _inner(node))
        for node in ast.walk(ast.parse(test))
    )


def _inner(call: ast.Call) -> list[ast.AST]:
    """The arguments themselves, and what is taken from them by place."""
    return [each.value if isinstance(each, ast.Subscript) else each for each in call.args]


@lru_cache(maxsize=4096)
def draws(tests: tuple[str, ...], dependencies: str) -> bool:
    """Whether random numbers of the tests and of the solution could be told apart."""
    nodes = list(ast.walk(ast.parse("\n".join((dependencies, *tests)))))
    names = {each.attr for each in nodes if isinstance(each, ast.Attribute)}
    imported = {
        alias.name.split(".")[0]
        for each in nodes
        if isinstance(each, ast.Import | ast.ImportFrom)
        for alias in each.names
    }
    return not DRAWING.isdisjoint(names | imported)


@lru_cache(maxsize=4096)
def _looked_up(tests: tuple[str, ...]) -> frozenset[str]:
    """The names that tests look up or set."""
    nodes = ast.walk(ast.parse("\n".join(tests)))
    return frozenset(each.id for each in nodes if isinstance(each, ast.Name))


def _spec(task: Task) -> Spec:
    return Spec.model_validate(task.spec)


def _step(job: Job, name: str) -> Step:
    spec = _spec(job.task)
    code = job.sample.body if job.sample.whole else whole(spec, job.sample.body)
    prelude, tests = checker_texts(spec)
    if name == _rounds.SHARED:
        program = Program(source=f"{code}\n{prelude}\n{tests}", module="solution")
        return Step(name=name, action=program, stop_on_failure=False)
    used = _looked_up(spec.tests)
    interview = Interview(
        candidate=code,
        prelude=f"{spec.dependencies}\n{prelude}",
        tests=tests,
        functions=spec.functions,
        names=tuple(each for each in spec.classes if each in used),
        isolate_arguments=name == _rounds.ISOLATED,
        draws=draws(spec.tests, spec.dependencies),
    )
    return Step(name=name, action=interview, stop_on_failure=False)


def checker_texts(spec: Spec) -> tuple[str, str]:
    """What the checker runs before the tests, and the tests with their targets."""
    source, own = _checker_source(), whole(spec, spec.reference) if spec.reference else ""
    begin = (
        "import types as _grader_types\n"
        "_grader = _grader_types.ModuleType('_grader')\n"
        f"exec(compile({source!r}, '_grader', 'exec'), _grader.__dict__)\n"
        f"_grader.MISSING, _grader.ONLY_OFFICIALLY = {MISSING!r}, {ONLY_OFFICIALLY!r}\n"
        f"_grader_targets = _grader.begin({spec.targets!r}, {spec.tests!r}, {own!r})\n"
    )
    tests = "".join(
        f"target = _grader_targets[{number}]\n\n{test}\n" for number, test in enumerate(spec.tests)
    )
    return begin, f"{tests}_grader_targets.finish()\n"


@lru_cache(maxsize=1)
def _checker_source() -> str:
    return CHECKER.read_text(encoding="utf-8")


def _checker_output(step: StepResult) -> bytes:
    return step.checker.stdout if step.checker else step.stdout


def _judged(job: Job, execution: Execution) -> tuple[VerdictMeaning, Trust, dict[str, str]]:
    limits = job.task.limits
    if job.sample.defect:
        return of_defect(job.sample), Trust.SEPARATED, {}
    if not execution.steps:
        return VerdictMeaning(Verdict.UNGRADED, "nothing ran"), Trust.SEPARATED, {}
    first, last = execution.steps[0], execution.steps[-1]
    if first.name == _rounds.SHARED:
        meaning = of_program(first, limits)
        return meaning, Trust.SHARED, _readings(meaning, first)
    meaning = of_interview(first, limits)
    readings = _readings(meaning, first)
    if meaning.verdict is Verdict.PASSED and (bad := _objects(job, first)):
        meaning = VerdictMeaning(Verdict.FAILED, f"an object in a number's place: {bad}")
    elif last.name == _rounds.ISOLATED and (again := of_interview(last, limits)).verdict is not (
        Verdict.PASSED
    ):
        reason = f"passes only by changing values of the tests: {again.reason}"
        meaning = VerdictMeaning(Verdict.FAILED, reason)
    return meaning, Trust.SEPARATED, readings


def _readings(meaning: VerdictMeaning, step: StepResult) -> dict[str, str]:
    is_only_size = ONLY_OFFICIALLY in meaning.reason and meaning.verdict is Verdict.FAILED
    compat = Verdict.PASSED if is_only_size else meaning.verdict
    inspect = Verdict.TIMEOUT if step.wall_s - step.wait_s > INSPECT_S else compat
    return {COMPAT: compat.value, INSPECT: inspect.value}


def _objects(job: Job, step: StepResult) -> str:
    """What was given that is no data where the task defines no class; empty: nothing."""
    if _spec(job.task).classes:
        return ""
    noted = [
        each
        for each in _rounds.events(step)
        if each.endswith(_rounds.LOOKED_AT) or _rounds.kind_given(each) in OBJECTS
    ]
    return min(noted, default="")
