"""What a grader is: two pure functions around an execution."""

from typing import Protocol

from grader.core.execution import Execution
from grader.core.job import Job
from grader.core.plan import Plan
from grader.core.result import Result
from grader.core.sample import Sample
from grader.core.task import Task


class Grader(Protocol):
    """A member module of `graders/` has these functions at its top level.

    All are pure: no clock, disk, network or unseeded randomness.
    """

    def plan(self, job: Job) -> Plan:
        """What to run for `job`; TaskError where the task's own data is unusable."""
        ...

    # Optional: more(job, execution) -> tuple[Step, ...]: what must be run in the light of what has
    # been run; () ends the execution. A grader whose plans are known from the start has none.

    # Optional: JUDGED_APART = True: judging may take long, and happens in a process of its own.

    # Optional: audit(task) -> Plan and audited(task, execution) -> ImageAudit: a look into the
    # image that tasks of this kind run in, for what leads to their solution.

    def judge(self, job: Job, execution: Execution) -> Result:
        """What `execution` means. Must not raise for anything that a sample can cause."""
        ...

    def reference(self, task: Task) -> Sample | None:
        """The task's own solution as a sample with index 0; None where it has none."""
        ...

    def empty(self, task: Task) -> Sample:
        """A sample that solves nothing and must not pass."""
        ...
