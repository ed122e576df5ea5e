"""OpenAI's `graders/run`: a grader of the client's own, a Python function or a comparison of texts.

The reward is what the client's code says. Where that runs what a model wrote in its own process it
can be told anything: a verdict that holds is `/v1/grade`'s.
"""

import json
import re
import secrets
from contextlib import suppress
from typing import Any, Literal, cast

from pydantic import Field, ValidationError

from grader.core.execution import StepEnd, StepResult
from grader.core.limits import Limits
from grader.dialects._fields import json_answer, limit_said, limits_for
from grader.dialects.base import Answer, Backend, Body, Dialect, Endpoint, Request, body_of
from grader.errors import GraderError, UsageError

RUN_S, MEMORY_MB = 120.0, 2048
"""What OpenAI gives a Python grader: two minutes and 2 GB."""
DETAIL_CHARS = 4000
VARIABLE = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
TAIL = """

import json as _json
import sys as _sys

_order = _json.loads({order!r})
_reward = float(grade(_order["sample"], _order["item"]))
_sys.stdout.flush()
_sys.stdout.write(_order["key"] + _json.dumps(_reward))
"""
FLAGS = (
    "formula_parse_error", "sample_parse_error", "truncated_observation_error",
    "unresponsive_reward_error", "invalid_variable_error", "other_error",
    "python_grader_server_error", "python_grader_runtime_error", "model_grader_server_error",
    "model_grader_refusal_error", "model_grader_parse_error",
)  # fmt: skip
DETAILS = (
    "python_grader_server_error_type", "python_grader_runtime_error_details",
    "model_grader_server_error_details",
)  # fmt: skip


class PythonGrader(Body):
    """`source` defines `grade(sample, item)`."""

    type: Literal["python"]
    source: str
    name: str = ""
    image_tag: str | None = None
    """Read and left out: there is one image, this machine's Python."""


class StringCheck(Body):
    """Two templates compared."""

    type: Literal["string_check"]
    input: str
    reference: str
    operation: Literal["eq", "ne", "like", "ilike"]
    name: str = ""


class GraderRunBody(Body):
    """What a client sends."""

    grader: dict[str, Any]
    model_sample: str
    item: dict[str, Any] = Field(default={})


async def run(request: Request, backend: Backend) -> Answer:
    """Run the grader on one sample."""
    body = body_of(request, GraderRunBody)
    grader = grader_of(body)
    if isinstance(grader, StringCheck):
        return json_answer(compared(grader, body))
    key = secrets.token_hex(16)
    order = {"sample": sample_of(body), "item": body.item, "key": key}
    limits = limits_for(RUN_S, MEMORY_MB)
    program = grader.source + TAIL.format(order=json.dumps(order))
    result = await backend.run(program, limits=limits, deadline_s=2 * RUN_S)
    return json_answer(judged(result, limits, key, grader))


def grader_of(body: GraderRunBody) -> PythonGrader | StringCheck:
    """The grader; UsageError for a kind that is not run here."""
    kind = body.grader.get("type")
    if kind not in {"python", "string_check"}:
        raise UsageError(f"grader.type: {kind!r:.40} is not run here; python and string_check are")
    chosen = PythonGrader if kind == "python" else StringCheck
    try:
        return chosen.model_validate(body.grader)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise UsageError(f"grader.{where}: {first['msg']}") from error


def sample_of(body: GraderRunBody) -> dict[str, Any]:
    """The sample as graders see it; `output_json` where its text is JSON."""
    sample: dict[str, Any] = {"output_text": body.model_sample, "output_json": None}
    with suppress(ValueError, RecursionError):
        sample["output_json"] = json.loads(body.model_sample)
    return sample


def compared(grader: StringCheck, body: GraderRunBody) -> dict[str, Any]:
    """The answer of a comparison; a variable that is not there is told, never compared."""
    known = {"sample": sample_of(body), "item": body.item}
    got, wanted = filled(grader.input, known), filled(grader.reference, known)
    if got is None or wanted is None:
        return answer(0.0, grader.name, grader.type, invalid_variable_error=True)
    match grader.operation:
        case "eq":
            is_right = got == wanted
        case "ne":
            is_right = got != wanted
        case "like":
            is_right = wanted in got
        case "ilike":
            is_right = wanted.lower() in got.lower()
    return answer(float(is_right), grader.name, grader.type)


def filled(template: str, known: dict[str, Any]) -> str | None:
    """The template with its variables' values; None where one is not there."""
    found = {name: value_at(name, known) for name in VARIABLE.findall(template)}
    if None in found.values():
        return None
    return VARIABLE.sub(lambda match: str(found[match[1]]), template)


def value_at(name: str, known: dict[str, Any]) -> str | None:
    """What `item.a.b` stands for, as text."""
    value: Any = known
    for part in name.split("."):
        if not isinstance(value, dict) or part not in value:
            return None
        value = cast("dict[str, Any]", value)[part]
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def judged(result: StepResult, limits: Limits, key: str, grader: PythonGrader) -> dict[str, Any]:
    """The reward that the grader's program printed behind its key, or how it failed."""
    _, mark, text = result.stdout.rpartition(key.encode())
    if mark and result.ended is StepEnd.EXIT and not result.code:
        try:
            reward = float(json.loads(text))
        except (ValueError, TypeError):
            reward = float("nan")
        if abs(reward) <= 1e308:  # noqa: PLR2004  a number that JSON carries
            return answer(reward, grader.name, grader.type, seconds=result.wall_s)
    said = limit_said(result, limits) or result.stderr.decode(errors="replace")[-DETAIL_CHARS:]
    return answer(
        0.0,
        grader.name,
        grader.type,
        seconds=result.wall_s,
        python_grader_runtime_error=True,
        python_grader_runtime_error_details=said or "grade() returned no finite number",
    )


def answer(
    reward: float, name: str, kind: str, *, seconds: float = 0.0, **errors: object
) -> dict[str, Any]:
    """The answer's object."""
    flags: dict[str, Any] = {**dict.fromkeys(FLAGS, False), **dict.fromkeys(DETAILS), **errors}
    return {
        "reward": reward,
        "metadata": {
            "name": name,
            "type": kind,
            "errors": flags,
            "execution_time": round(seconds, 6),
            "scores": {},
            "token_usage": None,
            "sampled_model_name": None,
        },
        "sub_rewards": {},
        "model_grader_token_usage_per_model": {},
    }


def refused(status: int, sentence: str) -> Answer:
    """As the API words it; its client never tries a 400 again."""
    status = 400 if status == 422 else status  # noqa: PLR2004
    error = {"message": sentence, "type": "invalid_request_error", "param": None, "code": None}
    return json_answer({"error": error}, status)


def troubled(error: GraderError) -> Answer:
    """Its client tries any 5xx again, twice unless it was told otherwise."""
    told = {"message": f"{error}; try again", "type": "server_error", "param": None, "code": None}
    return json_answer({"error": told}, 503)


DIALECT = Dialect(
    endpoints=(Endpoint("POST", "/v1/fine_tuning/alpha/graders/run", run),),
    refuse=refused,
    trouble=troubled,
)
