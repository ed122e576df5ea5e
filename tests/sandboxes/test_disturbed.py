"""What others do to a sandbox's processes is never a sample's verdict, and weakens no walls."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

PATIENCE_S = 40.0
STOPPED_S = 3.0
"""Longer than the sample's wall clock."""
RUNNER = Path(__file__).with_name("disturbed_runner.py")


def children() -> dict[int, set[int]]:
    """Every process of the machine by its parent."""
    found: dict[int, set[int]] = {}
    for entry in Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_bytes().rpartition(b")")[2].split()
        except OSError:
            continue
        if entry.name.isdigit() and fields[0] != b"Z":
            found.setdefault(int(fields[1]), set()).add(int(entry.name))
    return found


class Engine:
    """A runner, and the processes of its slots: what supervises, and what that one made."""

    def __init__(self) -> None:
        words = [sys.executable, str(RUNNER)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True)

    def below(self, parents: set[int]) -> set[int]:
        known = children()
        return {pid for parent in parents for pid in known.get(parent, ())}

    @property
    def outers(self) -> set[int]:
        return self.below({self.process.pid})

    @property
    def insides(self) -> set[int]:
        return self.below(self.outers)

    def wait_for(self, found) -> set[int]:
        deadline = time.monotonic() + PATIENCE_S
        while not (made := found()):
            assert time.monotonic() < deadline
            assert self.process.poll() is None
            time.sleep(0.002)
        return made

    def said(self) -> dict:
        return json.loads(self.process.stdout.readline())

    def begin(self) -> None:
        self.process.stdin.write("go\n")
        self.process.stdin.flush()


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = Engine()
    yield made
    made.process.kill()
    made.process.communicate()


def stopped_for_a_while(victims: set[int]) -> None:
    for number in (signal.SIGSTOP, signal.SIGCONT):
        for pid in victims:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue
        if number == signal.SIGSTOP:
            time.sleep(STOPPED_S)


@pytest.mark.parametrize("part", ["candidate", "checker", "supervisors"])
def test_stopped_processes_change_no_verdict(engine, part):
    engine.said()
    first = engine.insides
    helpers = engine.below(first)
    engine.begin()
    candidates = engine.wait_for(lambda: engine.below(first) - helpers)
    checkers = engine.wait_for(lambda: engine.below(engine.insides - first))
    supervisors = engine.insides
    stopped_for_a_while({"candidate": candidates, "checker": checkers}.get(part, supervisors))
    found = engine.said()
    assert (found["verdict"], found["reason"]) == ("passed", "")


def test_a_killed_last_round_is_tried_again(engine):
    """The interview is over, and the same sample runs in one process with its tests."""
    engine.said()
    first = engine.insides
    helpers = engine.below(first)

    def running() -> set[int]:
        before = engine.below(first) - helpers
        time.sleep(0.2)  # longer than the task's own solution takes
        return before & engine.below(first)

    engine.begin()
    interviewed = engine.wait_for(running)
    for pid in engine.wait_for(lambda: running() - interviewed):
        os.kill(pid, signal.SIGKILL)
    found = engine.said()
    assert (found["verdict"], found["reason"], found["attempts"]) == ("passed", "", 2)


def test_a_first_supervisor_that_is_killed_weakens_no_walls(engine):
    usual = Engine()
    expected = usual.said()
    usual.process.kill()
    usual.process.communicate()
    for pid in engine.wait_for(lambda: engine.outers):
        os.kill(pid, signal.SIGKILL)
    assert engine.said() == expected
    engine.begin()
    assert engine.said()["verdict"] == "passed"
