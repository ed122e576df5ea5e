"""The CPU time of one answer is the supervisor's to judge, whatever the candidate does."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from modes import MODES, command, options

from grader.sandboxes._slot.questions import ROOM, QuestionClock, QuestionWatch

TOO_LONG = "limit of one call"
WANTED = {
    "quick": "done",
    "slow in all, quick in each": "done",
    "slow once": TOO_LONG,
    "deaf to alarms": TOO_LONG,
    "a child burns": TOO_LONG,
    "threads burn": TOO_LONG,
    "slow before it is asked": "done",
    "sleeps": "done",
}
TOGETHER = [
    pytest.param(mode, fresh, id=f"{mode}-{fresh}")
    for mode in MODES
    for fresh in ("slot", "task")
    if not (mode.bare and fresh == "task")
]


def found(words, **wanted):
    """How each candidate of the runner ended."""
    done = subprocess.run(words, capture_output=True, text=True, check=False, **wanted)
    if "SandboxError" in done.stderr and not done.stdout:
        pytest.skip(done.stderr.splitlines()[-1][:200])
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize(("mode", "fresh"), TOGETHER)
def test_answers_that_take_too_long_end_by_the_supervisor_s_clock(mode, fresh):
    assert found(command(mode, "call_limit_runner.py", fresh), **options(mode)) == WANTED


@pytest.mark.docker
@pytest.mark.usefixtures("slot_image")
def test_answers_that_take_too_long_end_in_docker_slots_too():
    script = str(Path(__file__).with_name("call_limit_runner.py"))
    assert found([sys.executable, script, "slot", "docker"]) == WANTED


@pytest.fixture
def ends():
    reader, writer = os.pipe()
    questions, clock = QuestionWatch(reader, 1.0), QuestionClock(1.0, writer)
    yield questions, clock
    questions.close()
    clock.close()


def test_time_before_a_question_and_between_two_is_nobody_s(ends):
    questions, clock = ends
    assert not questions.is_overdue(50.0)
    clock.asked()
    assert not questions.is_overdue(60.0)
    clock.answered()
    clock.asked()
    assert not questions.is_overdue(70.0)
    assert not questions.is_overdue(70.0 + ROOM)


def test_an_answer_is_overdue_from_the_look_that_first_saw_its_question(ends):
    questions, clock = ends
    clock.asked()
    assert not questions.is_overdue(60.0)
    assert questions.is_overdue(60.01 + ROOM)


def test_a_clock_without_a_pipe_says_nothing():
    QuestionClock().asked()
    QuestionClock().close()
