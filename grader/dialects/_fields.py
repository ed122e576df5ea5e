"""What the bodies of several dialects share: bounded numbers, limits and files."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from grader.core.execution import StepEnd, StepResult
from grader.core.limits import Limits
from grader.dialects.base import JSON, Answer
from grader.engine.service.script import returncode
from grader.errors import UsageError

LONGEST_S = 600.0
"""Of one program: whoever needs more is better served by the native protocol."""
LARGEST_MB = 65_536
MOST_FILES = 256
MOST_CASES = 2000
OUTPUT_KB = 4096
"""KiB per stream that a program may print, and per file that is brought back."""
MARGIN, MARGIN_S = 1.05, 0.25
"""How much more wall clock than CPU time: of an endless loop the CPU decides, on any machine."""

VERDICT_HEADER = "X-Grader-Verdict"

Seconds = Annotated[float, Field(gt=0, le=LONGEST_S)]


def json_answer(value: object, status: int = 200, *, verdict: str = "") -> Answer:
    """A value as an answer's body; `verdict`: what it is about, for proxies and logs."""
    headers = {VERDICT_HEADER: verdict} if verdict else {}
    return Answer(status, json.dumps(value, ensure_ascii=False).encode(), JSON, headers)


def limits_for(run_s: float, memory_mb: int = -1) -> Limits:
    """Limits of one program; memory of 0 or less: as much as is usual."""
    usual = Limits()
    return Limits(
        cpu_s=run_s,
        wall_s=run_s * MARGIN + MARGIN_S,
        memory_mb=memory_mb if memory_mb > 0 else usual.memory_mb,
        output_kb=OUTPUT_KB,
    )


def returned(result: StepResult) -> int | None:
    """As `subprocess` counts: -n by signal n, -9 at a limit of ours; None where time was up."""
    if result.ended is StepEnd.TIMEOUT:
        return None
    code = returncode(result)
    return -9 if code is None else code


def limit_said(result: StepResult, limits: Limits) -> str:
    """Which limit of ours ended a program, in one line; empty where none did."""
    match result.ended:
        case StepEnd.MEMORY:
            return f"grader: killed at the limit of {limits.memory_mb} MiB of memory"
        case StepEnd.OUTPUT:
            most = f"{limits.output_kb} KiB per stream, {limits.disk_mb} MiB of files"
            return f"grader: killed for its output ({result.evidence}; the limits are {most})"
        case StepEnd.TIMEOUT:
            return f"grader: out of time ({result.evidence})"
        case _:
            return ""


def decoded64(field: str, text: str) -> bytes:
    """Base64, with white space anywhere; UsageError for anything else."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise UsageError(f"{field}: it is no base64 ({error})") from error


def found_files(result: StepResult, wanted: Mapping[str, str]) -> dict[str, str]:
    """Files that were brought back, in base64, under the names that the client uses.

    wanted: the client's name → the path that was asked for.
    """
    by_path = dict(result.collected)
    return {
        name: base64.b64encode(by_path[path]).decode()
        for name, path in wanted.items()
        if path in by_path
    }
