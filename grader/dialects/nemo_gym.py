"""NeMo-Gym's resources server (nemo_gym/base_resources_server.py, code_gen; 07d6b0d).

Its agents raise for any status but 2xx, which ends a rollout, so that our own trouble is a 200 with
the fields that its collection reads: such a row goes to a file of failures, is tried again and
counted nowhere.
"""

import json
from typing import Any, NoReturn, cast

from pydantic import BaseModel

from grader.core.result import Outcome, Result, Verdict
from grader.dialects._asked_tasks import TaskLabel, settled, task_from
from grader.dialects._fields import json_answer
from grader.dialects._rollout_metrics import aggregated
from grader.dialects.base import (
    Answer,
    Backend,
    Dialect,
    Endpoint,
    Request,
    body_of,
    without_lone_surrogates,
)
from grader.engine.build.fields import json_of
from grader.errors import GraderError, InfraError, UsageError

FAILURE_CLASS = "judge_failed"
"""nemo_gym/judge.py: what `rollout_collection` routes to `…_failures.jsonl`."""
WRONG, LATE, RAISED = -2, -3, -4
"""LiveCodeBench's codes for a case that did not pass."""
CODES = {Verdict.FAILED: WRONG, Verdict.TIMEOUT: LATE}


class OutputPart(BaseModel):
    """A part of a message."""

    type: str = ""
    text: str = ""


class OutputItem(BaseModel):
    """A message, a call, or a thought."""

    type: str = ""
    content: list[OutputPart] | str | None = None


class ResponseFields(BaseModel):
    """What is read of OpenAI's Response."""

    output: list[OutputItem]


class VerifyFields(BaseModel):
    """What is read of a row; all of it goes back."""

    response: ResponseFields
    verifier_metadata: dict[str, Any] | None = None


class MetricsFields(BaseModel):
    """`AggregateMetricsRequest`."""

    verify_responses: list[dict[str, Any]]


async def verify(request: Request, backend: Backend) -> Answer:
    """The request's object with its reward; an answer without text is the model's failure."""
    fields = body_of(request, VerifyFields)
    body = object_in(request)
    said = text_of(fields.response)
    if not said.strip():
        return json_answer({**body, "reward": 0.0, "mask_sample": False})
    label = label_of(fields.verifier_metadata)
    try:
        task = await task_from(label, backend)
        result = await settled(task, said, backend)
    except InfraError as error:
        return json_answer({**body, **failure(error)}, verdict=Verdict.UNGRADED.value)
    return json_answer({**body, **graded(result, said)}, verdict=result.verdict.value)


def object_in(request: Request) -> dict[str, Any]:
    """The body as it is, for all of it goes back; UsageError where it is no object of JSON."""
    try:
        value = json.loads(without_lone_surrogates(request.body), parse_constant=no_constant)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"body: no JSON: {error}") from error
    if not isinstance(value, dict):
        raise UsageError(f"body: an object is expected, found {type(value).__name__}")
    return cast("dict[str, Any]", value)


def no_constant(name: str) -> NoReturn:
    """NaN and the infinities are no JSON, and would come back as none."""
    raise ValueError(f"{name} is no number of JSON")


def text_of(response: ResponseFields) -> str:
    """`Response.output_text`: the texts of all messages, one after the other."""
    return "".join(
        part.text
        for item in response.output
        if item.type == "message" and isinstance(item.content, list)
        for part in item.content
        if part.type == "output_text"
    )


def label_of(metadata: dict[str, Any] | None) -> dict[str, Any]:
    """What of `verifier_metadata` says which task it is: `unit_tests`, or a label's own fields."""
    if metadata is None:
        raise UsageError("verifier_metadata: it is missing; it holds unit_tests or a task")
    tests: object = metadata.get("unit_tests")
    if isinstance(tests, str):
        tests = json_of("verifier_metadata.unit_tests", tests)
    if tests is None:
        fields = metadata
    elif isinstance(tests, dict):
        fields = cast("dict[str, Any]", tests)
    else:
        raise UsageError("verifier_metadata.unit_tests: an object is expected")
    return {name: fields[name] for name in TaskLabel.model_fields if name in fields}


def graded(result: Result, said: str) -> dict[str, Any]:
    """What a verdict adds to the row."""
    passed = result.verdict is Verdict.PASSED
    return {
        "reward": 1.0 if passed else 0.0,
        "extracted_model_output": said,
        "result": codes_of(result),
        "metadata": {
            "verdict": result.verdict.value,
            "reason": result.reason,
            "trust": result.trust.value,
            "extraction": result.extraction,
        },
        "mask_sample": False,
    }


def codes_of(result: Result) -> list[int | bool]:
    """One of each case that ran: true, or LiveCodeBench's code for why not."""
    code = CODES.get(result.verdict, RAISED)
    ran = [test for test in result.tests if test.outcome is not Outcome.SKIPPED]
    if not ran:
        return [True if result.verdict is Verdict.PASSED else code]
    return [True if test.outcome is Outcome.PASSED else code for test in ran]


def failure(error: GraderError) -> dict[str, Any]:
    """What says that nobody graded this row; the reward is there as its type wants a number."""
    return {
        "reward": 0.0,
        "_ng_failure_class": FAILURE_CLASS,
        "_ng_failure_judge_error": f"grader: {error}",
        "failure_reason": f"grader: {error}",
        "mask_sample": True,
    }


async def seed_session(_request: Request, _backend: Backend) -> Answer:
    """Nothing has to be prepared: each verdict has a sandbox of its own."""
    return json_answer({})


async def reverify_mode(_request: Request, _backend: Backend) -> Answer:
    """A row can be verified again at any time."""
    return json_answer("stateless")


async def aggregate_metrics(request: Request, _backend: Backend) -> Answer:
    """Means and spreads over rows, without those that nobody graded."""
    return json_answer(aggregated(body_of(request, MetricsFields).verify_responses))


def refused(status: int, sentence: str) -> Answer:
    """As FastAPI words it."""
    return json_answer({"detail": sentence}, status)


def troubled(error: GraderError) -> Answer:
    """Where not even a row can be said; whoever asks is told to come again."""
    return json_answer({"detail": f"grader: {error}; try again"}, 503)


DIALECT = Dialect(
    endpoints=(
        Endpoint("POST", "/verify", verify),
        Endpoint("POST", "/seed_session", seed_session, works=False),
        Endpoint("POST", "/aggregate_metrics", aggregate_metrics, works=False),
        Endpoint("GET", "/reverify_mode", reverify_mode, works=False),
    ),
    refuse=refused,
    trouble=troubled,
)
