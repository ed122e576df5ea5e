"""Containers of a plan's own are proven once per run, before the first sample."""

import pytest

from grader.core.container import ContainerOptions
from grader.core.limits import Limits
from grader.core.plan import Plan
from grader.core.task import Image
from grader.engine.proof.commands import ImageProof, check_commands, scripts
from grader.errors import ProviderError
from grader.sandboxes import docker, null
from grader.sandboxes.base import ProviderSettings

pytestmark = pytest.mark.anyio


def plan_of(image):
    return Plan(image=Image(name=image), limits=Limits(), steps=())


class Counting:
    """Another provider, and how often it was asked for a sandbox."""

    def __init__(self, inner, *, makes_containers=True):
        self.inner = inner
        self.makes_containers = makes_containers
        self.asked = 0

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def sandbox(self, plan):
        self.asked += 1
        return self.inner.sandbox(plan)


@pytest.mark.docker
async def test_every_command_is_told_apart(slot_image):
    async with docker.open_provider(ProviderSettings(run_id="canary")) as provider:
        findings = await check_commands(provider, Image(name=slot_image), ContainerOptions())
    assert [each for each in findings if not each.passed] == []
    assert len(findings) == 10


@pytest.mark.docker
async def test_proof_is_given_once_and_only_for_images(slot_image):
    async with docker.open_provider(ProviderSettings(run_id="canary")) as opened:
        provider, proof = Counting(opened), ImageProof(ContainerOptions())
        await proof.given(plan_of("host"), provider)
        assert provider.asked == 0
        for _ in range(2):
            await proof.given(plan_of(slot_image), provider)
        assert provider.asked == 2, "two containers, once"


async def test_provider_that_runs_nothing_ends_the_run():
    async with null.open_provider(ProviderSettings(run_id="x", allow_weak=True)) as opened:
        await ImageProof(ContainerOptions()).given(
            plan_of("a"), Counting(opened, makes_containers=False)
        )
        with pytest.raises(ProviderError, match=r"'command fails' gave .*grader doctor"):
            await ImageProof(ContainerOptions()).given(plan_of("a"), Counting(opened))


def test_canaries_follow_what_containers_may_do():
    """An open network is nobody's fault, and a large container is not filled up."""
    names = {each.name for each in scripts(ContainerOptions(network=True, memory_mb=64_000))}
    assert "command has no network" not in names
    assert "command eats memory" not in names
    (hog,) = [each for each in scripts(ContainerOptions(memory_mb=512)) if "memory" in each.name]
    assert "bs=1024M" in hog.action.argv[-1]
