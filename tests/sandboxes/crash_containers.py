"""A process with a busy slot and a busy container of a plan, to be killed.

Usage: python crash_containers.py RUN_ID
"""

import sys

import anyio

from grader.core.container import ContainerOptions
from grader.core.limits import Limits
from grader.core.plan import Command, Plan, Program, Step
from grader.core.task import Image
from grader.sandboxes.base import Provider, ProviderSettings
from grader.sandboxes.docker import open_provider

LIMITS = Limits(cpu_s=30, wall_s=300)
STUBBORN = """
import os, signal, time

for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
while True:
    time.sleep(100)
"""


async def work(provider: Provider, image: str, action: Program | Command, busy: list) -> None:
    step = Step(name="step", action=action)
    async with provider.sandbox(Plan(image=Image(name=image), limits=LIMITS, steps=())) as sandbox:
        busy.append(image)
        await sandbox.run(step, LIMITS)


async def main(run_id: str) -> None:
    busy: list[str] = []
    async with open_provider(ProviderSettings(run_id=run_id)) as provider:
        async with anyio.create_task_group() as group:
            command = Command(argv=("python3", "-c", STUBBORN))
            group.start_soon(work, provider, "host", Program(source=STUBBORN), busy)
            group.start_soon(work, provider, ContainerOptions().image, command, busy)
            while len(busy) < 2:
                await anyio.sleep(0.05)
            await anyio.sleep(1)
            print("busy", flush=True)


if __name__ == "__main__":
    anyio.run(main, sys.argv[1])
