#!/usr/bin/env python3
"""Stream a million synthetic results through journal, resume scan and report; print what it costs.

Each phase runs in a process of its own, so that peak memory is that phase's.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from grader.core.execution import (
    CompletionRecord,
    CompletionWord,
    Execution,
    Isolation,
    StepEnd,
    StepResult,
)
from grader.core.manifest import DatasetRef, Manifest
from grader.core.result import Result, Trust, Verdict
from grader.record import journal, manifest
from grader.run import evaluate, report

TASKS = 1000
TWIN, UNGRADED = 4, 100
"""One result in so many shares another's execution; stayed ungraded."""
PHASES = ("journal", "scan", "resume", "report")
GOALS = {"scan": 20.0, "resume": 20.0}
"""Seconds."""
GOAL_MB = 300
ISOLATION = Isolation(tier="userns", walls=("user-ns", "pid-ns", "net-ns", "seccomp", "landlock"))


def results(count: int) -> Iterator[Result]:
    """Results as a real run has them."""
    for number in range(count):
        index, task = divmod(number, TASKS)
        twin = number % TWIN == TWIN - 1
        step = StepResult(
            name="interview",
            ended=StepEnd.EXIT,
            code=1,
            completion=CompletionRecord(
                said=CompletionWord.RAISED, exception="AssertionError", line=44, traceback="…" * 60
            ),
            wall_s=0.0123,
            cpu_s=0.0061,
            peak_mb=20.5,
        )
        execution = Execution(
            provider="local", isolation=ISOLATION, host="bench", started_at=1.7e9, steps=(step,)
        )
        yield Result(
            task_id=f"Bench/{task}",
            index=index,
            verdict=Verdict.UNGRADED if number % UNGRADED == UNGRADED // 2 else Verdict.FAILED,
            reason="AssertionError (line 44)",
            trust=Trust.SEPARATED,
            execution=None if twin else execution,
            same_as=0 if twin else None,
            plan_digest=f"{number:064x}",
            sample_digest=f"{number:016x}",
            engine_version="0",
        )


def write_journal(run: Path, count: int) -> None:
    """What a run of `count` samples writes, groups and fsyncs included."""
    dataset = DatasetRef(benchmark="bench", version="1", tasks=TASKS)
    manifest.write(
        run,
        Manifest(
            run_id="bench",
            engine_version="0",
            dataset=dataset,
            samples_path="",
            samples_sha256="",
        ),
    )
    with journal.Journal(run) as book:
        for result in results(count):
            if book.append(result):
                book.commit()


def phase(name: str, run: Path, count: int) -> None:
    """Run one phase and print its figures as JSON."""
    began, cpu = time.perf_counter(), time.process_time()
    match name:
        case "journal":
            write_journal(run, count)
        case "scan":
            assert sum(1 for _ in journal.scan(run / journal.NAME)) == count
        case "resume":
            held = evaluate.held_by(run / journal.NAME)
            assert held.done.count == count - count // UNGRADED
        case _:
            made = report.derive(run)
            assert made.samples == count
    print(
        json.dumps(
            {
                "phase": name,
                "wall_s": time.perf_counter() - began,
                "cpu_s": time.process_time() - cpu,
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


def main() -> int:
    """Run all phases in order; 1 where a goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000, help="results (default 1,000,000)")
    parser.add_argument("--phase", choices=PHASES, help=argparse.SUPPRESS)
    parser.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.phase:
        phase(arguments.phase, arguments.run, arguments.count)
        return 0
    missed = False
    with tempfile.TemporaryDirectory() as folder:
        print(f"{'phase':8} {'wall s':>8} {'cpu s':>8} {'us/result':>10} {'peak MB':>8}")
        for name in PHASES:
            command = [sys.executable, __file__, "--phase", name, "--run", folder]
            command += ["--count", str(arguments.count)]
            told = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
            row = json.loads(told)
            each = row["cpu_s"] / arguments.count * 1e6
            print(
                f"{name:8} {row['wall_s']:8.1f} {row['cpu_s']:8.1f} {each:10.2f}"
                f" {row['peak_mb']:8.0f}",
                flush=True,
            )
            missed |= row["peak_mb"] > GOAL_MB or row["wall_s"] > GOALS.get(name, float("inf"))
        size = (Path(folder) / journal.NAME).stat().st_size
        print(f"{size / 1e6:.0f} MB journal, {size / arguments.count:.0f} bytes a line")
    print(
        "a goal was missed" if missed else f"goals met: peak below {GOAL_MB} MB, scans below 20 s"
    )
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
