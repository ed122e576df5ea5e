"""Learn about a task from its own solution, once, before its samples are graded."""

from functools import partial

from anyio import Lock

from grader import plugins
from grader.core.activity import enter
from grader.core.execution import Execution
from grader.core.job import Job
from grader.core.task import Task
from grader.engine.drive import Starved, execute
from grader.errors import InfraError
from grader.sandboxes.base import Provider

TRIES = 3


class Surveys:
    """What was learned, by task; one survey at a time for each."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._known: dict[str, Task] = {}
        # The race: two samples of one task begin together, and both would run its survey.
        self._locks: dict[str, Lock] = {}

    async def informed(self, job: Job, provider: Provider) -> Job:
        """The job with what its task's survey shows, where its grader has surveys."""
        grader = plugins.load("graders", job.task.kind)
        if job.reading != "strict" or not hasattr(grader, "survey"):
            return job
        enter("survey")
        async with self._locks.setdefault(job.task.id, Lock()):
            if job.task.id not in self._known:
                self._known[job.task.id] = await surveyed(job.task, provider)
        return job.model_copy(update={"task": self._known[job.task.id]})


async def surveyed(task: Task, provider: Provider) -> Task:
    """Run the survey; what is ours to blame is tried again and then raised as InfraError."""
    grader = plugins.load("graders", task.kind)
    plan = grader.survey(task)
    if plan is None:
        nothing = Execution(provider=provider.name, isolation=provider.isolation)
        return grader.surveyed(task, nothing)
    reason = ""
    for _ in range(TRIES):
        try:
            execution = await execute(plan, provider, partial(grader.survey_more, task))
            return grader.surveyed(task, execution)
        except Starved as starved:
            reason = f"busy host: {starved}"
    raise InfraError(f"survey of task '{task.id}': {reason}")
