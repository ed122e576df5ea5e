"""CPU time of a slot's tasks, by its control group's clock. Standard library only."""

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.sandboxes._slot.cgroup import CountedGroup
    from grader.sandboxes._slot.kin import StepProcesses


class TasksClock:
    """What the whole group has used, less what the supervisor and its kin have."""

    def __init__(self, group: "CountedGroup", kin: "StepProcesses") -> None:
        """`group` has a clock."""
        self._group = group
        self._kin = kin
        self._last_s = -1.0

    def now_s(self) -> float:
        """CPU seconds of all tasks until now, dead or alive."""
        self._last_s = self._group.processor_s() - time.process_time() - self._kin.spent_s()
        return self._last_s

    def before_s(self) -> float:
        """The same before a step: no task has lived since the last look, after the step before."""
        return self._last_s if self._last_s >= 0 else self.now_s()

    def forget(self) -> None:
        """A process that is no step's has lived."""
        self._last_s = -1.0
