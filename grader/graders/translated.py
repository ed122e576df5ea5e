"""Grade a function in any language: the tests ask the model's program over pipes.

By default the tests, in their own language and unchanged, are a program of their own whose stub
asks the candidate's. `trust="shared"`, and tasks whose values cannot cross, put prompt, completion
and tests into one program, as the official graders do; that is also the reading `parity`.
"""

from grader.core.execution import Execution, StepResult
from grader.core.job import Job
from grader.core.plan import Plan, Step
from grader.core.record import Record
from grader.core.result import Result, Trust, Verdict
from grader.core.sample import AS_GIVEN, Sample
from grader.core.task import Task
from grader.errors import ImageError, TaskError
from grader.graders._meaning import VerdictMeaning, of_defect
from grader.graders._program_meaning import compiler_lines, of_build, of_official, of_questions
from grader.languages import base
from grader.languages._blocks import has_fence
from grader.languages._merge.merge import MergedSolution, defines_entry, merged
from grader.languages._plans import build_step, interview_step, run_step, shown
from grader.languages.base import Language, ProgramText, TaskText

BUILD, INTERVIEW = "build", "interview"
OFFICIAL_BUILD, OFFICIAL = "official build", "official"
STRICT, PARITY = "strict", "parity"


class Spec(Record):
    """What `Task.spec` holds for this kind."""

    language: str
    family: str
    """`multipl-e` or `humaneval-x`: how the official program is put together."""
    name: str
    """The data's own id."""
    prompt: str
    tests: str
    entry_point: str = ""
    setup: str = ""
    stop: tuple[str, ...] = ()
    reference: str = ""
    """The task's own solution, a continuation of `prompt`."""
    unbuilt: str = ""
    """What the compiler said of the checker where it does not build; learned, never of a data
    set."""

    @property
    def text(self) -> TaskText:
        """As languages take it."""
        return TaskText(
            family=self.family, id=self.name, prompt=self.prompt, tests=self.tests,
            entry_point=self.entry_point, setup=self.setup, stop=self.stop,
        )  # fmt: skip


def plan(job: Job) -> Plan:
    """Build the candidate and ask it; or one program with the tests."""
    spec = specification(job.task)
    language = language_of(spec)
    steps = () if job.sample.defect else _steps(job, spec, language)
    return Plan(
        image=job.task.image, limits=job.task.limits, steps=steps, toolchain=shown(language)
    )


def _steps(job: Job, spec: Spec, language: Language) -> tuple[Step, ...]:
    text, completion = answered(job, spec, language)
    checker = checker_of(spec, language)
    apart: tuple[Step, ...] = ()
    if job.trust != "shared" and not isinstance(checker, str):
        candidate = language.candidate(text, completion)
        asked = interview_step(language, candidate, checker, INTERVIEW, job.task.limits)
        apart = (*build_step(language, candidate, BUILD), asked)
    elif job.trust == "separated":
        raise TaskError(
            f"{job.task.id}: no interview can be arranged ({checker}); use --trust auto"
        )
    if apart and job.reading != PARITY:
        return apart
    program = language.official(text, completion)
    run = run_step(language, program, OFFICIAL, limits=job.task.limits)
    together = (*build_step(language, program, OFFICIAL_BUILD), run)
    if not apart:
        return together
    free = tuple(each.model_copy(update={"stop_on_failure": False}) for each in apart)
    return (*free, *together)


def judge(job: Job, execution: Execution) -> Result:
    """Kernel evidence first, then what the checker says, last what the candidate says of itself."""
    meaning, trust, readings, evidence = _judged(job, execution)
    return Result(
        task_id=job.sample.task_id,
        index=job.sample.index,
        verdict=meaning.verdict,
        reason=meaning.reason,
        trust=trust,
        readings=readings,
        evidence=evidence,
    )


def _judged(
    job: Job, execution: Execution
) -> tuple[VerdictMeaning, Trust, dict[str, str], tuple[str, ...]]:
    if job.sample.defect:
        return of_defect(job.sample), Trust.SEPARATED, {}, ()
    spec = specification(job.task)
    language = language_of(spec)
    steps = {each.name: each for each in execution.steps}
    apart = _apart(job, spec, language, steps)
    together = _together(job, spec, language, steps)
    found = apart or together
    if found is None:
        return VerdictMeaning(Verdict.UNGRADED, "nothing ran"), Trust.SEPARATED, {}, ()
    readings: dict[str, str] = {}
    if apart and together:
        readings = {STRICT: apart.verdict.value, PARITY: together.verdict.value}
        found = together if job.reading == PARITY else apart
    trust = Trust.SEPARATED if found is apart else Trust.SHARED
    evidence = compiler_lines(steps.get(BUILD) or steps.get(OFFICIAL_BUILD))
    checker = checker_of(spec, language)
    if found is together and isinstance(checker, str) and job.trust == "auto":
        evidence = (f"in one process with its tests: {checker}", *evidence)
    return found, trust, readings, evidence


def _apart(
    job: Job, spec: Spec, language: Language, steps: dict[str, StepResult]
) -> VerdictMeaning | None:
    build = of_build(steps.get(BUILD), language)
    if build or INTERVIEW not in steps:
        return build
    return of_questions(steps[INTERVIEW], spec.text, language, job.task.limits)


def _together(
    job: Job, spec: Spec, language: Language, steps: dict[str, StepResult]
) -> VerdictMeaning | None:
    build = of_build(steps.get(OFFICIAL_BUILD), language)
    if build or OFFICIAL not in steps:
        return build
    return of_official(steps[OFFICIAL], spec.text, language, job.task.limits)


def reference(task: Task) -> Sample | None:
    """The data set's solution, if it has one."""
    spec = specification(task)
    return Sample(task_id=task.id, index=0, body=spec.reference) if spec.reference else None


def empty(task: Task) -> Sample:
    """A completion that adds nothing."""
    return Sample(task_id=task.id, index=0, body="\n")


def specification(task: Task) -> Spec:
    """The task's validated spec."""
    return Spec.model_validate(task.spec)


def language_of(spec: Spec) -> Language:
    """The task's language; ImageError where no toolchain for it can be had."""
    found = base.named(spec.language)
    if found is None:
        raise ImageError(f"no toolchain for '{spec.language}' can be had here")
    return found


def checker_of(spec: Spec, language: Language) -> ProgramText | str:
    """The trusted side, or why there is none."""
    if spec.unbuilt:
        return f"its tests do not build with a stub: {' '.join(spec.unbuilt.split())[:200]}"
    return language.checker(spec.text)


def answered(job: Job, spec: Spec, language: Language) -> MergedSolution:
    """The sample as prompt and completion: one that is a whole program has its own imports."""
    body = job.sample.body
    if job.sample.extraction == AS_GIVEN:
        return MergedSolution(spec.text, body)
    if job.sample.whole or has_fence(body) or defines_entry(language.name, spec.text, body):
        tags = language.aliases | {language.extension}
        return merged(language.name, spec.text, body, tags=tags)
    return MergedSolution(spec.text, body)
