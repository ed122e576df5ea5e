"""Ordinary ways to take hold of the standard streams work as in an interpreter of one's own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from modes import MODES, command, options
from stream_idioms import GIVEN, IDIOMS, WANTED

FRESH = ("slot", "task")
TOGETHER = [
    pytest.param(mode, fresh, id=f"{mode}-{fresh}")
    for mode in MODES
    for fresh in FRESH
    if not (mode.bare and fresh == "task")
]


@pytest.mark.parametrize("name", IDIOMS)
def test_idiom_prints_its_answer_in_an_interpreter_of_its_own(name):
    done = subprocess.run(
        [sys.executable, "-c", IDIOMS[name]], input=GIVEN, capture_output=True, check=True
    )
    assert done.stdout == WANTED


def broken(words, **wanted):
    """The idioms that do not print their answer."""
    done = subprocess.run(words, capture_output=True, text=True, check=False, **wanted)
    if "SandboxError" in done.stderr and not done.stdout:
        pytest.skip(done.stderr.splitlines()[-1][:200])
    assert done.returncode == 0, done.stderr[-2000:]
    _, *found = map(json.loads, done.stdout.splitlines())
    assert len(found) == len(IDIOMS)
    return [each for each in found if not each["held"]]


@pytest.mark.parametrize(("mode", "fresh"), TOGETHER)
def test_idioms_print_their_answers_in_local_slots(mode, fresh):
    assert broken(command(mode, "stream_runner.py", fresh), **options(mode)) == []


@pytest.mark.docker
@pytest.mark.usefixtures("slot_image")
@pytest.mark.parametrize("fresh", FRESH)
def test_idioms_print_their_answers_in_docker_slots(fresh):
    script = str(Path(__file__).with_name("stream_runner.py"))
    assert broken([sys.executable, script, fresh, "docker"]) == []
