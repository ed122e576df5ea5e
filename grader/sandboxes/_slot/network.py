"""See that no socket of a step outlives it. Standard library only.

A socket that was sent through itself has no owner any more and stays until the kernel looks for
such; a closed connection is remembered for a minute. Both would keep their addresses from the next
step.
"""

import os
import socket
import time

SOCKETS = "/proc/self/net/sockstat"
REMEMBERED = "sys/net/ipv4/tcp_max_tw_buckets"
PATIENCE_S = 1.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.0002, 0.02


class Network:
    """The network namespace of a slot."""

    def __init__(self, process_table: int) -> None:
        """Make the namespace forget connections at once; `process_table` is a writable `/proc`."""
        self._counts = os.open(SOCKETS, os.O_RDONLY | os.O_CLOEXEC)
        try:
            setting = os.open(REMEMBERED, os.O_WRONLY | os.O_CLOEXEC, dir_fd=process_table)
        except OSError:
            return  # some kernels keep this setting for the whole machine
        os.write(setting, b"0")
        os.close(setting)

    def sockets(self) -> int:
        """How many there are, of any family."""
        return int(os.pread(self._counts, 64, 0).split(maxsplit=3)[2])

    def settled(self, before: int) -> bool:
        """Whether there are no more sockets than `before`, after a look for ownerless ones."""
        deadline, pause = time.monotonic() + PATIENCE_S, FIRST_PAUSE_S
        while self.sockets() > before:
            if time.monotonic() > deadline:
                return False
            for end in socket.socketpair():
                end.close()  # closing any makes the kernel look
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)
        return True
