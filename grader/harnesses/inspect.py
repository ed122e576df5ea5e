"""Inspect: a scorer that needs no live sandbox, so that it scores logs too.

The sandbox `grader` is in `_inspect_sandbox`. Contract: inspect_ai/scorer/_scorer.py of 0.3.285.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from grader.core.result import Verdict
from grader.engine.build.fields import FIELDS, task_of_fields
from grader.harnesses._rewards import results_soon


def scorer(
    benchmark: str | None = None, data: str | None = None, timeout_s: float | None = None
) -> Any:
    """A scorer of a model's code, for `Task(scorer=scorer())`; `grader/code` on command lines.

    benchmark: whose task a sample's id is; else the sample's metadata say what is right. data: the
    benchmark's file. timeout_s: of CPU. Graded by the shared engine: no sandbox is needed.
    """
    registry: Any = import_module("grader.harnesses.inspect_registry")
    return registry.code(benchmark, data, timeout_s)


async def graded(state: Any, fields: Mapping[str, Any]) -> Any:
    """The result of a sample's answer; UsageError where its metadata make no task."""
    metadata: Mapping[str, Any] = state.metadata or {}
    said = {name: value for name, value in fields.items() if value is not None}
    row = {name: metadata[name] for name in FIELDS if name in metadata} | said
    if "benchmark" in row:
        row.setdefault("task_id", str(state.sample_id))
    job = (task_of_fields(row, f"metadata of sample {state.sample_id}"), state.output.completion)
    [result] = await results_soon([job])
    return result


def scored(scoring: Any, result: Any) -> Any:
    """A result as Inspect's score: correct, incorrect, or unscored for our own trouble."""
    from grader.reports._one_line import why  # noqa: PLC0415  one use

    told = {"verdict": result.verdict.value, "trust": result.trust.value}
    if result.verdict is Verdict.UNGRADED:
        return scoring.Score.unscored(explanation=why(result), metadata=told)
    value = scoring.CORRECT if result.verdict is Verdict.PASSED else scoring.INCORRECT
    return scoring.Score(value=value, explanation=why(result), metadata=told)
