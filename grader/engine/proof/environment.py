"""Import each library of an environment once, in a slot, as a sample would."""

from grader.benchmarks._data import cache_directory
from grader.core.execution import CompletionWord
from grader.core.limits import Limits
from grader.core.plan import Plan, Program, Step
from grader.core.task import Image
from grader.environments.base import definition
from grader.graders._meaning import of_program
from grader.sandboxes.base import ProviderSettings
from grader.sandboxes.local import open_provider

LIMITS = Limits(cpu_s=60.0, wall_s=240.0, memory_mb=4096)


async def imported(name: str) -> dict[str, str]:
    """For each module that has to be there, why it cannot be imported; empty where it can."""
    settings = ProviderSettings(run_id="doctor", environments=cache_directory(), allow_weak=True)
    found: dict[str, str] = {}
    async with open_provider(settings) as provider:
        for module in definition(name).imports:
            step = Step(name=module, action=Program(source=f"import {module}\n"))
            plan = Plan(image=Image(environment=name), limits=LIMITS, steps=(step,))
            async with provider.sandbox(plan) as sandbox:
                result = await sandbox.run(step, LIMITS)
            is_there = result.completion.said is CompletionWord.DONE
            found[module] = "" if is_there else of_program(result, LIMITS).reason
    return found
