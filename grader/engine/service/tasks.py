"""A benchmark's tasks by their ids, for callers who have no file of samples."""

import os
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import cast

from grader.core.task import Task
from grader.engine.dataset import load
from grader.engine.loaded import LoadedDataset
from grader.errors import UsageError

DATASETS = 4
"""Benchmarks that are held in memory."""


def benchmark_task(benchmark: str, task_id: str, data: str | os.PathLike[str] | None) -> Task:
    """The task; UsageError with the nearest id where the benchmark has no such one."""
    for field, value in (("benchmark", benchmark), ("task_id", task_id)):
        if not isinstance(cast("object", value), str):
            raise UsageError(f"{field}: a text is expected, found {type(value).__name__}")
    if not isinstance(cast("object", data), str | os.PathLike | None):
        raise UsageError(f"data: a path is expected, found {type(data).__name__}")
    tasks = loaded(benchmark, None if data is None else Path(data)).tasks
    if task_id in tasks:
        return tasks[task_id]
    close = get_close_matches(task_id, tasks, n=1)
    hint = f"did you mean '{close[0]}'?" if close else f"the first one is '{next(iter(tasks))}'"
    raise UsageError(f"{benchmark} has no task '{task_id}'; {hint}")


@lru_cache(maxsize=DATASETS)
def loaded(benchmark: str, data: Path | None) -> LoadedDataset:
    """As `dataset.load`, read once; what was found wrong is looked at again the next time."""
    return load(benchmark, data)
