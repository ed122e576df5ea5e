"""What supervisors and checkers say of a step, as facts."""

import sys
from typing import Any, cast

from grader.core.execution import CompletionRecord, CompletionWord, StepEnd, StepResult
from grader.sandboxes._slot.interview.places import MORE

EVENTS, EVENT_CHARS = 4097, 240
"""All that a checker may say; a candidate's own record may hold more, which counts for nothing."""


def step_result(name: str, header: dict[str, Any], body: bytes | memoryview) -> StepResult:
    """A supervisor's answer as facts."""
    out, err = header["stdout"], header["stderr"]
    position = out + err
    collected: list[tuple[str, bytes]] = []
    for path, size in header["collected"]:
        collected.append((path, bytes(body[position : position + size])))
        position += size
    return StepResult(
        name=name,
        ended=StepEnd(header["ended"]),
        code=header["code"],
        evidence=header["evidence"],
        completion=completion(header["record"]),
        stdout=bytes(body[:out]),
        stderr=bytes(body[out : out + err]),
        truncated=(header["over"],) if header["over"] else (),
        wall_s=header["wall_s"],
        cpu_s=header["cpu_s"],
        wait_s=header["wait_s"],
        stopped_s=header["stopped_s"],
        peak_mb=header["peak_mb"],
        collected=tuple(collected),
    )


def examined(name: str, record: dict[str, Any], *, wall_s: float) -> StepResult:
    """The word of a checker that stays where it is."""
    cpu_s = record.get("cpu_s")
    return StepResult(
        name=name,
        ended=StepEnd.EXIT,
        completion=completion(record),
        wall_s=round(wall_s, 6),
        cpu_s=cpu_s if type(cpu_s) is float else 0.0,
    )


def completion(record: dict[str, Any]) -> CompletionRecord:
    """The program's word, made harmless: wrong types and unknown keys say nothing."""
    said = record.get("said")
    if not isinstance(said, str) or said not in {"done", "raised", "refused"}:
        return CompletionRecord()
    line = record.get("line")
    return CompletionRecord(
        said=CompletionWord(said),
        exception=_text(record, "exception", 200),
        message=_text(record, "message", 4096),
        line=line if type(line) is int and 0 <= line < sys.maxsize else 0,
        traceback=_text(record, "traceback", 8192),
        events=_events(record.get("events")),
    )


def _events(value: Any) -> tuple[str, ...]:
    """What a checker noted; a candidate's own record cannot hold any that count."""
    if not isinstance(value, list):
        return ()
    found = cast("list[Any]", value)
    texts = [str(each)[:EVENT_CHARS] for each in found[:EVENTS]]
    if len(found) > EVENTS:
        texts.append(MORE)
    return tuple(text.encode(errors="backslashreplace").decode() for text in texts)


def _text(record: dict[str, Any], key: str, limit: int) -> str:
    value = record.get(key)
    if not isinstance(value, str):
        return ""
    return value[:limit].encode(errors="backslashreplace").decode()
