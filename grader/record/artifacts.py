"""`artifacts/`: the whole of outputs that are too big for a journal line, within a budget."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from grader.core.execution import Execution, StepResult
from grader.core.result import Result
from grader.record import received

NAME = "artifacts"
INLINE = 8 * 1024
"""Bytes of one stream up to which it stays in the journal."""
KEPT = 4 * 1024
"""Bytes of head and of tail that the journal keeps of a longer stream."""
SHORTEST = INLINE - 8
"""Bytes that are left of a cut stream at least: what is shorter was never cut."""
BUDGET_MB = 1024
"""MiB of artifacts per run; beyond it only head and tail are kept. A million flooding samples
would otherwise fill any disk."""
STREAMS = ("stdout", "stderr")
CUT = ".cut"
"""Suffix of a whole that the sandbox had already shortened."""


class StoredStream(NamedTuple):
    """New content of one stream of one step."""

    data: bytes
    truncated: bool


Change = Callable[[StepResult, str, str], StoredStream | None]
"""From a process's facts, the name of a stream and the file name of its whole."""


class Artifacts:
    """The artifacts of one run."""

    def __init__(self, directory: Path, *, budget_mb: int = BUDGET_MB) -> None:
        self._folder = directory / NAME
        inside = received.members(self._folder)
        self._left = (budget_mb << 20) - sum(path.lstat().st_size for path in inside)

    def slim(self, result: Result) -> Result:
        """`result` with long streams cut to head and tail, their whole stored; OSError."""
        return with_streams(result, self._cut)

    def _cut(self, step: StepResult, stream: str, name: str) -> StoredStream | None:
        data: bytes = getattr(step, stream)
        if len(data) <= INLINE:
            return None
        if len(data) <= self._left:
            self._left -= len(data)
            suffix = CUT if stream in step.truncated else ""
            with received.fresh(received.folder(self._folder) / f"{name}{suffix}") as file:
                file.write(data)
        return StoredStream(shortened(data), truncated=True)


def full(result: Result, run: Path) -> Result:
    """`result` as it was before the journal cut its streams, as far as the artifacts are there."""
    folder = run / NAME

    def whole(step: StepResult, stream: str, name: str) -> StoredStream | None:
        if stream not in step.truncated:
            return None
        for suffix in ("", CUT):
            path = folder / f"{name}{suffix}"
            data = received.data(path) if received.is_there(path) else b""
            if is_cut_of(getattr(step, stream), data):
                return StoredStream(data, truncated=suffix == CUT)
        return None

    return with_streams(result, whole)


def is_lossy(result: Result) -> bool:
    """Whether the journal cut a stream of this result and `full` could not bring it back."""
    steps = result.execution.steps if result.execution else ()
    return any(
        SHORTEST <= len(getattr(side, stream)) <= INLINE
        for step in steps
        for side in (step, step.checker)
        if side is not None
        for stream in STREAMS
        if stream in side.truncated
    )


def name_of(result: Result, step_name: str, stream: str) -> str:
    """File name of a stream's whole.

    An equal plan that runs again replaces it, so readers compare head and tail.
    """
    name = re.sub(r"[^\w.-]", "_", step_name)
    return f"{result.plan_digest[:16]}-{name}.{stream}"


def shortened(data: bytes) -> bytes:
    """Head and tail of `data`, not cut inside a UTF-8 character: SHORTEST bytes or more."""
    head = data[:KEPT].decode(errors="ignore").encode()
    if not data.startswith(head) or len(head) < KEPT - 3:
        head = data[:KEPT]
    first = next((at for at in range(4) if not is_continuation(data[len(data) - KEPT + at])), 0)
    return head + data[len(data) - KEPT + first :]


def is_continuation(byte: int) -> bool:
    """Whether a byte can only stand inside a UTF-8 character."""
    return byte & 0xC0 == 0x80  # noqa: PLR2004  RFC 3629, section 3


def is_cut_of(kept: bytes, data: bytes) -> bool:
    """Whether `kept` is what `shortened` leaves of `data`."""
    return len(data) > INLINE and shortened(data) == kept


def with_streams(result: Result, change: Change) -> Result:
    """`result` with the streams for which `change` has new content; the same object if none."""
    execution = result.execution
    if execution is None:
        return result
    steps = tuple(changed_step(result, step, change) for step in execution.steps)
    if all(new is old for new, old in zip(steps, execution.steps, strict=True)):
        return result
    slim: Execution = execution.model_copy(update={"steps": steps})
    return result.model_copy(update={"execution": slim})


def changed_step(result: Result, step: StepResult, change: Change) -> StepResult:
    """One step of `with_streams`, both sides of an interview."""
    mine = changed_side(result, step, change, name=step.name)
    if step.checker is None:
        return mine
    checker = changed_side(result, step.checker, change, name=f"{step.name}.checker")
    return mine if checker is step.checker else mine.model_copy(update={"checker": checker})


def changed_side(result: Result, side: StepResult, change: Change, *, name: str) -> StepResult:
    """One process's facts with new content."""
    news = {
        stream: new
        for stream in STREAMS
        if len(getattr(side, stream)) >= SHORTEST
        and (new := change(side, stream, name_of(result, name, stream)))
    }
    if not news:
        return side
    kept = [stream for stream in side.truncated if stream not in news]
    truncated = kept + [stream for stream, new in news.items() if new.truncated]
    data = {stream: new.data for stream, new in news.items()}
    return side.model_copy(update={**data, "truncated": tuple(truncated)})
