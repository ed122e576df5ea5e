"""Read predictions as the SWE-bench harness takes them: a JSON list or object, JSON Lines, `gold`.

A row is `{"instance_id", "model_name_or_path", "model_patch"}`. What makes the official harness
stop with a traceback is here skipped (blank lines), mended (no model name) or named by its place.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Any

from grader.benchmarks._rows import (
    STDIN,
    JsonRow,
    json_lines,
    json_object_or_list,
    keys_of,
    kind_of,
    shown,
)
from grader.benchmarks._samples import without_surrogates
from grader.core.sample import GOLD, Sample, SampleSource
from grader.core.task import Task
from grader.errors import UsageError

NO_MODEL = "None"
"""What the official harness calls a model without a name."""
NAMED = 10


def read_predictions(source: str, tasks: Mapping[str, Task]) -> Iterator[Sample]:
    """Samples in reading order; the predictions for one task are its samples 0, 1, and on.

    Raises UsageError for malformed rows, for ids that are no task's (all are named) and for
    predictions of more than one model.
    """
    if source == GOLD:
        yield from gold(tasks)
        return
    counts: dict[str, int] = {}
    model = ""
    rows = rows_in(source)
    for row in rows:
        sample = prediction(row, counts)
        if sample.task_id not in tasks:
            raise unknown(sample, row, rows, tasks)
        if model and sample.source.model != model:
            raise UsageError(
                f"{row.place}: predictions of {shown(sample.source.model)} among those of"
                f" {shown(model)}; a run grades one model: split the file"
            )
        model = sample.source.model
        yield sample
    if not counts:
        raise UsageError(f"{source}: no predictions in it")


def gold(tasks: Mapping[str, Task]) -> Iterator[Sample]:
    """The tasks' own patches."""
    for task in tasks.values():
        patch = str(task.spec.get("patch", ""))
        yield Sample(
            task_id=task.id, index=0, body=patch, whole=True, source=SampleSource(model=GOLD)
        )


def rows_in(source: str) -> Iterator[JsonRow]:
    """Rows of a list, of an object's values, or of lines."""
    if source != STDIN and Path(source).suffix == ".json":
        return json_object_or_list(Path(source))
    return json_lines(source)


def prediction(row: JsonRow, counts: dict[str, int]) -> Sample:
    """One row as a sample."""
    value = row.value
    task_id: Any = value.get("instance_id")
    if not isinstance(task_id, str):
        raise UsageError(
            f"{row.place}: no string under 'instance_id' (found: {keys_of(value)}); a prediction is"
            ' {"instance_id": …, "model_name_or_path": …, "model_patch": …}'
        )
    if "model_patch" not in value:
        raise UsageError(
            f"{row.place}: no 'model_patch' (found: {keys_of(value)}); null or \"\" is an empty one"
        )
    patch: Any = value["model_patch"]
    if patch is not None and not isinstance(patch, str):
        raise UsageError(f"{row.place}: 'model_patch' must be a string, found {kind_of(patch)}")
    model: Any = value.get("model_name_or_path")
    body, defect = without_surrogates(patch or "")
    index = counts.get(task_id, 0)
    counts[task_id] = index + 1
    name = without_surrogates(model)[0] if isinstance(model, str) and model else NO_MODEL
    return Sample(
        task_id=task_id,
        index=index,
        body=body,
        whole=True,
        defect=defect,
        source=SampleSource(file=row.file, line=row.line, model=name),
    )


def unknown(
    sample: Sample, row: JsonRow, rest: Iterator[JsonRow], tasks: Mapping[str, Task]
) -> UsageError:
    """The complaint about ids that are no task's: all of them, the first with its place."""
    others = (prediction(each, {}).task_id for each in islice(rest, 100_000))
    missing = list(dict.fromkeys([sample.task_id, *(name for name in others if name not in tasks)]))
    more = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
    names = ", ".join(shown(name) for name in missing[:NAMED]) + more
    benchmark = next(iter(tasks.values())).benchmark if tasks else "this benchmark"
    close = get_close_matches(sample.task_id, tasks, n=1, cutoff=0.8)
    hint = f"did you mean '{close[0]}'?" if close else "is --data the dataset they were made for?"
    return UsageError(f"{row.place}: {benchmark} has no task {names}; {hint}")
