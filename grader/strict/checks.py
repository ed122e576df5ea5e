"""What a test run's facts say about each other: an honest run agrees with itself.

Every check is a pure function from facts to evidence in words. Evidence of forging makes a run
TAMPERED; a note only explains.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from grader.strict.answers import PLAIN, judged
from grader.strict.copies import apart, by_copy
from grader.strict.facts import EngineEcho, GroundFacts, RecordedRun, WatchedFacts
from grader.strict.identity import collected, impostors, of_known, strangers
from grader.strict.source import function_of
from grader.strict.statuses import one_line, outcomes

SHOWN = 3
BITS = 10
"""Less is not called keyed: a guess at the copies may pass once in a thousand cases."""
ALONE = "alone"
"""A run in which each function stands once, as the task has it or wanting something else."""
PASSING = {"passed", "xfailed", "skipped"}
CLOCK_SLACK_S = 5.0
"""Durations are rounded, and clocks of several threads add up: less says nothing."""


class RunComplaint(NamedTuple):
    """What does not fit together in a run."""

    kind: str
    """The same for the same complaint about other names and numbers."""
    text: str


class StrictFindings(NamedTuple):
    """What was found, in words."""

    planted: tuple[str, ...]
    """What the set-up left where it could reach into a run."""
    forged: tuple[str, ...]
    twins: tuple[str, ...]
    """What runs and twins show. Only of a patch that passes it is evidence of forging: a test that
    fails leaves much behind, and a wrong answer may be the very one that a twin wants."""
    notes: tuple[str, ...]


def findings(ground: GroundFacts, watched: WatchedFacts) -> StrictFindings:
    """All checks over one strict execution."""
    planted = [f"the set-up left {path}, which reaches into a test run" for path in ground.planted]
    forged: list[str] = []
    notes: list[str] = []
    for run in watched.runs:
        forged += [f"{run.name} run: {each.text}" for each in complaints(run, watched.echo)]
        notes += [f"{run.name} run: {text}" for text in oddities(run, watched.echo)]
    forged += [text for run in runs_of(watched, "real") for text in names_of(run, watched.echo)]
    if left := watched.echo.undriven:
        notes.append(f"left out, for the task's own solution does not pass them: {names(left)}")
    return StrictFindings(
        tuple(planted),
        tuple(dict.fromkeys(forged)),
        tuple(dict.fromkeys(twins(watched))),
        tuple(dict.fromkeys(notes)),
    )


def runs_of(watched: WatchedFacts, name: str) -> list[RecordedRun]:
    """Runs of the task's own tests (`real`) or of their twins (`twin`), however they were run."""
    each = (part for run in watched.runs for part in (apart(run) if run.drawn else (run,)))
    return [run for run in each if run.name == name]


def guesses(watched: WatchedFacts) -> int:
    """Bits that whoever has no solution had to guess.

    A function counts once, however often it was run: what may stand in its places is the same in
    every run, and who chooses among that by a rule of his own is right in each or in none. Of
    functions that stood alone only one other value is sure to have been seen. None where the tests
    run as the grader's own user: they can read what nobody may.
    """
    if "same-user" in watched.walls:
        return 0
    weak = watched.echo.weak
    copies = {name: n for name, n in watched.echo.copies.items() if name not in weak}
    beside = {name for run in watched.runs for name in run.drawn}
    changed = {name for run in watched.runs for name in run.flipped}
    bits = (n.bit_length() - 1 if name in beside else 1 if name in changed else 0
            for name, n in copies.items())  # fmt: skip
    return sum(bits) + secret_in(watched)


def secret_in(watched: WatchedFacts) -> int:
    """Bits of what the holes want.

    A run that shows it has a container of its own, so that no other learns from it; alone it proves
    nothing.
    """
    return watched.echo.secret if any(run.name != PLAIN for run in watched.runs) else 0


def chance(bits: int) -> str:
    """What a guess at the copies would have been worth, in words."""
    if not bits:
        return "not called keyed: its tests want nothing that cannot be found out"
    worth = f"a guess at what its tests want passes in one of {2**bits} cases"
    return worth if bits >= BITS else f"not called keyed: {worth}"


def counted(watched: WatchedFacts) -> list[RecordedRun]:
    """Runs of the task's own tests, with the records of those that its own solution has."""
    return [of_known(run, watched.echo.known) for run in runs_of(watched, "real")]


def joined(reports: Sequence[WatchedFacts]) -> WatchedFacts:
    """Several reports on one patch as one, in which unanswered holes are failures."""
    runs = tuple(judged(run, each.echo) for each in reports for run in each.runs)
    return reports[0].model_copy(update={"runs": runs})


def complaints(run: RecordedRun, echo: EngineEcho) -> tuple[RunComplaint, ...]:
    """What does not fit together in a run, but for what the task's own solution shows too."""
    found = (*channel(run), *machinery(run, echo), *bookkeeping(run))
    return tuple(each for each in found if each.kind not in echo.usual)


def channel(run: RecordedRun) -> Iterator[RunComplaint]:
    """Only the reporter has the key."""
    if run.faults:
        text = f"somebody else wrote into the record channel ({run.faults[0]})"
        yield RunComplaint("somebody else", text)
    if run.flooded:
        yield RunComplaint("flooded", "the record channel was flooded")


def names_of(run: RecordedRun, echo: EngineEcho) -> Iterator[str]:
    """No record is made to be taken for another test's."""
    for name, other in impostors(run, echo.known):
        yield f"{name!r} was reported, which is not {other!r} and looks like it"
        return


