"""slime: `custom_rm` for `--custom-rm-path grader.harnesses.slime.custom_rm`.

A sample's `label` says what is right, as a mapping or its JSON (see `task_of_fields`); where it has
none its `metadata` does. With `--group-rm` the same function is handed a list and gives one. Raises
UngradedError for our own trouble: slime's own rewards raise there too.
"""

from typing import Any, cast

from grader.engine.build.fields import task_of_fields
from grader.harnesses._answers import text_of
from grader.harnesses._rewards import Job, demanded, results_soon


async def custom_rm(args: object, sample: Any, **_: Any) -> Any:
    """A float for a sample, a list of them for a list."""
    del args
    is_batch = isinstance(sample, list | tuple)
    samples = list(cast("list[Any]", sample)) if is_batch else [sample]
    jobs = [job_of(each, place) for place, each in enumerate(samples)]
    rewards = [demanded(each) for each in await results_soon(jobs)]
    return rewards if is_batch else rewards[0]


def job_of(sample: Any, place: int) -> Job:
    """Task and text of a sample."""
    label = sample.label if sample.label not in (None, "") else getattr(sample, "metadata", None)
    return task_of_fields(label or {}, f"label of sample {place}"), text_of(sample.response)
