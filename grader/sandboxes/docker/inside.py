"""The supervisor of a slot that is a container: its first process. Standard library only.

The container engine has built the walls that the local sandbox builds itself; this process keeps
the five capabilities that it needs to end, wipe and become others, and gives tasks none.
"""

import os
import socket
import sys
import sysconfig
from contextlib import suppress
from typing import Any, NoReturn

from grader.sandboxes._slot import boot, kernel, landlock, scratch, seccomp, task, walls
from grader.sandboxes._slot.cgroup import REFUSED, refusals
from grader.sandboxes._slot.kills import KillCounters
from grader.sandboxes._slot.network import SlotNetwork
from grader.sandboxes._slot.supervisor import Supervisor

OLDEST = (3, 11)
ROOT = "/sys/fs/cgroup"


class ContainerGroup:
    """The container's control group: its limits were set from outside, its counters are read."""

    def __init__(self) -> None:
        """Open what tasks cannot be kept from seeing but cannot change either; OSError without."""
        self.version = 2 if os.path.exists(f"{ROOT}/cgroup.controllers") else 1
        names = (
            ("memory/memory.oom_control", "cpuacct/cpuacct.usage")
            if self.version == 1
            else ("memory.events", "cpu.stat")
        )
        self.events = os.open(f"{ROOT}/{names[0]}", os.O_RDONLY | os.O_CLOEXEC)
        self.refused = os.open(
            f"{ROOT}/{'memory/' if self.version == 1 else ''}{REFUSED[self.version]}",
            os.O_RDONLY | os.O_CLOEXEC,
        )
        self.processor = os.open(f"{ROOT}/{names[1]}", os.O_RDONLY | os.O_CLOEXEC)
        self.most = self.limit = -1
        if self.version == 1:
            memory = f"{ROOT}/memory/memory"
            self.most = os.open(f"{memory}.max_usage_in_bytes", os.O_RDONLY | os.O_CLOEXEC)
            self.limit = os.open(f"{memory}.limit_in_bytes", os.O_RDONLY | os.O_CLOEXEC)

    def set_limits(self, memory_mb: int, pids: int) -> None:
        """Nothing to do: a slot serves only plans of its own limits."""

    def processor_s(self) -> float:
        """CPU seconds of all processes, dead or alive."""
        text = os.pread(self.processor, 4096, 0)
        return int(text) / 1e9 if self.version == 1 else int(text.split()[1]) / 1e6

    def kills(self) -> int:
        """How many processes the kernel has killed here for want of memory."""
        for line in os.pread(self.events, 4096, 0).splitlines():
            name, _, value = line.partition(b" ")
            if name == b"oom_kill":
                return int(value)
        return 0

    def refusals(self) -> int:
        """How often the container's own limit of memory stood in the way.

        An engine limits memory and swap together, and version 1 then leaves both counts of refusals
        at 0: where the most that was used is the limit, each kill is the limit's.
        """
        counted = refusals(self.refused, self.version)
        if self.version != 1:
            return counted
        most, limit = (int(os.pread(each, 64, 0)) for each in (self.most, self.limit))
        return counted + (self.kills() if most >= limit else 0)


class ContainerMounts:
    """Memory-backed mounts that were made with the container: wiped by emptying them."""

    job = "/work"
    places = walls.SCRATCH
    forgets = False

    def wipe(self, disk_mb: int) -> None:  # noqa: ARG002  the mounts are bounded from outside
        """Empty every place and give it back its rights: runtimes have ideas of their own."""
        for place in self.places:
            scratch.empty(place)
            os.chmod(place, scratch.RIGHTS)

    def free_mb(self) -> float:
        """The mounts are bounded."""
        return 0.0

    def used_mb(self) -> float:
        """The mounts are bounded."""
        return 0.0

    def rules(self, level: int) -> list[tuple[str, int]]:
        """Read the image, write only here."""
        return scratch.MountedScratch().rules(level)


def main(channel: socket.socket, config: dict[str, Any]) -> NoReturn:
    """Serve until the engine is gone."""
    try:
        served, facts = prepare(channel, config)
    except BaseException as error:  # noqa: BLE001  boundary: the engine reads why on the channel
        boot.tell(channel, {"failed": f"{type(error).__name__}: {error}"})
        os._exit(1)
    boot.tell(channel, facts)
    served.serve()


def prepare(channel: socket.socket, config: dict[str, Any]) -> tuple[Supervisor, dict[str, Any]]:
    """The supervisor, and what it says of itself."""
    if sys.version_info[:2] < OLDEST:
        raise RuntimeError(f"the image has Python {sys.version.split()[0]}, which is too old")
    group = ContainerGroup()
    prepared = task.TaskConfinement()
    prepared.process_table = os.open("/proc", os.O_RDONLY | os.O_CLOEXEC)
    prepared.user_id = config["user_id"]
    prepared.has_cgroup = True
    prepared.score = task.KillScore(prepared.process_table)
    place = ContainerMounts()
    place.wipe(0)
    os.umask(0o022)
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    level = landlock.abi()
    if level:
        prepared.ruleset = landlock.ruleset(level, place.rules(level))
    prepared.filter = seccomp.build(
        os.uname().machine, families=seccomp.families(internet=True), metered=True
    )
    served = Supervisor(channel, prepared, place, level=level)
    served.group = group
    served.kills = KillCounters(group, prepared.process_table)
    examination = sys.modules.get(boot.EXAMINATION)
    with suppress(OSError):
        served.network = SlotNetwork(prepared.process_table, own=False)
    set_up = {
        **config,
        "python": sys.executable,
        "sys_path": search_path(place.job, *config["packages"]),
    }
    missing = boot.warm_up(set_up)
    served.plant(examination)
    up = ["no-capabilities", "no-new-privs", "other-uid", "rlimits", "seccomp"]
    up += [f"landlock-{level}"] if level else []
    facts = {
        "ready": True, "walls": [*up, f"cgroup-v{group.version}"], "job": place.job,
        "python": list(sys.version_info[:2]), "not_preloaded": missing,
    }  # fmt: skip
    return served, facts


def search_path(job: str, shown: str, *version: int) -> list[str]:
    """`sys.path` of every task: its own folder, the standard library, packages.

    The image's come first; then, for a Python of `version`, those of the engine's machine.
    """
    libraries = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib")]
    own = [*libraries, f"{libraries[1]}/lib-dynload"]
    packages = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    packages += [shown] if sys.version_info[:2] == version else []
    return list(dict.fromkeys([job, *own, *packages]))
