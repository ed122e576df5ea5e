"""A checker that stays is asked by the engine itself; its limits, output and end are its slot's."""

import os
import signal
from contextlib import suppress
from pathlib import Path

import anyio
import pytest

from grader.core.limits import Limits
from grader.core.plan import Interview, Plan, Step
from grader.core.task import Image
from grader.engine.disturbance import refuse_ours
from grader.errors import SandboxError
from grader.sandboxes.base import Freshness, ProviderSettings
from grader.sandboxes.local.provider import open_local

pytestmark = pytest.mark.anyio
LIMITS = Limits(cpu_s=1, wall_s=20, memory_mb=256)
COUNT = (
    "import math\nmath.seen = getattr(math, 'seen', 0) + 1\nassert f(1) == 1\nprint(math.seen)\n"
)
"""Tests that are called tidy here and are not: they tell whether their process is a new one."""
FIRST, SECOND = b"1\n", b"2\n"


async def asked(provider, tests=COUNT, *, limits=LIMITS):
    """The checker's side of one interview."""
    return (await whole(provider, tests, limits=limits)).checker


async def whole(provider, tests=COUNT, *, limits=LIMITS):
    action = Interview(
        candidate="def f(n):\n    return n\n", tests=tests, functions=("f",), tidy=True
    )
    plan = Plan(image=Image(), limits=limits, steps=())
    async with provider.sandbox(plan) as sandbox:
        return await sandbox.run(Step(name="interview", action=action), limits)


@pytest.fixture
async def provider():
    async with open_local(ProviderSettings(run_id="stands", allow_weak=True)) as found:
        yield found


@pytest.mark.parametrize(
    ("more", "printed"),
    [
        ({}, [FIRST, SECOND, b"3\n"]),
        ({"apart": True}, [FIRST, SECOND, FIRST]),
        ({"fresh": Freshness.TASK}, [FIRST, FIRST, FIRST]),
    ],
    ids=["one owner", "several owners", "fresh"],
)
async def test_checker_serves_those_whom_it_may(more, printed):
    settings = ProviderSettings(run_id="stands", allow_weak=True, **more)
    async with open_local(settings) as provider:
        found = [(await asked(provider, text)).stdout for text in (COUNT, COUNT, f"{COUNT}#")]
    assert found == printed


async def test_checker_of_other_limits_is_another(provider):
    await asked(provider)
    other = LIMITS.model_copy(update={"memory_mb": 300})
    assert (await asked(provider, limits=other)).stdout == FIRST
    slower = other.model_copy(update={"cpu_s": 2.0})
    assert (await asked(provider, limits=slower)).stdout == SECOND


async def test_printed_text_longer_than_a_pipe_arrives_whole(provider):
    result = await asked(provider, f"print('x' * 200_000)\n{COUNT}")
    assert result.stdout == b"x" * 200_000 + b"\n1\n"
    assert (await asked(provider)).stdout == SECOND


async def test_checker_that_touched_a_file_makes_room(provider):
    result = await asked(provider, f"open('/tmp/left', 'w').close()\n{COUNT}")
    assert result.completion.said == "done"
    again = await asked(provider, f"import os\nprint(os.listdir('/tmp'))\n{COUNT}")
    assert again.stdout == b"[]\n1\n"


async def test_endless_tests_end_by_their_limit_and_the_next_are_served(provider):
    result = await asked(provider, f"{COUNT}while True:\n    pass\n")
    assert (result.ended, result.evidence) == ("timeout", "cpu limit")
    assert (await asked(provider)).stdout == FIRST


async def test_checker_that_leaves_without_a_word_is_nobodys_verdict(provider):
    with pytest.raises(SandboxError):
        await asked(provider, "import os\nos._exit(0)")
    assert (await asked(provider)).stdout == FIRST


async def test_killed_checker_is_told_as_killed(provider):
    result = await asked(provider, "import os\nos.kill(0, 9)")
    assert (result.ended, result.evidence) == ("signal", "SIGKILL")
    assert (await asked(provider)).stdout == FIRST


async def test_checker_that_died_while_it_waited_is_hired_anew(provider):
    dying = "import os, signal\nsignal.setitimer(signal.ITIMER_REAL, 0.05)\nassert f(1) == 1\n"
    assert (await asked(provider, dying)).completion.said == "done"
    await anyio.sleep(0.3)
    assert (await asked(provider)).stdout == FIRST


async def test_given_up_interview_leaves_no_checker_at_work(provider):
    with anyio.move_on_after(0.5):
        await asked(provider, "while True:\n    pass\n")
    with anyio.fail_after(10):
        assert (await asked(provider)).stdout == FIRST


async def test_checker_that_cannot_be_hired_costs_no_waiting(provider):
    await asked(provider)
    slot = provider.pool.checkers._idle[-1]
    first = children(slot.keeper.process.pid)
    for pid in [below for each in first for below in children(each)] or first:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    with anyio.fail_after(30):
        with pytest.raises(SandboxError):
            while True:
                refuse_ours(await whole(provider))
        assert (await asked(provider)).stdout == FIRST


def children(pid):
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(each) for each in text.split()]
