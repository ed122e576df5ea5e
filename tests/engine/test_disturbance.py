"""What a step's end says about the machine, and nothing or little about the sample."""

import signal

import pytest

from grader.core.execution import CALL_LIMIT, CPU_LIMIT, ELSEWHERE, StepEnd, StepResult
from grader.engine.disturbance import MemorySqueezed, doubt, refuse_ours, starved
from grader.errors import SandboxError


def timeout(evidence="wall limit", *, wait_s, wall_s=10.0):
    return StepResult(
        name="x", ended=StepEnd.TIMEOUT, evidence=evidence, wait_s=wait_s, wall_s=wall_s
    )


@pytest.mark.parametrize(
    ("wait_s", "expected"), [(0.0, False), (2.9, False), (3.0, True), (9.0, True)]
)
def test_starved_is_a_wall_timeout_spent_in_the_run_queue(wait_s, expected):
    assert (starved(timeout(wait_s=wait_s)) is not None) is expected


def test_starved_is_never_a_step_that_used_its_processor_time():
    assert not starved(timeout("cpu limit", wait_s=9.0))


def test_starved_needs_waiting_even_without_any_wall_time():
    assert not starved(timeout(wait_s=0.0, wall_s=0.0))


@pytest.mark.parametrize("ended", [each for each in StepEnd if each is not StepEnd.TIMEOUT])
def test_starved_is_never_a_step_that_ended_otherwise(ended):
    assert not starved(StepResult(name="x", ended=ended, wait_s=9.0, wall_s=10.0))


def test_starved_is_never_an_answer_that_took_too_long():
    assert not starved(timeout(CALL_LIMIT, wait_s=9.0))


def test_a_candidate_that_waits_for_a_starved_checker_is_starved():
    checker = StepResult(name="checker", ended=StepEnd.EXIT, wait_s=4.0, wall_s=10.0)
    candidate = timeout(wait_s=0.0).model_copy(update={"checker": checker})
    assert starved(candidate) is candidate


@pytest.mark.parametrize("limit", [CPU_LIMIT, CALL_LIMIT])
def test_a_checker_that_used_up_its_processor_time_over_a_value_is_not_the_host_s(limit):
    checker = timeout(limit, wait_s=40.0, wall_s=50.0)
    assert not starved(timeout(wait_s=0.0).model_copy(update={"checker": checker}))
    assert not starved(timeout(wait_s=9.0).model_copy(update={"checker": checker}))


def signalled(number, **fields):
    name = signal.Signals(number).name
    return StepResult(name="x", ended=StepEnd.SIGNAL, code=number, evidence=name, **fields)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_who_sent_such_a_signal_is_not_known(number):
    assert doubt(signalled(number))


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGFPE, signal.SIGXCPU])
def test_signals_of_a_program_s_own_faults_are_its_own(number):
    assert not doubt(signalled(number))


def test_standing_still_explains_a_wall_timeout_only():
    still = timeout(wait_s=0.0).model_copy(update={"stopped_s": 9.0})
    assert doubt(still)
    assert not doubt(still.model_copy(update={"evidence": CALL_LIMIT}))
    assert not doubt(still.model_copy(update={"ended": StepEnd.EXIT}))
    assert not doubt(still.model_copy(update={"stopped_s": 1.0}))


def test_a_candidate_whose_checker_stood_still_may_have_waited_for_it():
    checker = StepResult(name="checker", ended=StepEnd.EXIT, stopped_s=9.0)
    assert doubt(timeout(wait_s=0.0).model_copy(update={"checker": checker}))


def test_a_killed_checker_is_ours():
    checked = StepResult(name="x", ended=StepEnd.EXIT, checker=signalled(signal.SIGKILL))
    with pytest.raises(SandboxError, match="its checker was killed by SIGKILL"):
        refuse_ours(checked)


def test_a_checker_that_crashed_over_what_it_got_is_not_ours():
    refuse_ours(StepResult(name="x", ended=StepEnd.EXIT, checker=signalled(signal.SIGSEGV)))


@pytest.mark.parametrize("side", ["candidate", "checker"])
def test_memory_that_ran_out_elsewhere_is_ours(side):
    killed = StepResult(name="x", ended=StepEnd.MEMORY, evidence=ELSEWHERE)
    if side == "checker":
        killed = StepResult(name="x", ended=StepEnd.EXIT, checker=killed)
    with pytest.raises(MemorySqueezed, match="ran out of memory"):
        refuse_ours(killed)


def test_memory_over_the_step_s_own_limit_is_the_sample_s():
    refuse_ours(StepResult(name="x", ended=StepEnd.MEMORY, evidence="oom_kill"))
