"""Carry a plan out in a sandbox: the only code that talks to sandboxes."""

import os
import time

from grader.core.execution import Ended, Execution, Said, StepResult
from grader.core.plan import Plan
from grader.sandboxes.base import Provider

STARVED_SHARE = 0.3
"""Share of the wall clock in the run queue from which a time-out says nothing about the sample.
A time-out after 3.2 s of wall clock with 0.15 s of CPU and 2.9 s of waiting has been measured."""


class Starved(Exception):  # noqa: N818  it is a fact about the host, not an error of anyone's
    """A step ran out of wall clock because the host gave it no processor."""


async def execute(plan: Plan, provider: Provider) -> Execution:
    """Run the plan's steps in order. Raises SandboxError for our trouble, Starved for the host's."""
    started_at = time.time()
    steps: list[StepResult] = []
    if plan.steps:
        async with provider.sandbox(plan) as sandbox:
            for step in plan.steps:
                result = await sandbox.run(step, step.limits or plan.limits)
                if is_starved(result):
                    raise Starved(
                        f"step '{step.name}' waited {result.wait_s:.1f} s of {result.wall_s:.1f} s"
                        " for a processor"
                    )
                steps.append(result)
                if step.stop_on_failure and not succeeded(result):
                    break
    return Execution(
        provider=provider.name,
        isolation=provider.isolation,
        host=os.uname().nodename,
        started_at=started_at,
        steps=tuple(steps),
    )


def is_starved(result: StepResult) -> bool:
    """Whether a wall-clock time-out is the host's fault."""
    return (
        result.ended is Ended.TIMEOUT
        and result.evidence != "cpu limit"
        and result.wait_s >= STARVED_SHARE * result.wall_s
    )


def succeeded(result: StepResult) -> bool:
    """Whether a step ended as its author meant it to."""
    return (
        result.ended is Ended.EXIT
        and result.code == 0
        and result.completion.said in {Said.DONE, Said.NOTHING}
    )
