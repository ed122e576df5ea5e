"""Verdicts from the facts of runs with copies."""

from repo_steps import (
    FEW,
    KEYED,
    NAMES,
    apart,
    each,
    executed,
    grounded,
    job,
    judged,
    mixed,
    official,
    one_run,
    runs_in,
    watched,
)

from grader.core.result import Trust
from grader.graders import repo


def test_tests_that_pass_with_copies_run_once():
    steps = (*official(*NAMES), *mixed(*NAMES))
    assert repo.later(job(), executed(*steps)) == ("", ())
    found = judged(*steps)
    assert found.readings["strict"] == "passed"
    assert (found.trust, found.evidence) == (Trust.SHARED, (FEW,))


def test_guess_is_worth_the_same_however_often_its_tests_run():
    """Whoever chooses among the same values by a rule of his own is right each time or never."""
    steps = (*official(*NAMES), *mixed(*NAMES))
    again = mixed(*NAMES, drawn={"test_label_of_cents": 1, "test_change": 8})
    assert judged(*steps, *again, *again).evidence == (FEW,)


def test_copies_and_holes_of_ten_bits_are_keyed():
    found = judged(*official(*NAMES), *mixed(*NAMES, secret=3))
    assert (found.trust, found.evidence) == (Trust.KEYED, (KEYED,))


def test_answers_that_were_right_once_are_found_out_in_another_run():
    drawn = {"test_label_of_cents": 6, "test_change": 2}
    again = mixed(NAMES[-1], twins=("test_label_of_cents_g5",), drawn=drawn)
    steps = (*official(*NAMES), *mixed(*NAMES), *again)
    assert judged(*steps).verdict == "tampered"
    assert repo.later(job(), executed(*steps)) == ("", ())


def test_copy_that_keeps_silent_is_found_out():
    found = judged(*official(*NAMES), *mixed(*NAMES, silent="test_change_g7"))
    assert found.verdict == "tampered"
    assert "tells them apart" in found.reason


def test_test_that_failed_officially_and_beside_copies_has_failed():
    settled_by_nothing = official(*NAMES[1:], code=0)
    steps = (*settled_by_nothing, *mixed(*NAMES[1:]))
    assert repo.later(job(), executed(*steps)) == ("", ())
    assert judged(*steps).readings == {"parity": "failed", "strict": "failed"}
    others = (*official(*NAMES[:-1], code=0), *mixed(*NAMES[1:]))
    assert repo.later(job(), executed(*others)).steps


def test_tests_that_fail_beside_copies_are_run_without_them():
    steps = (*official(*NAMES), *mixed(*NAMES[1:]))
    assert judged(*steps).readings["strict"] == "failed"
    again = repo.later(job(), executed(*steps))
    assert [step.name for step in again.steps] == ["strict-ground", "strict-apart"]
    assert again.steps[0].fresh
    assert [run["name"] for run in runs_in(again.steps)] == ["real"]
    failing = (*steps, *apart(*NAMES[1:]))
    assert repo.later(job(), executed(*failing)) == ("", ())
    assert judged(*failing).readings["strict"] == "failed"


def test_tests_that_pass_without_copies_alone_pass_changed_ones_by_no_guess():
    steps = (*official(*NAMES), *mixed(*NAMES[1:]), *apart(*NAMES))
    assert judged(*steps).trust is Trust.SHARED
    more = repo.later(job(), executed(*steps)).steps
    assert [run["name"] for run in runs_in(more)] == ["alone"] * 5
    honest = (*steps, *each("test_change"))
    assert repo.later(job(), executed(*honest)) == ("", ())
    found = judged(*honest)
    assert (found.readings["strict"], found.trust) == ("passed", Trust.SHARED)
    assert found.evidence[-1].endswith("passes in one of 2 cases")
    assert judged(*steps, *each("test_change", well=False)).verdict == "tampered"
    unsteady = judged(*steps, *each(), grounded(), watched("strict-each", one_run("alone")))
    assert unsteady.readings["strict"] == "failed"


def test_copy_that_passes_beside_its_test_decides():
    steps = (*official(*NAMES), *mixed(*NAMES, twins=("test_change_g1",)))
    assert repo.later(job(), executed(*steps)) == ("", ())
    assert judged(*steps).verdict == "tampered"


def test_run_that_came_to_no_end_in_time_is_not_tried_again():
    steps = (*official(*NAMES), *mixed(*NAMES[1:], timed_out=True))
    assert repo.later(job(), executed(*steps)) == ("", ())
    assert judged(*steps).verdict == "timeout"
