"""Which process owns what lies around, so that a dead engine's is told from a living one's."""

import os
from pathlib import Path


def identity(pid: int = 0) -> str:
    """Machine, boot, pid namespace, pid and start time: no other process ever has the same.

    Empty where there is no such process.
    """
    pid = pid or os.getpid()
    born = start_time(pid)
    return f"{place()}/{pid}/{born}" if born else ""


def place() -> str:
    """Where a pid means what it means here: this machine, since its start, in this namespace."""
    import uuid  # noqa: PLC0415  heavy

    boot = _read("/proc/sys/kernel/random/boot_id")
    return f"{uuid.getnode():012x}/{boot}/{_namespace()}"


def _namespace() -> str:
    """The pid namespace's number: no two that live have the same."""
    return str(Path("/proc/self/ns/pid").stat().st_ino)


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
    return f"{_namespace()}-{os.getpid()}-{start_time(os.getpid())}"


def is_forsaken(stamped: str) -> bool:
    """Whether the process of a stamp lives no more; False where that cannot be judged from here."""
    namespace, pid, born = stamped.split("-") if stamped.count("-") == 2 else ("", "", "")  # noqa: PLR2004
    return pid.isdigit() and namespace == _namespace() and start_time(int(pid)) != born


def _read(path: str) -> str:
    try:
        # A process may call itself anything.
        return Path(path).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
