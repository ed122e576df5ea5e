"""What a caller asks of one job: its keywords, checked, as a job with the moment of its end."""

import math
import time
from collections.abc import Mapping
from typing import Literal, NamedTuple, TypedDict, cast

from pydantic import ValidationError

from grader.benchmarks._samples import without_surrogates
from grader.core.job import Job
from grader.core.limits import Limits
from grader.core.sample import Sample
from grader.core.task import Task
from grader.engine.arguments import first_wrong, limits_of
from grader.engine.grading import needs_image
from grader.engine.options import EngineOptions
from grader.errors import UsageError
from grader.sandboxes.base import has_images

Solution = str | Sample | Mapping[str, object]
"""A model's answer, or a row like `{"solution": …}` (a whole program) or `{"completion": …}`."""


LONGEST_S = 1e12
"""A later deadline is none."""


class JobChoices(TypedDict, total=False):
    """Keyword arguments of everything that grades; all may be left out."""

    trust: Literal["auto", "separated", "shared"] | None
    """How far tests and candidate must be apart; default: the engine's."""
    reading: Literal["strict", "parity"] | None
    """Which reading of a repository's tests is the verdict; default: the engine's."""
    limits: Limits | Mapping[str, object] | None
    """Instead of the task's own; of a mapping only what it names."""
    deadline_s: float | None
    """Seconds of wall clock from now, queueing included, until the job is given up, ungraded."""


class TimedJob(NamedTuple):
    """A job and when it must be over."""

    job: Job
    deadline_s: float
    """As it was asked for; infinite where it was not."""
    ends_at: float
    """On the monotonic clock."""


def timed_job(
    task: Task,
    solution: Solution,
    choices: JobChoices,
    options: EngineOptions,
    *,
    index: int | None = None,
) -> TimedJob:
    """The job of one solution; UsageError names the argument that is wrong.

    `index`: the sample's number; None: the one it brings, or 0.
    """
    now = time.monotonic()
    refuse_unknown(choices, JobChoices)
    if not isinstance(cast("object", task), Task):
        raise UsageError(f"task: {type(task).__name__} is no task; make one with a task builder")
    if needs_image(task) and not has_images(options.sandbox):
        raise UsageError(
            f"task: repositories are graded in images, and the sandbox '{options.sandbox}' has"
            " none; open the engine with sandbox='docker'"
        )
    deadline_s = seconds(choices.get("deadline_s"))
    wanted = limits_of(choices.get("limits"), task.limits)
    if wanted is not task.limits:
        task = task.model_copy(update={"limits": wanted})
    sample = sample_of(task, solution, index)
    fields = {
        "trust": choices.get("trust") or options.trust,
        "reading": choices.get("reading") or options.reading,
    }
    try:
        job = Job.model_validate({"task": task, "sample": sample, **fields})
    except ValidationError as error:
        raise UsageError(first_wrong(error)) from error
    return TimedJob(job, deadline_s, now + deadline_s)


def refuse_unknown(choices: Mapping[str, object], kind: type) -> None:
    """UsageError for a keyword that a kind of choices does not have."""
    for name in choices:
        if name not in kind.__annotations__:
            known = ", ".join(kind.__annotations__)
            raise UsageError(f"{name}: no such argument; there are {known}")


def seconds(value: object) -> float:
    """A deadline; infinite where there is none."""
    if value is None:
        return math.inf
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise UsageError(f"deadline_s={value!r:.60}: a number of seconds above 0")
    return float(value) if value < LONGEST_S else math.inf


def sample_of(task: Task, solution: Solution, index: int | None) -> Sample:
    """A solution as a sample of the task."""
    if isinstance(solution, Sample):
        number = solution.index if index is None else index
        return solution.model_copy(update={"task_id": task.id, "index": number})
    text, whole = solution, False
    if isinstance(solution, Mapping):
        whole = "solution" in solution
        text = solution.get("solution" if whole else "completion")
    if not isinstance(text, str):
        raise UsageError(
            "solution: give the model's text, a grader.Sample, or a mapping with a text under"
            f" 'solution' or 'completion'; found {type(solution).__name__}"
        )
    body, defect = without_surrogates(text)
    return Sample(task_id=task.id, index=index or 0, body=body, whole=whole, defect=defect)
