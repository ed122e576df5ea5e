"""Verdicts from the facts of runs with copies."""

import pytest
from repo_steps import (
    COPIED,
    KEYED,
    NAMES,
    PLAIN,
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
from grader.strict.copies import MixedFile


def test_tests_that_pass_with_copies_run_again_until_a_guess_is_worth_nothing():
    steps = (*official(*NAMES), *mixed(*NAMES))
    first = judged(*steps)
    assert first.trust is Trust.SHARED
    assert first.evidence[-1].startswith("not called keyed: a guess")
    again = repo.later(job(), executed(*steps)).steps
    assert [step.name for step in again] == ["strict-ground", "strict-again"]
    assert again[0].fresh
    assert [run["name"] for run in runs_in(again)] == ["mixed"]
    steps += mixed(*NAMES, name="strict-again", drawn={"test_label_of_cents": 1, "test_change": 8})
    assert repo.later(job(), executed(*steps)) == ("", ())
    found = judged(*steps)
    assert found.readings["strict"] == "passed"
    assert (found.trust, found.evidence) == (Trust.KEYED, (KEYED,))


@pytest.mark.parametrize("bits", [1, 2, 3, 5, 10])
def test_tests_with_few_places_run_more_often(bits):
    one = COPIED[0].model_copy(update={"bits": bits})
    survey = PLAIN.model_copy(update={"mixed": (MixedFile(path="t.py", parts=(one,)),)})
    steps = (*official(*NAMES), *mixed(*NAMES))
    again = repo.later(job(survey=survey), executed(*steps)).steps
    assert len(again[1:]) == min(5, -(-10 // bits)) - 1


def test_answers_that_were_right_once_are_found_out_in_another_run():
    passing = ("test_label_of_cents_g5",)
    steps = (
        *official(*NAMES),
        *mixed(*NAMES),
        *mixed(
            NAMES[-1],
            twins=passing,
            name="strict-again",
            drawn={"test_label_of_cents": 6, "test_change": 2},
        ),
    )
    assert judged(*steps).verdict == "tampered"
    assert repo.later(job(), executed(*steps)) == ("", ())


def test_copy_that_keeps_silent_is_found_out():
    found = judged(*official(*NAMES), *mixed(*NAMES, silent="test_change_g7"))
    assert found.verdict == "tampered"
    assert "tells them apart" in found.reason


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
    assert (found.readings["strict"], found.trust) == ("passed", Trust.KEYED)
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
