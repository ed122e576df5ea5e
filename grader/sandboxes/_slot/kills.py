"""Whose limit it was that the kernel killed a process for. Standard library only."""

from typing import TYPE_CHECKING

from grader.sandboxes._slot.waiting import read

if TYPE_CHECKING:
    from grader.sandboxes._slot.cgroup import Counted

OWN = "memory", "oom_kill"
ELSEWHERE = "memory", "memory ran out elsewhere"
NEAR = 0.5
"""Seen beyond this part of its limit, a process without a control group may have leapt over it."""


class Kills:
    """The kernel's counters, before a step and after it."""

    def __init__(self, group: "Counted | None", process_table: int) -> None:
        """`group`: the slot's; without one there is only the machine's counter."""
        self.group = group
        self.process_table = process_table
        self._kills = self._refusals = 0
        self._on_machine = 0 if group else self._machine_kills()

    def begin(self) -> None:
        """A step begins."""
        if self.group:
            self._kills, self._refusals = self.group.kills(), self.group.refusals()

    def found(self, *, killed: bool, share: float) -> tuple[str, str] | None:
        """How the step ended, if it was for want of memory: by its own limit, or by another's.

        `killed`: whether its process ended by SIGKILL. `share`: of its limit, as far as was seen.
        """
        if self.group:
            if self.group.kills() <= self._kills:
                return None
            return OWN if self.group.refusals() > self._refusals else ELSEWHERE
        if not killed:
            return None
        before, self._on_machine = self._on_machine, self._machine_kills()
        if self._on_machine <= before:
            return None
        return OWN if share > NEAR else ELSEWHERE

    def _machine_kills(self) -> int:
        words = read("vmstat", self.process_table, 1 << 16).split()
        return int(words[words.index(b"oom_kill") + 1]) if b"oom_kill" in words else 0
