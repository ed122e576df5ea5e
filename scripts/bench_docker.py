"""What a plan's own container costs besides its commands, and streaming output in memory.

The same toy plan is run by this engine and by the sequence of calls that the official SWE-bench
harness makes (create and start with `tail -f /dev/null`, one archive, six execs, stop with 15 s of
patience, remove), taking turns.
"""

import argparse
import contextlib
import io
import json
import resource
import statistics
import tarfile
import time

import anyio
import docker

from grader.core.container import Containers
from grader.core.limits import Limits
from grader.core.plan import Command, File, Plan, Step
from grader.core.task import Image
from grader.sandboxes.base import Provider, Settings
from grader.sandboxes.docker import open_provider

LIMITS = Limits(cpu_s=600, wall_s=600, memory_mb=512, pids=128, output_kb=4096)
SCRIPT = "echo applied; echo tested"
EXECS = 6
FLOOD = "yes 0123456789012345678901234567890123456789 | head -c {size}"


def step(script: str, *files: File) -> Step:
    command = Command(argv=("sh", "-c", script), merged=True, overflow="cut")
    return Step(name="step", action=command, files=files)


def plan_of(*steps: Step) -> Plan:
    return Plan(image=Image(name=Containers().image), limits=LIMITS, steps=steps)


async def ours(provider: Provider) -> tuple[float, dict[str, float]]:
    """One plan of two steps with one upload; seconds in all, and of each phase."""
    steps = (step(SCRIPT, File(path="/patch.diff", data=b"x" * 2000)), step(SCRIPT))
    plan = plan_of(*steps)
    began = time.monotonic()
    async with provider.sandbox(plan) as sandbox:
        for each in steps:
            result = await sandbox.run(each, LIMITS)
            assert result.code == 0, result
    return time.monotonic() - began, getattr(sandbox, "phases")  # noqa: B009  beyond the protocol


def theirs(client: docker.APIClient) -> float:
    """The official harness's sequence of calls; seconds in all."""
    began = time.monotonic()
    made = client.create_container(Containers().image, ["tail", "-f", "/dev/null"], detach=True)[
        "Id"
    ]
    client.start(made)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        entry = tarfile.TarInfo("patch.diff")
        entry.size = 2000
        archive.addfile(entry, io.BytesIO(b"x" * 2000))
    client.put_archive(made, "/", buffer.getvalue())
    for _ in range(EXECS):
        client.exec_start(client.exec_create(made, ["sh", "-c", SCRIPT])["Id"])
    with contextlib.suppress(docker.errors.APIError):
        client.stop(made, timeout=15)
    client.remove_container(made, force=True)
    return time.monotonic() - began


async def stream(provider: Provider, size: int) -> float:
    """Print `size` bytes in one container; MB/s."""
    flood = step(FLOOD.format(size=size))
    async with provider.sandbox(plan_of(flood)) as sandbox:
        began = time.monotonic()
        result = await sandbox.run(flood, LIMITS)
        assert result.truncated == ("stdout",), result
    return size / 1e6 / (time.monotonic() - began)


async def measure(rounds: int, megabytes: int) -> dict[str, object]:
    client = docker.APIClient(version="1.41", timeout=60)
    mine: list[float] = []
    phases: list[dict[str, float]] = []
    official: list[float] = []
    async with open_provider(Settings(run_id="bench", workers=2)) as provider:
        for number in range(rounds):
            took, parts = await ours(provider)
            mine.append(took)
            phases.append(parts)
            if number < max(2, rounds // 5):
                official.append(await anyio.to_thread.run_sync(theirs, client))
        async with anyio.create_task_group() as group:
            for _ in range(2):
                group.start_soon(stream, provider, megabytes * 1_000_000 // 2)
    client.close()
    return {
        "ours_s": statistics.median(mine),
        "phases_s": {name: statistics.median(p[name] for p in phases) for name in phases[0]},
        "official_calls_s": statistics.median(official),
        "streamed_mb": megabytes,
        "engine_peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--megabytes", type=int, default=1000)
    given = parser.parse_args()
    print(json.dumps(anyio.run(measure, given.rounds, given.megabytes), indent=2))
