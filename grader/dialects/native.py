"""grader's own protocol: `/v1/grade` gives a verdict, `/v1/run` tells what a program did."""

from typing import Any

from grader.dialects._native_asked import (
    GradeBody,
    MadeTasks,
    RunBody,
    choices_of,
    program_choices,
    sample_of,
)
from grader.dialects._native_told import answered, graded, ran, refused, troubled, ungraded
from grader.dialects.base import Answer, Backend, Dialect, Endpoint, Request, body_of
from grader.engine.identity import task_identity
from grader.errors import DeadlineError

VERDICT_HEADER = "X-Grader-Verdict"

_tasks = MadeTasks()


async def told_verdict(body: GradeBody, backend: Backend) -> dict[str, Any]:
    """Grade, and say what came of it; UsageError names what is wrong, InfraError is ours."""
    task = await _tasks.of(body.task, backend)
    identity = task_identity(task)
    sample = sample_of(body.sample)
    try:
        result = await backend.grade(task, sample, **choices_of(body))
    except DeadlineError as error:
        return ungraded(error, key=body.key, task=identity)
    return graded(result, key=body.key, task=identity)


async def grade(request: Request, backend: Backend) -> Answer:
    """One sample, one verdict."""
    told = await told_verdict(body_of(request, GradeBody), backend)
    return answered(told, headers={VERDICT_HEADER: told["verdict"]})


async def run(request: Request, backend: Backend) -> Answer:
    """One program, no verdict."""
    body = body_of(request, RunBody)
    return answered(ran(await backend.run(body.program, **program_choices(body))))


DIALECT = Dialect(
    endpoints=(
        Endpoint("POST", "/v1/grade", grade),
        Endpoint("POST", "/v1/run", run),
    ),
    refuse=refused,
    trouble=troubled,
)
