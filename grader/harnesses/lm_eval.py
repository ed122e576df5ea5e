"""lm-eval: the metric of the tasks that `grader shim lm-eval` writes.

Each document is graded against the benchmark's own task, by its id. lm-eval asks for one at a time;
the engine stays warm between.
"""

import math
from collections.abc import Sequence
from os import PathLike
from typing import Any

from grader.core.result import Verdict
from grader.engine.service.tasks import benchmark_task
from grader.harnesses._rewards import log, results_of
from grader.stats.passk import pass_at_k_float


def answers(resps: list[list[str]], docs: list[dict[str, Any]]) -> list[list[str]]:
    """The filter: the model's answers as they are."""
    del docs
    return resps


def scores(
    benchmark: str,
    data: str | PathLike[str],
    references: Sequence[str],
    predictions: Sequence[Sequence[str]],
    k: Sequence[int] = (1,),
) -> dict[str, float]:
    """pass@k of one document; its reference is its task's id.

    Not a number where our own trouble leaves an answer without a verdict: no other word is there.
    """
    task = benchmark_task(benchmark, references[0], data)
    results = results_of([(task, text) for text in predictions[0]])
    if any(each.verdict is Verdict.UNGRADED for each in results):
        log.warning("%s has no verdict; grade the logged samples: grader evaluate", task.id)
        return {f"pass@{each}": math.nan for each in k}
    passed = sum(each.verdict is Verdict.PASSED for each in results)
    values = {each: pass_at_k_float(len(results), passed, each) for each in k}
    return {f"pass@{each}": value for each, value in values.items() if value is not None}
