"""How long a step was kept from working by others: in the run queue, or standing still.

Standard library only. The kernel counts for each thread how long it was ready and had no processor
(`/proc/PID/task/TID/schedstat`, Documentation/scheduler/sched-stats.rst).
"""

import os
import time
from contextlib import suppress
from typing import NamedTuple

CARRIED_S = 0.5
"""A wait is counted when it is over: it may reach so far back before the last look."""
GAP_S = 2.0
"""Looks are 50 ms apart. One that comes this late was itself kept from coming: by a signal, a
frozen group, a machine that slept."""
IDLE_SHARE = 0.01
STOPPED = frozenset({"T", b"T"})


class ProcessStat(NamedTuple):
    """A process of the step as `/proc/PID/stat` shows it."""

    pid: int
    state: str | bytes
    threads: int


class UnusedTime:
    """One step's time of no use, looked after at every tick."""

    def __init__(self, process_table: int) -> None:
        """Begin now."""
        self.process_table = process_table
        self.wait_s = 0.0
        """Seconds in which some thread was ready and none ran, for want of a processor."""
        self.stopped_s = 0.0
        """Seconds in which some process stood still by a signal and nothing was done."""
        self._delays: dict[int, float] = {}
        self._looked = time.monotonic()
        self._used_s = self._room_s = 0.0

    def begin(self, crowd: list[ProcessStat], used_s: float = 0.0) -> None:
        """What was before does not count."""
        self._delays, self._used_s = self._delays_of(crowd), used_s
        self._looked = time.monotonic()

    def look(self, crowd: list[ProcessStat], used_s: float) -> None:
        """Count what came since the last look; `used_s`: the step's CPU seconds until now."""
        now = time.monotonic()
        gone_s, worked_s = now - self._looked, max(0.0, used_s - self._used_s)
        self._looked, self._used_s = now, max(used_s, self._used_s)
        delays = self._delays_of(crowd)
        new = [delay - self._delays.get(thread, 0.0) for thread, delay in delays.items()]
        self._delays = delays
        idle_s = max(0.0, gone_s - worked_s)
        if gone_s > GAP_S:
            self.wait_s += idle_s
            return
        self._room_s = min(self._room_s + idle_s, idle_s + CARRIED_S)
        counted_s = min(kept_waiting(new, worked_s), self._room_s)
        self._room_s -= counted_s
        self.wait_s += counted_s
        if worked_s < IDLE_SHARE * gone_s and any(each.state in STOPPED for each in crowd):
            self.stopped_s += gone_s

    def _delays_of(self, crowd: list[ProcessStat]) -> dict[int, float]:
        """Seconds in the run queue of every thread that lives."""
        found: dict[int, float] = {}
        for pid, _, threads in crowd:
            places = {pid: f"{pid}/schedstat"}
            if threads > 1:
                places = {each: f"{pid}/task/{each}/schedstat" for each in self._threads(pid)}
            for thread, place in places.items():
                fields = read(place, self.process_table).split()
                if len(fields) > 1:
                    found[thread] = int(fields[1]) / 1e9
        return found

    def _threads(self, pid: int) -> list[int]:
        with suppress(OSError):
            folder = os.open(f"{pid}/task", os.O_RDONLY | os.O_CLOEXEC, dir_fd=self.process_table)
            try:
                return [int(name) for name in os.listdir(folder)]
            finally:
                os.close(folder)
        return []


def kept_waiting(delays_s: list[float], worked_s: float) -> float:
    """Seconds that threads which waited so long lost to others than each other.

    The longest wait is lost at least. Of all waits together (one thread may follow another) each
    second that the step itself worked can explain one of every other thread.
    """
    if not delays_s:
        return 0.0
    explained_s = worked_s * (len(delays_s) - 1)
    return max(0.0, *delays_s, sum(delays_s) - explained_s)


def read(path: str, folder: int, size: int = 4096) -> bytes:
    """A small file of `/proc`; empty when its process is gone."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=folder)
    except OSError:
        return b""
    try:
        return os.read(descriptor, size)
    except OSError:
        return b""
    finally:
        os.close(descriptor)
