"""Judge in a process that can be ended: a log may be made to keep a parser busy for ever.

The official log parsers are regular expressions, some of which take time that grows with the square
or the cube of what a sample prints. A grader that reads such logs sets `JUDGED_APART`. What takes
time that only grows with the outputs comes to its end, but where that is long other samples and ^C
do not wait for it: a grader says so with `takes_long`.
"""

from functools import partial
from typing import Any

import anyio
from anyio import BrokenWorkerProcess, to_process

from grader import plugins
from grader.core.execution import Execution
from grader.core.job import Job
from grader.core.plan import Step
from grader.core.result import Result, Verdict
from grader.errors import InfraError
from grader.graders.base import FollowUp

JUDGE_S = 120.0
"""Wall clock for one log. Honest logs of real tasks take less than a second."""


async def judge(job: Job, execution: Execution, *, bound_s: float = JUDGE_S) -> Result:
    """The grader's judgement; InfraError for our trouble.

    A log that keeps the parser busy for a hundred times what any honest one takes, here after it
    did so in `later`, is the sample's doing, or a sample could choose to be ungraded.
    """
    member = plugins.load("graders", job.task.kind)
    if not getattr(member, "JUDGED_APART", False):
        if takes_long(member, job, execution):
            return await elsewhere("judge", job, execution)
        return member.judge(job, execution)
    with anyio.move_on_after(bound_s):
        return await elsewhere("judge", job, execution)
    return Result(
        task_id=job.sample.task_id,
        index=job.sample.index,
        verdict=Verdict.ERROR,
        reason=f"its log keeps the parser busy for more than {bound_s:g} s",
    )


async def more(job: Job, execution: Execution) -> tuple[Step, ...]:
    """What the grader wants to run next, where its plans come in rounds; InfraError as `judge`."""
    member = plugins.load("graders", job.task.kind)
    if not hasattr(member, "more"):
        return ()
    if takes_long(member, job, execution):
        return await elsewhere("more", job, execution)
    return member.more(job, execution)


def takes_long(member: Any, job: Job, execution: Execution) -> bool:
    """Whether a grader says that it would hold up others for long."""
    asked = getattr(member, "takes_long", None)
    return asked is not None and asked(job, execution)


async def elsewhere(name: str, job: Job, execution: Execution) -> Any:
    """What a grader's function of this name gives, in another process; it can be cancelled."""
    try:
        return await to_process.run_sync(partial(called, name, job, execution), cancellable=True)
    except BrokenWorkerProcess as error:
        raise InfraError(f"the process that judges ended: {error}") from error


def called(name: str, job: Job, execution: Execution) -> Any:
    """In the other process."""
    return getattr(plugins.load("graders", job.task.kind), name)(job, execution)


async def later(job: Job, execution: Execution, *, bound_s: float = JUDGE_S) -> FollowUp:
    """What is still to be done for a job; nothing where its log takes too long to read.

    The judgement reads it too, and says so.
    """
    member = plugins.load("graders", job.task.kind)
    if not hasattr(member, "later") or not execution.steps:
        return FollowUp()
    if not getattr(member, "JUDGED_APART", False):
        return member.later(job, execution)
    with anyio.move_on_after(bound_s):
        return await elsewhere("later", job, execution)
    return FollowUp()
