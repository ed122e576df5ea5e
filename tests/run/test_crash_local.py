"""The same with real slots: an engine killed with SIGKILL loses nothing and leaves nothing behind."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from test_crash import ROOT, SESSION

from grader.record import manifest
from grader.record.journal import current, read
from grader.run import report

KILLS = 20
SAMPLES = 240
GONE_S = 20.0
LOCAL = SESSION.replace('sandbox="null", allow_weak=True, workers=3', 'sandbox="local", workers=2')
DAEMON = """    import os, signal, time
    if os.fork() == 0:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(1000)
    time.sleep(0.2)
    return a + b  # {number}
"""
BODIES = (
    "    return a + b  # {number}\n",
    "    return a - b  # {number}\n",
    "    raise KeyError({number})\n",
    DAEMON,
)


def start(samples: Path, bench: Path, out: Path) -> "subprocess.Popen[bytes]":
    words = [sys.executable, "-c", LOCAL, str(samples), str(bench), str(out)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)


def family(root: int) -> dict[int, str]:
    """Every process below `root`, with its start time, so that a reused number is not mistaken."""
    parents, births = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)], births[int(entry.name)] = int(fields[1]), fields[19]
    found, frontier = {}, [root]
    while frontier:
        above = frontier.pop()
        below = [pid for pid, parent in parents.items() if parent == above]
        found.update({pid: births[pid] for pid in below})
        frontier += below
    return found


def alive(known: dict[int, str]) -> list[int]:
    left = []
    for pid, born in known.items():
        try:
            fields = (
                Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
            )
        except OSError:
            continue
        if fields[19] == born and fields[0] != "Z":
            left.append(pid)
    return left


def traces(run_id: str) -> list[Path]:
    # os.walk, not glob: folders that vanish under a walk are what this waits for.
    groups = [
        Path(above, name)
        for above, names, _ in os.walk("/sys/fs/cgroup")
        for name in names
        if name.startswith(f"grader-{run_id}")
    ]
    return [*groups, *Path("/dev/shm").glob(f"grader-{run_id}*")]


def nothing_left(known: dict[int, str], run: Path) -> None:
    run_id = manifest.read(run).run_id if (run / "run.json").exists() else "none"
    deadline = time.monotonic() + GONE_S
    while alive(known) or traces(run_id):
        assert time.monotonic() < deadline, (alive(known), traces(run_id))
        time.sleep(0.02)


def verdicts(run: Path) -> dict[tuple[str, int], tuple[str, str, int | None]]:
    return {
        (each.task_id, each.index): (each.verdict, each.reason, each.same_as)
        for each in current(run / "results.jsonl")
    }


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_killed_engines_lose_nothing_and_leave_nothing(bench, write_samples, tmp_path):
    """Twenty kills at random moments, of a run whose samples start daemons that ignore signals."""
    seeded = random.Random(20240209)
    bodies = [seeded.choice(BODIES).format(number=number) for number in range(SAMPLES)]
    samples = write_samples((f"add/{number % 3}", body) for number, body in enumerate(bodies))
    with start(samples, bench, tmp_path / "undisturbed") as process:
        _, errors = process.communicate()
    if process.returncode and b"SandboxError" in errors:
        pytest.skip("no local sandbox on this machine")
    expected = verdicts(tmp_path / "undisturbed")
    assert len(expected) == SAMPLES
    killed, runs = 0, [tmp_path / "run-0"]
    while killed < KILLS:
        process = start(samples, bench, runs[-1])
        try:
            process.wait(seeded.uniform(0.2, 3.0))
        except subprocess.TimeoutExpired:
            known = family(process.pid)
            process.kill()
            killed += 1
            process.communicate()
            nothing_left(known, runs[-1])
        else:
            assert process.returncode == 0
            process.communicate()
            runs.append(tmp_path / f"run-{len(runs)}")
    for run in runs:
        with start(samples, bench, run) as process:
            process.communicate()
        assert process.returncode == 0
        assert verdicts(run) == expected
        lines = Counter((each.task_id, each.index) for each in read(run / "results.jsonl"))
        assert set(lines.values()) == {1}
        assert report.derive(run).complete
