"""Control groups, version 1 and 2, where this process may make them. Standard library only."""

import os
import signal
import time
from contextlib import suppress
from typing import Protocol

MEMORY, PIDS, PROCESSOR = "memory", "pids", "cpuacct"
ROOT = "/sys/fs/cgroup"
V2 = 2
REFUSED = {1: "memory.failcnt", V2: "memory.events"}
"""Files that count how often a group's own limit was met (cgroup-v1/memory.rst, cgroup-v2.rst)."""
PATIENCE_S = 2.0


class CountedGroup(Protocol):
    """What a supervisor needs of a control group, whoever made it."""

    processor: int
    """A descriptor of its clock; -1 where there is none."""

    def set_limits(self, memory_mb: int, pids: int) -> None:
        """Set both limits."""
        ...

    def processor_s(self) -> float:
        """CPU seconds of all processes, dead or alive."""
        ...

    def kills(self) -> int:
        """Processes that the kernel has killed for want of memory, whoever's limit it was."""
        ...

    def refusals(self) -> int:
        """How often the group's own limit of memory stood in the way."""
        ...


class ControlGroup:
    """A slot's control group: limits over all its processes and the kernel's kill counter."""

    def __init__(self, folders: dict[str, str], version: int) -> None:
        """Open the files that the supervisor needs once it can no longer see them."""
        self.version = version
        self.folders = sorted(set(folders.values()))
        memory, pids = folders[MEMORY], folders[PIDS]
        names = (
            ("memory.limit_in_bytes", "memory.oom_control")
            if version == 1
            else ("memory.max", "memory.events")
        )
        self.limit = os.open(f"{memory}/{names[0]}", os.O_RDWR | os.O_CLOEXEC)
        self.events = os.open(f"{memory}/{names[1]}", os.O_RDONLY | os.O_CLOEXEC)
        self.refused = os.open(f"{memory}/{REFUSED[version]}", os.O_RDONLY | os.O_CLOEXEC)
        self.pids = os.open(f"{pids}/pids.max", os.O_WRONLY | os.O_CLOEXEC)
        self.processor = self._open_processor(folders)
        self._memory_mb = self._pids = 0

    def admit(self, pid: int) -> None:
        """Move a process in."""
        for folder in self.folders:
            _write(f"{folder}/cgroup.procs", str(pid))

    def set_limits(self, memory_mb: int, pids: int) -> None:
        """Set both limits; OSError where memory cannot shrink that far."""
        if memory_mb != self._memory_mb:
            os.pwrite(self.limit, str(memory_mb << 20).encode(), 0)
            self._memory_mb = memory_mb
        if pids != self._pids:
            os.pwrite(self.pids, str(pids).encode(), 0)
            self._pids = pids

    def _open_processor(self, folders: dict[str, str]) -> int:
        """The clock of all processes together, dead or alive; -1 where there is none."""
        name = "cpu.stat" if self.version == V2 else "cpuacct.usage"
        with suppress(OSError, KeyError):
            folder = folders[MEMORY if self.version == V2 else PROCESSOR]
            return os.open(f"{folder}/{name}", os.O_RDONLY | os.O_CLOEXEC)
        return -1

    def processor_s(self) -> float:
        """CPU seconds that all processes of the group, dead or alive, have used."""
        text = os.pread(self.processor, 4096, 0)
        if self.version == V2:
            return int(text.split()[1]) / 1e6  # first line: usage_usec
        return int(text) / 1e9

    def kills(self) -> int:
        """How many processes the kernel has killed here for want of memory."""
        for line in os.pread(self.events, 4096, 0).splitlines():
            name, _, value = line.partition(b" ")
            if name == b"oom_kill":
                return int(value)
        return 0

    def refusals(self) -> int:
        """How often this group's own limit stood in the way; a limit further up counts there."""
        return refusals(self.refused, self.version)

    def remove(self) -> None:
        """Remove the groups, whose processes are dead."""
        for folder in self.folders:
            remove_group(folder)


def refusals(descriptor: int, version: int) -> int:
    """The count in one of the files that `REFUSED` names."""
    text = os.pread(descriptor, 4096, 0)
    if version != V2:
        return int(text)
    words = text.split()
    return int(words[words.index(b"oom") + 1]) if b"oom" in words else 0


