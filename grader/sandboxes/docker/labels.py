"""Who owns a container or a network: labels that tell a dead engine's from a living one's."""

import os
import uuid
from pathlib import Path

RUN, ENGINE = "grader.run", "grader.engine"
"""Keys: the run's id; the engine process that made it."""


def labels(run_id: str) -> dict[str, str]:
    """Labels of everything that this process makes."""
    return {RUN: run_id, ENGINE: identity()}


def identity(pid: int = 0) -> str:
    """Machine, boot, pid namespace, pid and start time: no other process ever has the same.

    Empty where there is no such process.
    """
    pid = pid or os.getpid()
    born = start_time(pid)
    return f"{place()}/{pid}/{born}" if born else ""


def place() -> str:
    """Where a pid means what it means here: this machine, since its start, in this namespace."""
    boot = _read("/proc/sys/kernel/random/boot_id")
    namespace = Path("/proc/self/ns/pid").stat().st_ino
    return f"{uuid.getnode():012x}/{boot}/{namespace}"


def start_time(pid: int) -> str:
    """Clock ticks from the boot to the start of a process; empty where there is none."""
    fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return fields[19] if len(fields) > 19 and fields[0] != "Z" else ""  # noqa: PLR2004  proc(5)


def is_dead(engine: str) -> bool:
    """Whether the engine that a label names was one of this place's and lives no more.

    False for everything that cannot be judged from here: other machines, other namespaces.
    """
    where, _, rest = engine.rpartition("/")[0].rpartition("/")
    if not where or not rest.isdigit():
        return False
    machine, boot, namespace = where.split("/") if where.count("/") == 2 else ("", "", "")  # noqa: PLR2004
    own_machine, own_boot, own_namespace = place().split("/")
    if machine != own_machine:
        return False
    if boot != own_boot:
        return True
    return namespace == own_namespace and engine != identity(int(rest))


def is_alive(engine: str) -> bool:
    """Whether the engine that a label names is one of this place's, and lives.

    False for everything that cannot be judged from here.
    """
    return engine.startswith(f"{place()}/") and not is_dead(engine)


def stamp() -> str:
    """This process in the name of a file: pid namespace, pid and start time."""
    return "-".join([*place().split("/")[2:], str(os.getpid()), start_time(os.getpid())])


def is_forsaken(stamped: str) -> bool:
    """Whether the process of a stamp lives no more; False where that cannot be judged from here."""
    namespace, pid, born = stamped.split("-") if stamped.count("-") == 2 else ("", "", "")  # noqa: PLR2004
    return pid.isdigit() and namespace == place().split("/")[2] and start_time(int(pid)) != born


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError:
        return ""
