"""Fetch the binary files that tasks' patches only link to: once, when a sample wants them."""

from hashlib import sha256
from pathlib import Path

from anyio import to_thread

from grader.benchmarks._data import cache_directory
from grader.core.job import Job
from grader.core.task import Task
from grader.engine.identity import task_identity
from grader.engine.remembered import RememberedByKey
from grader.errors import UsageError
from grader.graders._repo_assets import BinaryAsset
from grader.graders.repo import assets_of

FOLDER = "assets"
TASKS_MAX = 500
"""Tasks whose files are held, the last used ones."""
LARGEST_BYTES = 64 << 20


class TaskAssets:
    """Tasks with their files, by a task's content; one fetch at a time for each."""

    def __init__(self) -> None:
        """Nothing is here yet."""
        self._known: RememberedByKey[Task] = RememberedByKey(TASKS_MAX)

    async def informed(self, job: Job) -> Job:
        """The job with its task's files; each that cannot be had says why."""
        task = job.task
        if task.kind != "repo" or "assets" not in task.spec or not job.sample.body.strip():
            return job
        found = await self._known.get(
            task_identity(task), lambda: to_thread.run_sync(fetched, task)
        )
        spec = {**task.spec, "assets": found.spec["assets"]}
        return job.model_copy(update={"task": task.model_copy(update={"spec": spec})})


def fetched(task: Task) -> Task:
    """`task` with the content of its files, from the cache or from where they are published."""
    assets = [found(asset).model_dump(mode="json") for asset in assets_of(task)]
    return task.model_copy(update={"spec": {**task.spec, "assets": assets}})


def found(asset: BinaryAsset) -> BinaryAsset:
    """The file with its content, or with why there is none."""
    if asset.data is not None or not asset.url:
        return asset
    from grader.benchmarks._download import download  # noqa: PLC0415  urllib is slow to import

    place = cache_directory() / FOLDER / sha256(asset.url.encode()).hexdigest()
    try:
        if not place.is_file():
            download(asset.url, place, sha256="")
        return asset.model_copy(update={"data": content(place)})
    except (UsageError, OSError) as error:
        said = str(error).partition("; ")[0]
        return asset.model_copy(update={"trouble": f"{said}; put it at {place}, then --resume"})


def content(place: Path) -> bytes:
    """The bytes of a file of usual size."""
    size = place.stat().st_size
    if size > LARGEST_BYTES:
        raise UsageError(f"{place} has {size >> 20} MiB, more than {LARGEST_BYTES >> 20}")
    return place.read_bytes()
