"""The strict reading of a repository's tests: a verdict from facts that no log can change."""

from collections.abc import Callable, Collection
from typing import NamedTuple

from grader.core.execution import Execution, StepEnd, StepResult
from grader.core.limits import Limits
from grader.core.plan import Command, Step
from grader.core.record import Record
from grader.core.result import Trust, Verdict
from grader.graders._repo_explain import LogClues, clues, explained, joined
from grader.graders._repo_tests import ResolutionStatus, TestsStatus
from grader.graders._repo_tree import TreeDifferences
from grader.patch.admission import refusals
from grader.patch.read import changes, paths
from grader.strict import checks, commands, outside, steps
from grader.strict.checks import ALONE
from grader.strict.facts import GroundFacts, RecordedRun, WatchedFacts, read
from grader.strict.subject import StrictSubject, SurveyOutcome

NOTED = "strict-noted"
BEGUN = b"the patch's own set-up begins"
"""What `ground.py` prints before it runs the model's code."""
FEW_RUNS = 2
"""Of functions alone, where copies can be told apart, so that more would prove no more."""
SETTLED = "the official log names expected tests that failed: they were not run again"
NOTED_LIMITS = Limits(cpu_s=30, wall_s=60, memory_mb=512, output_kb=1024)
StatusOf = Callable[[RecordedRun, WatchedFacts], TestsStatus]
"""What a run's records mean for the task's tests."""


class StrictVerdict(NamedTuple):
    """The strict verdict, and what it rests on."""

    verdict: Verdict
    reason: str
    status: TestsStatus | None = None
    evidence: tuple[str, ...] = ()
    from_log: bool = False
    """Whether there is no better source than the log."""
    is_keyed: bool = True
    """Whether a forger had no chance worth the name; what failed needs no such proof."""

    @property
    def trust(self) -> Trust:
        """How far the verdict is from the tested code."""
        if self.from_log:
            return Trust.LOG
        return Trust.KEYED if self.is_keyed else Trust.SHARED


class PatchTraits(Record):
    """What the patch's own text says: a stored run is judged again without its patch."""

    refused: str = ""
    told: tuple[str, ...] = ()
    decisive: tuple[str, ...] = ()


def noted(said: PatchTraits) -> Step:
    """Write `said` down among the facts, in a container that the patch has never seen."""
    action = Command(argv=("/bin/echo", said.model_dump_json()), cwd="/", user="root")
    return Step(name=NOTED, action=action, fresh=True, limits=NOTED_LIMITS)


class ParityReading(NamedTuple):
    """The other reading, for comparison."""

    verdict: Verdict
    reason: str
    log: str
    settles: bool = False
    """Whether the strict reading need not look again."""
    tree: TreeDifferences | None = None
    """What applying the patch changed there."""
    directory: str = "/testbed"
    """Where the repository is in the image."""
    needed: frozenset[str] = frozenset()
    """Files that the task's own solution touches."""


class TestRun(NamedTuple):
    """How the tests are run."""

    name: str = steps.TESTS
    run: str = steps.MIXED
    """With copies, where the task's solution has shown that the tests bear them; without; …"""
    times: int = 1


FIRST = TestRun()


def planned(
    subject: StrictSubject, survey: SurveyOutcome | None, patch: str, *, limits: Limits,
    how: TestRun = FIRST, tree: TreeDifferences | None = None,
) -> tuple[Step, ...]:  # fmt: skip
    """The strict steps of one sample, in a sandbox of their own; () where they would be in vain."""
    script = commands.read(subject.eval_script)
    refused = refusals(changes(patch))
    found = clues(patch, "", tree, paths(subject.solution))
    if survey is None or survey.why or script.why or refused:
        said = PatchTraits(
            refused=str(refused[0]) if refused else "", told=found.words, decisive=found.decisive
        )
        return (noted(said),) if refused or found.decisive else ()
    ground = steps.ground(subject, patch, script.setup, limits=limits)
    tests = steps.run_tests(
        subject, script.commands[0], survey, runs=(how.run if survey.mixed else steps.REAL,),
        limits=limits, told=found.words, decisive=found.decisive, name=how.name,
        is_only=how.times == 1,
    )  # fmt: skip
    return ground.model_copy(update={"fresh": True}), *[tests] * how.times


