"""When a step says nothing about its sample, and when the next step runs."""

import pytest

from grader.core.execution import Around, Completion, Ended, Said, StepResult
from grader.engine.drive import around, is_starved, succeeded


class Own:
    """A sandbox made for its plan."""

    def __init__(self, **phases):
        self.phases = phases


def test_time_around_steps_is_told_by_phase_and_adds_up():
    first = around(Own(pull=2.0, create=0.5, start=0.25, teardown=0.125), 3.0, None)
    assert first == Around(queue_s=0.25, pull_s=2.0, create_s=0.75, teardown_s=0.125)
    both = around(Own(create=1.0), 0.5, first)
    assert both == first.model_copy(update={"create_s": 1.75})


def test_lent_sandbox_tells_nothing_of_time_around_steps():
    assert around(object(), 3.0, None) is None


def timeout(evidence="wall limit", *, wait_s, wall_s=10.0):
    return StepResult(
        name="x", ended=Ended.TIMEOUT, evidence=evidence, wait_s=wait_s, wall_s=wall_s
    )


@pytest.mark.parametrize(
    ("wait_s", "starved"), [(0.0, False), (2.9, False), (3.0, True), (9.0, True)]
)
def test_starved_is_a_wall_timeout_spent_in_the_run_queue(wait_s, starved):
    assert is_starved(timeout(wait_s=wait_s)) is starved


def test_starved_is_never_a_step_that_used_its_processor_time():
    assert not is_starved(timeout("cpu limit", wait_s=9.0))


def test_starved_needs_waiting_even_without_any_wall_time():
    assert not is_starved(timeout(wait_s=0.0, wall_s=0.0))


@pytest.mark.parametrize("ended", [each for each in Ended if each is not Ended.TIMEOUT])
def test_starved_is_never_a_step_that_ended_otherwise(ended):
    assert not is_starved(StepResult(name="x", ended=ended, wait_s=9.0, wall_s=10.0))


@pytest.mark.parametrize(
    ("said", "code", "good"),
    [
        (Said.DONE, 0, True),
        (Said.NOTHING, 0, True),
        (Said.NOTHING, 1, False),
        (Said.RAISED, 1, False),
        (Said.RAISED, 0, False),
        (Said.REFUSED, 1, False),
    ],
)
def test_success_is_status_zero_and_no_exception(said, code, good):
    result = StepResult(name="x", ended=Ended.EXIT, code=code, completion=Completion(said=said))
    assert succeeded(result) is good


@pytest.mark.parametrize("ended", [each for each in Ended if each is not Ended.EXIT])
def test_success_is_never_an_end_from_outside(ended):
    assert not succeeded(StepResult(name="x", ended=ended))
