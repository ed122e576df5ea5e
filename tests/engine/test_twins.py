"""Identical samples are executed once, also while the first is still running."""

import tracemalloc

import anyio
import pytest

from grader.core.execution import Execution, Isolation, StepEnd, StepResult
from grader.core.job import Job, sample_digest
from grader.core.result import Outcome, Result, TestResult, Verdict
from grader.core.sample import Sample
from grader.core.task import Task
from grader.engine.twins import SampleTwins

pytestmark = pytest.mark.anyio
TASK = Task(id="t", benchmark="b", kind="function", spec={"tests": ""})


def job(index: int, text: str = "same") -> Job:
    return Job(task=TASK, sample=Sample(task_id="t", index=index, body=text))


class Attempts:
    """Attempts that wait until they are let go, and count."""

    def __init__(self, verdict: Verdict = Verdict.PASSED) -> None:
        self.count = 0
        self.verdict = verdict
        self.begun, self.go = anyio.Event(), anyio.Event()

    async def __call__(self, job: Job) -> Result:
        self.count += 1
        self.begun.set()
        await self.go.wait()
        return Result(task_id="t", index=job.sample.index, verdict=self.verdict)


async def test_once_waits_for_a_twin_that_is_still_running():
    twins, attempts = SampleTwins(), Attempts()
    found: list[Result] = []

    async def run(index: int) -> None:
        found.append(await twins.once(job(index), attempts))

    async with anyio.create_task_group() as group:
        group.start_soon(run, 0)
        await attempts.begun.wait()
        group.start_soon(run, 1)
        group.start_soon(run, 2)
        await anyio.wait_all_tasks_blocked()
        assert found == []
        attempts.go.set()
    assert attempts.count == 1
    assert sorted((each.index, each.same_as) for each in found) == [(0, None), (1, 0), (2, 0)]


async def test_once_attempts_again_after_a_twin_that_stayed_ungraded():
    twins, attempts = SampleTwins(), Attempts(Verdict.UNGRADED)
    attempts.go.set()
    await twins.once(job(0), attempts)
    await twins.once(job(1), attempts)
    assert attempts.count == 2


async def test_once_lets_a_waiting_twin_go_on_when_the_first_is_cancelled():
    twins, attempts = SampleTwins(), Attempts()
    found: list[Result] = []
    first = anyio.CancelScope()

    async def cancelled() -> None:
        with first:
            await twins.once(job(0), attempts)

    async def waiting() -> None:
        found.append(await twins.once(job(1), attempts))

    async with anyio.create_task_group() as group:
        group.start_soon(cancelled)
        await attempts.begun.wait()
        group.start_soon(waiting)
        await anyio.wait_all_tasks_blocked()
        first.cancel()
        attempts.go.set()
    assert [(each.index, each.same_as) for each in found] == [(1, None)]


async def test_once_tells_different_samples_apart():
    twins, attempts = SampleTwins(), Attempts()
    attempts.go.set()
    for index, text in enumerate(["a", "b"]):
        await twins.once(job(index, text), attempts)
    assert attempts.count == 2


async def test_once_forgets_the_least_recently_used():
    twins, attempts = SampleTwins(recent=2), Attempts()
    attempts.go.set()
    for index, text in enumerate(["a", "b", "a", "c", "a", "b"]):
        await twins.once(job(index, text), attempts)
    assert attempts.count == 4


async def test_once_recalls_a_twin_from_the_journal():
    stored = Result(task_id="t", index=5, verdict=Verdict.FAILED, reason="no")
    twins, attempts = SampleTwins({40: stored}.__getitem__), Attempts()
    twins.placed(sample_digest(job(0).sample), 40)
    found = await twins.once(job(6), attempts)
    assert (found.index, found.same_as, found.reason) == (6, 5, "no")
    assert attempts.count == 0


async def test_once_forgets_the_least_recently_used_place():
    stored = Result(task_id="t", index=5, verdict=Verdict.FAILED)
    twins, attempts = SampleTwins({40: stored}.__getitem__, size=2, recent=0), Attempts()
    attempts.go.set()
    for text in ("a", "b", "c"):
        twins.placed(sample_digest(job(0, text).sample), 40)
    for text in ("b", "a", "c"):
        await twins.once(job(6, text), attempts)
    assert attempts.count == 1


async def test_results_with_many_tests_count_for_many():
    async def attempt(job: Job) -> Result:
        tests = tuple(TestResult(name=str(each), outcome=Outcome.PASSED) for each in range(9))
        return Result(task_id="t", index=job.sample.index, verdict=Verdict.PASSED, tests=tests)

    twins = SampleTwins(recent=25)
    found = [await twins.once(job(*each), attempt) for each in enumerate("abcca")]
    assert [result.same_as for result in found] == [None, None, None, 2, None]


async def test_what_a_twin_printed_is_not_held():
    async def attempt(job: Job) -> Result:
        step = StepResult(name="s", ended=StepEnd.EXIT, stdout=bytes(1 << 20))
        facts = Execution(provider="p", isolation=Isolation(tier="none"), steps=(step,))
        return Result(task_id="t", index=job.sample.index, verdict=Verdict.PASSED, execution=facts)

    twins = SampleTwins()
    tracemalloc.start()
    for index in range(20):
        await twins.once(job(index, str(index)), attempt)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 1 << 20
