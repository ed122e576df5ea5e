"""The engine's own memory: no more for many samples than for few, whatever they print."""

import json
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import grader, resource
grader.evaluate("humaneval", "samples.jsonl", data="tasks.jsonl", workers=1, out="run")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
TASK = {
    "task_id": "Own/0",
    "prompt": "def add(a, b):\n",
    "entry_point": "add",
    "canonical_solution": "    return a + b\n",
    "test": "def check(candidate):\n    assert candidate(1, 2) == 3\n",
}
LOUD = "    print('{} ' * 300_000)\n    return a + b\n"


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


def test_memory_does_not_grow_with_what_samples_print(tmp_path: Path) -> None:
    few, many = peak_mb(tmp_path / "few", 10), peak_mb(tmp_path / "many", 60)
    assert many < few + 15, f"{few} MiB for 10 samples of 1 MB, {many} for 60"
