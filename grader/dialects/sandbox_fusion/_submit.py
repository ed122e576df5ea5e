"""`/submit`: an answer to a problem, judged by grader's own program task.

`accepted` is false for what the sample did and for nothing else: our own trouble is a 504. The
client's `submit_safe` makes `accepted: false` of any error; `submit` raises it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from grader.core.limits import Limits
from grader.core.result import Outcome, Result, Verdict
from grader.core.task import Task
from grader.dialects._asked_tasks import settled
from grader.dialects._fields import json_answer
from grader.dialects.base import Answer, Backend, Request, body_of
from grader.dialects.sandbox_fusion._shapes import FAILED, SUCCESS, run_answer
from grader.dialects.sandbox_fusion._submit_asked import (
    DatasetBody,
    NoDatasetError,
    PromptBody,
    SubmitBody,
    extracted_soon,
    row_of,
    rows_of,
    task_asked,
)
from grader.graders.program import Spec, StdioCase

SHOWN_CHARS = 1000
"""Of a stream in `test_info`, unless `extra.return_full_case` asks for all."""
PROGRAM = "program"
ADVICE = (
    "Please implement a complete Python script. Your program should read input from standard input"
    " and write output to standard output."
)


async def submit(request: Request, backend: Backend) -> Answer:
    """Grade the code in an answer; 400 for a data set that nobody knows."""
    body = body_of(request, SubmitBody)
    try:
        task = await task_asked(body, backend)
    except NoDatasetError as error:
        return json_answer({"detail": str(error)}, 400)
    sample, how = await extracted_soon(task, body.completion)
    result = await settled(task, sample, backend)
    is_full = bool(body.config.extra.get("return_full_case"))
    told = {
        "id": body.id,
        "accepted": result.verdict is Verdict.PASSED,
        "extracted_code": sample.body,
        "full_code": None,
        "test_code": None,
        "tests": tests_of(task, result, is_full=is_full),
        "extracted_type": how,
        "extra": {"verdict": result.verdict.value, "reason": result.reason},
    }
    return json_answer(told, verdict=result.verdict.value)


def tests_of(task: Task, result: Result, *, is_full: bool) -> list[dict[str, Any]]:
    """What each case came to; those that never ran are left out."""
    if task.kind != PROGRAM:
        return [one_test(result, task.limits)]
    cases = Spec.model_validate(task.spec).all_cases()
    steps = result.execution.steps if result.execution else ()
    told: list[dict[str, Any]] = []
    for place, (test, case) in enumerate(zip(result.tests, cases, strict=False)):
        if test.outcome is Outcome.SKIPPED:
            continue
        passed = test.outcome is Outcome.PASSED
        ran = place < len(steps)
        info = run_answer(steps[place], task.limits) if ran else untold(passed=passed)
        told.append(
            {"passed": passed, "exec_info": info, "test_info": shown(case, is_full=is_full)}
        )
    return told


def one_test(result: Result, limits: Limits) -> dict[str, Any]:
    """A function's tests are one."""
    steps = result.execution.steps if result.execution else ()
    passed = result.verdict is Verdict.PASSED
    info = run_answer(steps[-1], limits) if steps else untold(passed=passed)
    return {"passed": passed, "exec_info": info, "test_info": {"reason": result.reason}}


def untold(*, passed: bool) -> dict[str, Any]:
    """Of a case whose facts an equal submission's answer brought already."""
    return {
        "status": SUCCESS if passed else FAILED,
        "message": "",
        "compile_result": None,
        "run_result": None,
        "executor_pod_name": None,
        "files": {},
    }


def shown(case: StdioCase, *, is_full: bool) -> dict[str, Any]:
    """A case as the request had it, long streams cut."""
    pair = [each.decode(errors="replace") for each in (case.stdin, case.stdout)]
    given, wanted = pair if is_full else (each[:SHOWN_CHARS] for each in pair)
    return {"input": {"stdin": given}, "output": {"stdout": wanted}}


async def prompt_by_id(request: Request, backend: Backend) -> Answer:
    """A problem's text, of a benchmark or of what the request brings."""
    body = body_of(request, PromptBody)
    try:
        if body.config.provided_data is not None:
            return json_answer(prompt_of(row_of(body)))
        task = await task_asked(body, backend)
    except NoDatasetError as error:
        return json_answer({"detail": str(error)}, 400)
    return json_answer({"id": body.id, "prompt": str(task.spec.get("prompt", "")), "labels": {}})


async def prompts(request: Request, _backend: Backend) -> Answer:
    """The problems that the request brings."""
    return listed(request, prompt_of)


async def metrics(_request: Request, _backend: Backend) -> Answer:
    """None of its own: the peer has none for `CommonOJDataset` either."""
    return json_answer({})


async def metrics_function(_request: Request, _backend: Backend) -> Answer:
    """None."""
    return json_answer({"function": None})


async def ids(request: Request, _backend: Backend) -> Answer:
    """Their ids."""
    return listed(request, lambda row: row.get("id"))


def listed(request: Request, told: Callable[[Mapping[str, Any]], object]) -> Answer:
    """Something of each row that a request brings."""
    body = body_of(request, DatasetBody)
    try:
        rows = rows_of(body.dataset, body.config)
    except NoDatasetError as error:
        return json_answer({"detail": str(error)}, 400)
    return json_answer([told(row) for row in rows[body.offset : body.offset + body.limit]])


def prompt_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as the peer's prompt."""
    labels = row.get("labels")
    return {
        "id": row.get("id"),
        "prompt": f"{row.get('content', '')}\n\n{ADVICE}",
        "labels": labels if isinstance(labels, dict) else {},
    }
