"""Grade samples of 160 MiB with two workers inside whatever control group this process is in.

Usage: python squeezed_runner.py SAMPLES; prints the verdicts as one JSON list.
"""

import json
import sys

import anyio

from grader import plugins
from grader.core.job import Job
from grader.core.limits import Limits
from grader.core.sample import Sample
from grader.core.task import Task
from grader.engine.attempt import attempt
from grader.executors.local import running
from grader.sandboxes.base import ProviderSettings

TASK = Task(
    id="large", benchmark="own", kind="function", limits=Limits(cpu_s=10, wall_s=60),
    spec={"tests": "assert f(2) == 4\n", "entry_point": "f", "reference": "def f(n):\n  return 2*n"},
)  # fmt: skip
BODY = """
import time
def f(n):
    held = bytearray(160 << 20)
    held[::4096] = b"x" * len(held[::4096])
    time.sleep(0.3)
    return 2 * n + len(held) - len(held)
"""


async def main(count: int) -> None:
    jobs = [
        Job(task=TASK, sample=Sample(task_id="large", index=number, body=BODY, whole=True))
        for number in range(count)
    ]
    settings = ProviderSettings(run_id="squeezed", workers=2)
    async with plugins.load("sandboxes", "local").open_provider(settings) as provider:
        async with running(jobs, lambda job: attempt(job, provider), workers=2) as results:
            found = [(result.verdict, result.reason) async for result in results]
    print(json.dumps(found))


if __name__ == "__main__":
    anyio.run(main, int(sys.argv[1]))
