"""Import modules in a slot that shows chosen packages; one JSON line for each.

Usage: python packages_runner.py PACKAGES MODULES [no-namespaces], both with commas
"""

import json
import sys

import anyio
from denial import deny_namespaces

from grader import plugins
from grader.core.limits import Limits
from grader.core.plan import Plan, Program, Step
from grader.core.task import Image
from grader.sandboxes.base import ProviderSettings

LIMITS = Limits(cpu_s=5, wall_s=20, memory_mb=256)


async def main(packages: list[str], modules: list[str]) -> None:
    settings = ProviderSettings(run_id="packages", packages=tuple(packages))
    async with plugins.load("sandboxes", "local").open_provider(settings) as provider:
        print(json.dumps({"tier": provider.isolation.tier}))
        for name in modules:
            plan = Plan(image=Image(), limits=LIMITS, steps=())
            async with provider.sandbox(plan) as sandbox:
                step = Step(name=name, action=Program(source=f"import {name}"))
                said = (await sandbox.run(step, LIMITS)).completion
            print(json.dumps({"name": name, "said": said.said, "exception": said.exception}))


if __name__ == "__main__":
    if "no-namespaces" in sys.argv:
        deny_namespaces()
    anyio.run(main, sys.argv[1].split(","), sys.argv[2].split(","))
