"""Judge in a process that can be ended: a log may be made to keep a parser busy for ever.

The official log parsers are regular expressions, some of which take time that grows with the square
or the cube of what a sample prints. A grader that reads such logs sets `JUDGED_APART`.
"""

from functools import partial

import anyio
from anyio import BrokenWorkerProcess, to_process

from grader import plugins
from grader.core.execution import Execution
from grader.core.job import Job
from grader.core.result import Result, Verdict
from grader.errors import InfraError
from grader.graders.base import Later

JUDGE_S = 120.0
"""Wall clock for one log. Honest logs of real tasks take less than a second."""


async def judge(job: Job, execution: Execution, *, bound_s: float = JUDGE_S) -> Result:
    """The grader's judgement, ungraded where it takes too long; InfraError for our trouble."""
    member = plugins.load("graders", job.task.kind)
    if not getattr(member, "JUDGED_APART", False):
        return member.judge(job, execution)
    try:
        with anyio.move_on_after(bound_s):
            return await to_process.run_sync(partial(apart, job, execution), cancellable=True)
    except BrokenWorkerProcess as error:
        raise InfraError(f"the process that judges ended: {error}") from error
    return Result(
        task_id=job.sample.task_id,
        index=job.sample.index,
        verdict=Verdict.UNGRADED,
        reason=f"its log keeps the parser busy for more than {bound_s:g} s",
    )


async def later(job: Job, execution: Execution, *, bound_s: float = JUDGE_S) -> Later:
    """What is still to be done for a job; nothing where its log takes too long to read.

    The judgement reads it too, and leaves the sample ungraded.
    """
    member = plugins.load("graders", job.task.kind)
    if not hasattr(member, "later") or not execution.steps:
        return Later()
    if not getattr(member, "JUDGED_APART", False):
        return member.later(job, execution)
    try:
        with anyio.move_on_after(bound_s):
            return await to_process.run_sync(partial(later_apart, job, execution), cancellable=True)
    except BrokenWorkerProcess as error:
        raise InfraError(f"the process that judges ended: {error}") from error
    return Later()


def later_apart(job: Job, execution: Execution) -> Later:
    """In the other process."""
    return plugins.load("graders", job.task.kind).later(job, execution)


def apart(job: Job, execution: Execution) -> Result:
    """In the other process."""
    return plugins.load("graders", job.task.kind).judge(job, execution)
