"""Learn from the task's own solution how its tests can be driven, and which twins are sound.

Rounds: the real tests as another user in a closed tree; where they do not all pass, with weaker
walls; then twin after twin, until each test that the solution mends has one that fails for it.
Everything here is a pure function of the facts so far.
"""

from collections.abc import Callable
from typing import NamedTuple

from grader.core.execution import Execution
from grader.core.limits import Limits
from grader.core.plan import Step
from grader.patch.read import changes
from grader.strict import commands, proof, secret, sound, steps
from grader.strict.checks import complaints
from grader.strict.copies import ChosenFunction, MixedFile, apart
from grader.strict.facts import EngineEcho, GroundFacts, RecordedRun, WatchedFacts, read
from grader.strict.identity import collected, of_known
from grader.strict.statuses import outcomes
from grader.strict.subject import NO_CHANGE, StrictSubject, SurveyOutcome

MOST_UNSEEN = 3
"""Expected names that may have no test: some rows list marks that a parser took for tests."""


class MissedTests(NamedTuple):
    """Expected tests that did not pass in a run."""

    failed: tuple[str, ...]
    unseen: tuple[str, ...]
    """Names of which the run knows no test; never of a test that must be mended."""


Judge = Callable[[RecordedRun], MissedTests]
LADDER = (
    SurveyOutcome(uid=steps.TESTER_UID, closed=True),
    SurveyOutcome(uid=steps.TESTER_UID, closed=False),
    SurveyOutcome(uid=0, closed=False),
)
"""How the tests may be run, the strongest walls first."""
REAL, TOGETHER, BASE = "survey-real", "survey-mixed", "survey-base"


class SurveyConclusion(NamedTuple):
    """What the facts so far say."""

    survey: SurveyOutcome
    next: tuple[Step, ...] = ()
    """What must be run to learn more."""


def first(subject: StrictSubject, limits: Limits) -> tuple[Step, ...]:
    """The first round; () where the tests cannot be driven at all."""
    script = commands.read(subject.eval_script)
    if script.why or not subject.solution:
        return ()
    ground = steps.ground(subject, subject.solution, script.setup, limits=limits)
    return ground, real(subject, script.commands[0], 0, limits=limits)


def real(
    subject: StrictSubject, command: commands.TestCommand, rung: int, *, limits: Limits
) -> Step:
    """The real tests behind the walls of one rung."""
    paths = tuple(change.path for change in changes(subject.test_patch))
    return steps.run_tests(
        subject, command, LADDER[rung], runs=("real",), limits=limits, name=REAL, show=paths
    )


def learn(
    subject: StrictSubject, execution: Execution, limits: Limits, missed: Judge
) -> SurveyConclusion:
    """What is known after `execution`, and what to run next."""
    script = commands.read(subject.eval_script)
    if why := fault(subject, script, execution):
        return SurveyConclusion(SurveyOutcome(why=why))
    command = script.commands[0]
    reals = [read(step, WatchedFacts) for step in execution.steps if step.name == REAL]
    last = reals[-1] if reals else "nothing ran"
    if isinstance(last, str):
        return SurveyConclusion(SurveyOutcome(why=last))
    survey, left = surveyed(LADDER[len(reals) - 1], last, missed)
    if left and len(reals) < len(LADDER):
        return SurveyConclusion(survey, (real(subject, command, len(reals), limits=limits),))
    if left:
        rungs = [
            surveyed(rung, each, missed)
            for rung, each in zip(LADDER, reals, strict=False)
            if not isinstance(each, str)
        ]
        survey, left = min(rungs, key=lambda found: len(found[1]))
        if not may_be_left_out(left, subject):
            names = ", ".join(left[:3])
            return SurveyConclusion(
                SurveyOutcome(why=f"the task's own solution does not pass: {names}")
            )
        survey = survey.model_copy(update={"undriven": tuple(left)})
    return copied(subject, command, survey, last, execution, missed, limits=limits)


