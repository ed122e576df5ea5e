"""Whatever part of the sandboxes is killed while a run goes on: no verdict changes, and no tier."""

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

from grader.record.journal import current
from tests import machine

KILLS = 40 if machine.WHOLE else 5
APART = 12
"""Results between two kills: what is killed twice in a row did it itself, for all that is known."""
SAMPLES = (KILLS + 4) * (APART + 6)
TASK = {
    "task_id": "Own/0", "prompt": "def add(a, b):\n", "entry_point": "add",
    "canonical_solution": "    return a + b\n",
    "test": "import time\ndef check(candidate):\n    assert candidate(1, 2) == 3\n"
    "    time.sleep(0.05)\n    assert candidate(2, 2) == 4\n",
}  # fmt: skip
BODIES = (
    "    import time; time.sleep(0.05)\n    return a + b  # {}\n",
    "    import time; time.sleep(0.05)\n    return 3  # {}\n",
    "    import time; time.sleep(0.05)\n    raise KeyError({})\n",
    "    import os\n    if not os.fork():\n        os._exit(0)\n    os.wait()\n    return a + b  # {}\n",
)
PROGRAM = """
import grader, sys
grader.evaluate("humaneval", "samples.jsonl", data="tasks.jsonl", workers=2, out=sys.argv[1])
"""


def run(folder: Path, name: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", PROGRAM, name], cwd=folder)


def parts(engine: int) -> dict[str, list[int]]:
    """Processes below an engine by what they are."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_bytes().rpartition(b")")[2].split()
        except OSError:
            continue
        if entry.name.isdigit() and fields[0] != b"Z":
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    outer = children.get(engine, [])
    inside = [pid for each in outer for pid in children.get(each, [])]
    programs = [pid for each in inside for pid in children.get(each, [])]
    return {"outer": outer, "inside": inside, "program": programs}


def killed(engine: "subprocess.Popen[bytes]", journal: Path, chance: random.Random) -> Counter[str]:
    """Kill one part after the other, at any moment; how many of each."""
    found: Counter[str] = Counter()
    waited_for = 1
    while found.total() < KILLS:
        while not journal.exists() or journal.read_bytes().count(b"\n") < waited_for:
            assert engine.poll() is None, f"the run was over after {found}"
            time.sleep(0.01)
        time.sleep(chance.uniform(0.0, 0.2))
        kind = chance.choice(["outer", "inside", "program", "program", "program"])
        if victims := parts(engine.pid)[kind]:
            try:
                os.kill(chance.choice(victims), signal.SIGKILL)
            except ProcessLookupError:
                continue
            found[kind] += 1
            waited_for = journal.read_bytes().count(b"\n") + APART
    return found


def outcome(folder: Path) -> dict[int, tuple[str, str, str]]:
    return {
        each.index: (each.verdict, each.reason, each.execution.isolation.tier)
        for each in current(folder / "results.jsonl")
        if each.execution is not None
    }


@pytest.mark.pressure
@pytest.mark.timeout(600)
def test_parts_killed_at_random_moments_change_no_verdict_and_no_tier(tmp_path):
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    rows = [
        {"task_id": "Own/0", "completion": BODIES[number % len(BODIES)].format(number)}
        for number in range(SAMPLES)
    ]
    (tmp_path / "samples.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "tasks.jsonl").write_text(json.dumps(TASK) + "\n")
    with run(tmp_path, "disturbed") as engine:
        found = killed(engine, tmp_path / "disturbed" / "results.jsonl", chance)
    assert engine.returncode == 0
    with run(tmp_path, "quiet") as engine:
        pass
    print(f"{dict(found)} killed among {SAMPLES} samples (seed {seed})")  # noqa: T201
    expected, now = outcome(tmp_path / "quiet"), outcome(tmp_path / "disturbed")
    assert len(expected) == SAMPLES
    assert {n: now.get(n) for n in expected if now.get(n) != expected[n]} == {}
