#!/usr/bin/env python3
"""What one parent costs that only reads, orders and keeps: CPU and memory at a million samples.

The sandbox is `null`, so that workers do little besides planning, judging and writing lines.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from grader.core.result import Result
from grader.run.options import SilentObserver

TASKS = 100
GOAL_MS, DRIVER_GOAL_MS = 0.10, 0.20
GOAL_GROWTH_MB = 32
"""Memory between a tenth and the end: pages of what is bounded fill up meanwhile."""
LOOKS = 10


class ParentWatch(SilentObserver):
    """Notes what the parent has used by every tenth of the samples."""

    def __init__(self, count: int) -> None:
        """`count`: samples in all."""
        self._every = count // LOOKS
        self._seen = 0
        self.began_s = time.process_time()
        self.looks: list[tuple[int, float, float]] = []
        """Samples, CPU seconds, MiB in memory now."""

    def result(self, result: Result) -> None:  # noqa: ARG002  as RunObserver
        """Count it."""
        self._seen += 1
        if self._seen % self._every == 0:
            spent_s = time.process_time() - self.began_s
            self.looks.append((self._seen, spent_s, resident_mb()))


def resident_mb() -> float:
    """MiB of this process that are in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / (1 << 20)


def write_bench(folder: Path) -> Path:
    """Tasks that a function solves."""
    for number in range(TASKS):
        task = folder / f"add-{number}"
        (task / "tests").mkdir(parents=True)
        text = f'[task]\nid = "add/{number}"\nkind = "function"\nentry_point = "add"\n'
        (task / "task.toml").write_text(text)
        (task / "instruction.md").write_text("Add.\n")
        (task / "prompt.py").write_text('def add(a, b):\n    """Add."""\n')
        (task / "tests" / "test.py").write_text(f"assert add(1, {number}) == 1 + {number}\n")
    return folder


def write_samples(path: Path, count: int) -> Path:
    """Distinct samples."""
    with path.open("w") as file:
        for number in range(count):
            body = f"    return a + b  # {number}\n# null: done\n"
            row = {"task_id": f"add/{number % TASKS}", "completion": body}
            file.write(json.dumps(row) + "\n")
    return path


def measure(folder: Path, count: int, workers: int, urls: list[str]) -> None:
    """In the parent's process: grade, and print the account as JSON."""
    import grader  # noqa: PLC0415  its start is none of the bench's

    watch, began = ParentWatch(count), time.monotonic()
    report = grader.evaluate(
        "folder", folder / "samples.jsonl", data=folder / "bench", out=folder / "run",
        sandbox="null", allow_weak=True, workers=workers, observe=watch,
        executor="http" if urls else "processes", worker_urls=tuple(urls),
    )  # fmt: skip
    said = {
        "samples": sum(report.counts.values()),
        "wall_s": time.monotonic() - began,
        "cpu_s": time.process_time() - watch.began_s,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "looks": watch.looks,
    }
    print(json.dumps(said))


def main() -> int:
    """Print the figures; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=1_000_000, help="[default: %(default)s]")
    parser.add_argument("--workers", type=int, default=2, help="[default: %(default)s]")
    parser.add_argument(
        "--worker-url", action="append", default=[], metavar="URL",
        help="a driver of machines, in place of a parent of processes: 'grader serve --worker"
        f" --sandbox null --allow-weak' there; the goal is {DRIVER_GOAL_MS} ms",
    )  # fmt: skip
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.measure:
        measure(chosen.measure, chosen.samples, chosen.workers, chosen.worker_url)
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_bench(folder / "bench")
        write_samples(folder / "samples.jsonl", chosen.samples)
        words = ["--measure", name, "--samples", str(chosen.samples)]
        words += ["--workers", str(chosen.workers)]
        words += [word for url in chosen.worker_url for word in ("--worker-url", url)]
        done = subprocess.run(
            [sys.executable, __file__, *words], check=True, stdout=subprocess.PIPE, text=True
        )
    said = json.loads(done.stdout.splitlines()[-1])
    print("samples     parent's CPU ms each   MiB")
    before, spent = 0, 0.0
    for samples, cpu_s, size_mb in said["looks"]:
        each_ms = 1000 * (cpu_s - spent) / (samples - before)
        print(f"{samples:>9,}   {each_ms:>20.3f}   {size_mb:.0f}")
        before, spent = samples, cpu_s
    cpu_ms = 1000 * said["cpu_s"] / said["samples"]
    goal_ms = DRIVER_GOAL_MS if chosen.worker_url else GOAL_MS
    growth_mb = said["looks"][-1][2] - said["looks"][0][2]
    rate = said["samples"] / said["wall_s"]
    print(
        f"{said['samples']:,} samples: parent {cpu_ms:.3f} ms of CPU each (goal {goal_ms}), peak"
        f" {said['peak_mb']:.0f} MiB, {growth_mb:+.0f} MiB from the first tenth to the last;"
        f" {rate:,.0f} samples a second in {said['wall_s']:.0f} s"
    )
    return 0 if cpu_ms <= goal_ms and growth_mb <= GOAL_GROWTH_MB else 1


if __name__ == "__main__":
    raise SystemExit(main())
