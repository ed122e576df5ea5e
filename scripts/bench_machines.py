#!/usr/bin/env python3
"""What many machines cost beside one: CPU per real sample of all processes, taking turns.

Two processes here (what as many processors cost on one machine) against two machines of this host
with one worker each, over HTTP and in a Ray cluster. Every way grades a small set and a large one;
what a sample costs is the slope between both, so that starting and proving (once per run) stand
apart. CPU is that of a control group (version 2, as root) with all of a way's processes, its
servers included; of Ray what its own daemons spend while nothing is graded is taken off.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import bench_speed

ROOT = Path(__file__).resolve().parent.parent
GOAL, DRIVER_GOAL_MS = 1.10, 0.20
IDLE_S = 5.0
WAYS = ("processes", "http", "ray", "local")


class Spent(NamedTuple):
    """Of one evaluation."""

    all_s: float
    """CPU of every process that it took."""
    driver_s: float
    wall_s: float


class Way(NamedTuple):
    """How to evaluate."""

    words: tuple[str, ...]
    env: tuple[tuple[str, str], ...] = ()
    idle: float = 0.0
    """CPU seconds a second while nothing is graded."""


class ProcessorAccount:
    """A control group that this process is in, and all that it starts from then on."""

    def __init__(self) -> None:
        """Make it and enter it."""
        root = Path("/sys/fs/cgroup")
        two = root if (root / "cgroup.controllers").exists() else root / "unified"
        self._home = two
        self.folder = two / f"grader-bench-{os.getpid()}"
        self.folder.mkdir()
        (self.folder / "cgroup.procs").write_text(str(os.getpid()))

    def spent_s(self) -> float:
        """CPU seconds so far."""
        text = (self.folder / "cpu.stat").read_text()
        return int(text.split()[1]) / 1e6

    def close(self) -> None:
        """Leave it, and remove it where nothing else is in it."""
        (self._home / "cgroup.procs").write_text(str(os.getpid()))
        with suppress(OSError):
            self.folder.rmdir()


def graded(account: ProcessorAccount, way: Way, samples: Path, data: Path, out: Path) -> Spent:
    """One evaluation."""
    before, began = account.spent_s(), time.monotonic()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "grader", "evaluate", "humaneval", str(samples)),
            *("--data", str(data), "--out", str(out), "--quiet", "-k", "1", *way.words),
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT), **dict(way.env)},
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(way.words)} ended with {process.returncode}")
    wall_s = time.monotonic() - began
    all_s = account.spent_s() - before - way.idle * wall_s
    return Spent(all_s, usage.ru_utime + usage.ru_stime, wall_s)


@contextmanager
def http_machines(folder: Path) -> Generator[Way]:
    """Two servers of one worker each."""
    tokens = folder / "tokens"
    tokens.write_text("bench " + "t" * 40 + "\n")
    tokens.chmod(0o600)
    begun: list[subprocess.Popen[bytes]] = []
    urls: list[str] = []
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    try:
        for number in range(2):
            said = folder / f"server{number}"
            words = ["serve", "--worker", "--port", "0", "--token-file", str(tokens)]
            with said.open("w") as file:
                begun.append(
                    subprocess.Popen(
                        [sys.executable, "-m", "grader", *words, "--workers", "1"],
                        env=env, stdout=file, stderr=file,
                    )
                )  # fmt: skip
            urls.append(address_in(said))
        named = [word for url in urls for word in ("--worker-url", url)]
        yield Way(("--executor", "http", *named), (("GRADER_WORKER_TOKEN", "t" * 40),))
    finally:
        for each in begun:
            each.send_signal(signal.SIGTERM)
        for each in begun:
            each.wait()


def address_in(said: Path) -> str:
    """Where a server says that it listens."""
    ends_at = time.monotonic() + 60
    while time.monotonic() < ends_at:
        for word in said.read_text().split():
            if word.startswith("http://"):
                return word.rstrip(",;.")
        time.sleep(0.1)
    raise SystemExit(f"no server: {said.read_text()}")


@contextmanager
def ray_nodes(account: ProcessorAccount) -> Generator[Way]:
    """A cluster of two nodes of one processor each."""
    from ray.cluster_utils import Cluster  # noqa: PLC0415  # pyright: ignore  an extra

    cluster = Cluster(
        initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False}
    )
    cluster.add_node(num_cpus=1)
    try:
        time.sleep(IDLE_S)
        before = account.spent_s()
        time.sleep(IDLE_S)
        idle = (account.spent_s() - before) / IDLE_S
        yield Way(("--executor", "ray"), (("RAY_ADDRESS", cluster.address),), idle)
    finally:
        for node in cluster.list_all_nodes():
            node.kill_all_processes(check_alive=False, allow_graceful=False)


def opened(name: str, folder: Path, account: ProcessorAccount) -> AbstractContextManager[Way]:
    """A way's machines, as a context."""
    if name == "http":
        return http_machines(folder)
    if name == "ray":
        return ray_nodes(account)
    return here(("--workers", "2", "--executor", "processes") if name == "processes" else ())


