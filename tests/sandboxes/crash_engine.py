"""An engine with two busy slots, to be killed in whole or in part.

Usage: python crash_engine.py RUN_ID [no-namespaces]

Both slots run a program that has ignored, double-forked company. Where a slot is lost, its sample
is tried again with a program that ends, and `graded` is printed.
"""

import sys

import anyio
from denial import deny_namespaces

from grader.core.execution import CompletionWord
from grader.core.limits import Limits
from grader.core.plan import Plan, Program, Step
from grader.core.task import Image
from grader.errors import SandboxError
from grader.sandboxes.base import Provider, ProviderSettings
from grader.sandboxes.local import open_provider

LIMITS = Limits(cpu_s=30, wall_s=300)
STUBBORN = """
import os, signal, time

for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
open("file", "w").write("x")
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
while True:
    time.sleep(100)
"""


async def work(provider: Provider) -> None:
    plan = Plan(image=Image(), limits=LIMITS, steps=())
    for source in (STUBBORN, "assert True"):
        step = Step(name="step", action=Program(source=source))
        try:
            async with provider.sandbox(plan) as sandbox:
                result = await sandbox.run(step, LIMITS)
        except SandboxError as error:
            print("lost", error, flush=True)
        else:
            assert result.completion.said is CompletionWord.DONE, result
            print("graded", flush=True)


async def main(run_id: str) -> None:
    async with open_provider(ProviderSettings(run_id=run_id, workers=2)) as provider:
        async with anyio.create_task_group() as group:
            for _ in range(2):
                group.start_soon(work, provider)


if __name__ == "__main__":
    if "no-namespaces" in sys.argv:
        deny_namespaces()
    anyio.run(main, sys.argv[1])
