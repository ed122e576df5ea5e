"""Grade a function: the prompt, the model's text and the tests.

By default the tests interview the candidate from another process (`_rounds`); `trust="shared"`
puts prompt, text and tests into one program, as most graders do.
"""

from grader.core.execution import Execution
from grader.core.job import Job
from grader.core.plan import Interview, Plan, Program, Step
from grader.core.record import Record
from grader.core.result import Result, Trust, Verdict
from grader.core.sample import Sample
from grader.core.task import Task
from grader.errors import TaskError
from grader.graders import _reference_ways, _rounds
from grader.graders._arrangement import InterviewArrangement, arrange
from grader.graders._free_names import other_names
from grader.graders._meaning import VerdictMeaning, of_defect, of_program
from grader.graders._own_wishes import OwnWishes, wishes
from grader.graders.base import FollowUp, TaskLesson

REMEMBERED = 512
"""How many tasks' specifications are kept at hand."""


class Spec(Record):
    """What `Task.spec` holds for this kind."""

    prompt: str = ""
    """Text before a completion; a whole-program sample goes without it."""
    suffix: str = ""
    """Text after a completion, which then stands in the middle of a statement or of a program."""
    wraps_whole: bool = False
    """They stand around a whole program too: the tests call what the suffix defines."""
    call_cpu_s: float = 0.0
    """CPU seconds that one call of the tests may take; 0: the task's limit alone."""
    tests: str
    """Text after the solution: set-up, test code and the call that starts it."""
    entry_point: str = ""
    reference: str = ""
    """The task's own solution: a continuation of `prompt`, unless `reference_whole`."""
    reference_whole: bool = False
    """True where `reference` is a whole program."""
    ways: tuple[Trust, ...] | None = None
    """How the reference passes: apart from the tests, or in one process with them; learned, never
    part of a dataset."""

    @property
    def reference_program(self) -> str:
        """The reference with everything before it."""
        return self.reference if self.reference_whole else self.around(self.reference)

    def around(self, completion: str) -> str:
        """The whole program of a completion."""
        return f"{self.prompt}{completion}{self.suffix}"


def plan(job: Job) -> Plan:
    """The first round: an interview where one can be arranged, else one shared program."""
    spec = specification(job.task)
    steps: tuple[Step, ...] = ()
    if not job.sample.defect:
        interview = _interview(job, spec)
        if interview is None and job.trust == "separated":
            raise TaskError(f"{job.task.id}: no interview can be arranged; use --trust auto")
        steps = (
            (Step(name=_rounds.INTERVIEW, action=interview, stop_on_failure=False),)
            if interview
            else (_shared(_program(job, spec), spec),)
        )
    return Plan(image=job.task.image, limits=job.task.limits, steps=steps)


def more(job: Job, execution: Execution) -> tuple[Step, ...]:
    """What must be run after `execution`, if anything."""
    if not _rounds.may_follow(execution.steps):
        return _with_its_names(job) if _rounds.misses_something(execution.steps) else ()
    spec = specification(job.task)
    interview = _interview(job, spec)
    if interview is None:
        return ()
    may_share = job.trust == "auto"
    return _rounds.following(
        execution.steps,
        interview=interview,
        reference=spec.reference_program if spec.reference else "",
        shared=(lambda name: _shared(_program(job, spec), spec, name=name)) if may_share else None,
        own=_own(spec),
    )


def _with_its_names(job: Job) -> tuple[Step, ...]:
    """One process where tests without a reference use names that only a solution can have.

    Or look into its function or class itself. The tests' text says so, never the candidate.
    """
    spec = specification(job.task)
    if job.trust != "auto" or spec.reference:
        return ()
    others = other_names(spec.tests, "" if spec.suffix else spec.prompt, spec.entry_point)
    is_needed = bool(others) or wishes(spec.tests, spec.entry_point).whole
    return (_shared(_program(job, spec), spec),) if is_needed else ()


def later(job: Job, execution: Execution) -> FollowUp:
    """What the task's own solution says about an interview that may not be the whole story."""
    spec = specification(job.task)
    arrangement = _arrangement(spec)
    if execution.steps[0].checker is None or arrangement is None or not spec.reference:
        return FollowUp()
    name = _reference_ways.wanted(
        execution.steps,
        _rounds.together(execution.steps, job.task.limits)[0].verdict,
        arrangement,
        ways=spec.ways,
        may_share=job.trust == "auto",
    )
    match name:
        case "":
            return FollowUp()
        case _reference_ways.LEARN:
            return FollowUp(learn=name)
        case _rounds.REFERENCE:
            return FollowUp(steps=_of_reference(job.task, name))
        case _:
            return FollowUp(steps=(_shared(_program(job, spec), spec, name=name),))