def surrounding_mb() -> int:
    """MiB of memory that this process and all below it may use together: the machine's, or less.

    A group's path may be meant from outside a container, whose own group is then the root here.
    """
    found = [_kilobytes("/proc/meminfo", "MemTotal:") << 10]
    for line in _read("/proc/self/cgroup").splitlines():
        _, controllers, own = line.split(":", 2)
        kinds = controllers.split(",")
        if MEMORY in kinds:
            name, top = "memory.limit_in_bytes", f"{ROOT}/{controllers}"
        elif not controllers:
            name, top = "memory.max", ROOT
        else:
            continue
        while True:
            text = _read(f"{top}{own.rstrip('/')}/{name}").strip()
            found += [int(text)] if text.isdigit() else []
            if own.strip("/") == "":
                break
            own = os.path.dirname(own.rstrip("/"))
    return max(1, min(each for each in found if each) >> 20)


def _kilobytes(path: str, key: str) -> int:
    words = _read(path).split()
    return int(words[words.index(key) + 1]) if key in words else 1 << 40


def create(label: str) -> ControlGroup | None:
    """A new group named `grader-<label>` where one can be had, else None."""
    for version, parents in ((2, _parents_v2()), (1, _parents_v1())):
        for parent in parents:
            group = _try(parent, f"grader-{label}", version)
            if group:
                return group
    return None


def remove(label: str) -> None:
    """End what lives in the groups named after `label`, and remove them."""
    for parents in (*_parents_v2(), *_parents_v1()):
        for parent in parents.values():
            remove_group(f"{parent}/grader-{label}")


def named(prefix: str, *, everywhere: bool) -> list[str]:
    """Paths of groups whose names begin so: where this process would make one, or everywhere."""
    if everywhere:
        walk = os.walk(ROOT)
        return [
            f"{above}/{each}"
            for above, names, _ in walk
            for each in names
            if each.startswith(prefix)
        ]
    found: list[str] = []
    for parent in {each for made in (*_parents_v2(), *_parents_v1()) for each in made.values()}:
        with suppress(OSError):
            found += [f"{parent}/{name}" for name in os.listdir(parent) if name.startswith(prefix)]
    return sorted(found)


def remove_group(folder: str) -> None:
    """Remove a group with all that lives in it; it stays busy for a moment after the last death."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            os.rmdir(folder)
        except FileNotFoundError:
            return
        except OSError:
            for pid in _read(f"{folder}/cgroup.procs").split():
                with suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
            time.sleep(0.005)
        else:
            return


def _try(parents: dict[str, str], name: str, version: int) -> ControlGroup | None:
    folders = {kind: f"{parent}/{name}" for kind, parent in parents.items()}
    made: list[str] = []
    try:
        for folder in sorted(set(folders.values())):
            os.mkdir(folder)
            made.append(folder)
        group = ControlGroup(folders, version)
        if version == V2:
            with suppress(OSError):
                _write(f"{folders[MEMORY]}/memory.swap.max", "0")
    except OSError:
        for folder in made:
            with suppress(OSError):
                os.rmdir(folder)
        return None
    return group


def _parents_v1() -> list[dict[str, str]]:
    found: dict[str, str] = {}
    for line in _read("/proc/self/cgroup").splitlines():
        _, controllers, own = line.split(":", 2)
        for kind in {MEMORY, PIDS, PROCESSOR} & set(controllers.split(",")):
            found[kind] = f"{ROOT}/{controllers}{own.rstrip('/')}"
    if PROCESSOR in found and not os.access(found[PROCESSOR], os.W_OK):
        del found[PROCESSOR]
    return [found] if {MEMORY, PIDS} <= set(found) else []


def _parents_v2() -> list[dict[str, str]]:
    """The root group (for root) and the own group's parent (where it is delegated)."""
    if not os.path.exists(f"{ROOT}/cgroup.controllers"):
        return []
    own = next(
        (line[3:] for line in _read("/proc/self/cgroup").splitlines() if line.startswith("0::")),
        "/",
    )
    places = [ROOT, os.path.dirname(ROOT + own.rstrip("/"))]
    return [
        {MEMORY: place, PIDS: place}
        for place in dict.fromkeys(places)
        if {MEMORY, PIDS} <= set(_read(f"{place}/cgroup.subtree_control").split())
    ]


def _read(path: str) -> str:
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)