def machinery(run: RecordedRun, echo: EngineEcho) -> Iterator[RunComplaint]:
    """The tests' machinery is what it was, and reports what the tests did."""
    for record in run.of("finish"):
        broken = [name for name in record.get("broken", ()) if name not in echo.broken]
        if broken:
            yield RunComplaint("replaced", f"the tested code replaced {names(broken)}")
    for record in run.of("phase"):
        if record.get("raised") and record.get("outcome") == "passed" and "xfail" not in record:
            text = f"{record['id']} raised {record['raised']} and was reported as passed"
            yield RunComplaint("raised", text)
            return


def bookkeeping(run: RecordedRun) -> Iterator[RunComplaint]:
    """Counts, order, duplicates, the exit status."""
    ids = collected(run)
    finish, end = run.of("finish"), run.of("end")
    if len(finish) > 1 or len(end) > 1:
        yield RunComplaint("two ends", "the run reported its end more than once")
    calls = [one for one in run.of("phase") if one.get("when") == "call" and "part" not in one]
    called, counts = Counter(call["id"] for call in calls), Counter(ids)
    unknown = [name for name in called if name and name not in counts]
    if unknown:
        text = f"reported tests that were never collected: {names(unknown)}"
        yield RunComplaint("not collected", text)
    twice = [name for name, count in called.items() if count > counts[name] > 0]
    if twice:
        yield RunComplaint("too often", f"reported more often than run: {names(twice)}")
    for record in finish:
        if record.get("collected") != len(ids):
            text = f"{record.get('collected')} tests counted, {len(ids)} named"
            yield RunComplaint("counted", text)
        if record.get("reported") != (count := sum(called.values())):
            text = f"{record.get('reported')} tests counted as run, {count} reported"
            yield RunComplaint("counted as run", text)
    if end and end[0].get("status") and run.code == 0:
        text = f"the tests ended with status {end[0]['status']}, and the process left with 0"
        yield RunComplaint("status", text)
    if end and run.records and run.records[-1] is not end[0]:
        yield RunComplaint("after its end", "the run went on after its end")


def oddities(run: RecordedRun, echo: EngineEcho) -> Iterator[str]:
    """What does not decide but explains."""
    if not run.of("end"):
        how = f"status {run.code}" if run.code >= 0 else f"signal {-run.code}"
        yield f"left before its end ({how})"
    elif run.code not in {0, run.of("end")[0].get("status")}:
        yield f"the process ended with {run.code} after its tests"
    if others := [name for name in strangers(run, echo.known) if run.name == "real"]:
        yield f"not among the tests of the task's own solution, and left out: {names(others)}"
    spent = sum(float(record.get("s", 0)) for record in run.of("phase"))
    if spent > run.wall_s + CLOCK_SLACK_S:
        yield f"its tests report {spent:.1f} s in {run.wall_s:.1f} s: somebody changed a clock"
    for record in run.of("collect-error"):
        text = " ".join(str(record.get("text", "")).split())[-200:]
        yield f"{record.get('id')} could not be imported: {text}"
    if run.written:
        yield f"wrote into the tree: {names(list(run.written))}"


def twins(watched: WatchedFacts) -> Iterator[str]:
    """No other copy passes for a right solution, or keeps silent where the task's own speaks."""
    spoke = any("passed" in outcomes(run).values() for run in runs_of(watched, "real"))
    for run in (run for run in watched.runs if run.name == ALONE):
        yield from changed_alone(run)
    for run in (run for run in watched.runs if run.drawn):
        told = by_copy(run, outcomes(run))
        others = [
            (f"{name} ({number})", told[name].get(number, set()))
            for name, own in run.drawn.items()
            for number in range(1, watched.echo.copies.get(name, 1) + 1)
            if number != own
        ]
        if passed := [name for name, said in others if said == {"passed"}]:
            yield f"tests that want a wrong answer passed: {names(passed)}"
        silent = [name for name, said in others if not said]
        is_over = bool(run.of("end")) or len(silent) == len(others)
        if spoke and silent and is_over and not run.timed_out:
            yield "the real tests report and their twins do not: the tested code tells them apart"


def changed_alone(run: RecordedRun) -> Iterator[str]:
    """Of functions that stood there once, those that wanted something else."""
    told = of_functions(run)
    for name in run.flipped:
        if told.get(name) == {"passed"}:
            yield f"tests that want a wrong answer passed: {name}"
        elif name not in told and run.of("end"):
            yield f"{name} keeps silent where it wants a wrong answer"


def of_functions(run: RecordedRun) -> dict[str, set[str]]:
    """Name of a function → the outcomes of its tests."""
    found: dict[str, set[str]] = {}
    for test, outcome in outcomes(run).items():
        name = function_of(test).rsplit(".", 1)[-1]
        found.setdefault(name, set()).add(outcome)
    return found


def unsteady(watched: WatchedFacts) -> tuple[str, ...]:
    """Functions that failed in a run in which they stood as the task has them."""
    found = [
        name
        for run in watched.runs
        if run.name == ALONE
        for name in watched.echo.copies
        if name not in run.flipped and not of_functions(run).get(name, {""}) <= PASSING
    ]
    return tuple(dict.fromkeys(found))


def names(found: Sequence[str]) -> str:
    """The first few, and how many more."""
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return ", ".join(map(shown, found[:SHOWN])) + more


def shown(name: object) -> str:
    """A name of the tested code's making, on one line."""
    return one_line(str(name))
