"""How many workers are believed."""

import os

WORKERS_MAX = 1024
"""More than any one machine has use for. Ten million took 24 GB before the first sample."""


def processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0))
