"""A process that forks tasks in the supervisor's stead: both ends. Standard library only.

What it forks is a copy of its memory. So nothing of a message is read before the fork, and all of
it is overwritten after: what it forks next finds nothing of what it forked before.

A task is its maker's sibling (CLONE_PARENT), so that the supervisor itself waits for it.
"""

import marshal
import os
import signal
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple, NoReturn

from grader.sandboxes._slot.heavy import reseed
from grader.sandboxes._slot.meter import process_s

PREFIX = struct.Struct("=5Q")
ANSWER = struct.Struct("=q")
DESCRIPTOR = struct.calcsize("i")
CHANNEL = 16
"""Its first descriptor; what arrives on it gets the numbers from 0 up."""
STATUS = CHANNEL + 1
"""Where what it forks says that it is set up, before any program has begun."""
TASK, FRESH, NURSERY, NETWORK = range(4)
"""What can be asked for: a task, one in namespaces of its own, a nursery; or to move, with all
that is forked from then on, into another network namespace."""

Bodies = tuple[memoryview | bytes, memoryview | bytes, memoryview | bytes]
"""Source, code and files of a task, which are not copied in the supervisor."""
NOTHING: Bodies = (b"", b"", b"")


class ForkOrder(NamedTuple):
    """What the new process is told."""

    kind: int
    said: Any
    source: memoryview
    code: memoryview
    files: memoryview
    descriptors: int
    """How many there are, from 0 up."""


class Forker:
    """The supervisor's hold on such a process."""

    def __init__(self) -> None:
        """None is alive yet."""
        self.pid = 0
        self.buried_s = 0.0
        """CPU seconds of those that are dead: no task's."""
        self._spent_s = 0.0
        self._is_idle = False
        """Whether it has done nothing since it was last asked for its time."""
        self._channel: socket.socket | None = None

    def take(self, pid: int, channel: socket.socket) -> None:
        """Hold the process `pid`, which listens at the other end of `channel`."""
        self.pid, self._channel = pid, channel
        self._is_idle = False

    def spent_s(self) -> float:
        """CPU seconds of all that served here, dead or alive."""
        if not self._is_idle:
            self._spent_s = process_s(self.pid) if self.pid else 0.0
            self._is_idle = True
        return self.buried_s + self._spent_s

    def make(self, kind: int, said: Any, bodies: Bodies, descriptors: list[int]) -> int:
        """Start a process and return its id; OSError where that fails."""
        channel = self._channel
        self._is_idle = False
        if channel is None:
            raise OSError("the process that forks was not started")
        data = marshal.dumps(said)
        parts = [PREFIX.pack(kind, len(data), *map(len, bodies)), data, *bodies]
        rights = struct.pack(f"{len(descriptors)}i", *descriptors)
        sent = channel.sendmsg(parts, [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
        for part in parts:
            if sent < len(part):
                channel.sendall(part[sent:])
            sent = max(0, sent - len(part))
        answer = channel.recv(ANSWER.size)
        if len(answer) < ANSWER.size:
            raise OSError("the process that forks is gone")
        (pid,) = ANSWER.unpack(answer)
        if pid < 0:
            raise OSError(-pid, f"no process could be forked: {os.strerror(-pid)}")
        return pid

    def bury(self) -> None:
        """End it."""
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
        self._is_idle = False


def serve(
    channel: socket.socket,
    fork: Callable[[int], int],
    be_born: Callable[[ForkOrder], NoReturn],
) -> NoReturn:
    """Until the supervisor is gone. `fork` gets the kind; `be_born` runs in the new process."""
    space = socket.CMSG_SPACE(CHANNEL * DESCRIPTOR)
    while True:
        prefix, ancillary, _, _ = channel.recvmsg(PREFIX.size, space)
        if not prefix:
            os._exit(0)
        kind, *lengths = PREFIX.unpack(prefix)
        data = bytearray(sum(lengths))
        view = memoryview(data)
        while view:
            got = channel.recv_into(view)
            if not got:
                os._exit(0)
            view = view[got:]
        reseed()
        pid = fork(kind)
        if not pid:
            try:
                be_born(_opened(kind, lengths, memoryview(data), ancillary))
            finally:
                os._exit(1)
        data[:] = bytes(len(data))  # the next process is a copy of this memory
        os.closerange(0, CHANNEL)
        channel.send(ANSWER.pack(pid))


def _opened(kind: int, lengths: list[int], data: memoryview, ancillary: list[Any]) -> ForkOrder:
    """In the new process, which pays for each page that it is the first to touch: few steps."""
    said, source, code, _ = lengths
    source += said
    code += source
    count = len(ancillary[0][2]) // DESCRIPTOR if ancillary else 0
    told = marshal.loads(data)  # noqa: S302  the supervisor's
    return ForkOrder(kind, told, data[said:source], data[source:code], data[code:], count)
