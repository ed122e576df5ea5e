"""A run goes on behind the walls that it began with, or not at all."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sandboxes"))
from modes import Mode, interpreter, options

from grader.record import manifest
from grader.record.journal import current

SANDBOXES = Path(__file__).resolve().parents[1] / "sandboxes"
BARE = Mode("root" if os.geteuid() == 0 else "user", bare=True)
DENIED = "import sys; sys.path.insert(0, sys.argv[2]); import denial; denial.deny_namespaces()"
PROGRAM = """
import grader, sys
try:
    grader.evaluate(
        "humaneval", "samples.jsonl", data="tasks.jsonl", workers=1, out="run",
        resume=sys.argv[1] == "again", allow_weak=True,
    )
except grader.UsageError as error:
    print(error)
"""
TASK = {
    "task_id": "Own/0", "prompt": "def add(a, b):\n", "entry_point": "add",
    "canonical_solution": "    return a + b\n",
    "test": "def check(candidate):\n    assert candidate(1, 2) == 3\n",
}  # fmt: skip
SAMPLES = 6


def start(folder: Path, how: str, before: str = "") -> "subprocess.Popen[str]":
    words = [interpreter(BARE), "-c", before + PROGRAM, how, str(SANDBOXES)]
    given = options(BARE) | {"cwd": folder}
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True, **given)


@pytest.fixture
def begun(tmp_path):
    """The folder of a run that was killed after its first results, and where it stands."""
    body = "    import time; time.sleep(0.3)\n    return a + b  # {}\n"
    rows = [{"task_id": "Own/0", "completion": body.format(n)} for n in range(SAMPLES)]
    (tmp_path / "samples.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "tasks.jsonl").write_text(json.dumps(TASK) + "\n")
    journal = tmp_path / "run" / "results.jsonl"
    with start(tmp_path, "first") as engine:
        while not (journal.exists() and journal.stat().st_size):
            assert engine.poll() is None
            time.sleep(0.01)
        engine.kill()
    if manifest.read(tmp_path / "run").isolation.tier != "userns":
        pytest.skip("no namespaces on this machine")
    return tmp_path


def test_a_resume_behind_weaker_walls_is_refused_and_changes_nothing(begun):
    journal = begun / "run" / "results.jsonl"
    before = journal.read_bytes()
    said, _ = start(begun, "again", DENIED).communicate()
    assert "was begun in the tier 'userns', and here is 'bare'" in said
    assert journal.read_bytes() == before
    said, _ = start(begun, "again").communicate()
    assert said == ""
    found = list(current(journal))
    assert {(each.verdict.value, each.execution.isolation.tier) for each in found} == {
        ("passed", "userns")
    }
    assert len(found) == SAMPLES
