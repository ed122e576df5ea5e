"""TRL: reward functions for `GRPOTrainer(reward_funcs=[passed])` and its relatives.

The data set's columns say what is right (see `task_of_fields`): `tests` and `entry_point`,
`benchmark` and `task_id`, or `inputs` and `outputs`. None, where nothing can be said, masks the
row. Signature: trl/trainer/grpo_trainer.py, `RewardFunc`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from grader.core.result import Result, Verdict
from grader.engine.build.fields import FIELDS, task_of_fields
from grader.engine.service.many import reward_of
from grader.errors import UsageError
from grader.harnesses._answers import text_of
from grader.harnesses._rewards import Job, results_of, results_soon


def passed(
    prompts: Sequence[object] = (),
    completions: Sequence[object] = (),
    completion_ids: object = None,
    **columns: Any,
) -> list[float | None]:
    """1.0 for each completion that passes, 0.0 for each that does not, None for our trouble.

    UsageError where a row's columns make no task.
    """
    del prompts, completion_ids
    return told(results_of(jobs_of(completions, columns)), columns)


async def passed_async(
    prompts: Sequence[object] = (),
    completions: Sequence[object] = (),
    completion_ids: object = None,
    **columns: Any,
) -> list[float | None]:
    """`passed` for trainers that await their rewards."""
    del prompts, completion_ids
    return told(await results_soon(jobs_of(completions, columns)), columns)


def jobs_of(completions: Sequence[object], columns: Mapping[str, Any]) -> list[Job]:
    """Task and text of each completion; UsageError names the row."""
    rows = {name: columns[name] for name in FIELDS if columns.get(name) is not None}
    for name, values in rows.items():
        if isinstance(values, str) or len(cast("Sequence[object]", values)) != len(completions):
            raise UsageError(f"column {name}: one value for each of {len(completions)} completions")
    jobs: list[Job] = []
    for number, completion in enumerate(completions):
        fields = {name: values[number] for name, values in rows.items()}
        try:
            jobs.append((task_of_fields(fields), text_of(completion)))
        except UsageError as error:
            raise UsageError(f"row {number} of the batch: {error}") from error
    return jobs


def told(results: list[Result], columns: Mapping[str, Any]) -> list[float | None]:
    """The rewards; the trainer's own log gets verdicts and the share without one."""
    extra: Callable[..., object] | None = columns.get("log_extra")
    metric: Callable[..., object] | None = columns.get("log_metric")
    if extra is not None:
        extra("verdict", [each.verdict.value for each in results])
    if metric is not None and results:
        ungraded = sum(each.verdict is Verdict.UNGRADED for each in results)
        metric("grader/ungraded", ungraded / len(results))
    return [reward_of(each) for each in results]