def fault(subject: StrictSubject, script: commands.EvaluationScript, execution: Execution) -> str:
    """Why there can be no survey; '' where there can."""
    if script.why or not subject.solution:
        return script.why or "the task has no solution to learn from"
    if not execution.steps:
        return "nothing ran"
    ground = read(execution.steps[0], GroundFacts)
    if isinstance(ground, str):
        return f"the task's own solution: {ground}"
    return "" if ground.state == "ground" else f"the task's own solution: {ground.why}"


def may_be_left_out(left: list[str], subject: StrictSubject) -> bool:
    """Whether few enough tests do not pass, and none that must be mended."""
    few = max(MOST_UNSEEN, len(subject.pass_to_pass) // 10)
    return len(left) <= few and set(left) <= set(subject.pass_to_pass) - set(subject.fail_to_pass)


def surveyed(
    rung: SurveyOutcome, watched: WatchedFacts, missed: Judge
) -> tuple[SurveyOutcome, list[str]]:
    """(what one run behind a rung's walls shows, expected tests that did not pass)."""
    run = watched.run("real")
    if run is None or not run.of("end"):
        said = " ".join((run.log if run else "")[-300:].split())
        return rung, [f"its tests came to no end: {said}"]
    failed, unseen = missed(run)
    blind = unseen if len(unseen) <= MOST_UNSEEN else ()
    left = [*failed, *(() if blind else unseen)]
    finish, plugins = run.of("finish"), run.of("plugins")
    survey = rung.model_copy(
        update={
            "plugins": tuple(plugins[0]["names"]) if plugins else None,
            "known": collected(run),
            "broken": tuple(finish[0].get("broken", ())) if finish else (),
            "usual": usual(run, tuple(finish[0].get("broken", ())) if finish else ()),
            "blind": blind,
            "excused": tuple(
                name for name, said in outcomes(run).items() if said in {"skipped", "xfailed"}
            ),
            "real_s": run.wall_s,
        }
    )
    return survey, left


def usual(run: RecordedRun, broken: tuple[str, ...]) -> tuple[str, ...]:
    """The kinds of complaints that a run of the task's own solution gives rise to."""
    found = complaints(run, EngineEcho(broken=broken))
    return tuple(dict.fromkeys(each.kind for each in found))


def copied(
    subject: StrictSubject, command: commands.TestCommand, survey: SurveyOutcome,
    real_: WatchedFacts, execution: Execution, missed: Judge, *, limits: Limits,
) -> SurveyConclusion:  # fmt: skip
    """Try copies of the functions that the solution mends: with it, and one by one without it."""
    sections = {change.path: change.text for change in changes(subject.test_patch)}
    told = [read(step, WatchedFacts) for step in execution.steps if step.name == TOGETHER]
    chosen = sound.copied_files(subject, real_, sections)
    files = sound.files_of(real_, chosen)
    weaker = weaker_in(told, files, survey, missed)
    if weaker:
        chosen = sound.copied_files(subject, real_, sections, weaker=weaker)
        files = sound.files_of(real_, chosen)
    if not files or any("::" in word for word in command.arguments):
        return SurveyConclusion(survey)
    trying = survey.model_copy(update={"mixed": files})
    both = proof.proofs(real_.files, chosen)
    if len(told) == bool(weaker):  # these copies were not tried yet
        runs = (steps.MIXED, steps.MIXED, *([steps.PROOF] if both else ()))
        step = steps.run_tests(
            subject, command, trying, runs=runs, limits=limits, name=TOGETHER, proofs=both
        )
        return SurveyConclusion(survey, (step,))
    solved = told[bool(weaker)]
    if isinstance(solved, str) or not is_borne(solved, survey, missed):
        return SurveyConclusion(survey)
    told = [read(step, WatchedFacts) for step in execution.steps if step.name == BASE]
    if not told:
        single = sound.alone(real_, chosen)
        seek = secret.all_phrases(real_.files, chosen)
        steps_ = without(subject, command, survey, single, limits, proofs=both, seek=seek)
        return SurveyConclusion(survey, steps_)
    unsolved = told[-1]
    if isinstance(unsolved, str):
        return SurveyConclusion(survey)
    return SurveyConclusion(kept(subject, survey, chosen, real_, solved=solved, unsolved=unsolved))


def weaker_in(
    told: list[WatchedFacts | str], files: tuple[MixedFile, ...], survey: SurveyOutcome,
    missed: Judge,
) -> frozenset[str]:  # fmt: skip
    """Functions that need a weaker place than they had at first: any stops who does not look.

    All of them where the tests do not go on beside the first copies; those whose every copy passes
    (an input was changed that changes nothing) else. None where weaker ones did not help.
    """
    first = told[0] if told else ""
    if isinstance(first, str):
        return frozenset()
    goes_on = is_borne(first, survey, missed)
    lost = sound.lost(files, mixed_in(first)) if goes_on else sound.names(files)
    again = told[1] if len(told) > 1 else None
    if goes_on and again is not None:
        helps = not isinstance(again, str) and is_borne(again, survey, missed)
        return lost if helps else frozenset()
    return lost


def is_borne(solved: WatchedFacts, survey: SurveyOutcome, missed: Judge) -> bool:
    """Whether the tests go on beside copies as they did without."""
    return all(bears(run, survey, missed, solved) for run in mixed_in(solved))


def mixed_in(watched: WatchedFacts) -> tuple[RecordedRun, ...]:
    """The runs with copies."""
    return tuple(run for run in watched.runs if run.name == steps.MIXED)


def kept(
    subject: StrictSubject, survey: SurveyOutcome, chosen: dict[str, list[ChosenFunction]],
    real_: WatchedFacts, *, solved: WatchedFacts, unsolved: WatchedFacts,
) -> SurveyOutcome:  # fmt: skip
    """What of copies and holes is sound."""
    runs = mixed_in(solved)
    holes = proof.proven(chosen, solved.run(steps.PROOF), unsolved.run(steps.PROOF), runs)
    chosen = proof.kept(chosen, holes)
    files = sound.files_of(real_, chosen)
    sections = {change.path: change.text for change in changes(subject.test_patch)}
    everybody = secret.known(subject.statement, real_.files, sections, real_.words, unsolved.sought)
    update = {
        "mixed": sound.sound(files, chosen, runs, mixed_in(unsolved)),
        "holes": holes,
        "secret": secret.secrets(real_.files, chosen, everybody),
        "mixed_s": max(run.wall_s for run in runs),
    }
    return survey.model_copy(update=update)


def without(
    subject: StrictSubject, command: commands.TestCommand, survey: SurveyOutcome,
    files: tuple[MixedFile, ...], limits: Limits, *, proofs: tuple[MixedFile, ...], seek: list[str],
) -> tuple[Step, ...]:  # fmt: skip
    """Run `files`, and proofs, on the base, in a sandbox of its own."""
    setup = commands.read(subject.eval_script).setup
    ground = steps.ground(subject, NO_CHANGE, setup, limits=limits)
    trying = survey.model_copy(update={"mixed": files})
    runs = (steps.MIXED, *([steps.PROOF] if proofs else ()))
    step = steps.run_tests(
        subject, command, trying, runs=runs, limits=limits, name=BASE, proofs=proofs, seek=seek
    )
    return ground.model_copy(update={"fresh": True}), step


def bears(run: RecordedRun, survey: SurveyOutcome, missed: Judge, watched: WatchedFacts) -> bool:
    """Whether the task's own tests pass among copies, and nothing looks forged."""
    real_ = of_known(apart(run).real, survey.known)
    failed, unseen = missed(real_)
    return (
        bool(run.of("end"))
        and not complaints(run, watched.echo)
        and set(failed) <= {*survey.undriven}
        and set(unseen) <= {*survey.blind, *survey.undriven}
    )