def survey(task: Task, what: str) -> Plan | None:  # noqa: ARG001  there is one thing to learn
    """What to run first to learn `ways`."""
    return Plan(image=task.image, limits=task.limits, steps=_of_reference(task, _rounds.REFERENCE))


def survey_more(task: Task, what: str, execution: Execution) -> tuple[Step, ...]:  # noqa: ARG001
    """The next run of the task's own solution."""
    return _of_reference(task, _reference_ways.next_name(execution.steps))


def surveyed(task: Task, what: str, execution: Execution) -> TaskLesson:  # noqa: ARG001
    """In which ways the reference passed; nothing that later runs could rest on for certain."""
    return TaskLesson(_reference_ways.ways(execution.steps, task.limits), lasting=False)


def judge(job: Job, execution: Execution) -> Result:
    """Kernel evidence first, then what the trusted side saw, last the candidate's own word."""
    meaning, trust = _judged(job, execution)
    return Result(
        task_id=job.sample.task_id,
        index=job.sample.index,
        verdict=meaning.verdict,
        reason=meaning.reason,
        trust=trust,
    )


def reference(task: Task) -> Sample | None:
    """The dataset's solution, if it has one."""
    spec = specification(task)
    if not spec.reference:
        return None
    return Sample(task_id=task.id, index=0, body=spec.reference, whole=spec.reference_whole)


def empty(task: Task) -> Sample:
    """A body that does nothing."""
    return Sample(task_id=task.id, index=0, body="    pass\n")


def specification(task: Task) -> Spec:
    """The task's validated spec; asked several times for each of its samples."""
    known = _specifications.get(id(task))
    if known is None or known[0] is not task:
        if len(_specifications) >= REMEMBERED:
            _specifications.clear()
        known = _specifications[id(task)] = (task, Spec.model_validate(task.spec))
    return known[1]


_specifications: dict[int, tuple[Task, Spec]] = {}
"""By identity, as tasks have no hash; each holds its task, so that no other has its id."""


def _judged(job: Job, execution: Execution) -> tuple[VerdictMeaning, Trust]:
    if job.sample.defect:
        return of_defect(job.sample), Trust.SEPARATED
    if not execution.steps:
        return VerdictMeaning(Verdict.UNGRADED, "nothing ran"), Trust.SEPARATED
    first = execution.steps[0]
    if first.name == _rounds.INTERVIEW and first.checker is not None:
        own = _own(specification(job.task)) if _rounds.events(first) else None
        return _rounds.together(execution.steps, job.task.limits, own)
    trust = Trust.SEPARATED if first.name == _rounds.INTERVIEW else Trust.SHARED
    return of_program(first, job.task.limits), trust


def _own(spec: Spec) -> OwnWishes | None:
    """What the tests ask for where no reference shows it."""
    return None if spec.reference else wishes(spec.tests, spec.entry_point)


def _of_reference(task: Task, name: str) -> tuple[Step, ...]:
    """The step of that name with the reference as the candidate; none where there is no name."""
    spec, own = specification(task), reference(task)
    if own is None or not name:
        return ()
    interview = _interview(Job(task=task, sample=own), spec)
    if name == _rounds.SHARED or interview is None:
        return (_shared(spec.reference_program, spec),)
    return (_rounds.of_reference(interview, spec.reference_program),)


def _arrangement(spec: Spec) -> InterviewArrangement | None:
    # A prompt that needs its suffix is no program, so nothing of it can run in the checker.
    before = "" if spec.suffix else spec.prompt
    return arrange(before, spec.reference_program, spec.tests, spec.entry_point)


def _interview(job: Job, spec: Spec) -> Interview | None:
    if job.trust == "shared":
        return None
    arrangement = _arrangement(spec)
    if arrangement is None:
        return None
    return Interview(
        candidate=_program(job, spec),
        prelude=arrangement.prelude,
        tests=spec.tests,
        functions=arrangement.functions,
        names=arrangement.names,
        classes=arrangement.classes,
        tidy=arrangement.tidy,
        call_cpu_s=spec.call_cpu_s,
    )


def _program(job: Job, spec: Spec) -> str:
    alone = job.sample.whole and not spec.wraps_whole
    return job.sample.body if alone else spec.around(job.sample.body)


def _shared(solution: str, spec: Spec, *, name: str = _rounds.SHARED) -> Step:
    program = Program(source=f"{solution}\n{spec.tests}", module="solution")
    return Step(name=name, action=program, stop_on_failure=False)
