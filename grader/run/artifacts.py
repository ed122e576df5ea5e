"""`artifacts/`: the whole of outputs that are too big for a journal line, within a budget."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from grader.core.execution import Execution, StepResult
from grader.core.result import Result

NAME = "artifacts"
INLINE = 8 * 1024
"""Bytes of one stream up to which it stays in the journal."""
KEPT = 4 * 1024
"""Bytes of head and of tail that the journal keeps of a longer stream."""
BUDGET_MB = 1024
"""MiB of artifacts per run; beyond it only head and tail are kept. A million flooding samples
would otherwise fill any disk."""
STREAMS = ("stdout", "stderr")


class Artifacts:
    """The artifacts of one run."""

    def __init__(self, directory: Path, *, budget_mb: int = BUDGET_MB) -> None:
        self._folder = directory / NAME
        self._left = (budget_mb << 20) - sum(path.stat().st_size for path in self._folder.glob("*"))

    def slim(self, result: Result) -> Result:
        """`result` with long streams cut to head and tail, their whole stored; OSError."""
        return with_streams(result, self._cut)

    def _cut(self, result: Result, step: StepResult, stream: str) -> "Stream | None":
        data: bytes = getattr(step, stream)
        if len(data) <= INLINE:
            return None
        was_cut = stream in step.truncated
        if len(data) <= self._left:
            self._left -= len(data)
            self._folder.mkdir(exist_ok=True)
            path_of(self._folder, result, step, stream=stream, cut=was_cut).write_bytes(data)
        return Stream(shortened(data), truncated=True)


class Stream(NamedTuple):
    """New content of one stream of one step."""

    data: bytes
    truncated: bool


def full(result: Result, run: Path) -> Result:
    """`result` as it was before the journal cut its streams, as far as the artifacts are there."""
    folder = run / NAME

    def whole(result: Result, step: StepResult, stream: str) -> Stream | None:
        if stream not in step.truncated:
            return None
        for cut in (False, True):
            path = path_of(folder, result, step, stream=stream, cut=cut)
            data = path.read_bytes() if path.is_file() else b""
            if is_cut_of(getattr(step, stream), data):
                return Stream(data, truncated=cut)
        return None

    return with_streams(result, whole)


def is_lossy(result: Result) -> bool:
    """Whether the journal cut a stream of this result and `full` could not bring it back."""
    steps = result.execution.steps if result.execution else ()
    return any(
        INLINE - 8 <= len(getattr(side, stream)) <= INLINE
        for step in steps
        for side in (step, step.checker)
        if side is not None
        for stream in STREAMS
        if stream in side.truncated
    )


def path_of(folder: Path, result: Result, step: StepResult, *, stream: str, cut: bool) -> Path:
    """Where a stream's whole lies; `.cut` marks one that the sandbox had already shortened.

    An equal plan that runs again replaces it, so readers compare head and tail.
    """
    name = re.sub(r"[^\w.-]", "_", step.name)
    return folder / f"{result.plan_digest[:16]}-{name}.{stream}{'.cut' if cut else ''}"


def shortened(data: bytes) -> bytes:
    """Head and tail of `data`, not cut inside a UTF-8 character: at most 8 bytes below INLINE."""
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


def with_streams(
    result: Result, change: Callable[[Result, StepResult, str], Stream | None]
) -> Result:
    """`result` with the streams for which `change` has new content; the same object if none."""
    execution = result.execution
    if execution is None:
        return result
    steps = tuple(changed_step(result, step, change) for step in execution.steps)
    if all(new is old for new, old in zip(steps, execution.steps, strict=True)):
        return result
    slim: Execution = execution.model_copy(update={"steps": steps})
    return result.model_copy(update={"execution": slim})


def changed_step(
    result: Result, step: StepResult, change: Callable[[Result, StepResult, str], Stream | None]
) -> StepResult:
    """One step of `with_streams`."""
    news = {stream: new for stream in STREAMS if (new := change(result, step, stream))}
    if not news:
        return step
    kept = [name for name in step.truncated if name not in news]
    truncated = kept + [name for name, new in news.items() if new.truncated]
    data = {name: new.data for name, new in news.items()}
    return step.model_copy(update={**data, "truncated": tuple(truncated)})
