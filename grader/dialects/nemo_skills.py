"""NeMo-Skills' code execution server (nemo_skills/code_execution, local_sandbox_server.py).

`ipython` keeps a process between requests; a sandbox here keeps files and no process, and running
the earlier cells again would not give the same state. So it is refused, and never half done.
"""

import os
from typing import Any

from pydantic import Field

from grader.core.execution import StepEnd, StepResult
from grader.core.limits import Limits
from grader.dialects._fields import Seconds, json_answer, limit_said, limits_for
from grader.dialects._languages import SourceText, language_of, run_source
from grader.dialects.base import Answer, Backend, Body, Dialect, Endpoint, Request, body_of
from grader.errors import GraderError, UsageError

PATIENCE_S = 4.5
"""The client waits for 5 s more than the program gets."""
MOST_CHARS = 1 << 24
CUT = "<output cut>"
LANGUAGES = {"python": "python", "python3": "python", "shell": "bash"}
UNPROCESSABLE = 422


class SkillsExecuteBody(Body):
    """What the client sends."""

    generated_code: str
    timeout: Seconds
    language: str = "ipython"
    std_input: str = ""
    max_output_characters: int = Field(default=1000, ge=0, le=MOST_CHARS)
    traceback_verbosity: str = "Plain"


async def execute(request: Request, backend: Backend) -> Answer:
    """One program; a Python program that raises is `completed`, as there."""
    body = body_of(request, SkillsExecuteBody)
    if body.language not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        raise UsageError(
            f"language: {body.language!r:.40} is not served: sandboxes keep no process between"
            f" requests, and run {known}"
        )
    limits = limits_for(body.timeout)
    language = language_of(LANGUAGES[body.language])
    result = await run_source(
        language,
        SourceText(body.generated_code),
        backend,
        stdin="" if language.name == "bash" else body.std_input,
        limits=limits,
        deadline_s=body.timeout + PATIENCE_S,
    )
    return json_answer(told(result, body, limits))


def told(result: StepResult, body: SkillsExecuteBody, limits: Limits) -> dict[str, Any]:
    """The three fields; a time-out shows no output, as there."""
    if result.ended is StepEnd.TIMEOUT:
        said = f"Execution timed out after {body.timeout} seconds\n"
        return {"process_status": "timeout", "stdout": "", "stderr": said}
    is_fine = result.ended is StepEnd.EXIT and not (body.language == "shell" and result.code)
    if result.ended is StepEnd.SIGNAL and body.language != "shell":
        is_fine = True  # there nobody looks at a Python program's status
    stderr = result.stderr.decode(errors="replace")
    if said := limit_said(result, limits):
        stderr = f"{said}\n{stderr}"
    return {
        "process_status": "completed" if is_fine else "error",
        "stdout": shortened(result.stdout.decode(errors="replace"), body.max_output_characters),
        "stderr": shortened(stderr, body.max_output_characters),
    }


def shortened(text: str, most: int) -> str:
    """At most so many characters, and the mark that some are missing."""
    return text if len(text) <= most else text[:most] + CUT


async def health(_request: Request, _backend: Backend) -> Answer:
    """Says that the server answers."""
    return json_answer({"status": "healthy", "worker": str(os.getpid())})


async def sessions(_request: Request, _backend: Backend) -> Answer:
    """There are none."""
    return json_answer({"sessions": {}, "backend": "none"})


async def end_session(request: Request, _backend: Backend) -> Answer:
    """A session that never was: the client takes 404 for success."""
    name = request.parameters.get("id", "")
    return json_answer({"error": f"IPython session {name} not found"}, 404)


def refused(status: int, sentence: str) -> Answer:
    """What is wrong, without `process_status`: no client may take it for what a program did."""
    return json_answer({"error": sentence}, 400 if status == UNPROCESSABLE else status)


def troubled(error: GraderError) -> Answer:
    """The one status that the client does not read as an answer (sandbox.py, `_send_request`)."""
    return json_answer({"error": f"{error}; try again"}, 502)


DIALECT = Dialect(
    endpoints=(
        Endpoint("POST", "/execute", execute),
        Endpoint("GET", "/health", health, works=False),
        Endpoint("GET", "/sessions", sessions, works=False),
        Endpoint("DELETE", "/sessions/{id}", end_session, works=False),
    ),
    refuse=refused,
    trouble=troubled,
)
