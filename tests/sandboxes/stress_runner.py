"""Run a program of threads on processors that others keep busy; prints how each try ended, as JSON.

Usage: python stress_runner.py TIMES CPU_S WALL_S LOOPS; so many busy loops a processor.
"""

import json
import os
import subprocess
import sys

import anyio

from grader import plugins
from grader.core.job import Job
from grader.core.limits import Limits
from grader.core.sample import Sample
from grader.core.task import Task
from grader.engine.attempt import attempt
from grader.sandboxes.base import ProviderSettings

PROGRAM = """
import sys, threading, time

sys.setrecursionlimit(1 << 20)
threading.stack_size(1 << 26)


def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)


def main():
    end = time.thread_time() + float(input())
    while time.thread_time() < end:
        found = depth(2000)
    print(found)


worker = threading.Thread(target=main)
worker.start()
worker.join()
"""


async def main(times: int, cpu_s: str, wall_s: float) -> list[tuple[str, str, int, float]]:
    case = {"name": "1", "stdin": f"{cpu_s}\n", "stdout": "2000\n"}
    task = Task(
        id="deep", benchmark="own", kind="program", spec={"cases": [case]},
        limits=Limits(cpu_s=3 * float(cpu_s), wall_s=wall_s),
    )  # fmt: skip
    found: list[tuple[str, str, int, float]] = []
    async with plugins.load("sandboxes", "local").open_provider(
        ProviderSettings(run_id="st")
    ) as provider:
        for number in range(times):
            sample = Sample(task_id="deep", index=number, body=PROGRAM, whole=True)
            result = await attempt(Job(task=task, sample=sample), provider, retries=0)
            steps = result.execution.steps if result.execution else ()
            wall = steps[0].wall_s if steps else 0.0
            found.append((result.verdict, result.reason, result.attempts, wall))
    return found


if __name__ == "__main__":
    crowd = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"])
        for _ in range(int(sys.argv[4]) * (os.cpu_count() or 1))
    ]
    try:
        print(json.dumps(anyio.run(main, int(sys.argv[1]), sys.argv[2], float(sys.argv[3]))))
    finally:
        for each in crowd:
            each.kill()
            each.wait()
