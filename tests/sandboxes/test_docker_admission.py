"""Containers never claim more memory together than there is."""

import os

import anyio
import pytest

from grader.core.container import ContainerOptions
from grader.core.limits import Limits
from grader.core.plan import Command, Plan, Step
from grader.core.task import Image
from grader.errors import SandboxError
from grader.sandboxes._admission import MemoryAdmission, granted
from grader.sandboxes.base import ProviderSettings
from grader.sandboxes.docker import open_provider

pytestmark = pytest.mark.anyio
RUN = f"admission{os.getpid()}"


@pytest.mark.parametrize(
    ("waiting", "free", "count"),
    [((), 5, 0), ((5,), 5, 1), ((6, 1), 5, 0), ((2, 2, 2), 5, 2), ((1, 9, 1), 5, 1)],
)
def test_those_that_fit_are_granted_in_their_order(waiting, free, count):
    assert granted(waiting, free) == count


async def test_claims_never_exceed_what_there_is():
    memory, most = MemoryAdmission(10), []

    async def claim(size):
        async with memory.claimed(size):
            most.append(memory.used_mb)
            await anyio.lowlevel.checkpoint()
            await anyio.lowlevel.checkpoint()

    async with anyio.create_task_group() as group:
        for size in (4, 4, 4, 10, 1, 1, 6):
            group.start_soon(claim, size)
    assert len(most) == 7
    assert max(most) == 10
    assert memory.used_mb == 0


async def test_small_ones_do_not_overtake_a_large_one():
    memory, order = MemoryAdmission(10), []

    async def claim(size):
        async with memory.claimed(size):
            order.append(size)
            await anyio.wait_all_tasks_blocked()

    async with anyio.create_task_group() as group:
        for size in (6, 10, 4):
            group.start_soon(claim, size)
            await anyio.lowlevel.checkpoint()
    assert order == [6, 10, 4]


async def test_claim_that_is_given_up_lets_others_pass():
    memory = MemoryAdmission(10)
    async with memory.claimed(6):
        with anyio.move_on_after(0.01):
            async with memory.claimed(8):
                pytest.fail("there was no room")
        async with memory.claimed(4):
            assert memory.used_mb == 10
    assert memory.used_mb == 0


async def test_claim_that_can_never_be_met_is_told_at_once():
    memory = MemoryAdmission(10)
    with pytest.raises(SandboxError, match="may use 11 MiB and there are only 10"):
        async with memory.claimed(11):
            pytest.fail("it cannot fit")
    assert memory.used_mb == 0


@pytest.mark.docker
async def test_containers_wait_for_memory_and_all_run(slot_image, engine):
    """Six containers of 256 MiB in 600 MiB: never more than two at a time."""
    limits = Limits(cpu_s=20, wall_s=30, memory_mb=256, pids=64, output_kb=64)
    step = Step(name="s", action=Command(argv=("sh", "-c", "sleep 0.3; echo done")))
    plan = Plan(image=Image(name=ContainerOptions().image), limits=limits, steps=(step,))
    settings = ProviderSettings(run_id=RUN, workers=6, memory_budget_mb=600)
    together, said = [], []

    async def one(provider):
        async with provider.sandbox(plan) as sandbox:
            together.append(
                len(engine.containers(filters={"label": f"grader.run={RUN}", "name": RUN}))
                - len(engine.containers(filters={"name": f"{RUN}-slot"}))
            )
            said.append((await sandbox.run(step, limits)).stdout)

    async with open_provider(settings) as provider:
        async with anyio.create_task_group() as group:
            for _ in range(6):
                group.start_soon(one, provider)
        with pytest.raises(SandboxError, match="only 600"):
            large = plan.model_copy(update={"limits": limits.model_copy(update={"memory_mb": 601})})
            async with provider.sandbox(large):
                pytest.fail("it cannot fit")
    assert said == [b"done\n"] * 6
    assert max(together) == 2


@pytest.mark.docker
async def test_engines_own_memory_is_the_bound(slot_image, engine):
    async with open_provider(ProviderSettings(run_id=RUN)) as provider:
        assert (await provider.memory()).total_mb == engine.info()["MemTotal"] >> 20
