"""What containers are made of: pure functions from plans and options to an engine's arguments."""

from pathlib import Path
from typing import Any

from grader.core.container import ContainerOptions
from grader.core.limits import Limits
from grader.core.plan import Plan

CAPABILITIES = (
    "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "NET_BIND_SERVICE", "SETGID", "SETUID",
)  # fmt: skip
"""What package managers, git and tests that run as an image's root need. Not of Docker's default:
AUDIT_WRITE, MKNOD, NET_RAW, SETFCAP, SETPCAP, SYS_CHROOT."""
SLOT_CAPABILITIES = ("DAC_OVERRIDE", "FOWNER", "KILL", "SETGID", "SETUID")
"""What a slot's supervisor needs: to wipe what tasks locked, to end them, to become their user."""
LEAST_PIDS = 64
"""A container with fewer does not start: the runtime's own threads count. In slots the tasks' own
limit is their user's, exactly."""
BASE_MB = 48
"""What the supervisor takes out of the container's memory limit, as in the local sandbox."""
SCRATCH = ("/work", "/tmp", "/dev/shm")  # noqa: S108  the container's own
SCRATCH_INODES = 16384
SLOT_LIMIT = 4096
"""Open files and processes; tasks have less."""
PACKAGES = "/opt/packages"
"""Where this machine's packages are shown, for a Python of the same version."""
KEEPER = """
trap '' HUP INT QUIT TERM USR1 USR2 PIPE ALRM
exec >/dev/null 2>&1
env --ignore-signal=CHLD true && exec env --ignore-signal=CHLD cat
exec cat
"""
"""The first process: it ends when its standard input does, which the engine holds, and by nothing
that a sample can send. A first process cannot be killed from inside, a child of an init could be.
The kernel reaps for a process that ignores SIGCHLD (coreutils 8.31 can ask for that)."""


def repository(
    plan: Plan, image_id: str, *, options: ContainerOptions, network: str, labels: dict[str, str]
) -> dict[str, Any]:
    """The body of a create call for one plan's own container.

    `network` is a network's name, or `none`.
    """
    limits = limits_of(plan)
    wanted = common(
        options, memory=memory_mb(plan, options) << 20, pids=max(each.pids for each in limits)
    )
    largest_file = disk_mb(plan) << 20
    file_size = {"Name": "fsize", "Soft": largest_file, "Hard": largest_file}
    return {
        "Image": image_id,
        "Entrypoint": ["/bin/sh", "-c", KEEPER],
        "Cmd": [],
        "User": "0",
        "Env": [f"{name}={value}" for name, value in options.environment],
        "Labels": labels,
        "OpenStdin": True,
        "StdinOnce": True,
        "AttachStdin": True,
        "Healthcheck": {"Test": ["NONE"]},
        "NetworkDisabled": False,
        "HostConfig": {
            **wanted,
            "Ulimits": [*wanted["Ulimits"], file_size],
            "NetworkMode": network,
            "CapAdd": list(CAPABILITIES) if options.capabilities else [],
            "ExtraHosts": list(options.hosts),
        },
    }


def limits_of(plan: Plan) -> list[Limits]:
    """The plan's own limits and those of its steps."""
    return [plan.limits, *(step.limits for step in plan.steps if step.limits)]


def memory_mb(plan: Plan, options: ContainerOptions) -> int:
    """MiB that one plan's own container may use."""
    return options.memory_mb or max(each.memory_mb for each in limits_of(plan))


def disk_mb(plan: Plan) -> int:
    """MiB that one plan's own container may write, all steps together."""
    return max(each.disk_mb for each in limits_of(plan))


def slot(
    image_id: str, *, options: ContainerOptions, labels: dict[str, str], memory_mb: int, pids: int,
    disk_mb: int, folder: Path, environment: tuple[tuple[str, str], ...], bootstrap: str,
    packages: list[tuple[str, str]], inodes: bool = True,
) -> dict[str, Any]:  # fmt: skip
    """The body of a create call for a slot; `folder` holds its socket and its users.

    `packages`: names and places of this machine's Python packages that tasks may see. `inodes`:
    whether the engine can bound them (Podman cannot; the memory limit counts them too).
    """
    wanted = common(options, memory=(memory_mb + BASE_MB) << 20, pids=pids)
    bound = f"nr_inodes={SCRATCH_INODES}," if inodes else ""
    tmpfs = f"size={disk_mb}m,{bound}mode=1777,nosuid,nodev,exec"
    return {
        "Image": image_id,
        "Entrypoint": ["python3", "-sP", "-c", bootstrap],
        "Cmd": [],
        "User": "0",
        "WorkingDir": "/work",
        "Hostname": "grader",
        "Env": [f"{name}={value}" for name, value in environment],
        "Labels": labels,
        "Healthcheck": {"Test": ["NONE"]},
        "HostConfig": {
            **wanted,
            # Podman's defaults are beyond what some hosts allow; the supervisor lowers both anyway.
            "Ulimits": [*wanted["Ulimits"], *(bounded(name) for name in ("nofile", "nproc"))],
            "NetworkMode": "none",
            "ReadonlyRootfs": True,
            "CapAdd": list(SLOT_CAPABILITIES),
            "Sysctls": {"net.ipv4.tcp_max_tw_buckets": "0"},
            "Tmpfs": dict.fromkeys(SCRATCH, tmpfs),
            "Binds": [
                f"{folder}:/run/grader:ro",
                f"{folder}/passwd:/etc/passwd:ro",
                f"{folder}/group:/etc/group:ro",
                *(f"{source}:{PACKAGES}/{name}:ro" for name, source in packages),
            ],
        },
    }


def bounded(name: str) -> dict[str, Any]:
    """A resource limit that suffices for a supervisor and its tasks."""
    return {"Name": name, "Soft": SLOT_LIMIT, "Hard": SLOT_LIMIT}


def common(options: ContainerOptions, *, memory: int, pids: int) -> dict[str, Any]:
    """What holds for every container. `memory` is in bytes; there is no swap beyond it."""
    wanted: dict[str, Any] = {
        "AutoRemove": True,
        "CapDrop": ["ALL"],
        "SecurityOpt": ["no-new-privileges"],
        "Memory": memory,
        "MemorySwap": memory,
        "PidsLimit": pids + LEAST_PIDS,
        "IpcMode": "private",
        "LogConfig": {"Type": "none"},
        "Ulimits": [{"Name": "core", "Soft": 0, "Hard": 0}],
    }
    if options.cpus:
        wanted["NanoCpus"] = int(options.cpus * 1e9)
    if options.runtime:
        wanted["Runtime"] = options.runtime
    return wanted


def wrapped(argv: tuple[str, ...], *, cwd: str, merged: bool, stdin: str) -> list[str]:
    """A command line that enters a folder, joins streams and then becomes `argv`.

    The engine's own words about a missing program or folder would look like the command's output;
    the shell's have the usual form and status 127.
    """
    script = 'cd -- "$1" || exit 127; shift; '
    if stdin:
        script += 'input=$1; shift; exec <"$input"; '
    if merged:
        script += "exec 2>&1; "
    words = ["/bin/sh", "-c", script + 'exec "$@"', "sh", cwd]
    return [*words, *([stdin] if stdin else []), *argv]
