"""Whose limit it was that the kernel killed a process for. Standard library only."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.sandboxes._slot.cgroup import CountedGroup

OWN = "memory", "oom_kill"
ELSEWHERE = "memory", "memory ran out elsewhere"
VMSTAT_BYTES = 1 << 16
NEAR = 0.5
"""Seen beyond this part of its limit, a process without a control group may have leapt over it."""


class KillCounters:
    """The kernel's counters, before a step and after it."""

    def __init__(self, group: "CountedGroup | None", process_table: int) -> None:
        """`group`: the slot's; without one there is only the machine's counter."""
        self.group = group
        self.process_table = process_table
        self._on_machine = 0
        self._kills, self._refusals = self._counts()
        self._counters = -1
        """Open from the first step on: it is read before every one."""

    def begin(self) -> None:
        """A step begins. Of a group what was counted last still holds: nothing lives in between."""
        if not self.group:
            self._on_machine = self._machine_kills()

    def forget(self) -> None:
        """What was killed until now is no step's."""
        self._kills, self._refusals = self._counts()

    def found(self, *, killed: bool, share: float) -> tuple[str, str] | None:
        """How the step ended, if it was for want of memory: by its own limit, or by another's.

        `killed`: whether its process ended by SIGKILL. `share`: of its limit, as far as was seen.
        """
        if self.group:
            (kills, refusals), before = self._counts(), (self._kills, self._refusals)
            self._kills, self._refusals = kills, refusals
            if kills <= before[0]:
                return None
            return OWN if refusals > before[1] else ELSEWHERE
        if not killed or self._machine_kills() <= self._on_machine:
            return None
        return OWN if share > NEAR else ELSEWHERE

    def _counts(self) -> tuple[int, int]:
        return (self.group.kills(), self.group.refusals()) if self.group else (0, 0)

    def _machine_kills(self) -> int:
        """How many the kernel has killed in all; 0 where it does not say."""
        try:
            if self._counters < 0:
                flags = os.O_RDONLY | os.O_CLOEXEC
                self._counters = os.open("vmstat", flags, dir_fd=self.process_table)
            text = os.pread(self._counters, VMSTAT_BYTES, 0)
        except OSError:
            return 0
        _, _, after = text.partition(b"\noom_kill ")
        return int(after.split(None, 1)[0]) if after else 0
