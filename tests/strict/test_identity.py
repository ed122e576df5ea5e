"""One identity for a test, whatever a record calls it."""

import pytest

from grader.strict.checks import counted, findings
from grader.strict.facts import EngineEcho, GroundFacts, RecordedRun, WatchedFacts
from grader.strict.identity import impostors, of_known, steady, strangers
from grader.strict.statuses import log, outcomes

KNOWN = ("t.py::test_a", "t.py::test_b[1-2]", "test_c (m.C)\nWhat it says.")


def run(*names: str, outcome: str = "passed") -> RecordedRun:
    phases = [{"kind": "phase", "id": n, "when": "call", "outcome": outcome} for n in names]
    counts = {"collected": len(names), "reported": len(names)}
    records = (
        {"kind": "collected", "ids": list(names)},
        *phases,
        {"kind": "finish", "status": 0, "broken": [], **counts},
        {"kind": "end", "status": 0},
    )
    return RecordedRun(
        name="real", wall_s=1.0, records=records, faults=(), timed_out=False, flooded=False,
        code=0, log="",
    )  # fmt: skip


def forged(found: RecordedRun) -> str:
    watched = WatchedFacts(walls=(), runs=(found,), echo=EngineEcho(known=KNOWN))
    return " | ".join(findings(GroundFacts(state="ground"), watched).forged)


FORGED = {
    "a blank at its end": "t.py::test_a ",
    "a blank before it": " t.py::test_a",
    "a blank inside": "t.py:: test_a",
    "a tab": "t.py::test_a\t",
    "a line break at its end": "t.py::test_a\n",
    "a carriage return": "t.py::test_a\r",
    "another line before it": "x\nt.py::test_a",
    "another line behind it": "t.py::test_a\nx",
    "a separator of lines": "x\u2028t.py::test_a",
    "a NUL": "t.py::test_a\0",
    "an escape": "t.py::test_a\x1b",
    "a letter without width": "t.py::te\u200bst_a",
    "a mark of direction": "\u202et.py::test_a",
    "a wide letter": "t.py::test_\uff41",
    "a blank that does not break": "t.py::test_b[1-2]\xa0",
    "a line before a name of unittest": "x\ntest_c (m.C)",
    "a name of unittest without its words": "test_c (m.C)",
    "a surrogate": "t.py::test_a\ud800",
}


@pytest.mark.parametrize("name", FORGED)
def test_name_that_only_looks_like_a_tests_is_forged_and_counts_for_nothing(name):
    found = run("t.py::test_b[1-2]", FORGED[name])
    assert "looks like it" in forged(found)
    assert list(outcomes(of_known(found, KNOWN))) == ["t.py::test_b[1-2]"]
    assert not any(letter in forged(found) for letter in "\n\r\t\0\x1b")


OTHER = {
    "other parameters": "t.py::test_b[1-3]",
    "cut parameters": "t.py::test_b[1",
    "parameters of a test without": "t.py::test_a[1]",
    "another file": "u.py::test_a",
    "another class": "t.py::C::test_a",
    "a docstring of another test": "x\nWhat it says.",
    "a status in its name": "x PASSED t.py::test_z",
    "letters of another alphabet": "t.py::test_\u0430",
    "a mark of a copy": "t.py::test_a_g1",
}


@pytest.mark.parametrize("name", OTHER)
def test_name_that_the_solution_does_not_have_counts_for_nothing(name):
    found = run(*KNOWN, OTHER[name])
    assert set(outcomes(of_known(found, KNOWN))) == set(KNOWN)
    assert OTHER[name] in strangers(found, KNOWN)
    lines = log(of_known(found, KNOWN), "pytest").splitlines()
    assert f"PASSED {OTHER[name]}" not in lines
    assert len(lines) == len(KNOWN)


def test_runs_that_count_hold_known_tests_alone():
    watched = WatchedFacts(
        walls=(), runs=(run("t.py::test_a", "t.py::test_z"),), echo=EngineEcho(known=KNOWN)
    )
    (found,) = counted(watched)
    assert list(outcomes(found)) == ["t.py::test_a"]
    assert found.of("collected")[0]["ids"] == ["t.py::test_a"]


def test_test_that_is_collected_more_often_than_the_solution_has_it_is_forged():
    assert "looks like it" in forged(run("t.py::test_a", "t.py::test_a"))
    twice = EngineEcho(known=(*KNOWN, KNOWN[0]))
    found = run("t.py::test_a", "t.py::test_a")
    assert not list(impostors(found, twice.known))


def test_honest_run_with_a_test_more_or_less_shows_nothing():
    assert forged(run(*KNOWN)) == ""
    assert forged(run(*KNOWN, "t.py::test_more[x y]")) == ""
    assert forged(run(KNOWN[0])) == ""


def test_address_in_a_name_is_no_other_name():
    name = "t.py::test_a[<object at 0x7f{}>]"
    found = run(name.format("aa00ff1234"))
    known = (name.format("bb00ff5678"),)
    assert steady(known[0]) == "t.py::test_a[<object at 0x>]"
    assert strangers(found, known) == () == tuple(impostors(found, known))
    assert list(outcomes(of_known(found, known))) == [name.format("aa00ff1234")]


def test_run_of_a_task_without_known_tests_keeps_all():
    found = run("t.py::test_z")
    assert of_known(found, ()) is found
    assert strangers(found, ()) == ()
