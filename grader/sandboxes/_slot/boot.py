"""Start a slot: an outer process that watches, and the supervisor inside. Standard library only.

engine ── channel ──┬─ outer: no namespaces; kills the inside when the engine dies, removes
                    │         the control group; its death kills the inside too
                    └─ inside: pid 1 of user, pid, mount, net, ipc and uts namespaces
"""

import gc
import importlib
import io
import os
import select
import signal
import site
import socket
import sys
from contextlib import suppress
from functools import partial
from typing import Any, NoReturn

from grader.sandboxes._slot import (
    cgroup,
    ending,
    heavy,
    kernel,
    landlock,
    mappings,
    scratch,
    seccomp,
    task,
    walls,
    wire,
)
from grader.sandboxes._slot.common_limits import lower_common_limits
from grader.sandboxes._slot.kills import KillCounters
from grader.sandboxes._slot.network import SlotNetwork
from grader.sandboxes._slot.supervisor import Supervisor

EXAMINATION = "grader.sandboxes._slot.examination"
NAMESPACES = (
    kernel.NEWUSER | kernel.NEWPID | kernel.NEWNS | kernel.NEWNET | kernel.NEWIPC | kernel.NEWUTS
)
SUPERVISOR_SCORE = b"-1000"


def main(descriptor: int) -> NoReturn:
    """Entry point of the outer process; the first frame on the channel configures it."""
    channel = socket.socket(fileno=descriptor)
    engine = os.pidfd_open(os.getppid())
    kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
    config = wire.receive(channel).header
    if config["checks"]:
        importlib.import_module(EXAMINATION)  # while this engine's files can still be seen
    mappings.unlock()
    group = cgroup.create(config["label"]) if config["cgroup"] else None
    try:
        inside = _start(config, channel, group)
        _keep_watch(channel, engine, inside, config["uid_base"])
    finally:
        if group:
            group.remove()
        if config.get("folder"):
            scratch.remove(config["folder"])
    os._exit(0)


def _start(
    config: dict[str, Any], channel: socket.socket, group: cgroup.ControlGroup | None
) -> int:
    """Fork the inside through an intermediate that makes the namespaces; returns its pid."""
    to_outer, from_middle = os.pipe()
    go_read, go_write = os.pipe()
    middle = os.fork()
    if not middle:
        os.close(to_outer)
        os.close(go_write)
        _middle(config, channel, group, from_middle, go_read)
    os.close(from_middle)
    os.close(go_read)
    if os.read(to_outer, 1) != b"m":
        _wait(middle)
        os._exit(1)
    if config["tier"] == "userns":
        try:
            _map_users(middle, config)
        except OSError as error:
            tell_failure(channel, error)
            raise
    if group:
        group.admit(middle)
    os.write(go_write, b"g")
    inside = int(os.read(to_outer, 16) or b"0")
    _wait(middle)
    if not inside:
        os._exit(1)
    with suppress(OSError), open(f"/proc/{inside}/oom_score_adj", "wb") as file:
        file.write(SUPERVISOR_SCORE)
    os.write(go_write, b"g")
    return inside


def _middle(
    config: dict[str, Any], channel: socket.socket, group: cgroup.ControlGroup | None,
    to_outer: int, go_read: int,
) -> NoReturn:  # fmt: skip
    try:
        if config["tier"] == "userns":
            kernel.unshare(NAMESPACES)
        os.write(to_outer, b"m")
        os.read(go_read, 1)
        inside = os.fork()
        if inside:
            os.write(to_outer, _seen_from_outside(inside))
            os._exit(0)
        os.close(to_outer)
        os.read(go_read, 1)
        _inside(config, channel, group)
    except BaseException as error:  # noqa: BLE001  boundary: the engine reads why on the channel
        tell_failure(channel, error)
        os._exit(1)


def _seen_from_outside(pid: int) -> bytes:
    """The middle process stays in the outer pid namespace, so its view of `pid` is the outer's."""
    return str(pid).encode()


