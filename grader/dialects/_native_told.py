"""What the native verbs answer: results and steps as JSON."""

import json
from collections.abc import Mapping
from typing import Any

from grader.core.execution import Execution, StepEnd, StepResult
from grader.core.record import bytes_to_text
from grader.core.result import Cause, Result, Verdict
from grader.dialects.base import Answer
from grader.engine.service.many import reward_of
from grader.errors import (
    BusyHostError,
    DeadlineError,
    GraderError,
    ImageError,
    InfraError,
    SandboxError,
    TaskError,
    TurnedAwayError,
)

TESTS_SHOWN = 1000
MESSAGE_CHARS = 2000
RETRY_AFTER_S = 2
CAUSES = {
    DeadlineError: Cause.DEADLINE,
    BusyHostError: Cause.HOST,
    TurnedAwayError: Cause.HOST,
    SandboxError: Cause.SANDBOX,
    ImageError: Cause.IMAGE,
    TaskError: Cause.TASK,
}
LASTING = {Cause.TASK, Cause.IMAGE}
"""Trouble that is the same a moment later."""


def written(value: Mapping[str, Any]) -> bytes:
    """JSON without a NaN in it; lone surrogates stay escaped."""
    return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()


def answered(
    value: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Answer:
    """A JSON answer."""
    return Answer(status, written(value), headers=headers or {})


def graded(result: Result, *, key: str, task: str) -> dict[str, Any]:
    """A result for the client; `reward` is null where nothing can be said, and never 0 for that."""
    told: dict[str, Any] = {
        "verdict": result.verdict.value,
        "reward": reward_of(result),
        "reason": result.reason[:MESSAGE_CHARS],
        "trust": result.trust.value,
        "tests": [
            {
                "name": each.name[:MESSAGE_CHARS],
                "outcome": each.outcome.value,
                "message": each.message[:MESSAGE_CHARS],
            }
            for each in result.tests[:TESTS_SHOWN]
        ],
        "tests_total": len(result.tests),
        "usage": usage_of(result.execution),
        "readings": result.readings,
        "attempts": result.attempts,
        "engine": result.engine_version,
        "key": key,
        "task": task,
    }
    if result.verdict is Verdict.UNGRADED:
        cause = result.cause or Cause.ENGINE
        told |= {"cause": cause.value, "retry": cause not in LASTING}
    return told


def ungraded(error: GraderError, *, key: str, task: str) -> dict[str, Any]:
    """The same where an error of ours came before any result."""
    cause = cause_of(error)
    return {
        "verdict": Verdict.UNGRADED.value,
        "reward": None,
        "reason": str(error)[:MESSAGE_CHARS],
        "cause": cause.value,
        "retry": cause not in LASTING,
        "key": key,
        "task": task,
    }


def usage_of(execution: Execution | None) -> dict[str, float] | None:
    """What the steps took together; None where nothing ran for this result."""
    if execution is None:
        return None
    steps = execution.steps
    return {
        "cpu_s": round(sum(each.cpu_s for each in steps), 6),
        "wall_s": round(sum(each.wall_s for each in steps), 6),
        "peak_mb": round(max((each.peak_mb for each in steps), default=0.0), 3),
    }


def ran(result: StepResult) -> dict[str, Any]:
    """What a program did."""
    return {
        "ended": result.ended.value,
        "code": result.code if result.ended is StepEnd.EXIT else None,
        "signal": result.code if result.ended is StepEnd.SIGNAL else None,
        "evidence": result.evidence,
        "stdout": bytes_to_text(result.stdout),
        "stderr": bytes_to_text(result.stderr),
        "truncated": list(result.truncated),
        "usage": {
            "cpu_s": round(result.cpu_s, 6),
            "wall_s": round(result.wall_s, 6),
            "peak_mb": round(result.peak_mb, 3),
        },
        "files": {name: bytes_to_text(data) for name, data in result.collected},
    }


def refused(status: int, sentence: str) -> Answer:
    """The request is wrong, and would be wrong again."""
    return answered({"error": sentence, "retry": False}, status)


def troubled(error: GraderError) -> Answer:
    """The request may be right; it was not answered."""
    cause = cause_of(error)
    told = {
        "error": str(error)[:MESSAGE_CHARS],
        "cause": cause.value,
        "retry": cause not in LASTING,
    }
    if isinstance(error, DeadlineError):
        return answered(told, 504)
    full = isinstance(error, TurnedAwayError) and error.own_share
    return answered(told, 429 if full else 503, {"Retry-After": str(RETRY_AFTER_S)})


def cause_of(error: GraderError) -> Cause:
    """Whose trouble an error is."""
    found = (cause for kind, cause in CAUSES.items() if isinstance(error, kind))
    return next(found, Cause.HOST if isinstance(error, InfraError) else Cause.ENGINE)
