"""One sample through plan, execution and judgement, with trouble of our own on the way."""

from contextlib import asynccontextmanager

import pytest

from grader.core.execution import NOT_RUN, Isolation, StepEnd, StepResult
from grader.core.job import Job
from grader.core.result import Verdict
from grader.core.sample import Sample
from grader.core.task import Image, Task
from grader.engine.attempt import attempt
from grader.engine.gate.syntax import open_gate
from grader.engine.learning.survey import TaskSurveys
from grader.errors import BrokenByError, SandboxError
from grader.sandboxes import null
from grader.sandboxes.base import ProviderSettings

pytestmark = pytest.mark.anyio
SCRIPT = (
    "set -x\n: '>>>>> Start Test Output'\npytest -rA tests/test_a.py\n: '>>>>> End Test Output'\n"
)
SPEC = {
    "prompt": "def add(a, b):\n",
    "tests": "assert add(1, 2) == 3\n",
    "entry_point": "add",
    "reference": "    return a + b\n",
}


def job(body: str, **spec) -> Job:
    task = Task(id="t/1", benchmark="b", kind="function", spec={**SPEC, **spec})
    return Job(task=task, sample=Sample(task_id="t/1", index=4, body=body))


@pytest.fixture
async def provider():
    async with null.open_provider(ProviderSettings(run_id="x", allow_weak=True)) as opened:
        yield opened


class Counting:
    """A provider in front of another one: counts, and answers first with what it is given."""

    def __init__(self, inner, *first):
        self.inner, self.first, self.runs = inner, list(first), 0
        self.name, self.isolation, self.python = inner.name, inner.isolation, inner.python

    @asynccontextmanager
    async def sandbox(self, plan):
        async with self.inner.sandbox(plan):
            yield self

    async def run(self, step, limits):
        self.runs += 1
        return self.first.pop(0) if self.first else await self.inner.run(step, limits)


async def test_attempt_judges_at_the_first_go(provider):
    counting = Counting(provider)
    result = await attempt(job("    return a + b\n"), counting)
    assert (result.verdict, result.attempts, result.index) == (Verdict.PASSED, 1, 4)
    assert result.plan_digest
    assert result.sample_digest


async def test_attempt_leaves_ungraded_what_keeps_failing(provider):
    counting = Counting(provider)
    result = await attempt(job("    return a + b  # null: infra\n"), counting, retries=2)
    assert (result.verdict, result.attempts, counting.runs) == (Verdict.UNGRADED, 3, 3)
    assert "asked to fail" in result.reason
    assert result.execution is None


async def test_attempt_tries_again_after_trouble_of_ours(provider, tmp_path):
    marker = tmp_path / "repaired"

    class Repairing(Counting):
        async def run(self, step, limits):
            try:
                return await super().run(step, limits)
            finally:
                marker.touch()

    body = f"    return a + b  # null: infra until {marker}\n"
    result = await attempt(job(body), Repairing(provider))
    assert (result.verdict, result.attempts) == (Verdict.PASSED, 2)


class Breaking(Counting):
    """A provider whose sandboxes break, each time in the next of the given ways."""

    async def run(self, step, limits):
        self.runs += 1
        if self.first:
            raise self.first.pop(0)
        return await self.inner.run(step, limits)


async def test_attempt_blames_what_breaks_every_sandbox_it_runs_in(provider):
    breaking = Breaking(provider, *[BrokenByError("why") for _ in range(3)])
    result = await attempt(job("    return a + b\n"), breaking, retries=2)
    assert (result.verdict, result.attempts) == (Verdict.ERROR, 3)
    assert result.reason == "broke its sandbox 3 times: why"


@pytest.mark.parametrize("place", range(3))
async def test_attempt_blames_nobody_where_one_sandbox_broke_before_the_program(provider, place):
    errors: list[Exception] = [BrokenByError("why") for _ in range(3)]
    errors[place] = SandboxError("no room")
    result = await attempt(job("    return a + b\n"), Breaking(provider, *errors), retries=2)
    assert result.verdict is Verdict.UNGRADED


async def test_attempt_blames_nobody_after_a_single_try(provider):
    breaking = Breaking(provider, BrokenByError("why"))
    result = await attempt(job("    return a + b\n"), breaking, retries=0)
    assert result.verdict is Verdict.UNGRADED


async def test_attempt_believes_the_sandbox_that_did_not_break(provider):
    breaking = Breaking(provider, BrokenByError("why"), BrokenByError("why"))
    result = await attempt(job("    return a + b\n"), breaking, retries=2)
    assert (result.verdict, result.attempts) == (Verdict.PASSED, 3)


async def test_attempt_tries_again_when_the_host_was_busy(provider):
    starved = StepResult(
        name="x", ended=StepEnd.TIMEOUT, evidence="starved", wall_s=10.0, wait_s=9.0
    )
    counting = Counting(provider, starved)
    result = await attempt(job("    return a + b\n"), counting)
    assert (result.verdict, result.attempts) == (Verdict.PASSED, 2)


async def test_attempt_on_an_always_busy_host_stays_ungraded(provider):
    starved = StepResult(
        name="x", ended=StepEnd.TIMEOUT, evidence="starved", wall_s=10.0, wait_s=9.0
    )
    result = await attempt(job("    return a + b\n"), Counting(provider, *[starved] * 9))
    assert (result.verdict, result.attempts) == (Verdict.UNGRADED, 3)
    assert "busy host" in result.reason


async def test_attempt_does_not_run_what_does_not_compile(provider):
    counting = Counting(provider)
    async with open_gate() as gate:
        result = await attempt(job("    return a +\n"), counting, gate=gate)
    assert (result.verdict, counting.runs) == (Verdict.ERROR, 0)
    assert result.execution.steps[0].evidence == NOT_RUN
    assert "SyntaxError" in result.reason


async def test_attempt_leaves_ungraded_what_the_tasks_own_data_break(provider):
    broken = job("    return a + b\n")
    broken = broken.model_copy(update={"task": broken.task.model_copy(update={"kind": "cases"})})
    result = await attempt(broken, provider)
    assert result.verdict is Verdict.UNGRADED
    assert result.reason == "task 't/1': base: Field required"


async def test_empty_patch_needs_neither_an_image_nor_a_survey():
    class Bare:
        name, isolation, python = "bare", Isolation(tier="docker"), (3, 11)

        def sandbox(self, plan):
            raise SandboxError(f"no image to run in; tried {plan.image.name}")

    spec = {
        "repo": "a/b",
        "eval_script": SCRIPT,
        "log_parser": "parse_log_pytest",
        "patch": "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n",
    }
    task = Task(id="a__b-1", benchmark="b", kind="repo", image=Image(name="x/y"), spec=spec)
    found = {}
    for body in ("", spec["patch"]):
        sample = Sample(task_id=task.id, index=0, body=body, whole=True)
        asked = Job(reading="strict", task=task, sample=sample)
        result = await attempt(asked, Bare(), retries=0, surveys=TaskSurveys())
        found[body] = result.verdict
    assert found == {"": Verdict.EMPTY, spec["patch"]: Verdict.UNGRADED}
