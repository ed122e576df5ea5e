"""The local executor: order, bounds, errors, cancellation."""

from collections.abc import AsyncIterator, Iterator

import anyio
import pytest

from grader.core.job import Job
from grader.core.result import Result
from grader.core.sample import Sample
from grader.core.task import Task
from grader.errors import ProviderError, UsageError
from grader.executors.local import BUFFER, running

pytestmark = pytest.mark.anyio
TASK = Task(id="t", benchmark="b", kind="function", spec={})


def jobs(count: int) -> Iterator[Job]:
    for index in range(count):
        yield Job(task=TASK, sample=Sample(task_id="t", index=index, body=""))


async def slow_jobs(count: int) -> AsyncIterator[Job]:
    for job in jobs(count):
        await anyio.lowlevel.checkpoint()
        yield job


async def at_once(job: Job) -> Result:
    await anyio.lowlevel.checkpoint()
    return Result(task_id="t", index=job.sample.index, verdict="passed")


@pytest.mark.parametrize("source", [jobs, slow_jobs])
@pytest.mark.parametrize("workers", [1, 3, 50])
async def test_running_gives_one_result_for_each_job(source, workers):
    async with running(source(40), at_once, workers=workers) as results:
        found = [result.index async for result in results]
    assert sorted(found) == list(range(40))


async def test_running_without_jobs_ends():
    async with running([], at_once, workers=3) as results:
        assert [result async for result in results] == []


async def test_running_attempts_no_more_than_workers_at_a_time():
    now = most = 0

    async def attempt(job: Job) -> Result:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await anyio.lowlevel.checkpoint()
        now -= 1
        return await at_once(job)

    async with running(jobs(30), attempt, workers=4) as results:
        async for _ in results:
            pass
    assert most == 4


@pytest.mark.parametrize("workers", [1, 4])
async def test_running_pulls_jobs_only_as_results_are_taken(workers):
    pulled = 0

    def counted() -> Iterator[Job]:
        nonlocal pulled
        for job in jobs(10_000):
            pulled += 1
            yield job

    async with running(counted(), at_once, workers=workers) as results:
        for taken in range(5):
            await anyio.wait_all_tasks_blocked()
            assert pulled <= taken + workers * (BUFFER + 2)
            await anext(results)


async def test_running_raises_what_an_attempt_raised():
    async def attempt(job: Job) -> Result:
        if job.sample.index == 7:
            raise UsageError("number 7")
        return await at_once(job)

    with pytest.raises(UsageError, match="number 7"):
        async with running(jobs(100), attempt, workers=3) as results:
            async for _ in results:
                pass


async def test_running_raises_what_the_source_raised():
    async def source() -> AsyncIterator[Job]:
        async for job in slow_jobs(5):
            yield job
        raise UsageError("line 6")

    with pytest.raises(UsageError, match="line 6"):
        async with running(source(), at_once, workers=3) as results:
            async for _ in results:
                pass


async def test_running_raises_one_error_where_all_workers_meet_the_same_trouble():
    met: list[int] = []
    all_are_here = anyio.Event()

    async def attempt(job: Job) -> Result:
        met.append(job.sample.index)
        if len(met) == 3:
            all_are_here.set()
        await all_are_here.wait()
        raise ProviderError(f"the engine is gone, says {job.sample.index}")

    with pytest.raises(ProviderError, match="the engine is gone"):
        async with running(jobs(9), attempt, workers=3) as results:
            async for _ in results:
                pass
    assert sorted(met) == [0, 1, 2]


async def test_running_raises_what_its_reader_raised():
    with pytest.raises(UsageError, match="enough"):
        async with running(jobs(100), at_once, workers=3) as results:
            await anyio.wait_all_tasks_blocked()  # all workers wait to hand over a result
            async for _ in results:
                raise UsageError("enough")


async def test_running_left_early_cancels_what_still_runs():
    ended: list[int] = []

    async def attempt(job: Job) -> Result:
        if job.sample.index == 0:
            return await at_once(job)
        try:
            await anyio.sleep_forever()
        finally:
            ended.append(job.sample.index)
        raise AssertionError

    async with running(jobs(100), attempt, workers=3) as results:
        assert (await anext(results)).index == 0
        await anyio.wait_all_tasks_blocked()
    assert sorted(ended) == [1, 2, 3]


async def test_running_cancelled_from_outside_leaves_nothing_running():
    async def attempt(job: Job) -> Result:
        await anyio.sleep_forever()
        raise AssertionError

    with anyio.move_on_after(0.05) as scope:
        async with running(jobs(10), attempt, workers=3) as results:
            async for _ in results:
                pass
    assert scope.cancelled_caught
