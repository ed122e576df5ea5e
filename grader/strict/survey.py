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
from grader.strict import commands, steps
from grader.strict.checks import bookkeeping, channel, machinery
from grader.strict.facts import Echo, Ground, Run, Watched, read
from grader.strict.identity import collected, of_known
from grader.strict.mix import apart, mixed
from grader.strict.statuses import outcomes
from grader.strict.subject import Subject, Survey, TwinFile
from grader.strict.twins import Mutation, added_lines, applied, mutations

MOST_UNSEEN = 3
"""Expected names that may have no test: some rows list marks that a parser took for tests."""


class Missed(NamedTuple):
    """Expected tests that did not pass in a run."""

    failed: tuple[str, ...]
    unseen: tuple[str, ...]
    """Names of which the run knows no test; never of a test that must be mended."""


Judge = Callable[[Run], Missed]
LADDER = (
    Survey(uid=steps.TESTER_UID, closed=True),
    Survey(uid=steps.TESTER_UID, closed=False),
    Survey(uid=0, closed=False),
)
"""How the tests may be run, the strongest walls first."""
TWIN_ROUNDS = 4
ORDERS = ("mixed-1", "mixed-2")
REAL, TWIN, TOGETHER = "survey-real", "survey-twin", "survey-mixed"


class Learned(NamedTuple):
    """What the facts so far say."""

    survey: Survey
    next: tuple[Step, ...] = ()
    """What must be run to learn more."""


def first(subject: Subject, limits: Limits) -> tuple[Step, ...]:
    """The first round; () where the tests cannot be driven at all."""
    script = commands.read(subject.eval_script)
    if script.why or not subject.solution:
        return ()
    ground = steps.ground(subject, subject.solution, script.setup, limits=limits)
    return ground, real(subject, script.commands[0], 0, limits=limits)


def real(subject: Subject, command: commands.TestCommand, rung: int, *, limits: Limits) -> Step:
    """The real tests behind the walls of one rung."""
    paths = tuple(change.path for change in changes(subject.test_patch))
    return steps.run_tests(
        subject, command, LADDER[rung], runs=("real",), limits=limits, name=REAL, show=paths
    )


def learn(subject: Subject, execution: Execution, limits: Limits, missed: Judge) -> Learned:
    """What is known after `execution`, and what to run next."""
    script = commands.read(subject.eval_script)
    if why := fault(subject, script, execution):
        return Learned(Survey(why=why))
    command = script.commands[0]
    reals = [read(step, Watched) for step in execution.steps if step.name == REAL]
    last = reals[-1] if reals else "nothing ran"
    if isinstance(last, str):
        return Learned(Survey(why=last))
    survey, left = surveyed(LADDER[len(reals) - 1], last, missed)
    if left and len(reals) < len(LADDER):
        return Learned(survey, (real(subject, command, len(reals), limits=limits),))
    if left:
        rungs = [
            surveyed(rung, each, missed)
            for rung, each in zip(LADDER, reals, strict=False)
            if not isinstance(each, str)
        ]
        survey, left = min(rungs, key=lambda found: len(found[1]))
        if not may_be_left_out(left, subject):
            names = ", ".join(left[:3])
            return Learned(Survey(why=f"the task's own solution does not pass: {names}"))
        survey = survey.model_copy(update={"undriven": tuple(left)})
    told = (read(step, Watched) for step in execution.steps if step.name == TWIN)
    found = [watch for watch in told if not isinstance(watch, str)]
    known = twin_round(subject, command, survey, last, found, limits=limits)
    if known.next or not known.survey.twin_ids:
        return known
    mixes = [read(step, Watched) for step in execution.steps if step.name == TOGETHER]
    return together(subject, command, known.survey, last, mixes, missed, limits=limits)


def fault(subject: Subject, script: commands.Script, execution: Execution) -> str:
    """Why there can be no survey; '' where there can."""
    if script.why or not subject.solution:
        return script.why or "the task has no solution to learn from"
    if not execution.steps:
        return "nothing ran"
    ground = read(execution.steps[0], Ground)
    if isinstance(ground, str):
        return f"the task's own solution: {ground}"
    return "" if ground.state == "ground" else f"the task's own solution: {ground.why}"


def may_be_left_out(left: list[str], subject: Subject) -> bool:
    """Whether few enough tests do not pass, and none that must be mended."""
    few = max(MOST_UNSEEN, len(subject.pass_to_pass) // 10)
    return len(left) <= few and set(left) <= set(subject.pass_to_pass) - set(subject.fail_to_pass)


def surveyed(rung: Survey, watched: Watched, missed: Judge) -> tuple[Survey, list[str]]:
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
            "blind": blind,
            "excused": tuple(
                name for name, said in outcomes(run).items() if said in {"skipped", "xfailed"}
            ),
            "real_s": run.wall_s,
        }
    )
    return survey, left


