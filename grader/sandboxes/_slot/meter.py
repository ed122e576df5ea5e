"""Measure a step from outside: CPU, run-queue wait and memory of its whole process tree.

Standard library only. CPU comes from the control group's clock where there is one. Elsewhere, of
the living from `/proc/PID/stat` (own and reaped children's time) and of the dead from this process'
children's resource usage, so that together nothing that was waited for is missing; the wall clock
bounds what was not.
"""

import os
import resource
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from grader.sandboxes._slot.waiting import ProcessStat, UnusedTime

if TYPE_CHECKING:
    from grader.sandboxes._slot.kin import StepProcesses
    from grader.sandboxes._slot.network import SlotNetwork
    from grader.sandboxes._slot.questions import QuestionWatch
    from grader.sandboxes._slot.scratch import ScratchSpace
    from grader.sandboxes._slot.tasks_clock import TasksClock

THREADS_FIELD = 17
"""How many threads there are, in `/proc/PID/stat` after the name (proc(5): field 20)."""
CLOCK_TICK = os.sysconf("SC_CLK_TCK")
PAGE_MB = os.sysconf("SC_PAGESIZE") / (1 << 20)
SOCKET_MB = 0.2
"""What one socket may hold (net.core.wmem_default), in nobody's resident memory."""
STARVED_FACTOR = 5
"""A step whose `wall_s` of not waiting for a processor takes five times as long by the clock is
given up: the host is too busy to say anything about it."""


