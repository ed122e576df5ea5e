"""What canaries find, and what a provider that cannot tell them apart is told."""

import pytest

from grader.core.execution import Completion, Ended, Said, StepResult
from grader.engine import canary
from grader.errors import SandboxError
from grader.sandboxes import null
from grader.sandboxes.base import Settings

pytestmark = pytest.mark.anyio


async def test_provider_that_runs_nothing_is_found_out():
    """It says `done` to everything: right by chance where that is expected, wrong elsewhere."""
    async with null.open_provider(Settings(run_id="x", allow_weak=True)) as provider:
        findings = await canary.check(provider)
        with pytest.raises(SandboxError, match=r"'fails' gave 'done'.*grader doctor"):
            await canary.prove(provider)
    passed = {each.name for each in findings if each.passed}
    assert passed == {"passes", "leaves a daemon behind", "sees no neighbours"}
    assert len(findings) == len(canary.CANARIES)


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (StepResult(name="x", ended=Ended.EXIT, code=3), "left with 3"),
        (
            StepResult(name="x", ended=Ended.EXIT, completion=Completion(said=Said.DONE)),
            "done",
        ),
        (
            StepResult(
                name="x",
                ended=Ended.EXIT,
                completion=Completion(said=Said.RAISED, exception="KeyError"),
            ),
            "raised KeyError",
        ),
        (
            StepResult(
                name="x",
                ended=Ended.EXIT,
                completion=Completion(said=Said.RAISED, exception="MemoryError"),
            ),
            "memory",
        ),
        (StepResult(name="x", ended=Ended.SIGNAL, code=9, evidence="SIGKILL"), "signal SIGKILL"),
        (StepResult(name="x", ended=Ended.TIMEOUT), "timeout"),
    ],
)
def test_description_names_how_a_step_ended(result, words):
    assert canary.describe(result) == words
