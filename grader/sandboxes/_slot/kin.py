"""The supervisor's own helpers, told apart from what a step left behind. Standard library only."""

import os
from contextlib import suppress

from grader.sandboxes._slot.forker import Forker


class StepProcesses:
    """Who may live below the supervisor between steps."""

    def __init__(self, process_table: int) -> None:
        """`process_table`: a `/proc` in which nobody can hide."""
        self.members: list[Forker] = []
        self._table = process_table
        self._children = -1
        own = os.getpid()
        with suppress(OSError):  # some kernels keep no list of children
            path = f"{own}/task/{own}/children"
            self._children = os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=process_table)

    def pids(self) -> set[int]:
        """Of those that live."""
        return {each.pid for each in self.members if each.pid}

    def is_alone(self) -> bool:
        """Whether nothing but they (or nothing at all) lives below the supervisor."""
        return self._below() <= self.pids()

    def spent_s(self) -> float:
        """CPU seconds of all that ever served here."""
        return sum(each.spent_s() for each in self.members)

    def buried_s(self) -> float:
        """CPU seconds of those that are dead."""
        return sum(each.buried_s for each in self.members)

    def _below(self) -> set[int]:
        if self._children >= 0:
            return {int(word) for word in os.pread(self._children, 4096, 0).split()}
        found = {int(name) for name in os.listdir(self._table) if name.isdigit()}
        return found - {os.getpid()}
