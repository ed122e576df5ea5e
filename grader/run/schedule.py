"""The order of repository jobs: longest first, those of one image together. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from grader.core.job import Job
from grader.core.task import HOST, Image, Task


def has_images(tasks: Mapping[str, Task]) -> bool:
    """Whether some task has an image of its own: only then is there anything to arrange."""
    return any(task.image.name != HOST for task in tasks.values())


def all_have_images(tasks: Mapping[str, Task]) -> bool:
    """Whether every task has an image of its own: then nothing runs on this machine's files."""
    return bool(tasks) and all(task.image.name != HOST for task in tasks.values())


def arranged(jobs: Sequence[Job], seconds: Mapping[str, float]) -> list[Job]:
    """`jobs` by expected duration, the longest first, and all of one image in a row.

    `seconds`: what samples of a task took, as far as that is known; another task's is expected to
    be their median. A long job that begins last keeps all workers but one waiting for it (Graham,
    "Bounds on Multiprocessing Timing Anomalies", 1969: longest first is within 4/3 of the best).
    An image is placed by its longest job. What is equal keeps its order.
    """
    usual = median(seconds.values()) if seconds else 0.0
    groups: dict[Image, list[Job]] = {}
    for job in jobs:
        groups.setdefault(job.task.image, []).append(job)

    def expected(job: Job) -> float:
        return seconds.get(job.task.id, usual)

    for group in groups.values():
        group.sort(key=expected, reverse=True)
    rows = sorted(groups.values(), key=lambda group: expected(group[0]), reverse=True)
    return [job for group in rows for job in group]


def images_of(jobs: Iterable[Job]) -> list[Image]:
    """The images that jobs need, each once, in the order of their first use."""
    return list(dict.fromkeys(job.task.image for job in jobs if job.task.image.name != HOST))


def renewed(known: Mapping[str, float], seen: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Durations by task: the mean of what was just seen, else what was known."""
    return {**known, **{task: sum(all_s) / len(all_s) for task, all_s in seen.items() if all_s}}
