"""Grade attacks and honest solutions in a sandbox; print one JSON line for each.

Usage: python attack_runner.py slot|task [docker]

A process of its own, so that the tests can start it as an ordinary user. After each attack a
wrong and a right solution of another task go through the same slot: each worker has a provider
of its own, with one slot.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import anyio

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from attacks import ATTACKS, HONEST
from subtle_attacks import SUBTLE, SUBTLE_HONEST
from tasks_to_attack import TASKS

from grader import plugins
from grader.core.job import Job
from grader.core.limits import Limits
from grader.core.result import Result
from grader.core.sample import Sample
from grader.core.task import Task
from grader.engine.attempt import attempt
from grader.sandboxes.base import Freshness, Provider, ProviderSettings

WORKERS = 4
"""Most attacks that take long only wait for their limit."""
LIMITS = Limits(cpu_s=1, wall_s=4, memory_mb=256, pids=32, output_kb=512, disk_mb=16)
"""Wall clock for all workers' CPU seconds on two processors, and some to spare."""
BUSY_TRIES = 8
"""Trouble of ours shows as `ungraded`; only a busy machine's is tried again."""
ALL_ATTACKS, ALL_HONEST = ATTACKS | SUBTLE, HONEST | SUBTLE_HONEST
WRONG, RIGHT = "    return 6\n", "    return sum(items)\n"


def job(name: str, body: str, wall_s: float = LIMITS.wall_s) -> Job:
    task = TASKS[name]
    spec = {
        "prompt": task.prompt, "tests": task.tests, "entry_point": task.name,
        "reference": task.reference,
    }  # fmt: skip
    limits = LIMITS.model_copy(update={"wall_s": wall_s})
    made = Task(id=name, benchmark="attacks", kind="function", spec=spec, limits=limits)
    return Job(task=made, sample=Sample(task_id=name, index=0, body=body))


async def tell(kind: str, name: str, made: Job, provider: Provider) -> Result:
    for _ in range(BUSY_TRIES):
        result = await attempt(made, provider, retries=0)
        if not result.reason.startswith("busy host"):
            break
    facts = {
        "kind": kind, "name": name, "verdict": result.verdict, "trust": result.trust,
        "reason": result.reason,
    }  # fmt: skip
    print(json.dumps(facts), flush=True)
    return result


async def main(fresh: str) -> None:
    only = [word for word in sys.argv[2:] if word != "docker"]
    member = "docker" if "docker" in sys.argv[2:] else "local"
    names = iter([name for name in (*ALL_HONEST, *ALL_ATTACKS) if not only or name in only])
    async with anyio.create_task_group() as group:
        for number in range(WORKERS):
            settings = ProviderSettings(run_id=f"attacks-{number}", fresh=Freshness(fresh))
            group.start_soon(work, names, member, settings)


async def work(names: Iterator[str], member: str, settings: ProviderSettings) -> None:
    """Take names, which other workers take too, until there are none."""
    async with plugins.load("sandboxes", member).open_provider(settings) as provider:
        for name in names:
            if name in ALL_HONEST:
                task, program = ALL_HONEST[name]
                await tell("honest", name, job(task, program or TASKS[task].reference), provider)
            else:
                await tell("attack", name, job(*ALL_ATTACKS[name]), provider)
                await tell("wrong", name, job("total", WRONG), provider)
                await tell("right", name, job("total", RIGHT), provider)


if __name__ == "__main__":
    anyio.run(main, sys.argv[1])
