"""Process ids begin at the same number for every step. Standard library only.

Otherwise a program could tell the next one something by how many processes it starts.
"""

import os
from contextlib import suppress

LAST = b"99"
"""As if this id had been given last: above those of the supervisor's own helpers."""


class ProcessIds:
    """The ids of this process' pid namespace."""

    def __init__(self, process_table: int) -> None:
        """`process_table` is a writable `/proc`; without the right to do this nothing happens."""
        self._last = -1
        with suppress(OSError):
            path = "sys/kernel/ns_last_pid"
            self._last = os.open(path, os.O_WRONLY | os.O_CLOEXEC, dir_fd=process_table)
            self.restart()

    def restart(self) -> None:
        """Before a step's first process is made."""
        if self._last >= 0:
            try:
                os.pwrite(self._last, LAST, 0)
            except OSError:
                self._last = -1