@contextmanager
def here(words: tuple[str, ...]) -> Generator[Way]:
    """This machine alone."""
    yield Way(words or ("--workers", "1"))


def main() -> int:
    """Print the figures; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="HumanEval's file")
    parser.add_argument("--samples", type=Path, required=True, help="JSONL of real samples")
    parser.add_argument("--rounds", type=int, default=3, help="[default: %(default)s]")
    parser.add_argument("--small", type=int, default=200, help="[default: %(default)s]")
    parser.add_argument("--large", type=int, default=2200, help="[default: %(default)s]")
    parser.add_argument("--ways", nargs="+", default=list(WAYS), choices=WAYS)
    chosen = parser.parse_args()
    rows = read(chosen.samples)
    costs: dict[str, list[tuple[float, float]]] = {name: [] for name in chosen.ways}
    account = ProcessorAccount()
    with tempfile.TemporaryDirectory() as place, closing(account):
        folder = Path(place)
        files = {count: written(rows, count, folder) for count in (chosen.small, chosen.large)}
        for number in range(chosen.rounds):
            for name in chosen.ways:
                with opened(name, folder, account) as way:
                    small, large = (
                        graded(
                            account,
                            way,
                            files[count],
                            chosen.data,
                            folder / f"{name}{number}-{count}",
                        )
                        for count in (chosen.small, chosen.large)
                    )
                more = chosen.large - chosen.small
                cost = (large.all_s - small.all_s) / more * 1000
                driver = (large.driver_s - small.driver_s) / more * 1000
                costs[name].append((cost, driver))
                print(f"{name:<9} {cost:6.2f} ms of CPU a sample, driver {driver:5.3f}", flush=True)
    first, missed = chosen.ways[0], False
    base = statistics.median(cost for cost, _ in costs[first])
    for name, found in costs.items():
        cost, driver = (statistics.median(each) for each in zip(*found, strict=True))
        ratio = cost / base
        print(f"{name:<9} {cost:6.2f} ms, {ratio:5.2f} times {first}, driver {driver:5.3f} ms")
        missed |= name in ("http", "ray") and not (ratio <= GOAL and driver <= DRIVER_GOAL_MS)
    return int(missed)


def read(path: Path) -> list[dict[str, str]]:
    """Rows of which the limit is not what is measured."""
    return [row for row in bench_speed.jsonl(path) if row.get("official_result") != "timed out"]


def written(rows: list[dict[str, str]], count: int, folder: Path) -> Path:
    """So many samples, none of which is another's twin."""
    path = folder / f"samples{count}.jsonl"
    with path.open("w") as file:
        for number in range(count):
            row = rows[number % len(rows)]
            body = f"{row['completion']}\n# {number}\n"
            file.write(json.dumps({"task_id": row["task_id"], "completion": body}) + "\n")
    return path


if __name__ == "__main__":
    raise SystemExit(main())
