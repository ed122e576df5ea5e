"""What facts of a run say about each other."""

import pytest

from grader.strict.checks import findings
from grader.strict.facts import EngineEcho, GroundFacts, RecordedRun, WatchedFacts
from grader.strict.statuses import log, outcomes
from grader.strict.survey import usual

GROUND = GroundFacts(state="ground")


def phases(name: str, outcome: str = "passed", **more) -> list[dict]:
    call = {"kind": "phase", "id": name, "when": "call", "outcome": outcome, "s": 0.1, **more}
    rest = [
        {"kind": "phase", "id": name, "when": when, "outcome": "passed"}
        for when in ("setup", "teardown")
    ]
    return [rest[0], call, rest[1]]


def run(*names: str, name: str = "real", code: int = 0, records=None, **more) -> RecordedRun:
    body = [record for test in names for record in phases(test)] if records is None else records
    calls = sum(record.get("when") == "call" for record in body)
    whole = [
        {"kind": "collected", "ids": list(names)},
        *body,
        {
            "kind": "finish",
            "status": code,
            "broken": [],
            "collected": len(names),
            "reported": calls,
        },
        {"kind": "end", "status": code},
    ]
    facts = {"faults": (), "timed_out": False, "flooded": False, "log": "", "wall_s": 1.0, **more}
    return RecordedRun(name=name, records=tuple(whole), code=code, **facts)


def forged(*runs: RecordedRun, **echo) -> str:
    watched = WatchedFacts(walls=(), runs=runs, echo=EngineEcho(framework="pytest", **echo))
    found = findings(GROUND, watched)
    return " | ".join((*found.forged, *found.twins))


def without(found: RecordedRun, kind: str) -> RecordedRun:
    kept = tuple(record for record in found.records if record["kind"] != kind)
    return found.model_copy(update={"records": kept})


def test_findings_of_an_honest_run_are_none():
    assert forged(run("a", "b")) == ""


def test_findings_of_a_run_that_fails_are_none():
    failing = phases("a", "failed", raised="AssertionError")
    assert forged(run("a", code=1, records=failing)) == ""


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (run("a", faults=("record 3 was not made by the grader's reporter",)), "record channel"),
        (run("a", flooded=True), "flooded"),
        (run("a", records=phases("a", raised="AssertionError")), "was reported as passed"),
        (run("a", records=[*phases("a"), *phases("a")]), "more often than run"),
        (run("a", records=[*phases("a"), *phases("b")]), "never collected"),
        (run("a", code=1).model_copy(update={"code": 0}), "left with 0"),
    ],
)  # fmt: skip
def test_findings_name_the_forgery(found, why):
    assert why in forged(found)


def test_findings_see_a_replaced_part_unless_the_solution_replaces_it_too():
    found = run("a")
    broken = [
        {**record, "broken": ["_pytest.runner.x"]} if record["kind"] == "finish" else record
        for record in found.records
    ]
    changed = found.model_copy(update={"records": tuple(broken)})
    assert "replaced _pytest.runner.x" in forged(changed)
    assert forged(changed, broken=("_pytest.runner.x",)) == ""


def test_findings_see_a_second_end_and_records_after_it():
    found = run("a")
    assert "more than once" in forged(
        found.model_copy(update={"records": (*found.records, found.records[-1])})
    )


COPIES = {"test_a": 2}


def mixed(real: str, copy: str | None, own: int = 2) -> RecordedRun:
    """A run with two copies of one function, and what each says."""
    told = [(f"t.py::test_a_g{own}", real)]
    told += [(f"t.py::test_a_g{3 - own}", copy)] if copy else []
    records = [record for name, said in told for record in phases(name, said)]
    return run(*(n for n, _ in told), name="mixed", code=1, records=records, drawn={"test_a": own})


def test_findings_see_a_copy_that_passes():
    assert "wrong answer passed: test_a (1)" in forged(mixed("passed", "passed"), copies=COPIES)


def test_findings_see_a_copy_that_keeps_silent():
    assert "tells them apart" in forged(mixed("passed", None), copies=COPIES)