def further(
    survey: SurveyOutcome, strict: StrictVerdict, execution: Execution, named: Collection[str]
) -> TestRun | None:
    """What is still to be run after tests with copies; None where nothing is.

    named: tests of which the official log says that they failed, where no copies were.

    Where all is well, nothing: who has guessed once what tests want guesses the same each time.
    Where tests failed, copies may be to blame, unless the same one failed officially: they run
    without; and if they pass then, each function as it is or changed.
    """
    verdict, names = strict.verdict, [step.name for step in execution.steps]
    if not survey.mixed or steps.EACH in names or names[-1:] == [steps.GROUND]:
        return None
    strong = sum(n > 1 for name, n in survey.copies.items() if name not in survey.weak)
    if steps.APART in names:
        times = -(-checks.BITS // strong) if strong else FEW_RUNS
        return TestRun(steps.EACH, ALONE, times) if verdict is Verdict.PASSED else None
    status = strict.status
    missed = [*status.fail_to_pass.failure, *status.pass_to_pass.failure] if status else []
    is_open = verdict is Verdict.ERROR or (verdict is Verdict.FAILED and not {*missed} & {*named})
    return TestRun(steps.APART, steps.REAL) if is_open else None


def judged(
    patch: str,
    survey: SurveyOutcome | None,
    execution: Execution,
    official: ParityReading,
    *,
    status: StatusOf,
) -> StrictVerdict:
    """The strict verdict, with every disagreement in words."""
    taken = {step.name: step for step in execution.steps}
    said = read(taken[NOTED], PatchTraits) if NOTED in taken else PatchTraits()
    said = PatchTraits() if isinstance(said, str) else said
    found = clues(patch, official.log, official.tree, official.needed)
    found = joined(found, LogClues(said.told, said.decisive))
    refused = refusals(changes(patch))
    if refused or said.refused:
        strict = StrictVerdict(Verdict.PATCH_REJECTED, said.refused or str(refused[0]))
    elif steps.GROUND not in taken and official.settles and not (survey and survey.why):
        evidence = (SETTLED, *found.words)
        strict = StrictVerdict(official.verdict, official.reason, None, evidence, from_log=True)
    elif steps.GROUND not in taken:
        why = survey.why if survey else ""
        strict = from_log(official, found, why or "no survey of the task was made")
    else:
        strict = of_ground(execution, found, official, status=status)
    notes = explained(official.verdict, official.reason, strict.verdict, strict.reason, found)
    return strict._replace(evidence=(*notes, *strict.evidence))


def from_log(official: ParityReading, found: LogClues, why: str) -> StrictVerdict:
    """The official verdict where nothing better is to be had and the patch looks honest."""
    evidence = (f"strict reading from the log only: {why}", *found.words)
    if official.verdict is Verdict.PASSED and found.decisive:
        return StrictVerdict(Verdict.TAMPERED, found.decisive[0], None, evidence, from_log=True)
    return StrictVerdict(official.verdict, official.reason, None, evidence, from_log=True)


def packages(solution: frozenset[str]) -> frozenset[str]:
    """Names under which the files of the task's own solution are imported."""
    parts = (path.removeprefix("src/").removeprefix("lib/").split("/") for path in solution)
    return frozenset(each[0].removesuffix(".py") for each in parts)


def laid(step: StepResult, official: ParityReading) -> GroundFacts | StrictVerdict:
    """The ground, or the verdict where there is none to stand on.

    What the engine saw comes first: after a set-up that ran the patch's code no word from inside
    counts, and that nothing is heard is the patch's own doing.
    """
    ground = read(step, GroundFacts)
    touched = () if isinstance(ground, str) else ground.touched
    place = official.directory, packages(official.needed)
    left = outside.planted(step.changed, *place)
    if left := left or outside.hidden(touched, step.changed, *place):
        evidence = tuple(f"the set-up left {each}" for each in left[: checks.SHOWN])
        return StrictVerdict(Verdict.TAMPERED, evidence[0], None, evidence)
    if isinstance(ground, str):
        verdict = Verdict.ERROR if BEGUN in step.stdout else Verdict.UNGRADED
        return limited(step, ground) or StrictVerdict(verdict, ground)
    match ground.state:
        case "ground":
            return ground
        case "refused":
            return StrictVerdict(Verdict.PATCH_REJECTED, ground.why)
        case _:
            return StrictVerdict(Verdict.ERROR if ground.begun else Verdict.UNGRADED, ground.why)


def of_ground(
    execution: Execution, found: LogClues, official: ParityReading, *, status: StatusOf
) -> StrictVerdict:
    """From the tree that was made to the tests that ran on it."""
    taken = {step.name for step in execution.steps}
    ground: GroundFacts | StrictVerdict | None = None
    for step in (step for step in execution.steps if step.name == steps.GROUND):
        ground = laid(step, official)
        if isinstance(ground, StrictVerdict):
            return ground
    parts = (steps.APART, steps.EACH) if steps.APART in taken else (steps.TESTS,)
    reports: list[WatchedFacts] = []
    for step in (step for step in execution.steps if step.name in parts):
        watched = read(step, WatchedFacts)
        if isinstance(watched, str):
            return limited(step, watched) or StrictVerdict(Verdict.ERROR, watched)
        reports.append(watched)
    if not reports or ground is None:
        return StrictVerdict(Verdict.UNGRADED, "the tests were not run")
    watched = checks.joined(reports)
    runs = checks.counted(watched)
    if not runs:
        return StrictVerdict(Verdict.UNGRADED, "the tests were not run")
    found = joined(found, LogClues(watched.echo.told, watched.echo.decisive))
    return of_runs(ground, watched, runs, found, official, status=status)


def of_runs(
    ground: GroundFacts, watched: WatchedFacts, runs: list[RecordedRun], found: LogClues,
    official: ParityReading, *, status: StatusOf,
) -> StrictVerdict:  # fmt: skip
    """From the tests that ran to what they mean; all runs have to be well."""
    checked = checks.findings(ground, watched)
    told = [(run, status(run, watched)) for run in runs]
    well = [each for each in told if each[1].resolution is ResolutionStatus.FULL]
    run, results = next((each for each in told if each not in well), told[0])
    cut = next((each for each in runs if not each.of("end")), None)
    restored = tuple(
        f"{one.path}: {RESTORED.get(one.policy, one.policy)} ({one.why})" for one in ground.restored
    )
    evidence = (
        *checked.planted, *checked.forged, *checked.twins, *restored, *checked.notes,
    )  # fmt: skip
    passes = bool(well) or official.verdict is Verdict.PASSED
    if forged := (*checked.planted, *((*checked.forged, *checked.twins) if passes else ())):
        return StrictVerdict(Verdict.TAMPERED, forged[0], results, evidence)
    unsteady = checks.unsteady(watched)
    if results.resolution is ResolutionStatus.FULL and cut is not None:
        verdict, why = ending(cut, official)
        return StrictVerdict(verdict, why, results, evidence)
    if results.resolution is ResolutionStatus.FULL and not unsteady:
        bits = checks.guesses(watched)
        evidence = (*evidence, checks.chance(bits))
        return StrictVerdict(Verdict.PASSED, "", results, evidence, is_keyed=bits >= checks.BITS)
    reason = words(results)
    if unsteady:
        reason = f"passed once and failed when it was run again: {checks.names(unsteady)}"
    if official.verdict is Verdict.PASSED and (restored or found.decisive):
        told = (*found.decisive, *restored)[0]
        reason = f"the official verdict rests on {told}; {reason}"
        return StrictVerdict(Verdict.TAMPERED, reason, results, evidence)
    verdict, why = ending(run, official)
    return StrictVerdict(verdict, f"{why}; {reason}" if why else reason, results, evidence)


def ending(run: RecordedRun, official: ParityReading) -> tuple[Verdict, str]:
    """What kind of failure a run is, and in words where its tests did not speak to the end."""
    if run.timed_out:
        return Verdict.TIMEOUT, "the tests did not end in time"
    if not run.of("end"):
        return Verdict.ERROR, "the tests left before their end"
    if official.verdict is Verdict.ERROR and not run.of("phase"):
        return Verdict.ERROR, "no test spoke"
    return Verdict.FAILED, ""


RESTORED = {
    "restore": "the task's own version was restored",
    "flag": "left as the patch has it",
    "left": "changed by the patch, and nobody knows its own version",
}


def words(results: TestsStatus) -> str:
    """`FAIL_TO_PASS 1 of 2, PASS_TO_PASS 30 of 31; not passed: a, b`."""
    groups = (results.fail_to_pass, results.pass_to_pass)
    counts = ", ".join(
        f"{name} {len(group.success)} of {len(group.success) + len(group.failure)}"
        for name, group in zip(("FAIL_TO_PASS", "PASS_TO_PASS"), groups, strict=True)
    )
    return f"{counts}; not passed: {checks.names([n for group in groups for n in group.failure])}"


def limited(step: StepResult, why: str) -> StrictVerdict | None:
    """A step that used up what it may use; None for one that did not."""
    match step.ended:
        case StepEnd.TIMEOUT:
            return StrictVerdict(Verdict.TIMEOUT, why)
        case StepEnd.MEMORY:
            return StrictVerdict(Verdict.MEMORY, why)
        case StepEnd.OUTPUT:
            return StrictVerdict(Verdict.OUTPUT, why)
        case _:
            return None
