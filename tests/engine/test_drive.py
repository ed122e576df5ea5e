"""When a step says nothing about its sample, and when the next step runs."""

import pytest

from grader.core.execution import (
    CompletionRecord,
    CompletionWord,
    SandboxTimes,
    StepEnd,
    StepResult,
)
from grader.engine.drive import around, succeeded


class Own:
    """A sandbox made for its plan."""

    def __init__(self, **phases):
        self.phases = phases


def test_time_around_steps_is_told_by_phase_and_adds_up():
    first = around(Own(pull=2.0, create=0.5, start=0.25, teardown=0.125), 3.0, None)
    assert first == SandboxTimes(queue_s=0.25, pull_s=2.0, create_s=0.75, teardown_s=0.125)
    both = around(Own(create=1.0), 0.5, first)
    assert both == first.model_copy(update={"create_s": 1.75})


def test_lent_sandbox_tells_nothing_of_time_around_steps():
    assert around(object(), 3.0, None) is None


@pytest.mark.parametrize(
    ("said", "code", "good"),
    [
        (CompletionWord.DONE, 0, True),
        (CompletionWord.NOTHING, 0, True),
        (CompletionWord.NOTHING, 1, False),
        (CompletionWord.RAISED, 1, False),
        (CompletionWord.RAISED, 0, False),
        (CompletionWord.REFUSED, 1, False),
    ],
)
def test_success_is_status_zero_and_no_exception(said, code, good):
    result = StepResult(
        name="x", ended=StepEnd.EXIT, code=code, completion=CompletionRecord(said=said)
    )
    assert succeeded(result) is good


@pytest.mark.parametrize("ended", [each for each in StepEnd if each is not StepEnd.EXIT])
def test_success_is_never_an_end_from_outside(ended):
    assert not succeeded(StepResult(name="x", ended=ended))