def _map_users(pid: int, config: dict[str, Any]) -> None:
    """As root: three users of the slot's own. Otherwise: this user alone, without its groups."""
    base = config["uid_base"]
    if base is not None:
        lines = f"0 {base} 1\n{walls.USER_ID} {base + 1} 1\n65534 {base + 2} 1\n"
        maps = {"uid_map": lines, "gid_map": lines}
    else:
        maps = {
            "setgroups": "deny",
            "uid_map": f"{walls.USER_ID} {os.getuid()} 1\n",
            "gid_map": f"{walls.USER_ID} {os.getgid()} 1\n",
        }
    for name, text in maps.items():
        with open(f"/proc/{pid}/{name}", "w") as file:
            file.write(text)


def _keep_watch(channel: socket.socket, engine: int, inside: int, user_id: int | None) -> None:
    """Until the engine or the inside is gone; then nothing of the slot is left."""
    inside_descriptor = os.pidfd_open(inside)
    poll = select.poll()
    poll.register(channel.fileno(), select.POLLHUP)
    poll.register(engine, select.POLLIN)
    poll.register(inside_descriptor, select.POLLIN)
    poll.poll()
    with suppress(ProcessLookupError):
        signal.pidfd_send_signal(inside_descriptor, signal.SIGKILL)
    ending.end_children(user_id)


def _wait(pid: int) -> None:
    with suppress(ChildProcessError):
        os.waitpid(pid, 0)


def _inside(
    config: dict[str, Any], channel: socket.socket, group: cgroup.ControlGroup | None
) -> NoReturn:
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    if config["tier"] == "userns":
        place, prepared = _enter_userns(config)
    else:
        place, prepared = _enter_bare(config)
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    level = landlock.abi()
    internet = config["tier"] == "userns"
    if level and internet:
        prepared.ruleset = landlock.ruleset(level, place.rules(level))
    elif level:
        prepared.own_ruleset = partial(_ruleset_of_one, level, place)
    prepared.filter = seccomp.build(
        os.uname().machine,
        families=seccomp.families(internet=internet),
        metered=group is not None,
        shared_user=not internet and prepared.user_id is None,
    )
    prepared.has_cgroup = group is not None
    kernel.become_dumpable()  # until the file is open
    with suppress(OSError):
        prepared.score = task.KillScore(prepared.process_table)
    served = Supervisor(channel, prepared, place, level=level)
    served.group = group
    served.kills = KillCounters(group, prepared.process_table)
    examination = sys.modules.get(EXAMINATION)
    served.own_namespace = config["tier"] == "userns"
    shared = prepared.user_id is None  # then the process that forks tasks counts among theirs
    served.process_count = shared + (1 if served.own_namespace else config["processes"])
    if served.own_namespace:
        served.network = SlotNetwork(prepared.process_table, own=True)
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    missing = warm_up(config)
    if group:  # else the bounds of a task's own address space would have to make room
        served.base_mb += int(heavy.load(config["heavy"]))
        gc.freeze()
    mappings.unlock()
    served.plant(examination)
    walls_up = _walls(config, prepared, level, group)
    tell(channel, {"ready": True, "walls": walls_up, "job": place.job, "not_preloaded": missing})
    served.serve()


def _enter_userns(config: dict[str, Any]) -> tuple[scratch.ScratchSpace, task.TaskConfinement]:
    prepared = task.TaskConfinement()
    socket.sethostname("grader")
    with suppress(OSError):
        kernel.unshare(kernel.NEWCGROUP)  # the name of its control group is the run's
    trees = walls.clone_host_trees(config)
    if config["uid_base"] is not None:
        os.setgroups([])
        os.setresgid(0, 0, 0)
        os.setresuid(0, 0, 0)
        prepared.user_id = walls.USER_ID
    os.umask(0o022)
    prepared.process_table = walls.build(config, trees)
    walls.loopback_up()
    return scratch.MountedScratch(), prepared