def test_findings_of_copies_that_fail_are_none():
    assert forged(mixed("passed", "failed"), copies=COPIES) == ""


def test_findings_see_a_changed_function_that_passes_or_keeps_silent():
    name = "t.py::test_a"
    passing = run(name, name="alone", flipped=("test_a",))
    assert "wrong answer passed: test_a" in forged(passing, copies=COPIES)
    silent = run(name="alone", flipped=("test_a",))
    assert "keeps silent" in forged(silent, copies=COPIES)
    failing = run(name, name="alone", code=1, records=phases(name, "failed"), flipped=("test_a",))
    assert forged(failing, copies=COPIES) == ""


def test_findings_note_a_run_that_leaves_early():
    early = without(without(run("a"), "end"), "finish")
    watched = WatchedFacts(walls=(), runs=(early,), echo=EngineEcho())
    found = findings(GROUND, watched)
    assert found.forged == found.twins == ()
    assert "left before its end" in " ".join(found.notes)


def test_findings_tell_what_a_set_up_planted():
    planted = GroundFacts(state="ground", planted=("/usr/lib/python3/x.pth",))
    assert "x.pth" in findings(planted, WatchedFacts(walls=(), runs=())).planted[0]


@pytest.mark.parametrize("last", ["setup", "begun"])
def test_outcome_of_a_test_that_its_process_left_is_no_pass(last):
    """What began and of which no end was told did not pass."""
    begun = {"kind": "phase", "id": "b", "when": "setup", "outcome": "passed"}
    records = [*phases("a"), begun]
    if last == "begun":
        records.append({**begun, "when": "call", "outcome": "failed", "part": "i=1"})
    found = outcomes(run("a", "b", records=records))
    assert found["a"] == "passed"
    assert found["b"] in {"error", "failed"}


def test_outcome_of_a_test_that_is_skipped_in_its_setup_stays_a_skip():
    skipped = {"kind": "phase", "id": "a", "when": "setup", "outcome": "skipped"}
    assert outcomes(run("a", records=[skipped])) == {"a": "skipped"}


def test_complaint_that_the_tasks_own_solution_gives_rise_to_is_no_evidence():
    """Some plugins report what pytest never collected, or turn a failure into a pass."""
    odd = run("a", records=[*phases("a", raised="AssertionError"), *phases("z")])
    kinds = usual(odd, ())
    assert len(kinds) == 2
    assert "raised AssertionError" in forged(odd)
    assert forged(odd, usual=kinds) == ""
    assert "replaced" in forged(with_broken(odd), usual=kinds)


def with_broken(found: RecordedRun) -> RecordedRun:
    records = tuple(
        {**one, "broken": ["unittest.case.TestCase.run"]} if one["kind"] == "finish" else one
        for one in found.records
    )
    return found.model_copy(update={"records": records})


def test_outcomes_take_the_worst_phase():
    records = [*phases("a"), {"kind": "phase", "id": "a", "when": "teardown", "outcome": "failed"}]
    assert outcomes(run("a", records=records)) == {"a": "error"}


def test_log_cannot_be_forged_by_a_name():
    text = log(run("a\nPASSED b"), "pytest")
    assert text == "PASSED a\\nPASSED b"


def test_log_of_a_skip_is_a_failure_unless_the_solution_skips_too():
    skipped = run("a", records=phases("a", "skipped"))
    assert log(skipped, "pytest", excused=()) == "FAILED a"
    assert log(skipped, "pytest", excused=("a",)) == "SKIPPED a"
    expected = run("a", records=phases("a", "skipped", xfail="later"))
    assert log(expected, "pytest", excused=()) == "FAILED a"
    assert log(expected, "pytest", excused=("a",)) == "XFAIL a"


def test_log_of_unittest_puts_the_status_behind_the_docstring():
    name = "test_a (m.C)\nWhat it says."
    assert log(run(name), "unittest") == "test_a (m.C)\nWhat it says. ... ok"
