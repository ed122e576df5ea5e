"""What SandboxFusion's answers are made of.

Names and values are those of bytedance/SandboxFusion 469de08 (sandbox/server/sandbox_api.py) and of
its client sandbox-fusion 0.3.7 (models.py).
"""

from typing import Any

from grader.core.execution import StepEnd, StepResult
from grader.core.limits import Limits
from grader.dialects._fields import json_answer, limit_said, returned
from grader.dialects.base import Answer
from grader.errors import GraderError
from grader.graders._written_in import BUILD

FINISHED, LATE = "Finished", "TimeLimitExceeded"
SUCCESS, FAILED = "Success", "Failed"
RETRIED = 504
"""The one status that verl's client tries again (sandbox_fusion/utils.py, `call_sandbox_api`); the
client of PyPI tries anything again that is not 200."""


def text_of(data: bytes) -> str:
    """A stream as the peer shows it (sandbox/utils/execution.py, `try_decode`)."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        return f"[DecodeError] {error}"


def part_of(result: StepResult, limits: Limits) -> dict[str, Any]:
    """One command's part of an answer; what a limit ended says so at the end of stderr."""
    said = limit_said(result, limits)
    stderr = text_of(result.stderr)
    if said:
        stderr += f"{'' if stderr.endswith(chr(10)) or not stderr else chr(10)}{said}\n"
    return {
        "status": LATE if result.ended is StepEnd.TIMEOUT else FINISHED,
        "execution_time": round(result.wall_s, 6),
        "cpu_time": round(result.cpu_s, 6),
        "return_code": returned(result),
        "stdout": text_of(result.stdout),
        "stderr": stderr,
    }


def run_answer(
    result: StepResult, limits: Limits, files: dict[str, str] | None = None, *, lost: str = ""
) -> dict[str, Any]:
    """The answer of `/run_code`; `lost`: what of the result could not be brought back."""
    is_built = result.name != BUILD
    is_fine = result.ended is StepEnd.EXIT and result.code == 0 and not lost
    return {
        "status": SUCCESS if is_fine else FAILED,
        "message": lost or limit_said(result, limits),
        "compile_result": None if is_built else part_of(result, limits),
        "run_result": part_of(result, limits) if is_built else None,
        "executor_pod_name": None,
        "files": files or {},
    }


def refused(status: int, sentence: str) -> Answer:
    """As FastAPI words it: verl's client never tries a 4xx again."""
    detail = [{"type": "value_error", "loc": ["body"], "msg": sentence}]
    return json_answer({"detail": detail if status == 422 else sentence}, status)  # noqa: PLR2004


def troubled(error: GraderError) -> Answer:
    """Never `SandboxError` with 200: verl counts that as a wrong sample."""
    return json_answer({"detail": f"grader: {error}; try again"}, RETRIED)
