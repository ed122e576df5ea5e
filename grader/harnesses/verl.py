"""verl: `compute_score` for `reward.custom_reward_function.path` and `.name`.

`ground_truth` says what is right, as a mapping or its JSON (see `task_of_fields`):
`{"inputs": […], "outputs": […], "fn_name": …}`, `{"tests": …, "entry_point": …}` or
`{"benchmark": …, "task_id": …}`; what it lacks is looked for in `extra_info`. verl has no word for
"not gradable": such samples have `score` 0 and `ungraded` 1, to be filtered by. All answers have
the same keys, as verl makes columns of them.
"""

from collections.abc import Mapping
from typing import Any

from grader.core.result import Result, Verdict
from grader.engine.build.fields import FIELDS, mapping_of, task_of_fields
from grader.harnesses._answers import text_of
from grader.harnesses._rewards import Job, results_of, results_soon


def compute_score(
    data_source: str, solution_str: str, ground_truth: object, extra_info: object = None, **_: Any
) -> dict[str, float | int | str]:
    """The score of one answer; UsageError where no task can be made of `ground_truth`."""
    [result] = results_of([job_of(data_source, solution_str, ground_truth, extra_info)])
    return score_of(result)


async def compute_score_async(
    data_source: str, solution_str: str, ground_truth: object, extra_info: object = None, **_: Any
) -> dict[str, float | int | str]:
    """`compute_score` for verl's reward loop, which awaits it."""
    [result] = await results_soon([job_of(data_source, solution_str, ground_truth, extra_info)])
    return score_of(result)


def job_of(data_source: str, solution: object, ground_truth: object, extra_info: object) -> Job:
    """Task and text; the fields of `ground_truth` count before those of `extra_info`."""
    extra: dict[str, Any] = dict(extra_info) if isinstance(extra_info, Mapping) else {}  # pyright: ignore[reportUnknownArgumentType]
    fields: dict[str, object] = {name: extra[name] for name in FIELDS if name in extra}
    if ground_truth not in (None, ""):
        fields |= mapping_of(ground_truth, f"ground_truth of {data_source}")
    return task_of_fields(fields, f"ground_truth of {data_source}"), text_of(solution)


def score_of(result: Result) -> dict[str, float | int | str]:
    """What verl is told."""
    return {
        "score": float(result.verdict is Verdict.PASSED),
        "acc": float(result.verdict is Verdict.PASSED),
        "ungraded": int(result.verdict is Verdict.UNGRADED),
        "verdict": result.verdict.value,
    }
