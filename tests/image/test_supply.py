"""Images come before their jobs and go after them: a real registry, a real engine, a small disk."""

import os

import anyio
import pytest

from grader.core.container import ContainerOptions
from grader.core.job import Job
from grader.core.result import Result
from grader.core.sample import Sample
from grader.core.task import Image, Task
from grader.executors.local import running
from grader.run.agenda import JobAgenda
from grader.sandboxes.base import ProviderSettings
from grader.sandboxes.docker import open_provider
from tests.image.registry import only_there

pytestmark = [pytest.mark.docker, pytest.mark.anyio]
MB = 1 << 20
COUNT, EACH_MB = 5, 4


@pytest.fixture
def images(engine, real_registry, tmp_path):
    """Names of images of 4 MiB that only the registry has."""
    names = [f"127.0.0.1:{real_registry}/supply/{number}:1" for number in range(COUNT)]
    with only_there(engine, names, size_mb=EACH_MB, folder=tmp_path):
        yield names


async def flow(jobs):
    for job in jobs:
        yield job


def job(name):
    task = Task(id=name, benchmark="b", kind="repo", image=Image(name=name), spec={})
    return Job(task=task, sample=Sample(task_id=name, index=0, body="x"))


def there(engine, images):
    return [name for name in images if engine.images(name)]


async def test_images_are_there_in_time_and_gone_in_time(engine, images, tmp_path):
    """Room for two images, five to see: never more than three are there, and none is missed."""
    settings = ProviderSettings(
        run_id=f"supply{os.getpid()}",
        containers=ContainerOptions(image="grader-tests/none:1"),
        images_record=tmp_path / "images.json",
        disk_budget_mb=2 * EACH_MB + 2,
    )
    counts, waited = [], []

    async with open_provider(settings) as provider:
        agenda = JobAgenda(flow([job(name) for name in images]), {}, window=100)

        async def attempt(job):
            waited.append(not engine.images(job.task.image.name))
            await provider.image(job.task.image)
            await anyio.sleep(0.6)  # what a sample takes, meanwhile the next image comes
            counts.append(len(there(engine, images)))
            return Result(task_id=job.task.id, index=0, verdict="passed")

        attempt = agenda.watched(attempt, lambda _: None)
        async with (
            agenda.fetching(provider, ahead=1),
            running(agenda.jobs(), attempt, workers=1) as results,
        ):
            found = [result.task_id async for result in results]
    assert sorted(found) == sorted(images)
    assert max(counts) <= 2
    assert not all(waited)
    assert len(there(engine, images)) <= 2


async def test_without_a_budget_everything_stays(engine, images, tmp_path):
    settings = ProviderSettings(
        run_id=f"supply{os.getpid()}",
        containers=ContainerOptions(image="grader-tests/none:1"),
        images_record=tmp_path / "images.json",
    )
    async with open_provider(settings) as provider:
        provider.needed = frozenset
        for name in images:
            await provider.image(Image(name=name))
            assert await provider.has_room()
    assert there(engine, images) == images
