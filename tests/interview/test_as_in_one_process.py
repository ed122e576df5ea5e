"""What is one object, what has changed, what was raised and of which type: as in one process."""

from collections.abc import Iterator
from typing import Any

import anyio
import pytest
from same_object_cases import CASES, TASKS, Case

from grader import plugins
from grader.core.job import Job
from grader.core.limits import Limits
from grader.core.result import Result, Trust, Verdict
from grader.core.sample import Sample
from grader.core.task import Task
from grader.engine.attempt import attempt
from grader.sandboxes.base import Provider, ProviderSettings

LIMITS = Limits(cpu_s=3, wall_s=20)


def job(case: Case, trust: Any) -> Job:
    task = TASKS[case.task]
    spec = {
        "prompt": task.prompt, "tests": task.tests, "entry_point": task.name,
        "reference": task.reference, "reference_whole": task.whole,
    }  # fmt: skip
    made = Task(id=case.task, benchmark="cases", kind="function", spec=spec, limits=LIMITS)
    is_whole = task.whole or not case.body.startswith(" ")
    return Job(
        task=made,
        sample=Sample(task_id=case.task, index=0, body=case.body, whole=is_whole),
        trust=trust,
    )


async def judged(provider: Provider, cases: dict[Any, tuple[Case, str]]) -> dict[Any, Result]:
    return {key: await attempt(job(*each), provider, retries=2) for key, each in cases.items()}


@pytest.fixture(scope="module")
def results() -> Iterator[dict[tuple[str, str], Result]]:
    """Verdicts by case and trust, all in one slot."""
    references = {
        f"reference of {name}": Case(name, each.reference, passes=True)
        for name, each in TASKS.items()
    }
    asked = {
        (name, trust): (case, trust)
        for name, case in (CASES | references).items()
        for trust in ("auto", "shared")
    }

    async def run() -> dict[tuple[str, str], Result]:
        settings = ProviderSettings(run_id="one-process")
        async with plugins.load("sandboxes", "local").open_provider(settings) as provider:
            return await judged(provider, asked)

    yield anyio.run(run)


@pytest.mark.parametrize("name", TASKS)
def test_reference_is_interviewed(results: dict[tuple[str, str], Result], name: str) -> None:
    result = results[f"reference of {name}", "auto"]
    assert (result.verdict, result.trust) == (Verdict.PASSED, Trust.SEPARATED), result.reason


@pytest.mark.parametrize("name", CASES)
def test_verdict_is_that_of_one_process(results: dict[tuple[str, str], Result], name: str) -> None:
    case, here, there = CASES[name], results[name, "auto"], results[name, "shared"]
    assert (there.verdict is Verdict.PASSED) is case.passes, there.reason
    assert (here.verdict is Verdict.PASSED) is (case.passes and not case.forges), here.reason
    assert here.trust is Trust.SEPARATED
    assert here.verdict in {Verdict.PASSED, Verdict.FAILED, Verdict.ERROR}
