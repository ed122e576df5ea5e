"""What the kernel says about a container: processor time, out-of-memory kills, waiting, processes.

Where the engine runs on this machine its control groups and processes are read directly; elsewhere
the engine's own, coarser figures have to do.
"""

import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from grader.sandboxes._slot.meter import THREADS_FIELD
from grader.sandboxes._slot.waiting import ProcessStat, UnusedTime
from grader.sandboxes.docker.api import EngineApi

ROOT = Path("/sys/fs/cgroup")
CLOCK_TICK = os.sysconf("SC_CLK_TCK")
KILL_ROUNDS = 50
FLAGS_FIELD, EXITING = 6, 0x4
"""Among the fields of `/proc/PID/stat` after the name; `PF_EXITING` of the kernel's `sched.h`."""


class ContainerUsage(NamedTuple):
    """A container's counters at one time."""

    cpu_s: float
    oom_kills: int
    peak_mb: float


class HostEvidence:
    """Control groups and `/proc` of this machine."""

    def __init__(self, folders: dict[str, Path], init: int) -> None:
        """Use `locate`. `init`: the container's first process as this machine numbers it."""
        self.folders = folders
        self.init = init
        self.version = 2 if "" in folders else 1
        self._waiting: UnusedTime | None = None

    async def usage(self) -> ContainerUsage:
        """The counters now."""
        if self.version == 1:
            cpu_s = int(_read(self.folders["cpuacct"] / "cpuacct.usage") or 0) / 1e9
            kills = _field(_read(self.folders["memory"] / "memory.oom_control"), "oom_kill")
            peak = int(_read(self.folders["memory"] / "memory.max_usage_in_bytes") or 0)
        else:
            cpu_s = _field(_read(self.folders[""] / "cpu.stat"), "usage_usec") / 1e6
            kills = _field(_read(self.folders[""] / "memory.events"), "oom_kill")
            peak = int(_read(self.folders[""] / "memory.peak") or 0)
        return ContainerUsage(cpu_s, kills, peak / (1 << 20))

    def processes(self) -> list[int]:
        """Every process of the container but its first."""
        folder = self.folders.get("", self.folders.get("memory", ROOT))
        return [int(pid) for pid in _read(folder / "cgroup.procs").split() if int(pid) != self.init]

    def has_left(self, pid: int) -> bool:
        """Whether a process has ended that is not 0."""
        return pid > 0 and _is_zombie(pid)

    def is_ending(self) -> bool:
        """Whether the container is on its way out.

        Its first process begins to exit before the kernel kills the others
        (`zap_pid_ns_processes`).
        """
        found = _stat(self.init)
        return found[:1] in ([], ["Z"]) or bool(int(found[FLAGS_FIELD]) & EXITING)

    def waited(self, cpu_s: float, processors: float) -> float:
        """Seconds since the last look that work was kept from a processor by other people's work.

        `cpu_s`: what the container has used until now, of the `processors` that it may use. Nothing
        at the first look.
        """
        used_s = cpu_s / min(1.0, processors)
        if self._waiting is None:
            table = os.open("/proc", os.O_RDONLY | os.O_CLOEXEC)
            self._waiting = UnusedTime(table)
            self._waiting.begin(self._crowd(), used_s)
            return 0.0
        before_s = self._waiting.wait_s
        self._waiting.look(self._crowd(), used_s)
        return self._waiting.wait_s - before_s

    def _crowd(self) -> list[ProcessStat]:
        fields = ((pid, _stat(pid)) for pid in self.processes())
        return [
            ProcessStat(pid, found[0], int(found[THREADS_FIELD]))
            for pid, found in fields
            if len(found) > THREADS_FIELD
        ]

    def kill(self) -> bool:
        """End every process but the first; whether none is left. Needs root on this machine."""
        for _ in range(KILL_ROUNDS):
            pids = self.processes()
            if not pids:
                return True
            for pid in pids:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
        return not [pid for pid in self.processes() if not _is_zombie(pid)]


class EngineEvidence:
    """What the engine tells about a container on another machine."""

    def __init__(self, api: EngineApi, container_id: str) -> None:
        """Nothing is asked before it is needed."""
        self.api = api
        self.container_id = container_id

    async def usage(self) -> ContainerUsage:
        """The counters now; the engine knows only whether memory has ever run out."""
        return await self.api.call("look at a container", self._usage)

    def _usage(self, client: Any) -> ContainerUsage:
        said = client.stats(self.container_id, stream=False, one_shot=True)
        state = client.inspect_container(self.container_id)["State"]
        cpu_ns = said.get("cpu_stats", {}).get("cpu_usage", {}).get("total_usage", 0)
        peak = said.get("memory_stats", {}).get("max_usage", 0)
        return ContainerUsage(cpu_ns / 1e9, int(bool(state.get("OOMKilled"))), peak / (1 << 20))

    def processes(self) -> list[int]:
        """Unknown from here."""
        return [-1]

    def has_left(self, pid: int) -> bool:  # noqa: ARG002  as `HostEvidence.has_left`
        """Unknown from here."""
        return False

    def is_ending(self) -> bool | None:
        """Unknown from here."""
        return None

    def waited(self, cpu_s: float, processors: float) -> float:  # noqa: ARG002  as the other's
        """Unknown from here."""
        return 0.0

    def kill(self) -> bool:
        """Not from here."""
        return False


def locate(api: EngineApi, container_id: str, init: int) -> HostEvidence | EngineEvidence:
    """The best evidence there is. A group is believed only where its path names the container."""
    folders: dict[str, Path] = {}
    for line in _read(Path(f"/proc/{init}/cgroup")).splitlines():
        _, controllers, path = line.split(":", 2)
        if container_id not in path:
            continue
        if not controllers and (ROOT / path.lstrip("/") / "cpu.stat").exists():
            folders[""] = ROOT / path.lstrip("/")
        for name in controllers.split(","):
            folder = ROOT / controllers / path.lstrip("/")
            if name in {"memory", "cpuacct"} and folder.exists():
                folders[name] = folder
    if {"memory", "cpuacct"} <= folders.keys():
        folders.pop("", None)
        return HostEvidence(folders, init)
    if (folders.get("", ROOT) / "memory.events").exists():
        return HostEvidence({"": folders[""]}, init)
    return EngineEvidence(api, container_id)


def _is_zombie(pid: int) -> bool:
    return _stat(pid)[:1] in ([], ["Z"])


def _stat(pid: int) -> list[str]:
    """The fields of `/proc/PID/stat` after the name, which may be any bytes; empty when gone."""
    try:
        data = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return []
    return data.rpartition(b")")[2].decode("ascii", "replace").split()


def _field(text: str, name: str) -> int:
    for line in text.splitlines():
        key, _, value = line.partition(" ")
        if key == name:
            return int(value)
    return 0


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""
