"""How the runs of a task's own solution are read."""

import pytest

from grader.core.execution import CompletionRecord, CompletionWord, StepEnd, StepResult
from grader.core.limits import Limits
from grader.core.result import Trust
from grader.graders import _reference_ways, _rounds

DONE = CompletionRecord(said=CompletionWord.DONE)
NO = CompletionRecord(said=CompletionWord.RAISED, exception="AssertionError", line=3)
GONE = CompletionRecord(said=CompletionWord.RAISED, exception="Gone")


def interview(said: CompletionRecord, *, wall_s: float = 0.001) -> StepResult:
    checker = StepResult(name="checker", ended=StepEnd.EXIT, completion=said)
    return StepResult(name=_rounds.REFERENCE, ended=StepEnd.EXIT, checker=checker, wall_s=wall_s)


def shared(said: CompletionRecord) -> StepResult:
    return StepResult(name=_rounds.SHARED, ended=StepEnd.EXIT, completion=said)


@pytest.mark.parametrize(
    ("done", "name"),
    [
        ([DONE], _rounds.REFERENCE),
        ([DONE] * _reference_ways.INTERVIEWS_MAX, _rounds.SHARED),
        ([DONE, NO], _rounds.SHARED),
        ([NO], _rounds.SHARED),
        ([GONE], _rounds.REFERENCE),
        ([GONE, GONE], _rounds.SHARED),
    ],
)
def test_interviews_go_on_until_luck_and_trouble_are_ruled_out(done, name):
    steps = [interview(each) for each in done]
    assert _reference_ways.next_name(steps) == name


def test_slow_solution_is_not_interviewed_again():
    assert _reference_ways.next_name([interview(DONE, wall_s=2)]) == _rounds.SHARED


def test_one_process_is_the_last_to_be_tried():
    assert _reference_ways.next_name([interview(NO), shared(NO)]) == ""


@pytest.mark.parametrize(
    ("done", "ways"),
    [
        ([interview(DONE)], [Trust.SEPARATED]),
        ([interview(DONE), shared(DONE)], [Trust.SEPARATED, Trust.SHARED]),
        ([interview(GONE), interview(DONE)], [Trust.SEPARATED]),
        ([interview(DONE), interview(NO), shared(DONE)], [Trust.SHARED]),
        ([interview(NO), shared(NO)], []),
    ],
)
def test_ways_are_those_in_which_it_passed(done, ways):
    assert _reference_ways.ways(done, Limits()) == ways
