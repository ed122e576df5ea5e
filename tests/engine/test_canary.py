"""What canaries find, and what a provider that cannot tell them apart is told."""

import pytest

from grader.core.container import ContainerOptions
from grader.core.execution import CompletionRecord, CompletionWord, StepEnd, StepResult
from grader.core.limits import Limits
from grader.engine.proof import programs as canary
from grader.engine.proof.commands import scripts
from grader.errors import ProviderError, SandboxError
from grader.sandboxes import null
from grader.sandboxes.base import ProviderSettings

pytestmark = pytest.mark.anyio


async def test_provider_that_runs_nothing_is_found_out():
    """It says `done` to everything: right by chance where that is expected, wrong elsewhere."""
    async with null.open_provider(ProviderSettings(run_id="x", allow_weak=True)) as provider:
        findings = await canary.check(provider)
        with pytest.raises(SandboxError, match=r"'fails' gave 'done'.*grader doctor"):
            await canary.prove(provider)
    passed = {each.name for each in findings if each.passed}
    assert passed == {"passes", "leaves a daemon behind", "sees no neighbours"}
    assert len(findings) == len(canary.CANARIES)


def ended(how, said=CompletionWord.NOTHING, exception="", stdout=b""):
    completion = CompletionRecord(said=said, exception=exception)
    return StepResult(name="x", ended=how, completion=completion, stdout=stdout)


class Answers:
    """What a machine makes of one program, run after run; the last answer stays."""

    def __init__(self, *results):
        self.results = list(results)
        self.asked = 0

    async def __call__(self):
        self.asked += 1
        found = self.results.pop(0) if len(self.results) > 1 else self.results[0]
        if isinstance(found, Exception):
            raise found
        return found


@pytest.mark.parametrize(
    "chance",
    [
        ended(StepEnd.TIMEOUT),
        ended(StepEnd.SIGNAL),
        ended(StepEnd.MEMORY),
        ended(StepEnd.EXIT, CompletionWord.RAISED, "BlockingIOError"),
        SandboxError("the supervisor is gone"),
    ],
)
async def test_program_that_was_ended_by_chance_is_run_again(chance):
    right = ended(StepEnd.EXIT, CompletionWord.RAISED, "AssertionError")
    answers = Answers(chance, chance, right)
    finding = await canary.found_out("fails", "raised AssertionError", answers)
    assert (finding.passed, answers.asked) == (True, 3)


@pytest.mark.parametrize(("kind", "asked"), [(SandboxError, 3), (ProviderError, 1)])
async def test_sandbox_that_never_holds_is_no_sandbox(kind, asked):
    answers = Answers(kind("gone"))
    with pytest.raises(kind, match="gone"):
        await canary.found_out("passes", "done", answers)
    assert answers.asked == asked


async def test_failure_that_is_said_to_be_done_is_never_chance():
    answers = Answers(
        ended(StepEnd.EXIT, CompletionWord.DONE),
        ended(StepEnd.EXIT, CompletionWord.RAISED, "AssertionError"),
    )
    finding = await canary.found_out("fails", "raised AssertionError", answers)
    assert (finding.passed, finding.found, answers.asked) == (False, "done", 1)


async def test_slow_machine_is_not_blamed_on_the_isolation():
    slow = await canary.found_out("passes", "done", Answers(ended(StepEnd.TIMEOUT)))
    full = await canary.found_out(
        "passes", "done", Answers(ended(StepEnd.EXIT, CompletionWord.RAISED, "BlockingIOError"))
    )
    assert "too slow or too busy ('passes'" in canary.words_of([slow])
    assert "see ulimit -u" in canary.words_of([full])
    assert "trusted" not in canary.words_of([slow, full])


async def test_chance_excuses_no_other_finding():
    slow = await canary.found_out("passes", "done", Answers(ended(StepEnd.TIMEOUT)))
    wrong = await canary.found_out(
        "fails", "raised X", Answers(ended(StepEnd.EXIT, CompletionWord.DONE))
    )
    assert canary.words_of([slow, wrong]).startswith("cannot be trusted here")


async def test_memory_that_is_kept_is_blamed_on_the_isolation():
    kept = ended(StepEnd.TIMEOUT, stdout=canary.KEPT.encode() + b"\n")
    finding = await canary.found_out("eats memory", "memory", Answers(kept))
    assert "cannot be trusted here: 'eats memory' gave '512 MiB kept" in canary.words_of([finding])


def test_only_what_has_no_end_is_near_a_limit_of_time():
    """Whatever else the machine does: the others use milliseconds, and half a second on a slow one."""
    limits = {each.name: each.limits for each in canary.CANARIES}
    limits |= {each.name: each.limits or Limits() for each in scripts(ContainerOptions())}
    near = {name for name, limit in limits.items() if limit.cpu_s < 20 or limit.wall_s < 60}
    assert near == {"never ends", "command never ends", "command waits"}


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (StepResult(name="x", ended=StepEnd.EXIT, code=3), "left with 3"),
        (
            StepResult(
                name="x", ended=StepEnd.EXIT, completion=CompletionRecord(said=CompletionWord.DONE)
            ),
            "done",
        ),
        (
            StepResult(
                name="x",
                ended=StepEnd.EXIT,
                completion=CompletionRecord(said=CompletionWord.RAISED, exception="KeyError"),
            ),
            "raised KeyError",
        ),
        (
            StepResult(
                name="x",
                ended=StepEnd.EXIT,
                completion=CompletionRecord(said=CompletionWord.RAISED, exception="MemoryError"),
            ),
            "memory",
        ),
        (StepResult(name="x", ended=StepEnd.SIGNAL, code=9, evidence="SIGKILL"), "signal SIGKILL"),
        (StepResult(name="x", ended=StepEnd.TIMEOUT), "timeout"),
    ],
)
def test_description_names_how_a_step_ended(result, words):
    assert canary.describe(result) == words
