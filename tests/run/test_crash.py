"""An engine that is killed at any moment loses nothing that a resumption does not bring back."""

import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from grader.core.result import Result
from grader.record.journal import current, read
from grader.run import report

ROOT = Path(__file__).parents[2]
KILLS = 10
SAMPLES = 2400
SESSION = """
import sys
from pathlib import Path
import anyio
from grader.run.evaluate import evaluate
from grader.run.options import Options, SilentObserver

class Telling(SilentObserver):
    def started(self, manifest, total):
        print("started", flush=True)

samples, data, out = map(Path, sys.argv[1:])
options = Options(
    benchmark="folder", samples=str(samples), data=data, out=out, resume=out.exists(),
    sandbox="null", allow_weak=True, workers=3, retries=0,
)
anyio.run(lambda: evaluate(options, observe=Telling()))
"""


def session(samples: Path, bench: Path, out: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-c", SESSION, str(samples), str(bench), str(out)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )


def finish(samples: Path, bench: Path, out: Path) -> None:
    with session(samples, bench, out) as process:
        process.stdout.read()
    assert process.returncode == 0


def kill_once(process: "subprocess.Popen[bytes]", *, started: bool, after_s: float) -> bool:
    """Kill a session some time after its start or after it began to grade; False: it was done."""
    with process:
        if started:
            process.stdout.readline()
        try:
            process.wait(after_s)
        except subprocess.TimeoutExpired:
            process.kill()
        process.stdout.read()
    return process.returncode != 0


def essence(run: Path) -> dict[tuple[str, int], Result]:
    """All that a result says but for when it was made."""
    return {
        (each.task_id, each.index): each.model_copy(
            update={"execution": each.execution and each.execution.steps}
        )
        for each in current(run / "results.jsonl")
    }


@pytest.mark.timeout(180)
def test_killed_runs_resumed_equal_an_undisturbed_run(bench, write_samples, tmp_path):
    seeded = random.Random(20240117)
    markers = ["done", "failed", "error", "timeout", "memory", "output"]
    pairs = []
    for number in range(SAMPLES):
        twin = seeded.random() < 0.25
        unlike = seeded.randrange(50) if twin else number + 50
        marker = markers[unlike % len(markers)]
        pairs.append((f"add/{number % 3}", f"    return a + b  # {unlike}\n# null: {marker}\n"))
    samples = write_samples(pairs)
    finish(samples, bench, tmp_path / "undisturbed")
    expected = essence(tmp_path / "undisturbed")
    assert len(expected) == SAMPLES

    killed, runs = 0, [tmp_path / "run-0"]
    while killed < KILLS:
        started = seeded.random() < 0.8
        process = session(samples, bench, runs[-1])
        if kill_once(process, started=started, after_s=seeded.uniform(0, 0.5)):
            killed += 1
        else:
            runs.append(tmp_path / f"run-{len(runs)}")
    for run in runs:
        finish(samples, bench, run)
        assert essence(run) == expected
        lines = Counter((each.task_id, each.index) for each in read(run / "results.jsonl"))
        assert set(lines.values()) == {1}
        assert report.derive(run).complete