class StepMeter:
    """One step's clocks."""

    def __init__(
        self,
        process_table: int,
        limits: dict[str, Any],
        *,
        watch_memory: bool,
        own_namespace: bool,
        only: int = 0,
        clock: "TasksClock | None" = None,
        place: "ScratchSpace | None" = None,
        sockets: "SlotNetwork | None" = None,
        kin: "StepProcesses",
        questions: "QuestionWatch | None" = None,
    ) -> None:
        """Start the clocks.

        `only`: a process that lived before and counts from here on. `clock`: CPU seconds of all
        tasks of the slot, dead or alive. `place`: scratch space without bounds. `sockets`: where
        they are counted. `kin`: processes that are none of the step's.
        `questions`: what a candidate is asked, where one answer has a limit.
        """
        self._kin = kin
        self._questions = questions
        self._clock = None if only else clock
        self._clock_before = clock.before_s() if clock else 0.0
        self._sockets = sockets  # what lies in them is in no group's memory
        self._sockets_before = sockets.before() if sockets else 0
        self._place = place
        self._free_before_mb = place.free_mb() if place else 0.0
        self.process_table = process_table
        self.limits = limits
        self.watch_memory = watch_memory
        self.own_namespace = own_namespace
        self.seen_s = 0.0
        self._only = only
        self._only_before = process_s(only) if only else 0.0
        self._dead_before = 0.0 if clock or only else self._dead_s()
        self._started = time.monotonic()
        self.waiting = UnusedTime(process_table)
        self.memory_share = 0.0
        """Of the limit, when it was last looked at; only where that is watched here."""
        self._is_seen = not only
        """Whether what its threads waited before is known; a first look is early enough."""

    def close(self) -> None:
        """When nothing is asked of it any more but `facts`."""
        if self._questions:
            self._questions.close()

    def elapsed(self) -> float:
        """Wall seconds so far."""
        return time.monotonic() - self._started

    def verdict(self) -> tuple[str, str]:
        """Whether the step has used up something now: (how it ended, why) or ('', '')."""
        living_s, memory_mb, crowd = self._living()
        self.seen_s = max(self.seen_s, self._used_s(living_s))
        if self._is_seen:
            self.waiting.look(crowd, self.seen_s)
        else:
            self.waiting.begin(crowd, self.seen_s)
            self._is_seen = True
        wall_s = self.elapsed()
        if self.seen_s >= self.limits["cpu_s"]:
            return "timeout", "cpu limit"
        if self._questions and self._questions.is_overdue(self.seen_s):
            return "timeout", "limit of one call"
        hoarded = self._hoarded(memory_mb)
        if hoarded:
            return "memory", hoarded
        if wall_s - self.waiting.wait_s >= self.limits["wall_s"]:
            return "timeout", "wall limit"
        if wall_s >= STARVED_FACTOR * self.limits["wall_s"]:
            return "timeout", "starved"
        return "", ""

    def _hoarded(self, memory_mb: float) -> str:
        """Which kind of memory is over its limit where no control group watches it, or ''."""
        limit = self.limits["memory_mb"]
        self.memory_share = memory_mb / limit
        if self.watch_memory and memory_mb > limit and self._proportional() > limit:
            return "resident memory"
        if self._sockets and (self._sockets.sockets() - self._sockets_before) * SOCKET_MB > limit:
            return "socket buffers"
        if self._place and self._overfull(self._place):
            return "scratch space"
        return ""

    def cpu_used_up(self) -> bool:
        """Whether the kernel's own CPU limit can have been the killer."""
        return max(self.seen_s, self._used_s(0.0)) >= self.limits["cpu_s"]

    def facts(self) -> dict[str, float]:
        """After everything is dead and reaped, or while the one process that counts waits."""
        return {
            "wall_s": round(self.elapsed(), 6),
            "cpu_s": round(max(self._used_s(0.0), self.seen_s), 6),
            "wait_s": round(self.waiting.wait_s, 6),
            "stopped_s": round(self.waiting.stopped_s, 6),
        }

    def _only_s(self) -> float:
        return max(0.0, process_s(self._only) - self._only_before)

    def _used_s(self, living_s: float) -> float:
        """CPU seconds so far, by the best clock there is."""
        if self._only:
            return self._only_s()
        if self._clock:
            return self._clock.now_s() - self._clock_before
        return living_s + self._dead_s() - self._dead_before

    def _dead_s(self) -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime - self._kin.buried_s()

    def _overfull(self, place: "ScratchSpace") -> bool:
        """Whether this step's files take more than they may; looks only where space has gone."""
        limit = self.limits["disk_mb"]
        if self._free_before_mb - place.free_mb() <= limit:
            return False
        return place.used_mb() + self._nameless_mb() > limit

    def _nameless_mb(self) -> float:
        """What lies in files that are open and have been removed."""
        sizes: dict[tuple[int, int], int] = {}
        for pid in self._processes():
            with suppress(OSError):
                for name in os.listdir(f"/proc/{pid}/fd"):
                    with suppress(OSError):
                        status = os.stat(f"/proc/{pid}/fd/{name}")
                        if not status.st_nlink:
                            sizes[status.st_dev, status.st_ino] = status.st_blocks * 512
        return sum(sizes.values()) / (1 << 20)

    def _living(self) -> tuple[float, float, list[ProcessStat]]:
        """Of the step's processes that live: CPU seconds, MiB, and each one's state."""
        ticks, pages = 0, 0
        crowd: list[ProcessStat] = []
        for name in self._processes():
            fields = self._fields(f"{name}/stat")
            if len(fields) <= THREADS_FIELD:
                continue
            ticks += sum(int(value) for value in fields[11:15])
            crowd.append(ProcessStat(name, fields[0], int(fields[THREADS_FIELD])))
            if self.watch_memory:
                pages += self._resident_pages(name)
        return ticks / CLOCK_TICK, pages * PAGE_MB, crowd

    def _resident_pages(self, pid: int) -> int:
        """Pages in memory, shared ones too: those may be anonymous as well."""
        sizes = self._fields(f"{pid}/statm")
        return int(sizes[1]) if sizes else 0

    def _proportional(self) -> float:
        """MiB in use with pages that several share counted once; dearer than `statm`.

        A process that cannot be looked into counts with all that it has.
        """
        total_mb = 0.0
        for name in self._processes():
            fields = self._fields(f"{name}/smaps_rollup")
            for kind in (b"Pss:", b"SwapPss:"):
                total_mb += int(fields[fields.index(kind) + 1]) / 1024 if kind in fields else 0.0
            if b"Pss:" not in fields:
                total_mb += self._resident_pages(name) * PAGE_MB
        return total_mb

    def _processes(self) -> list[int]:
        """Every process of the step: all that this one can see, or all that descend from it."""
        own = os.getpid()
        if self.own_namespace:
            found = [int(name) for name in os.listdir(self.process_table) if name.isdigit()]
        else:
            found = descendants(own)
        ours = {own, *self._kin.pids()}
        return [pid for pid in found if pid not in ours]

    def _fields(self, path: str) -> list[bytes]:
        """The fields after a process' name, which may be any bytes; empty when it is gone."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=self.process_table)
        except OSError:
            return []
        try:
            return os.read(descriptor, 4096).rpartition(b")")[2].split()
        except OSError:
            return []
        finally:
            os.close(descriptor)


def process_s(pid: int) -> float:
    """CPU seconds of a process, by its own clock (see clock_getcpuclockid(3)); 0.0 when gone."""
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0


def descendants(root: int) -> list[int]:
    """Process ids below `root`, by the parents that `/proc` names now."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            with suppress(OSError, IndexError), open(f"/proc/{name}/stat", "rb") as file:
                parent = int(file.read().rpartition(b")")[2].split()[1])
                children.setdefault(parent, []).append(int(name))
    found: list[int] = []
    frontier = [root]
    while frontier:
        below = children.get(frontier.pop(), [])
        found += below
        frontier += below
    return found
