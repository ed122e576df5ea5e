"""The engine's own memory: no more for many samples than for few, whatever they print."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import machine

PROGRAM = """
import grader
grader.evaluate("humaneval", "samples.jsonl", data="tasks.jsonl", workers=1, out="run")
status = open("/proc/self/status").read()
print(int(status.partition("VmHWM:")[2].split()[0]) // 1024)
"""
"""Not by `ru_maxrss`, which begins with what the parent had."""
TASK = {
    "task_id": "Own/0",
    "prompt": "def add(a, b):\n",
    "entry_point": "add",
    "canonical_solution": "    return a + b\n",
    "test": "def check(candidate):\n    assert candidate(1, 2) == 3\n",
}
MOST_MB = 80
LOUD = "    print('{:06} x ' * 100_000)\n    return a + b\n"


def peak_mb(folder: Path, samples: int) -> int:
    """MiB of the engine's process while it grades loud samples, no two of them equal."""
    folder.mkdir()
    rows = [{"task_id": "Own/0", "completion": LOUD.format(at)} for at in range(samples)]
    (folder / "samples.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "tasks.jsonl").write_text(json.dumps(TASK) + "\n")
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=folder, stdout=subprocess.PIPE, check=True
    )
    journal = (folder / "run/results.jsonl").read_text()
    assert journal.count('"verdict":"passed"') == samples
    return int(told.stdout)


@pytest.mark.pressure
@pytest.mark.timeout(7200)
def test_memory_stays_small_however_many_loud_samples_there_are(tmp_path: Path) -> None:
    samples = 16_400 if machine.WHOLE else 40
    found = peak_mb(tmp_path / "loud", samples)
    print(f"{found} MiB for {samples:,} samples of 0.9 MB")  # noqa: T201
    assert found < MOST_MB


def test_memory_does_not_grow_with_what_samples_print(tmp_path: Path) -> None:
    few, many = peak_mb(tmp_path / "few", 10), peak_mb(tmp_path / "many", 60)
    assert many < few + 15, f"{few} MiB for 10 samples of 1 MB, {many} for 60"
