"""Grade what was left of tasks, in real containers."""

import base64
import json

from grader.benchmarks.harbor import benchmark
from grader.core.container import ContainerOptions
from grader.core.job import Job
from grader.core.sample import Sample
from grader.engine.attempt import attempt
from grader.engine.learning.survey import TaskSurveys
from grader.graders._harbor_left import LeftEntry, packed
from grader.sandboxes.base import ProviderSettings
from grader.sandboxes.docker import open_provider


def entry(path, text, mode=0o755):
    return LeftEntry(path, mode, data=text.encode())


def left(*entries):
    """A sample of these entries, as they would come in a tar file."""
    return json.dumps({"archive": base64.b64encode(packed(entries)).decode()})


def tasks_in(folder):
    found = benchmark()
    return {task.id.rpartition("/")[2]: task for task in found.tasks(found.locate(folder))}


async def graded(task, body, run_id):
    """The result of one sample, with all that the engine does around it."""
    settings = ProviderSettings(
        run_id=run_id, programs=False, containers=ContainerOptions(pull="never")
    )
    job = Job(task=task, sample=Sample(task_id=task.id, index=0, body=body, whole=True))
    async with open_provider(settings) as provider:
        return await attempt(job, provider, surveys=TaskSurveys())
