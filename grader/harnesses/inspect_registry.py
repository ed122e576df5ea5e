"""What Inspect finds by its entry points: the sandbox `grader` and the scorer `grader/code`."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

_util: Any = import_module("inspect_ai.util")
_scoring: Any = import_module("inspect_ai.scorer")


@_util.sandboxenv(name="grader")
def grader() -> Any:
    """The class, made when a task asks for it."""
    from grader.harnesses._inspect_sandbox import GraderSandboxEnvironment  # noqa: PLC0415  heavy

    return GraderSandboxEnvironment


@_scoring.scorer(metrics=[_scoring.accuracy(), _scoring.stderr()])
def code(
    benchmark: str | None = None, data: str | None = None, timeout_s: float | None = None
) -> Callable[..., Any]:
    """See `grader.harnesses.inspect.scorer`."""
    from grader.harnesses import inspect  # noqa: PLC0415  heavy

    fields = {"benchmark": benchmark, "data": data, "timeout_s": timeout_s}

    async def score(state: Any, target: Any) -> Any:
        del target
        return inspect.scored(_scoring, await inspect.graded(state, fields))

    return score
