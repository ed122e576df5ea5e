"""What each process of the engine pays for one sample: CPU, waking up, first touch, system calls.

Switches, faults and calls are the same on a busy machine; CPU is not. A role's processes are found
by their place in the tree. Of processes that are dead only their reaper's accounts are left, and of
those the kernel shows no switches: they are the difference of two whole runs, less the living's.
"""

import argparse
import collections
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, fields
from pathlib import Path

import bench_speed

PARENT, GATE, OUTER = "parent", "gate", "outer processes"
CANDIDATES, CHECKERS = "candidates", "checkers"
SUPERVISOR, NURSERY, SEED = "candidate supervisor", "nursery", "seed"
CHECKER_SUPERVISOR, STANDING = "checker supervisor", "standing checker"
ROLES = (
    PARENT, GATE, SUPERVISOR, NURSERY, SEED, CANDIDATES, CHECKER_SUPERVISOR, STANDING, CHECKERS,
    OUTER,
)  # fmt: skip
BOOT = b"grader.sandboxes._slot.boot"
TRACED = 40
"""Samples of which system calls are counted: tracing takes a hundred times as long."""
SETTLING_S = 1.0


@dataclass
class Account:
    """What some processes have used."""

    cpu_s: float = 0.0
    switches: int = 0
    """Voluntary ones: something was waited for."""
    faults: int = 0
    calls: int = 0

    def add(self, other: "Account", times: int = 1) -> None:
        """Take another's figures in."""
        for field in fields(self):
            mine, its = getattr(self, field.name), getattr(other, field.name)
            setattr(self, field.name, mine + times * its)


@dataclass
class Seen:
    """A living process."""

    pid: int
    parent: int
    own: Account
    dead: Account
    """Of the children that it waited for; without switches."""


def living(root: int) -> dict[int, Seen]:
    """The tree below `root` and itself."""
    found: dict[int, Seen] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                found[int(entry.name)] = _seen(int(entry.name))
            except OSError:  # it ended meanwhile; its parent has its time
                continue
    tree = {root}
    while more := {pid for pid, each in found.items() if each.parent in tree} - tree:
        tree |= more
    return {pid: found[pid] for pid in sorted(tree & set(found))}


def _seen(pid: int) -> Seen:
    stat = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    cpu_s, switches = 0.0, 0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        cpu_s += int((thread / "schedstat").read_bytes().split()[0]) / 1e9
        lines = (thread / "status").read_bytes().splitlines()
        switches += sum(
            int(line.split()[1]) for line in lines if line.startswith(b"voluntary_ctxt_switches")
        )
    dead_s = (int(stat[13]) + int(stat[14])) / bench_speed.TICKS
    own = Account(cpu_s, switches, int(stat[7]))
    return Seen(pid, int(stat[1]), own, Account(dead_s, 0, int(stat[8])))


def roles(tree: dict[int, Seen], root: int) -> dict[int, str]:
    """Every living process' role."""
    below = collections.defaultdict(list)
    for each in tree.values():
        below[each.parent].append(each.pid)
    outers = [pid for pid in below[root] if BOOT in Path(f"/proc/{pid}/cmdline").read_bytes()]
    found = {root: PARENT} | dict.fromkeys(below[root], GATE) | dict.fromkeys(outers, OUTER)
    for supervisor in [inside for outer in outers for inside in below[outer]]:
        helpers = {pid: _helper(pid, supervisor) for pid in below[supervisor]}
        asks = STANDING in helpers.values()
        found |= helpers | {supervisor: CHECKER_SUPERVISOR if asks else SUPERVISOR}
    return found


def _helper(pid: int, supervisor: int) -> str:
    """By the rights it has given up: a seed none, a nursery the group, a checker the user too."""

    def ids(of: int, kind: bytes) -> list[bytes]:
        lines = Path(f"/proc/{of}/status").read_bytes().splitlines()
        return next(line.split()[1:] for line in lines if line.startswith(kind))

    if _makes_no_more(pid):
        return STANDING
    return SEED if ids(pid, b"Gid:") == ids(supervisor, b"Gid:") else NURSERY


def _makes_no_more(pid: int) -> bool:
    """Whether it listens where a standing checker does: descriptor 3, its tasks' record."""
    return Path(f"/proc/{pid}/fd/3").exists()


