"""A run in worker processes of which any part is killed at any moment loses nothing finished."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from grader.record import journal
from tests import machine

KILLS = 20 if machine.WHOLE else 2
SAMPLES = 40_000 if machine.WHOLE else 4_000
APART_S = 1.0 if machine.WHOLE else 0.3
TASK = '[task]\nid = "add"\nkind = "function"\nentry_point = "add"\n'


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    """The command line of a run, that may be given again."""
    task = tmp_path / "bench" / "add"
    (task / "tests").mkdir(parents=True)
    (task / "task.toml").write_text(TASK)
    (task / "instruction.md").write_text("Add.\n")
    (task / "prompt.py").write_text('def add(a, b):\n    """Add."""\n')
    (task / "tests" / "test.py").write_text("assert add(1, 2) == 3\n")
    rows = (
        {"task_id": "add", "completion": f"    return a + b  # {number}\n# null: done\n"}
        for number in range(SAMPLES)
    )
    file = tmp_path / "samples.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    words = ["evaluate", "folder", str(file), "--data", str(tmp_path / "bench"), "--quiet"]
    words += ["--out", str(tmp_path / "run"), "--sandbox", "null", "--allow-weak", "--resume"]
    return [sys.executable, "-m", "grader", *words, "--workers", "2", "--executor", "processes"]


def started(words: list[str], run: Path) -> "subprocess.Popen[bytes]":
    """Begin it, the first time without going on; what it and its workers say is kept beside it."""
    if not (run / journal.NAME).exists():
        words = [word for word in words if word != "--resume"]
    with said_in(run).open("ab") as said:
        return subprocess.Popen(words, stderr=said, stdout=subprocess.DEVNULL)


def said_in(run: Path) -> Path:
    return run.with_name("said")


def workers(parent: int) -> list[int]:
    """Its worker processes."""
    try:
        listed = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    except OSError:
        return []
    return [int(pid) for pid in listed if b"_worker" in command_of(pid)]


def command_of(pid: "str | int") -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def whole_lines(run: Path) -> bytes:
    """All that was finished."""
    data = (run / journal.NAME).read_bytes() if (run / journal.NAME).exists() else b""
    return data[: data.rfind(b"\n") + 1]


def kill_one(engine: "subprocess.Popen[bytes]", run: Path, chance: random.Random) -> str:
    """Kill the parent or a worker some time after the journal has grown; which."""
    size, moment = len(whole_lines(run)), time.monotonic() + chance.uniform(0.05, APART_S)
    while time.monotonic() < moment or len(whole_lines(run)) == size:
        assert engine.poll() is None, f"it was over: {said_in(run).read_text()[-2000:]}"
        time.sleep(0.01)
    kind = chance.choice(["parent", "worker"])
    victims = [engine.pid] if kind == "parent" else workers(engine.pid)
    if not victims:
        return ""  # both are being replaced
    os.kill(chance.choice(victims), signal.SIGKILL)
    return kind


@pytest.mark.pressure
@pytest.mark.timeout(900)
def test_parts_killed_at_random_moments_lose_no_finished_result(words, tmp_path):
    seed = random.randrange(1 << 32)
    chance, run, found = random.Random(seed), tmp_path / "run", Counter()
    finished = b""
    while found.total() < KILLS:
        engine, kind = started(words, run), ""
        while kind != "parent" and found.total() < KILLS:
            kind = kill_one(engine, run, chance)
            found.update([kind] if kind else [])
        assert engine.wait() == (-signal.SIGKILL if kind == "parent" else 0)
        before, finished = finished, whole_lines(run)
        assert finished.startswith(before)
    last = subprocess.run(words, capture_output=True, check=False)
    assert last.returncode == 0, last.stderr
    assert whole_lines(run).startswith(finished)
    indices = [each.index for each in journal.read(run / journal.NAME)]
    assert len(indices) == len(set(indices)) == SAMPLES
    assert "Traceback" not in said_in(run).read_text()
    print(f"{dict(found)} killed among {SAMPLES} samples (seed {seed})")  # noqa: T201
