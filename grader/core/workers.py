"""How many workers and processes are believed."""

import os

WORKERS_MAX = 1024
"""More than any one machine has use for. Ten million took 24 GB before the first sample."""
PIDS_MIN = 3
"""What starts a program takes up to three itself."""
PIDS_MAX = 1 << 20
"""A cgroup takes no more than 1 << 22, the sandbox's own among them."""


def processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0))


def spread(workers: int) -> tuple[int, int]:
    """Processes for so many workers, one for each usable processor at most; workers of each."""
    processes = min(workers, processors())
    return processes, -(-workers // processes)
