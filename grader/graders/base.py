"""What a grader is: two pure functions around an execution."""

from typing import Any, NamedTuple, Protocol

from grader.core.execution import Execution
from grader.core.job import Job
from grader.core.plan import Plan, Step
from grader.core.result import Result
from grader.core.sample import Sample
from grader.core.task import Task


class FollowUp(NamedTuple):
    """What is still to be done for a job; empty: nothing, it can be judged."""

    learn: str = ""
    """Name of what must be learned about the task first."""
    steps: tuple[Step, ...] = ()


class TaskLesson(NamedTuple):
    """What a task's own solution has shown, as JSON for `Task.spec`."""

    value: Any
    lasting: bool
    """Whether later runs may rest on it; what can be our own trouble is learned anew."""


class GraderModule(Protocol):
    """A member module of `graders/` has these functions at its top level.

    All are pure: no clock, disk, network or unseeded randomness.
    """

    def plan(self, job: Job) -> Plan:
        """What to run for `job`; TaskError where the task's own data is unusable."""
        ...

    # Optional: more(job, execution) -> tuple[Step, ...]: what must be run in the light of what has
    # been run; () ends the execution. A grader whose plans are known from the start has none.

    # Optional: later(job, execution) -> FollowUp: what is still to be done, or learned of the task,
    # in the light of what has been run. With it come survey(task, what) -> Plan | None,
    # survey_more(task, what, execution) -> tuple[Step, ...] and surveyed(task, what, execution) ->
    # TaskLesson.

    # Optional: wants_first(task) -> str: what must be learned of the task before plan(job); '' for
    # nothing. It is asked again until it wants nothing.

    # Optional: JUDGED_APART = True: judging may take without end, and happens in a process of its
    # own. takes_long(job, execution) -> bool: whether `more` and `judge` do, here and now, though
    # they come to an end.

    # Optional: audit(task) -> Plan and audited(task, execution, layers) -> ImageAudit: a
    # look into the image that tasks of this kind run in, for what leads to their solution, whose
    # lines telling(task) names.

    def judge(self, job: Job, execution: Execution) -> Result:
        """What `execution` means. Must not raise for anything that a sample can cause."""
        ...

    def reference(self, task: Task) -> Sample | None:
        """The task's own solution as a sample with index 0; None where it has none."""
        ...

    def empty(self, task: Task) -> Sample:
        """A sample that solves nothing and must not pass."""
        ...
