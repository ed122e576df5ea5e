"""Odd starts and ends: each works, or gives one line and the right status."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

TASK = {
    "task_id": "Own/0",
    "prompt": "def add(a, b):\n",
    "entry_point": "add",
    "canonical_solution": "    return a + b\n",
    "test": "def check(candidate):\n    assert candidate(1, 2) == 3\n",
}
BODIES = ("    return a + b\n", "    return a - b\n")
GRADER = f"{sys.executable} -m grader"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    rows = [{"task_id": "Own/0", "completion": body} for body in BODIES]
    (tmp_path / "s.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "t.jsonl").write_text(json.dumps(TASK) + "\n")
    return tmp_path


def said(place: Path, command: str) -> subprocess.CompletedProcess[bytes]:
    """Run a shell's command line in `place`; `GRADE` is an evaluation there."""
    grade = f"{GRADER} evaluate humaneval s.jsonl --data t.jsonl --workers 1 --quiet"
    return subprocess.run(
        ["bash", "-c", command.replace("GRADER", GRADER).replace("GRADE", grade)],
        cwd=place, capture_output=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    "command",
    [
        "env -i GRADE", "LANG=C LC_ALL=C PYTHONIOENCODING=ascii GRADE", "GRADE <&- 2>&-",
        "GRADE 2>/dev/full", "setsid -w GRADE", "umask 777; GRADE", "HOME=/dev/null GRADE",
        "TMPDIR=/nonexistent GRADE", "ulimit -s 256; GRADE", "trap '' CHLD PIPE HUP; GRADE",
        "ulimit -v 500000; GRADE",
    ],
)  # fmt: skip
def test_an_odd_start_grades(place: Path, command: str) -> None:
    if os.geteuid() and "umask" in command:
        command = "umask 077; GRADE"
    end = said(place, command)
    assert end.returncode == 0, end.stderr
    assert b"50.00 %" in end.stdout


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("GRADE --out $(printf 'x%.0s' {1..300})", 2),
        ("GRADER evaluate humaneval $(printf 'x%.0s' {1..300}) --data t.jsonl", 2),
        ("GRADER report $(printf 'x%.0s' {1..300})", 2),
        ("GRADER report $(printf 'x/%.0s' {1..3000})", 2),
        ("GRADER evaluate $(printf '\\xff') s.jsonl", 2),
        ("GRADE --model $(printf '\\xff')", 2),
        ("GRADE --out /proc/none", 2),
        ("GRADER --help >/dev/full", 4),
        ("ulimit -n 8; GRADE", 5),
    ],
)
def test_what_cannot_be_is_one_line(place: Path, command: str, status: int) -> None:
    end = said(place, command)
    assert end.returncode == status, end.stderr
    assert end.stderr.count(b"\n") == 1


def test_names_may_hold_any_bytes(place: Path) -> None:
    name = os.fsdecode(b"b\xff\xfe")
    shutil.copytree(place, place / name)
    inner = place / name
    for command in (
        "GRADE --out run", "GRADE --out run --resume", "GRADER report run --json",
        "GRADER report run --format html", "GRADER verify run", "GRADER show run Own/0",
    ):  # fmt: skip
        end = said(inner, command.replace(" run", f" '{inner}/run'"))
        assert end.returncode == 0, (command, end.stderr)
    stored = json.loads((inner / "run/run.json").read_bytes())
    assert stored["command"][-1].startswith("base64:")


@pytest.mark.skipif(os.geteuid() != 0, reason="takes root's rights away")
@pytest.mark.parametrize(
    "wall",
    [
        "setpriv --bounding-set -all --inh-caps -all",
        "setpriv --bounding-set -setuid,-setgid --inh-caps -setuid,-setgid",
        "unshare -r",
    ],
)
def test_a_root_in_name_grades_as_a_user(place: Path, wall: str) -> None:
    if subprocess.run([*wall.split(), "true"], capture_output=True, check=False).returncode:
        pytest.skip(f"not possible here: {wall}")
    end = said(place, f"{wall} GRADE")
    assert end.returncode == 0, end.stderr
    assert b"50.00 %" in end.stdout


def test_a_report_says_that_lines_are_missing(place: Path) -> None:
    assert said(place, "GRADE --out run").returncode == 0
    lines = (place / "run/results.jsonl").read_bytes()
    (place / "run/results.jsonl").write_bytes(lines[:-20])
    end = said(place, "GRADER report run")
    assert b"INCOMPLETE" in end.stdout
    assert b"truncated: 1 of 2 lines" in end.stdout


def test_a_resume_under_another_model_is_refused(place: Path) -> None:
    assert said(place, "GRADE --out run --model A").returncode == 0
    end = said(place, "GRADE --out run --resume --model B")
    assert (end.returncode, end.stderr.count(b"\n")) == (2, 1)
    assert b"was begun with --model A" in end.stderr
    assert said(place, "GRADE --out run --resume").returncode == 0


def test_a_hangup_closes_the_run_and_says_how_to_resume(place: Path) -> None:
    bodies = [BODIES[0], *(f"    import time\n    time.sleep({9 + at})\n" for at in range(3))]
    rows = [{"task_id": "Own/0", "completion": body} for body in bodies]
    (place / "s.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    words = ["evaluate", "humaneval", "s.jsonl", "--data", "t.jsonl", "--workers", "1"]
    journal = place / "run/results.jsonl"
    with subprocess.Popen(
        [sys.executable, "-m", "grader", *words, "--out", "run"],
        cwd=place, stderr=subprocess.PIPE,
    ) as engine:  # fmt: skip
        assert engine.stderr is not None
        while not (journal.exists() and journal.stat().st_size):
            os.sched_yield()
        engine.send_signal(signal.SIGHUP)
        told = engine.stderr.read()
    assert engine.returncode == 130
    assert b"to go on, run: " in told
