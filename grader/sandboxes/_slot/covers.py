"""What of the machine is not shown in a slot's `/proc`. Standard library only.

Its counters move with what every program here does, so that one could tell the next something by
them; and they tell of the host. Programs that read the common ones find the state at the start.
"""

import os
from contextlib import suppress

from grader.sandboxes._slot import kernel

PLACE = "run/proc"
"""Where the covers lie, below the slot's root."""
KEPT = ("meminfo", "stat", "swaps", "uptime", "vmstat")
"""Shown as they were when the slot was made."""
SHOWN = {"loadavg": b"0.00 0.00 0.00 1/1 1\n"}
EMPTY = (
    "buddyinfo", "cmdline", "config.gz", "consoles", "diskstats", "interrupts", "iomem",
    "ioports", "kallsyms", "key-users", "keys", "locks", "modules", "pagetypeinfo", "partitions",
    "sched_debug", "schedstat", "slabinfo", "softirqs", "timer_list", "vmallocinfo", "zoneinfo",
    "sys/kernel/ns_last_pid",
)  # fmt: skip
FOLDERS = (
    "bus", "driver", "dynamic_debug", "fs", "irq", "pressure", "sys/fs", "sys/kernel/pty", "tty",
)  # fmt: skip


def prepare() -> None:
    """Write the covers below the working directory, which is going to be the root."""
    os.makedirs(f"{PLACE}/folder")
    _write("empty", b"")
    for name in KEPT:
        with suppress(FileNotFoundError):  # no kernel has all of them
            _write(name, _read(f"/proc/{name}"))
    for name, text in SHOWN.items():
        _write(name, text)


def cover(root: str, table: str) -> None:
    """Put them over the entries of the process table at `table`; `root` is the slot's."""
    for name in (*KEPT, *SHOWN):
        _bind(f"{root}{PLACE}/{name}", f"{table}/{name}")
    for name in EMPTY:
        _bind(f"{root}{PLACE}/empty", f"{table}/{name}")
    for name in FOLDERS:
        _bind(f"{root}{PLACE}/folder", f"{table}/{name}")


def _bind(source: str, target: str) -> None:
    """Cover an entry, if this kernel has it; OSError where it has and cannot be covered."""
    try:
        kernel.mount(source, target, "", kernel.MS_BIND)
    except FileNotFoundError:
        if os.path.exists(target):
            raise


def _read(path: str) -> bytes:
    """What stands there; nothing where even this process may not read it."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except PermissionError:
        return b""


def _write(name: str, data: bytes) -> None:
    with open(f"{PLACE}/{name}", "wb") as file:
        file.write(data)
