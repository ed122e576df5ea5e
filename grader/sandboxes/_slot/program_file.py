"""Where a program's tracebacks and `__file__` say that it is. Standard library only."""

import os
from contextlib import suppress

from grader.sandboxes._slot.scratch import ScratchSpace
from grader.sandboxes._slot.traces import SlotTraces

RIGHTS = 0o644


class ProgramFile:
    """The file of a slot's programs in their working directory.

    Where they can change neither it nor its name, being another user's, it stays for the next one
    and gets new contents: no folder is changed by that.
    """

    def __init__(self, place: ScratchSpace, traces: SlotTraces, *, stays: bool) -> None:
        """`stays`: programs are another user's, and what they leave is told by `traces`."""
        self._place = place
        self._traces = traces
        self._stays = stays and place.forgets
        self.path = ""
        """Of the file that is there now, or empty."""
        self._descriptor = -1

    def put(self, path: str, source: memoryview | bytes) -> None:
        """Have the program at `path`, and at no other."""
        if path != self.path:
            self.remove()
            flags = os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC
            self._descriptor, self.path = os.open(path, flags, RIGHTS), path
            self._traces.forget()
        else:
            os.ftruncate(self._descriptor, 0)
        view, position = memoryview(source), 0
        while position < len(view):
            position += os.pwrite(self._descriptor, view[position:], position)

    def leave(self) -> None:
        """After a step."""
        if not self._stays:
            self.remove()

    def remove(self) -> None:
        """Have none."""
        if self.path:
            with suppress(OSError):  # a program of the same user may have been first
                os.unlink(self.path)
            self.forget()
            self._traces.forget()

    def forget(self) -> None:
        """It is gone with all that lay around it."""
        if self.path:
            os.close(self._descriptor)
        self.path, self._descriptor = "", -1
