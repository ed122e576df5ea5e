"""Run every idiom of `stream_idioms` in a slot and print one JSON line for each.

Usage: python stream_runner.py slot|task [docker] [no-namespaces]
"""

import json
import sys

import anyio
from denial import deny_namespaces
from stream_idioms import GIVEN, IDIOMS, WANTED

from grader import plugins
from grader.core.limits import Limits
from grader.core.plan import Plan, Program, Step
from grader.core.task import Image
from grader.sandboxes.base import Freshness, ProviderSettings

LIMITS = Limits(cpu_s=5, wall_s=20, memory_mb=256)


async def main(fresh: str) -> None:
    member = plugins.load("sandboxes", "docker" if "docker" in sys.argv else "local")
    plan = Plan(image=Image(), limits=LIMITS, steps=())
    async with member.open_provider(
        ProviderSettings(run_id="streams", fresh=Freshness(fresh))
    ) as provider:
        print(json.dumps({"tier": provider.isolation.tier}))
        for name, source in IDIOMS.items():
            step = Step(name="run", action=Program(source=source, finish=True), stdin=GIVEN)
            async with provider.sandbox(plan) as sandbox:
                result = await sandbox.run(step, LIMITS)
            held = (result.stdout, result.code, result.completion.exception) == (WANTED, 0, "")
            facts = [result.stdout.decode(), result.code, result.completion.message]
            print(json.dumps({"name": name, "held": held, "facts": facts}))


if __name__ == "__main__":
    if "no-namespaces" in sys.argv:
        deny_namespaces()
    anyio.run(main, sys.argv[1])
