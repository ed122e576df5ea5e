"""Whatever breaks around a container, no sample is blamed for it, and nothing stays behind."""

import os
import shutil
import signal
import subprocess
import sys
import tarfile
from pathlib import Path

import anyio
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from private_engine import private_engine, tiny_image, until

from grader.core.container import ContainerOptions
from grader.core.execution import StepEnd
from grader.core.limits import Limits
from grader.core.plan import Command, Plan, Step
from grader.core.task import Image
from grader.errors import SandboxError, UsageError
from grader.sandboxes.base import ProviderSettings
from grader.sandboxes.docker import labels, open_provider, reaper
from grader.sandboxes.docker.api import patience_s
from grader.sandboxes.docker.slots import START_S, prepare_folder

pytestmark = [pytest.mark.anyio, pytest.mark.docker]
LIMITS = Limits(cpu_s=20, wall_s=40, memory_mb=128, pids=32, output_kb=64, disk_mb=4096)
RUN = f"faults{os.getpid()}"
TINY = "grader/tiny:1"


def sh(script, **limits):
    wanted = LIMITS.model_copy(update=limits)
    return Step(name="step", action=Command(argv=("sh", "-c", script)), limits=wanted)


def plan_of(*steps, image=TINY):
    return Plan(image=Image(name=image), limits=LIMITS, steps=steps)


@pytest.fixture
def private(engine, tmp_path):
    with private_engine(tmp_path, tiny_image(tmp_path), TINY, size_mb=160) as made:
        yield made


def settings(private):
    return ProviderSettings(run_id=RUN, containers=ContainerOptions(host=private.host))


async def carried_out(provider, step):
    async with provider.sandbox(plan_of(step)) as sandbox:
        return await sandbox.run(step, step.limits)


async def test_killed_engine_is_our_trouble_and_work_goes_on_when_it_is_back(private):
    async with open_provider(settings(private)) as provider:
        assert (await carried_out(provider, sh("echo one"))).stdout == b"one\n"

        async def interrupt():
            await anyio.sleep(1)
            await anyio.to_thread.run_sync(private.kill)

        async with anyio.create_task_group() as group:
            group.start_soon(interrupt)
            with pytest.raises(SandboxError):
                await carried_out(provider, sh("sleep 30"))
        async with anyio.create_task_group() as group:
            group.start_soon(anyio.to_thread.run_sync, private.start)
            result = await carried_out(provider, sh("echo two"))
        assert (result.ended, result.stdout) == (StepEnd.EXIT, b"two\n")


async def test_slot_that_ends_before_its_python_is_up_is_noticed_at_once(private, tmp_path):
    """It was waited for as long as one that starts slowly."""
    tar = tiny_image(tmp_path)
    with tarfile.open(tar, "a") as archive:
        archive.add(os.path.realpath(shutil.which("true")), "usr/bin/python3")
    private.take(tar, "grader/mute:1")
    containers = ContainerOptions(host=private.host, image="grader/mute:1")
    with anyio.fail_after(START_S / 2), pytest.raises(SandboxError, match="ended before"):
        async with open_provider(ProviderSettings(run_id=RUN, containers=containers)):
            pass
    assert private.leavings() == []


async def test_full_disk_is_our_trouble(private):
    async with open_provider(settings(private)) as provider:
        with pytest.raises(SandboxError, match="no space left"):
            await carried_out(provider, sh("dd if=/dev/zero of=/big bs=1M"))
        result = await carried_out(provider, sh("exit 1"))
        assert (result.ended, result.code) == (StepEnd.EXIT, 1)


async def test_bridge_that_is_gone_is_made_again(slot_image, engine):
    step = sh("test -e /sys/class/net/eth0", network=True)
    async with open_provider(ProviderSettings(run_id=RUN)) as provider:
        for _ in range(2):
            async with provider.sandbox(plan_of(step, image=slot_image)) as sandbox:
                assert (await sandbox.run(step, step.limits)).code == 0
            for each in engine.networks(filters={"label": f"grader.run={RUN}"}):
                engine.remove_network(each["Id"])
    assert engine.networks(filters={"label": f"grader.run={RUN}"}) == []


def left(engine, run_id):
    return engine.containers(all=True, filters={"label": f"grader.run={run_id}"})


async def test_killed_grader_leaves_nothing(slot_image, engine):
    """Slots and plans' containers end with the process that made them, however it ends."""
    run_id = f"{RUN}-crash"
    words = [sys.executable, str(Path(__file__).with_name("crash_containers.py")), run_id]
    process = subprocess.Popen(words, stdout=subprocess.PIPE)
    try:
        assert process.stdout.readline() == b"busy\n"
        assert len(left(engine, run_id)) == 2
        process.send_signal(signal.SIGKILL)
        process.wait()
        until(lambda: not left(engine, run_id), "containers stay")
    finally:
        process.kill()
        process.communicate()


async def test_reaper_takes_what_the_dead_left_and_nothing_else(slot_image, engine):
    """A container that was made and never started outlives its maker: nothing in it can end."""
    run_id = f"{RUN}-reaped"
    maker = f"""
import docker
from grader.sandboxes.docker import labels
from grader.sandboxes.docker.slots import prepare_folder
client = docker.APIClient(version="1.41")
client.create_container({slot_image!r}, "true", labels=labels.labels({run_id!r}))
client.create_network("{run_id}", labels=labels.labels({run_id!r}))
print(prepare_folder(20000))
"""
    done = subprocess.run([sys.executable, "-c", maker], check=True, capture_output=True, text=True)
    forsaken, own = Path(done.stdout.strip()), prepare_folder(20000)
    alive = engine.create_container(slot_image, "true", labels=labels.labels(run_id))["Id"]
    foreign = engine.create_container(slot_image, "true", labels={"grader.run": run_id})["Id"]
    try:
        names = {run_id, str(forsaken), str(own)}
        listed = [each for each in await reaper.reap(dry=True) if each.name in names]
        assert [each.kind for each in listed] == ["network", "folder"]
        await reaper.reap()
        assert {each["Id"] for each in left(engine, run_id)} == {alive, foreign}
        assert engine.networks(names=[run_id]) == []
        assert (forsaken.exists(), own.exists()) == (False, True)
    finally:
        shutil.rmtree(own)
        for container in (alive, foreign):
            engine.remove_container(container, force=True)


@pytest.mark.parametrize("said", ["soon", "-1", "nan", "inf"])
def test_patience_that_is_no_number_of_seconds_is_refused(said, monkeypatch):
    monkeypatch.setenv("GRADER_ENGINE_PATIENCE", said)
    with pytest.raises(UsageError, match="GRADER_ENGINE_PATIENCE"):
        patience_s()
