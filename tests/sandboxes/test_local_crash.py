"""Whatever part of the engine is killed with SIGKILL: nothing stays behind, and work goes on."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from modes import MODES, Mode, command, options

PATIENCE_S = 40.0
SLOTS = 2
COMPANY = 2
"""Processes of each slot's program: the program and its daemon."""
HELPERS = {"root": 2}
"""Those that fork in the supervisor's stead: the seed, and a nursery where tasks have a user."""


def processes() -> dict[int, tuple[int, str]]:
    """Every living process of the machine: its parent and its start time."""
    found = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                text = Path(f"/proc/{name}/stat").read_text(errors="replace")
            except OSError:
                continue
            fields = text.rpartition(")")[2].split()
            if fields[0] != "Z":
                found[int(name)] = (int(fields[1]), fields[19])
    return found


def below(root: int) -> dict[int, str]:
    """Every process below `root` with its start time."""
    everything = processes()
    found, frontier = {}, [root]
    while frontier:
        above = frontier.pop()
        children = {pid: born for pid, (parent, born) in everything.items() if parent == above}
        found |= children
        frontier += children
    return found


def until(condition: Callable[[], object], what: str) -> None:
    """Wait for a condition, with a deadline."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def left(known: dict[int, str], run_id: str) -> list:
    """What is still there of a run."""
    now = processes()
    alive = [pid for pid, born in known.items() if pid in now and now[pid][1] == born]
    # os.walk, not glob: folders that vanish under a walk are what this waits for.
    groups = [
        Path(above, name)
        for above, names, _ in os.walk("/sys/fs/cgroup")
        for name in names
        if name.startswith(f"grader-{run_id}")
    ]
    mounts = [line for line in Path("/proc/mounts").read_text().splitlines() if run_id in line]
    return [*alive, *groups, *Path("/dev/shm").glob(f"grader-{run_id}*"), *mounts]


class Engine:
    """A running `crash_engine.py` whose slots are busy."""

    def __init__(self, mode: Mode, run_id: str) -> None:
        self.run_id = run_id
        self.helpers = HELPERS.get(str(mode), 1)
        words = command(mode, "crash_engine.py", run_id)
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, **options(mode))
        self.known: dict[int, str] = {}
        until(self.busy, "the slots did not become busy")

    def busy(self) -> bool:
        assert self.process.poll() is None, "the engine left"
        self.known |= below(self.process.pid)
        full = [len(below(inner)) >= COMPANY + self.helpers for inner in self.insides()]
        return len(full) == SLOTS and all(full)

    def outers(self) -> list[int]:
        return [pid for pid, (parent, _) in processes().items() if parent == self.process.pid]

    def insides(self) -> list[int]:
        return [pid for outer in self.outers() for pid in list(below(outer))[:1]]


@contextmanager
def engine(mode: Mode) -> Iterator[Engine]:
    made = Engine(mode, f"crash{os.getpid()}x{time.monotonic_ns()}")
    try:
        yield made
    finally:
        made.process.kill()
        made.process.communicate()
        until(lambda: not left(made.known, made.run_id), f"left: {left(made.known, made.run_id)}")


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_killed_engine_leaves_nothing(mode):
    with engine(mode) as made:
        assert left(made.known, made.run_id)
        made.process.kill()
        made.process.wait()
        until(lambda: not left(made.known, made.run_id), "something stays")


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_what_engine_and_outer_processes_killed_together_leave_is_gone_after_the_next_start(mode):
    with engine(mode) as living, engine(mode) as made:
        for pid in made.outers():
            os.kill(pid, signal.SIGSTOP)
        for pid in [made.process.pid, *made.outers()]:
            os.kill(pid, signal.SIGKILL)
        made.process.wait()
        if mode.bare or mode.user == "root":  # else the namespaces were all that there was
            assert left(made.known, made.run_id)
        words = command(mode, "start_runner.py", f"next{os.getpid()}")
        subprocess.run(words, check=True, capture_output=True, **options(mode))
        assert left(made.known, made.run_id) == []
        assert living.process.poll() is None
        assert living.busy()


@pytest.mark.parametrize("mode", MODES, ids=str)
@pytest.mark.parametrize("part", ["outers", "insides"])
def test_killed_part_of_a_slot_costs_its_sample_one_attempt(mode, part):
    """The provider replaces the slot; the same engine grades the sample in the new one."""
    with engine(mode) as made:
        known = dict(made.known)
        for pid in getattr(made, part)():
            os.kill(pid, signal.SIGKILL)
        said, _ = made.process.communicate(timeout=PATIENCE_S)
        assert made.process.returncode == 0
        assert (
            sorted(line.split()[0] for line in said.splitlines()) == [b"graded"] * 2 + [b"lost"] * 2
        )
        until(lambda: not left(known, made.run_id), "something stays")
