"""A whole `grader evaluate`, from reading the samples to the report, as one measurement."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent


class Whole(NamedTuple):
    """What one command took, with all its processes."""

    wall_s: float
    cpu_s: float
    largest_mb: float
    """Peak of the largest single process."""
    passed: int


def evaluate(rows: list[dict[str, str]], data: Path | None, *, workers: int) -> Whole:
    """Grade `rows` with the command; raises RuntimeError with its last words if it fails."""
    key = "completion" if data else "solution"
    with tempfile.TemporaryDirectory() as place:
        samples = Path(place, "samples.jsonl")
        lines = (json.dumps({"task_id": row["task_id"], key: row["completion"]}) for row in rows)
        samples.write_text("\n".join(lines), encoding="utf-8")
        words = ["evaluate", "humaneval" if data else "folder", str(samples), "--quiet", "--json"]
        words += ["--workers", str(workers), "--out", str(Path(place, "run")), "-k", "1"]
        words += ["--data", str(data)] if data else []
        with Path(place, "report").open("w+") as out, Path(place, "errors").open("w+") as errors:
            began = time.perf_counter()
            process = subprocess.Popen(
                [sys.executable, "-m", "grader", *words],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=errors,
                cwd=place,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
            )
            _, status, usage = os.wait4(process.pid, 0)
            wall_s = time.perf_counter() - began
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            errors.seek(0)
            if process.returncode:
                raise RuntimeError((errors.read().strip().splitlines() or ["no words"])[-1])
            counts = json.load(out)["counts"]
    cpu_s = usage.ru_utime + usage.ru_stime
    return Whole(wall_s, cpu_s, usage.ru_maxrss / 1024, counts.get("passed", 0))
