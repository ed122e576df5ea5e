"""`/run_jupyter`: cells that share their state, in one process and one step. No IPython: no magics.

`cell_timeout` interrupts a cell and goes on with the next, where the peer leaves it out.
"""

import json
import secrets
from functools import cache
from importlib.resources import files
from typing import Any, Literal, cast

from pydantic import Field

from grader.core.execution import StepEnd, StepResult
from grader.core.limits import Limits
from grader.dialects._fields import (
    LARGEST_MB,
    LONGEST_S,
    MOST_FILES,
    OUTPUT_KB,
    Seconds,
    found_files,
    json_answer,
    limits_for,
)
from grader.dialects.base import Answer, Backend, Body, Request, body_of
from grader.dialects.sandbox_fusion._run_code import given_files, plain_path, too_large
from grader.dialects.sandbox_fusion._shapes import FAILED, FINISHED, SUCCESS, part_of

MOST_CELLS = 500
AROUND_S = 10.0
"""What the program that runs the cells may take besides: the peer's own margin."""


class JupyterBody(Body):
    """`RunJupyterRequest`."""

    cells: list[str] = Field(max_length=MOST_CELLS)
    cell_timeout: float = Field(default=0.0, ge=0, le=LONGEST_S)
    """Seconds of wall clock; 0: only all together are limited."""
    total_timeout: Seconds = 45.0
    kernel: Literal["python3"] = "python3"
    memory_limit_MB: int = Field(default=-1, ge=-1, le=LARGEST_MB)  # noqa: N815  the protocol's
    files: dict[str, str | None] = Field(default={}, max_length=MOST_FILES)
    fetch_files: list[str] = Field(default=[], max_length=MOST_FILES)


async def run_jupyter(request: Request, backend: Backend) -> Answer:
    """Run the cells; answers 200 whatever they do."""
    body = body_of(request, JupyterBody)
    key = secrets.token_hex(16)
    limits = limits_for(body.total_timeout + AROUND_S, body.memory_limit_MB)
    wanted = {name: plain_path("fetch_files", name) for name in body.fetch_files}
    result = await backend.run(
        program_of(body, key),
        files=given_files(body.files),
        collect=list(dict.fromkeys(wanted.values())),
        limits=limits,
        deadline_s=2 * body.total_timeout + 2 * AROUND_S,
    )
    found = found_files(result, wanted)
    return json_answer(answer_of(result, limits, key, found))


def program_of(body: JupyterBody, key: str) -> str:
    """The program that runs the cells and says of each what it gave."""
    order = {
        "cells": body.cells,
        "cell_s": body.cell_timeout,
        "total_s": body.total_timeout,
        "limit": OUTPUT_KB * 1024 // 4,
        "key": key,
    }
    text = json.dumps(order)
    return f"{kernel_source()}\n\nserve(json.loads({text!r}))\n"


@cache
def kernel_source() -> str:
    """The text of `inside/kernel.py`."""
    return files("grader.dialects.sandbox_fusion.inside").joinpath("kernel.py").read_text("utf-8")


def answer_of(
    result: StepResult, limits: Limits, key: str, found: dict[str, str]
) -> dict[str, Any]:
    """What the step's facts mean; cells that ran are told also where a later one could not."""
    said = frame_in(result, key)
    state = str(said.get("status", "Error"))
    driver = part_of(result, limits) | {"stdout": ""}
    message = too_large(result)
    if state != FINISHED:
        driver["status"] = state if state == "TimeLimitExceeded" else driver["status"]
        driver["return_code"] = None if state == "TimeLimitExceeded" else driver["return_code"]
        message = message or f"the cells did not come to their end: {state}"
    return {
        "status": SUCCESS if state == FINISHED and not message else FAILED,
        "message": message,
        "driver": driver,
        "cells": said.get("cells", []),
        "executor_pod_name": None,
        "files": found,
    }


def frame_in(result: StepResult, key: str) -> dict[str, Any]:
    """What the program printed behind its key; empty where it came to no end of its own."""
    _, mark, text = result.stdout.rpartition(key.encode())
    if not mark or result.ended is not StepEnd.EXIT or result.code:
        return {}
    try:
        return cast("dict[str, Any]", json.loads(text))
    except ValueError:
        return {}
