"""A process that makes tasks by forking and does nothing else. Standard library only.

After a fork two processes share memory until one of them writes, and each page that is written is
copied (1 to 2 µs). A supervisor writes to some three hundred pages between two steps, this process
to a hundred. And what is the same for every task of a kind is done here once instead of in each:
limits, rules, the filter. Nor is a task a copy of what the supervisor knows.

A task is its maker's sibling (CLONE_PARENT), so that the supervisor itself waits for it.
"""

import marshal
import os
import random
import signal
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn

from grader.sandboxes._slot import kernel, landlock, step, task
from grader.sandboxes._slot.meter import process_s

LENGTHS = struct.Struct("=3Q")
ANSWER = struct.Struct("=q")
CHANNEL = 16
"""Its one descriptor; what arrives on it gets the numbers from 0 up."""
TASKS = 1000
"""It then makes room for a new one, long before the tasks' limit on CPU time could end it."""


class Nursery:
    """The supervisor's hold on that process, which is started when it is first wanted.

    Only where tasks have another user than it has, so that none can stop it or lower its limits,
    and where the kernel lists children, so that it can be told from what a task left behind.
    """

    def __init__(self, prepared: task.Confinement, job: str, processes: int) -> None:
        """Raises OSError where there can be none."""
        if prepared.user_id is None:
            raise OSError("tasks have this process' own user")
        self.prepared = prepared
        self.group_id = prepared.user_id
        self.job = job
        self.processes = processes
        self.pid = 0
        self.buried_s = 0.0
        """CPU seconds of those that are dead: no task's."""
        self._channel: socket.socket | None = None
        self._limits: dict[str, Any] = {}
        self._made = 0
        own = os.getpid()
        path = f"{own}/task/{own}/children"
        self._children = os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=prepared.process_table)
        self._thread_id = kernel.place_of_thread_id()

    def spent_s(self) -> float:
        """CPU seconds of all that served here, dead or alive."""
        return self.buried_s + (process_s(self.pid) if self.pid else 0.0)

    def is_alone(self) -> bool:
        """Whether nothing but it (or nothing at all) lives below the supervisor."""
        expected = [str(self.pid).encode()] if self.pid else []
        return os.pread(self._children, 64, 0).split() == expected

    def start(self, limits: dict[str, Any], forget: Callable[[], None]) -> None:
        """Before a step begins, as it takes a socket that is none of the step's.

        `forget` is called there first: what the supervisor has just read is for one task only.
        """
        if self.pid and (limits != self._limits or self._made >= TASKS):
            self.bury()
        if self.pid:
            return
        ours, theirs = socket.socketpair()
        pid = kernel.fork()
        if not pid:
            try:
                forget()
                self._settle(theirs.fileno(), limits)
                self._serve(socket.socket(fileno=CHANNEL))
            finally:
                os._exit(1)
        theirs.close()
        if pid < 0:
            ours.close()
            raise OSError("the process that forks tasks could not be forked")
        self.pid, self._channel = pid, ours
        self._limits, self._made = limits, 0

    def make(
        self,
        said: tuple[dict[str, Any], bytes],
        bodies: tuple[memoryview, memoryview],
        descriptors: list[int],
    ) -> int:
        """Start a task and return its process id; OSError where that fails.

        `said`: request and nonce. `bodies`: source and code, which are not copied here.
        `descriptors`: what the task finds at 0 and up, then where it says that it is set up.
        """
        try:
            return self._make(said, bodies, descriptors)
        except OSError:
            self.bury()  # it may be in the middle of something
            raise

    def _make(
        self,
        said: tuple[dict[str, Any], bytes],
        bodies: tuple[memoryview, memoryview],
        descriptors: list[int],
    ) -> int:
        channel = self._channel
        if channel is None:
            raise OSError("the process that forks tasks was not started")
        self._made += 1
        data = marshal.dumps(said)
        parts = [LENGTHS.pack(len(data), *map(len, bodies)), data, *bodies]
        rights = struct.pack(f"{len(descriptors)}i", *descriptors)
        sent = channel.sendmsg(parts, [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
        for part in parts:
            if sent < len(part):
                channel.sendall(part[sent:])
            sent = max(0, sent - len(part))
        answer = channel.recv(ANSWER.size)
        if len(answer) < ANSWER.size:
            raise OSError("the process that forks tasks is gone")
        (pid,) = ANSWER.unpack(answer)
        if pid < 0:
            raise OSError(-pid, f"no process could be forked: {os.strerror(-pid)}")
        return pid

    def bury(self) -> None:
        """End it; a new one comes when it is wanted."""
        if not self.pid:
            return
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            usage = os.wait4(self.pid, 0)[2]
            self.buried_s += usage.ru_utime + usage.ru_stime
        if self._channel:
            self._channel.close()
        self.pid, self._channel = 0, None

    def _settle(self, channel: int, limits: dict[str, Any]) -> None:
        """Give up what tasks must not have either, but for the right to become another user."""
        prepared = self.prepared
        if prepared.score:
            kernel.become_dumpable()  # until the file is open
            task.KillScore(prepared.process_table).raise_it()  # for good; tasks are born with it
        task.limit(limits, has_cgroup=prepared.has_cgroup, processes=self.processes)
        os.setgroups([])
        os.setresgid(self.group_id, self.group_id, self.group_id)
        os.chdir(self.job)
        if prepared.ruleset >= 0:
            landlock.restrict(prepared.ruleset)
        kernel.keep_only(channel, CHANNEL)
        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
        if prepared.filter is not None:
            kernel.install_filter(prepared.filter)

    def _serve(self, channel: socket.socket) -> NoReturn:
        space = socket.CMSG_SPACE(CHANNEL * struct.calcsize("i"))
        while True:
            prefix, ancillary, _, _ = channel.recvmsg(LENGTHS.size, space)
            if not prefix:
                os._exit(0)
            lengths = LENGTHS.unpack(prefix)
            data = bytearray(sum(lengths))
            view = memoryview(data)
            while view:
                view = view[channel.recv_into(view) :]
            random.seed(int.from_bytes(os.urandom(16), "big"))
            pid = kernel.fork_sibling(self._thread_id)
            if not pid:
                _be_born(self, lengths, data, len(ancillary[0][2]) // struct.calcsize("i"))
            data[:] = bytes(len(data))  # the next task is a copy of this memory
            os.closerange(0, CHANNEL)
            channel.send(ANSWER.pack(pid))


def _be_born(
    nursery: Nursery, lengths: tuple[int, ...], data: bytearray, descriptors: int
) -> NoReturn:
    """In the new process; nothing has come to it yet that could harm."""
    status = descriptors - 1
    try:
        request, nonce = marshal.loads(data)  # noqa: S302  the supervisor's
        middle, end = lengths[0], lengths[0] + lengths[1]
        order = task.Order(request, nonce, bytes(data[middle:end]), bytes(data[end:]))
        os.setpgid(0, 0)
        for descriptor in range(task.RECORD_DESCRIPTOR, status):
            os.set_inheritable(descriptor, False)  # noqa: FBT003  no keyword
        task.become(nursery.prepared)
        os.write(status, step.SET_UP)
        kernel.close_from(status)
    except BaseException as error:  # noqa: BLE001  boundary: this is ours, not the task's
        task.fail(status, error)
    task.run(order)