def difference(before: dict[int, Seen], after: dict[int, Seen], root: int) -> dict[str, Account]:
    """What each role used between two looks."""
    found = collections.defaultdict(Account)
    dead_role = {SUPERVISOR: CANDIDATES, CHECKER_SUPERVISOR: CHECKERS}
    for pid, role in roles(after, root).items():
        for now, then in ((after, 1), (before, -1)):
            if pid in now:
                found[role].add(now[pid].own, then)
                if role in dead_role:
                    found[dead_role[role]].add(now[pid].dead, then)
    return found


class Run:
    """One method, served until it is closed."""

    def __init__(self, method: str, samples: Path, arguments: argparse.Namespace) -> None:
        """Start it."""
        self.server = bench_speed.Server(
            method, samples, workers=arguments.workers, timeout_s=arguments.timeout,
            checkout=arguments.checkout,
        )  # fmt: skip
        self.pid = self.server.pid

    def ended(self) -> Account:
        """Close it; what it and all its processes have used."""
        usage = self.server.close()
        return Account(usage.ru_utime + usage.ru_stime, usage.ru_nvcsw, usage.ru_minflt)


def measure(method: str, samples: Path, arguments: argparse.Namespace) -> dict[str, Account]:
    """Of each role, for all samples together; calls are scaled from a few."""
    numbers = list(range(len(json.loads(samples.read_text()))))
    run = Run(method, samples, arguments)
    run.server.block(numbers)
    look = living(run.pid)
    dead = run.ended().switches - _switches(look)
    run = Run(method, samples, arguments)
    run.server.block(numbers)
    before = living(run.pid)
    run.server.block(numbers)
    look = living(run.pid)
    found = difference(before, look, run.pid)
    found[CANDIDATES].switches = run.ended().switches - _switches(look) - dead
    if shutil.which("strace"):
        run = Run(method, samples, arguments)
        run.server.block(numbers[:TRACED])
        for role, count in traced(run, numbers[:TRACED]).items():
            found[role].calls = count * len(numbers) // len(numbers[:TRACED])
        run.ended()
    return found


def _switches(tree: dict[int, Seen]) -> int:
    return sum(each.own.switches for each in tree.values())


def traced(run: Run, numbers: list[int]) -> collections.Counter[str]:
    """System calls of each role."""
    tree = living(run.pid)
    known: dict[int, str] = {}
    for pid, role in roles(tree, run.pid).items():
        known |= {int(thread.name): role for thread in Path(f"/proc/{pid}/task").iterdir()}
    counted: collections.Counter[str] = collections.Counter()
    with tempfile.NamedTemporaryFile("r") as file:
        targets = [word for pid in tree for word in ("-p", str(pid))]
        tracer = subprocess.Popen(
            ["strace", "-f", "-qq", "-o", file.name, *targets],
            stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(SETTLING_S)
        run.server.block(numbers)
        tracer.send_signal(signal.SIGINT)
        tracer.wait()
        for line in file:
            pid, _, said = line.partition(" ")
            if "resumed>" not in said and "(" in said:
                counted[known.get(int(pid), CANDIDATES)] += 1
    return counted


def table(found: dict[str, Account], count: int) -> str:
    """For people: per sample."""
    lines = [f"{'role':22} {'CPU ms':>8} {'switches':>9} {'faults':>8} {'calls':>7}"]
    total = Account()
    for account in found.values():
        total.add(account)
    for role, account in [
        *((role, found[role]) for role in ROLES if role in found),
        ("all", total),
    ]:
        lines.append(
            f"{role:22} {account.cpu_s * 1000 / count:>8.3f} {account.switches / count:>9.2f}"
            f" {account.faults / count:>8.1f} {account.calls / count:>7.1f}"
        )
    return "\n".join(lines)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="scripts/bench roles", description=__doc__)
    bench_speed.add_inputs(parser)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--methods", nargs="+", default=["grader"], choices=bench_speed.METHODS)
    parser.add_argument("--limit", type=int, default=220, help="samples")
    parser.add_argument("--timeout", type=float, default=3.0, help="seconds per sample")
    parser.add_argument("--checkout", type=Path, default=bench_speed.ROOT, help="whose engine")
    arguments = parser.parse_args()
    rows, what = bench_speed.rows_of(arguments.data, arguments.samples)
    rows = rows[: arguments.limit]
    print(f"{what}; {len(rows)} of them, load {os.getloadavg()[0]:.1f}")
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(rows, file)
        file.flush()
        for method in arguments.methods:
            found = measure(method, Path(file.name), arguments)
            print(f"\n{method}, workers {arguments.workers}\n{table(found, len(rows))}")


if __name__ == "__main__":
    main()
