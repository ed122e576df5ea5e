"""What a verdict is of: the digest of all that decides it, and never a name that a caller chose.

Two callers may call different tasks by one id, and one task by two: what is shared between jobs is
found by content. The place (machine, environment, this engine's code) is the open engine's own.
"""

from grader.core.job import Job
from grader.core.record import digest
from grader.core.task import Task

NAMES = {"id", "benchmark", "known_broken"}
"""What a task is called and what is said about it: nothing of that decides."""


def task_identity(task: Task) -> str:
    """Hex SHA-256 of a task's kind, image, limits and spec, its tests among them."""
    return digest(task.model_dump_json(exclude=NAMES).encode(errors="surrogatepass"))


def job_identity(job: Job) -> str:
    """Hex SHA-256 of a task, a sample's text and how it is to be judged."""
    sample = job.sample
    return digest(
        task_identity(job.task).encode(),
        sample.body.encode(errors="surrogatepass"),
        b"whole" if sample.whole else b"",
        sample.defect.encode(errors="surrogatepass"),
        job.trust.encode(),
        job.reading.encode(),
    )
