"""See that no socket of a step outlives it, and no trace of one. Standard library only.

A socket that was sent through itself has no owner any more and stays until the kernel looks for
such; a closed connection is remembered for a minute. Both would keep their addresses from the next
step. And what was sent is counted for as long as the namespace lives, for everybody in it to read.
"""

import os
import socket
import time
from contextlib import suppress

from grader.sandboxes._slot import kernel, walls

SOCKETS = "/proc/self/net/sockstat"
COUNTERS = ("/proc/self/net/snmp", "/proc/self/net/snmp6")
"""Every packet and every refused one is counted here; about 12 µs each."""
COUNTERS_BYTES = 16 << 10
SETTINGS = {
    "tcp_max_tw_buckets": b"0",
    "tcp_rmem": b"4096 65536 106496",
    "tcp_wmem": b"4096 65536 106496",
}
"""Forget connections at once; what a connection holds back is small, as no limit of memory counts
it: together what any other socket may hold (net.core.wmem_default)."""
PATIENCE_S = 1.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.0002, 0.02


class SlotNetwork:
    """The network namespace of a slot."""

    def __init__(self, process_table: int, *, own: bool) -> None:
        """`process_table` is a writable `/proc`; `own`: this process may make such namespaces."""
        self._process_table = process_table
        self._own = own
        self._open: list[int] = []
        self._known = -1
        self._enter()

    def _enter(self) -> None:
        """Settle in this process' namespace."""
        for descriptor in self._open:
            os.close(descriptor)
        self._counts = os.open(SOCKETS, os.O_RDONLY | os.O_CLOEXEC)
        self._counters: list[int] = []
        for path in COUNTERS:
            with suppress(OSError):  # without IPv6 there is but one
                self._counters.append(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
        self._open = [self._counts, *self._counters]
        for name, value in SETTINGS.items():
            with suppress(OSError):  # some kernels keep such settings for the whole machine
                path = f"sys/net/ipv4/{name}"
                setting = os.open(path, os.O_WRONLY | os.O_CLOEXEC, dir_fd=self._process_table)
                try:
                    os.write(setting, value)
                finally:
                    os.close(setting)
        self._seen = self._counted()
        self.forget()

    def is_used(self) -> bool:
        """Whether a packet was sent, or tried, since this namespace is in use."""
        return self._counted() != self._seen

    def renew(self) -> int:
        """Enter a new namespace and return a descriptor of it; OSError where that cannot be."""
        if not self._own:
            raise OSError("no network namespace can be made here")
        kernel.unshare(kernel.NEWNET)
        walls.loopback_up()
        self._enter()
        return os.open("self/ns/net", os.O_RDONLY | os.O_CLOEXEC, dir_fd=self._process_table)

    def _counted(self) -> list[bytes]:
        return [os.pread(each, COUNTERS_BYTES, 0) for each in self._counters]

    def sockets(self) -> int:
        """How many there are, of any family."""
        return int(os.pread(self._counts, 64, 0).split(maxsplit=3)[2])

    def before(self) -> int:
        """How many sockets there are before a step: as many as after the last one."""
        if self._known < 0:
            self._known = self.sockets()
        return self._known

    def forget(self) -> None:
        """The supervisor has made a socket that stays."""
        self._known = -1

    def settled(self, before: int) -> bool:
        """Whether there are no more sockets than `before`, after a look for ownerless ones."""
        deadline, pause = time.monotonic() + PATIENCE_S, FIRST_PAUSE_S
        while (now := self.sockets()) > before:
            if time.monotonic() > deadline:
                return False
            for end in socket.socketpair():
                end.close()  # closing any makes the kernel look
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)
        self._known = now
        return True