def together(
    subject: Subject, command: commands.TestCommand, survey: Survey, real_: Watched,
    mixes: list[Watched | str], missed: Judge, *, limits: Limits,
) -> Learned:  # fmt: skip
    """Try tests and twins in one run, the tests first and the twins first."""
    files = [(one.path, mixed(one.path, real_.files[one.path], one.text)) for one in survey.twins]
    parts = tuple(found for _, found in files if found)
    if len(parts) < len(files) or any("::" in word for word in command.arguments):
        return Learned(survey)
    trying = survey.model_copy(update={"mixed": parts})
    if not mixes:
        step = steps.run_tests(subject, command, trying, runs=ORDERS, limits=limits, name=TOGETHER)
        return Learned(survey, (step,))
    watched = mixes[-1]
    if isinstance(watched, str) or len(watched.runs) != len(ORDERS):
        return Learned(survey)
    is_borne = all(bears(run, survey, missed, watched.echo) for run in watched.runs)
    return Learned(trying if is_borne else survey)


def bears(run: Run, survey: Survey, missed: Judge, echo: Echo) -> bool:
    """Whether a mixed run says of the task's own solution what the separate runs say."""
    real_, twin = apart(run)
    said = outcomes(twin)
    failed, unseen = missed(of_known(real_, survey.known))
    failed = tuple(name for name in failed if name not in survey.undriven)
    return (
        bool(run.of("end"))
        and not [*channel(run), *machinery(run, echo), *bookkeeping(run)]
        and not failed
        and set(unseen) <= {*survey.blind, *survey.undriven}
        and all(said.get(name) in {"failed", "error"} for name in survey.twin_ids)
    )


class Choice(NamedTuple):
    """One test function of one file, and which of its mutations is tried."""

    path: str
    function: str
    ways: tuple[Mutation, ...]


def twin_round(
    subject: Subject, command: commands.TestCommand, survey: Survey, real_: Watched,
    found: list[Watched], *, limits: Limits,
) -> Learned:  # fmt: skip
    """Try the next mutation of every test whose twin has not failed yet."""
    choices = choices_of(subject, real_)
    picks = dict.fromkeys(choices, 0)
    proven: tuple[str, ...] = ()
    files = twin_files(real_.files, picks)
    seconds = 0.0
    for number, watched in enumerate(found):
        run = watched.run("twin")
        failed = failing(run) if run else {}
        proven = tuple(failed)
        seconds = run.wall_s if run else 0.0
        if number + 1 == len(found):
            break
        picks = advanced(picks, failed)
        files = twin_files(real_.files, picks)
    done = advanced(picks, dict.fromkeys(proven, "")) == picks if found else not choices
    known = survey.model_copy(
        update={"twins": files, "twin_ids": proven if found else (), "twin_s": seconds}
    )
    if done or len(found) >= TWIN_ROUNDS:
        return Learned(known if known.twin_ids else survey)
    if found:
        files = twin_files(real_.files, advanced(picks, dict.fromkeys(proven, "")))
    trying = survey.model_copy(update={"twins": files})
    step = steps.run_tests(subject, command, trying, runs=("twin",), limits=limits, name=TWIN)
    return Learned(known if known.twin_ids else survey, (step,))


def choices_of(subject: Subject, real_: Watched) -> tuple[Choice, ...]:
    """Test functions that the solution mends, with the ways in which each can be changed."""
    sections = {change.path: change.text for change in changes(subject.test_patch)}
    wanted = [function_of(name) for name in subject.fail_to_pass]
    names = dict.fromkeys(name for name in wanted if name)
    return tuple(
        Choice(path, name, ways)
        for path, text in real_.files.items()
        if path.endswith(".py")
        for name in names
        if (ways := mutations(text, name, added_lines(sections[path])))
    )


def function_of(name: str) -> str:
    """`test_x` or `Class.test_x` out of an expected name; '' for a docstring in its place."""
    if "::" in name:
        return ".".join(name.split("[", maxsplit=1)[0].split("::")[1:])
    bare, _, rest = name.split("\n", maxsplit=1)[0].partition(" ")
    if rest.startswith("(") and rest.endswith(")"):
        parts = rest[1:-1].split(".")
        parts = parts[:-1] if parts[-1] == bare else parts
        return f"{parts[-1]}.{bare}"
    return bare if bare.isidentifier() and not rest else ""


def twin_files(files: dict[str, str], picks: dict[Choice, int]) -> tuple[TwinFile, ...]:
    """The files with each function's picked mutation."""
    paths = dict.fromkeys(choice.path for choice in picks)
    return tuple(
        TwinFile(
            path=path,
            text=applied(
                files[path],
                tuple(c.ways[number] for c, number in picks.items() if c.path == path),
            ),
        )
        for path in paths
    )


def failing(run: Run) -> dict[str, str]:
    """Tests that said no by themselves: not for want of a file, a fixture or an import."""
    found = outcomes(run)
    return {name: said for name, said in found.items() if said in {"failed", "error"}}


def advanced(picks: dict[Choice, int], failed: dict[str, str]) -> dict[Choice, int]:
    """The next mutation for every function none of whose tests has failed."""
    functions = {function_of(name) for name in failed}
    functions |= {name.rsplit("::", 1)[-1] for name in failed}
    return {
        choice: number
        if choice.function in functions or number + 1 >= len(choice.ways)
        else number + 1
        for choice, number in picks.items()
    }