def _enter_bare(config: dict[str, Any]) -> tuple[scratch.ScratchSpace, task.TaskConfinement]:
    prepared = task.TaskConfinement()
    shown = [source for _, source in config["packages"]]
    place = scratch.FolderScratch(config["folder"], [*config["visible"], *shown])
    place.link(config["packages"], host_folder=config["site_folder"])
    kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
    prepared.process_table = os.open("/proc", os.O_RDONLY | os.O_CLOEXEC)
    prepared.user_id = config["uid_base"]
    place.wipe(0)
    return place, prepared


def _ruleset_of_one(level: int, place: scratch.ScratchSpace) -> int:
    """In the host's `/proc` a task may see its own process and no other's."""
    return landlock.ruleset(level, [*place.rules(level), (f"/proc/{os.getpid()}", landlock.READ)])


def warm_up(config: dict[str, Any]) -> list[str]:
    """The last thing before serving: all that forks shall find; the names of missing modules."""
    settle_interpreter(config)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    missing = preload(config["preload"])
    lower_common_limits()
    compile("0", "<warm>", "exec")  # the first makes types for all nodes: 1.2 ms in each fork
    for name in [name for name in sys.modules if name.split(".")[0] == "grader"]:
        del sys.modules[name]  # programs shall not find what they did not import
    gc.collect()
    kernel.trim()
    gc.freeze()
    return missing


def settle_interpreter(config: dict[str, Any]) -> None:
    """An interpreter as `python program.py` would find it."""
    for number in range(1, signal.NSIG):
        if number not in {signal.SIGKILL, signal.SIGSTOP, signal.SIGPIPE}:
            with suppress(OSError, ValueError):
                signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # until a task's own process takes it back
    sys.path[:] = config["sys_path"]
    os.environ.clear()
    os.environ.update(config["environment"])
    sys.executable = config["python"]
    remake_streams()
    site.setquit()
    site.setcopyright()
    site.sethelper()
    sys.dont_write_bytecode = True


def remake_streams() -> None:
    """Standard output and error as an interpreter finds them that was started on pipes.

    Whether a file can be sought in is asked once, when it is made: these were made on `/dev/null`,
    and tasks, whose output is a pipe, could not wrap them anew.
    """
    for descriptor, name in ((1, "stdout"), (2, "stderr")):
        old = getattr(sys, name)
        kept = os.dup(descriptor)
        reader, writer = os.pipe()
        os.dup2(writer, descriptor)
        buffer: Any = open(descriptor, "wb", closefd=False)  # noqa: SIM115  lives as long as we do
        buffer.raw.name = f"<{name}>"
        stream: Any = io.TextIOWrapper(
            buffer, encoding=old.encoding, errors=old.errors, newline="\n",
            line_buffering=old.line_buffering, write_through=old.write_through,
        )  # fmt: skip
        stream.mode = "w"
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
        os.dup2(kept, descriptor)
        for each in (kept, reader, writer):
            os.close(each)


def preload(names: list[str]) -> list[str]:
    """Import what can be; the names of what cannot."""
    missing: list[str] = []
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError:
            missing.append(name)
    return missing


def _walls(
    config: dict[str, Any],
    prepared: task.TaskConfinement,
    level: int,
    group: cgroup.ControlGroup | None,
) -> list[str]:
    up = ["no-new-privs", "no-capabilities", "seccomp", "rlimits"]
    if config["tier"] == "userns":
        up += ["user-ns", "pid-ns", "mount-ns", "net-ns", "ipc-ns", "uts-ns", "read-only-root"]
    if level:
        up.append(f"landlock-{level}")
    if prepared.user_id is not None:
        up.append("other-uid")
    if group:
        up.append(f"cgroup-v{group.version}")
    return sorted(up)


def tell_failure(channel: socket.socket, error: BaseException) -> None:
    """Say why there will be no slot, and whether the kernel said so."""
    code = error.errno if isinstance(error, OSError) else None
    tell(channel, {"failed": f"{type(error).__name__}: {error}", "errno": code})


def tell(channel: socket.socket, header: dict[str, Any]) -> None:
    with suppress(OSError):
        channel.sendall(wire.encode(header))
