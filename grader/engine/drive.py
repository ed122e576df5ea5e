"""Carry a plan out in a sandbox: the only code that talks to sandboxes."""

import os
import time
from collections.abc import Awaitable, Callable

from grader.core.activity import enter
from grader.core.execution import CompletionWord, Execution, SandboxTimes, StepEnd, StepResult
from grader.core.plan import Plan, PlannedFile, Step
from grader.engine.disturbance import DoubtfulEnd, ProcessorStarved, doubt, refuse_ours, starved
from grader.sandboxes.base import Provider, Sandbox


async def no_more(_: Execution) -> tuple[Step, ...]:
    """A plan that is known from the start."""
    return ()


async def execute(
    plan: Plan,
    provider: Provider,
    more: Callable[[Execution], Awaitable[tuple[Step, ...]]] = no_more,
    *,
    after: Execution | None = None,
    doubting: bool = False,
    alone: bool = False,
) -> Execution:
    """Run the plan's steps in order, then what `more` asks for in the light of their facts.

    The facts are added to those of `after`. Raises SandboxError for our trouble, Starved for the
    host's, Doubtful (only if `doubting`) for what may be anybody's. `alone`: while the provider
    runs nothing else, where it can see to that.
    """
    done = after or Execution(
        provider=provider.name,
        isolation=provider.isolation,
        host=os.uname().nodename,
        started_at=time.time(),
    )
    if not plan.steps:
        return done
    waiting = plan.steps
    kept: list[PlannedFile] = []
    while waiting:
        group, waiting = sandbox_mates(waiting)
        share = share_of(plan, group) if waiting or done.steps else plan
        enter("queue")
        began = time.monotonic()
        lend = getattr(provider, "alone", provider.sandbox) if alone else provider.sandbox
        async with lend(share) as sandbox:
            entered_s = time.monotonic() - began
            done = done.model_copy(update={"image_digest": getattr(sandbox, "image_digest", "")})
            while group:
                results = await _in_order(group, plan, sandbox, kept, doubting=doubting)
                done = done.model_copy(update={"steps": (*done.steps, *results)})
                waiting = waiting or await more(done)
                group = ()
                if waiting and not waiting[0].fresh:
                    group, waiting = sandbox_mates(waiting)
            enter("teardown")
        done = done.model_copy(update={"around": around(sandbox, entered_s, done.around)})
    return done


def share_of(plan: Plan, group: tuple[Step, ...]) -> Plan:
    """The plan for a sandbox of these steps alone, in the image that the first of them wants."""
    wish = group[0].container
    image = plan.image if wish is None or wish.image is None else wish.image
    return plan.model_copy(update={"steps": group, "image": image})


def around(sandbox: Sandbox, entered_s: float, before: SandboxTimes | None) -> SandboxTimes | None:
    """What a sandbox of the plan's own took, added to those before; a lent one says nothing."""
    phases: dict[str, float] | None = getattr(sandbox, "phases", None)
    if phases is None:
        return before
    pull_s, teardown_s = phases.get("pull", 0.0), phases.get("teardown", 0.0)
    create_s = phases.get("create", 0.0) + phases.get("start", 0.0)
    last = before or SandboxTimes()
    return SandboxTimes(
        queue_s=last.queue_s + max(entered_s - pull_s - create_s, 0.0),
        pull_s=last.pull_s + pull_s,
        create_s=last.create_s + create_s,
        teardown_s=last.teardown_s + teardown_s,
    )


def sandbox_mates(steps: tuple[Step, ...]) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """(the first step and those that share its sandbox, the others)."""
    after = (number for number, step in enumerate(steps) if number and step.fresh)
    end = next(after, len(steps))
    return steps[:end], steps[end:]


def refuse(result: StepResult, *, doubting: bool) -> None:
    """Raise what says that a step's facts are not the sample's, or (`doubting`) may not be."""
    refuse_ours(result)
    side = starved(result)
    if side is not None:
        raise ProcessorStarved(
            f"step '{result.name}' waited {side.wait_s:.1f} s of {side.wall_s:.1f} s"
            " for a processor"
        )
    if doubting and not succeeded(result) and (why := doubt(result)):
        raise DoubtfulEnd(f"step '{result.name}' {why}")


async def _in_order(
    steps: tuple[Step, ...], plan: Plan, sandbox: Sandbox, kept: list[PlannedFile], *,
    doubting: bool,
) -> list[StepResult]:  # fmt: skip
    """`kept`: what earlier steps left for later ones; grows."""
    results: list[StepResult] = []
    for step in steps:
        enter(step.name)
        # What a step makes it does not get: a file of ours it could not replace.
        kept[:] = [each for each in kept if each.path not in step.keep]
        if kept:
            step = step.model_copy(update={"files": (*kept, *step.files)})  # noqa: PLW2901
        result = await sandbox.run(step, step.limits or plan.limits)
        refuse(result, doubting=doubting)
        if step.keep:
            files, result = taken_out(result, step)
            kept += files
        results.append(result.model_copy(update={"is_setup": True}) if step.is_setup else result)
        if step.stop_on_failure and not succeeded(result):
            break
    return results


def taken_out(result: StepResult, step: Step) -> tuple[list[PlannedFile], StepResult]:
    """The files that a step left for later ones, and its facts without them."""
    files = [
        PlannedFile(path=path, data=data, mode=0o755)
        for path, data in result.collected
        if path in step.keep
    ]
    others = tuple(each for each in result.collected if each[0] not in step.keep)
    return files, result.model_copy(update={"collected": others})


def succeeded(result: StepResult) -> bool:
    """Whether a step ended as its author meant it to."""
    if result.checker is not None:
        return result.checker.completion.said is CompletionWord.DONE
    return (
        result.ended is StepEnd.EXIT
        and result.code == 0
        and result.completion.said in {CompletionWord.DONE, CompletionWord.NOTHING}
    )
