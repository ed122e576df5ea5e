"""Repository jobs begin with the longest, image by image; others are left alone."""

import itertools

import anyio
import anyio.lowlevel
import pytest

from grader.core.job import Job
from grader.core.result import Result
from grader.core.sample import Sample
from grader.core.task import Image, Task
from grader.errors import ImageError, InfraError, SandboxError
from grader.run.agenda import JobAgenda
from grader.run.schedule import arranged, has_images, images_of, renewed


def job(task_id, image="x:1", index=0):
    task = Task(id=task_id, benchmark="b", kind="repo", image=Image(name=image), spec={})
    return Job(task=task, sample=Sample(task_id=task_id, index=index, body="p"))


def names(jobs):
    return [each.task.id for each in jobs]


def test_longest_begins_first():
    jobs = [job("short", "a"), job("long", "b"), job("middle", "c")]
    assert names(arranged(jobs, {"short": 1, "long": 9, "middle": 5})) == [
        "long",
        "middle",
        "short",
    ]


def test_task_that_is_not_known_is_expected_to_be_usual():
    jobs = [job("new", "a"), job("long", "b"), job("short", "c")]
    assert names(arranged(jobs, {"long": 9, "short": 1, "other": 5})) == ["long", "new", "short"]


def test_jobs_of_one_image_are_together_and_placed_by_the_longest():
    jobs = [job("a1", "a"), job("b1", "b"), job("a2", "a"), job("c1", "c")]
    seconds = {"a1": 1, "a2": 9, "b1": 5, "c1": 7}
    assert names(arranged(jobs, seconds)) == ["a2", "a1", "c1", "b1"]


def test_nothing_known_keeps_the_order_image_by_image():
    jobs = [job("a1", "a"), job("b1", "b"), job("a2", "a")]
    assert names(arranged(jobs, {})) == ["a1", "a2", "b1"]


def test_no_job_is_lost_whatever_is_known():
    jobs = [job(f"t{n}", f"i{n % 3}", n) for n in range(20)]
    for known in itertools.combinations(range(20), 2):
        found = arranged(jobs, {f"t{n}": float(n) for n in known})
        assert sorted(names(found)) == sorted(names(jobs))


def test_longest_first_ends_earlier_than_the_given_order():
    """Two workers, eight short jobs and a long one at the end: 8 s instead of 12."""
    seconds = {f"s{n}": 1.0 for n in range(8)} | {"long": 8.0}

    def end(jobs):
        free = [0.0, 0.0]
        for each in jobs:
            free.sort()
            free[0] += seconds[each.task.id]
        return max(free)

    jobs = [job(name, name) for name in seconds]
    assert (end(jobs), end(arranged(jobs, seconds))) == (12.0, 8.0)


def test_only_tasks_with_images_are_arranged():
    host = job("h", "host").task
    assert not has_images({"h": host})
    assert has_images({"h": host, "r": job("r").task})
    assert images_of([job("h", "host"), job("a", "a"), job("b", "a")]) == [Image(name="a")]


def test_durations_are_those_that_were_just_seen():
    assert renewed({"a": 1.0, "b": 2.0}, {"b": [4.0, 6.0], "c": [3.0], "d": []}) == {
        "a": 1.0,
        "b": 5.0,
        "c": 3.0,
    }


async def flow(jobs):
    for each in jobs:
        yield each


class Shelf:
    """Images of a provider; those in `gone` cannot be had."""

    needed = None

    def __init__(self, gone=()):
        self.full = False
        self.asked = []
        self.gone = gone

    async def has_room(self):
        if self.full == "broken":
            raise SandboxError("no engine")
        return not self.full

    async def image(self, image):
        self.asked.append(image.name)
        await anyio.lowlevel.checkpoint()
        if image.name in self.gone:
            raise ImageError("no such image")


async def passed(job):
    return Result(task_id=job.task.id, index=job.sample.index, verdict="passed")


@pytest.mark.anyio
async def test_images_are_ready_before_their_jobs_and_not_too_far_ahead():
    jobs = [job(f"t{n}", f"i{n}") for n in range(6)]
    agenda = JobAgenda(flow(jobs), {}, window=100)
    shelf = Shelf(gone={"i2"})
    async with agenda.fetching(shelf, ahead=2):
        number = 0
        async for each in agenda.jobs():
            await anyio.wait_all_tasks_blocked()
            assert shelf.asked[-1] == f"i{min(number + 2, 5)}"
            assert each.task.image in agenda.needed()
            await agenda.watched(passed, lambda _: None)(each)
            assert each.task.image not in agenda.needed()
            number += 1
    assert shelf.asked == ["i1", "i2", "i3", "i4", "i5"]


@pytest.mark.anyio
async def test_image_is_needed_until_the_last_of_its_jobs_has_ended():
    async def fails(job):
        raise InfraError("no engine")

    agenda = JobAgenda(flow([job("a", "i"), job("b", "i")]), {}, window=100)
    first, second = [each async for each in agenda.jobs()]
    with pytest.raises(InfraError):
        await agenda.watched(fails, pytest.fail)(first)
    assert agenda.needed() == {Image(name="i")}
    await agenda.watched(passed, lambda _: None)(second)
    assert not agenda.needed()


@pytest.mark.anyio
async def test_windows_follow_each_other_and_streams_flow():
    jobs = [job(f"t{n}", f"i{n}") for n in range(7)]
    seconds = {f"t{n}": float(n) for n in range(7)}
    agenda = JobAgenda(flow(jobs), seconds, window=3)
    found = names([each async for each in agenda.jobs()])
    assert found == ["t2", "t1", "t0", "t5", "t4", "t3", "t6"]
    single = JobAgenda(flow(jobs), seconds, window=1)
    assert names([each async for each in single.jobs()]) == names(jobs)


@pytest.mark.anyio
async def test_error_beside_the_fetching_is_raised_as_it_is():
    agenda = JobAgenda(flow([]), {}, window=3)
    with pytest.raises(KeyError):
        async with agenda.fetching(Shelf(), ahead=2):
            raise KeyError


@pytest.mark.anyio
@pytest.mark.parametrize("full", [True, "broken"])
async def test_nothing_is_fetched_ahead_without_room(full):
    agenda = JobAgenda(flow([job(f"t{n}", f"i{n}") for n in range(4)]), {}, window=100)
    shelf = Shelf()
    shelf.full = full
    async with agenda.fetching(shelf, ahead=2):
        async for each in agenda.jobs():
            await anyio.wait_all_tasks_blocked()
            if each.task.id == "t1":
                assert shelf.asked == []
                shelf.full = False
            await agenda.watched(passed, lambda _: None)(each)
    assert shelf.asked in (["i2", "i3"], ["i3"])
    assert shelf.needed() == frozenset()
