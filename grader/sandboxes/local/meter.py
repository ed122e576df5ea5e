"""Measure a step from outside: CPU, run-queue wait and memory of its whole process tree.

Standard library only. CPU of the living comes from `/proc/PID/stat` (own and reaped children's
time), of the dead from this process' children's resource usage, so that together nothing that was
waited for is missing; the wall clock bounds what was not.
"""

import os
import resource
import time
from contextlib import suppress
from typing import Any

CLOCK_TICK = os.sysconf("SC_CLK_TCK")
PAGE_MB = os.sysconf("SC_PAGESIZE") / (1 << 20)
STARVED_FACTOR = 5
"""A step whose `wall_s` of not waiting for a processor takes five times as long by the clock is
given up: the host is too busy to say anything about it."""


class Meter:
    """One step's clocks."""

    def __init__(
        self,
        process_table: int,
        limits: dict[str, Any],
        *,
        watch_memory: bool,
        own_namespace: bool,
        only: int = 0,
    ) -> None:
        """Start the clocks; `only`: a process that lived before and counts from here on."""
        self.process_table = process_table
        self.limits = limits
        self.watch_memory = watch_memory
        self.own_namespace = own_namespace
        self.wait_s = 0.0
        self.seen_s = 0.0
        self._only = only
        self._only_before = _process_s(only) if only else 0.0
        self._wait_before = self._run_delay(only) if only else 0.0
        self._dead_before = _dead_s()
        self._started = time.monotonic()

    def elapsed(self) -> float:
        """Wall seconds so far."""
        return time.monotonic() - self._started

    def verdict(self, child: int) -> tuple[str, str]:
        """Whether the step has used up something now: (how it ended, why) or ('', '')."""
        living_s, memory_mb = self._living()
        used_s = living_s + _dead_s() - self._dead_before
        self.seen_s = max(self.seen_s, self._only_s() if self._only else used_s)
        self.wait_s = max(self.wait_s, self._run_delay(child) - self._wait_before)
        wall_s = self.elapsed()
        if self.seen_s >= self.limits["cpu_s"]:
            return "timeout", "cpu limit"
        if self.watch_memory and memory_mb > self.limits["memory_mb"] < self._proportional():
            return "memory", "resident memory"
        if wall_s - self.wait_s >= self.limits["wall_s"]:
            return "timeout", "wall limit"
        if wall_s >= STARVED_FACTOR * self.limits["wall_s"]:
            return "timeout", "starved"
        return "", ""

    def cpu_used_up(self) -> bool:
        """Whether the kernel's own CPU limit can have been the killer."""
        return max(self.seen_s, _dead_s() - self._dead_before) >= self.limits["cpu_s"]

    def facts(self) -> dict[str, float]:
        """After everything is dead and reaped, or while the one process that counts waits."""
        used_s = self._only_s() if self._only else _dead_s() - self._dead_before
        return {
            "wall_s": round(self.elapsed(), 6),
            "cpu_s": round(max(used_s, self.seen_s), 6),
            "wait_s": round(self.wait_s, 6),
        }

    def _only_s(self) -> float:
        return max(0.0, _process_s(self._only) - self._only_before)

    def _living(self) -> tuple[float, float]:
        """CPU seconds and private MiB of all processes that can be seen but this one."""
        ticks, pages = 0, 0
        for name in self._processes():
            fields = self._fields(f"{name}/stat")
            ticks += sum(int(value) for value in fields[11:15])
            if self.watch_memory:
                sizes = self._fields(f"{name}/statm")
                pages += int(sizes[1]) - int(sizes[2]) if sizes else 0
        return ticks / CLOCK_TICK, pages * PAGE_MB

    def _proportional(self) -> float:
        """MiB in use with pages that are shared after a fork counted once; dearer than `statm`."""
        total_kb = 0
        for name in self._processes():
            fields = self._fields(f"{name}/smaps_rollup")
            total_kb += int(fields[fields.index("Pss:") + 1]) if "Pss:" in fields else 0
        return total_kb / 1024

    def _processes(self) -> list[int]:
        """Every process of the step: all that this one can see, or all that descend from it."""
        own = os.getpid()
        if not self.own_namespace:
            return descendants(own)
        names = [name for name in os.listdir(self.process_table) if name.isdigit()]
        return [int(name) for name in names if int(name) != own]

    def _fields(self, path: str) -> list[str]:
        """The fields after a process' name; empty when it is gone."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=self.process_table)
        except OSError:
            return []
        try:
            return os.read(descriptor, 4096).decode(errors="replace").rpartition(")")[2].split()
        except OSError:
            return []
        finally:
            os.close(descriptor)

    def _run_delay(self, child: int) -> float:
        """Seconds that the step's first process has waited for a processor."""
        fields = self._fields(f"{child}/schedstat")
        return int(fields[1]) / 1e9 if len(fields) > 1 else 0.0


def _process_s(pid: int) -> float:
    """CPU seconds of a process, by its own clock (see clock_getcpuclockid(3)); 0.0 when gone."""
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0


def _dead_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def descendants(root: int) -> list[int]:
    """Process ids below `root`, by the parents that `/proc` names now."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            with suppress(OSError, IndexError), open(f"/proc/{name}/stat") as file:
                parent = int(file.read().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(name))
    found: list[int] = []
    frontier = [root]
    while frontier:
        below = children.get(frontier.pop(), [])
        found += below
        frontier += below
    return found
