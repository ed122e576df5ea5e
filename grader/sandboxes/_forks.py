"""Sockets that a forked child must not hold: whoever is behind them waits for their end."""

import os
import socket
from weakref import WeakSet

_HELD: WeakSet[socket.socket] = WeakSet()


def forget_in_forks(channel: socket.socket) -> None:
    """See that a child forked from now on closes its copy at once."""
    _HELD.add(channel)


def _forget() -> None:
    for channel in list(_HELD):
        channel.close()
    _HELD.clear()


os.register_at_fork(after_in_child=_forget)
