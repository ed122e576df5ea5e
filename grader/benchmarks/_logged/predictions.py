"""Predictions as Live and Pro take them.

Live: an object from ids to `{"model_patch"}`. Pro: a list of `{"instance_id", "model_patch" or
"patch", "prefix"}`. Either form is read for both, and JSON Lines.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from grader.benchmarks._rows import STDIN, all_of, decoded, json_lines, keys_of, opened, parsed
from grader.benchmarks._samples import without_surrogates
from grader.core.sample import GOLD, Sample, SampleSource
from grader.core.task import Task
from grader.errors import UsageError


def read_patches(source: str, tasks: Mapping[str, Task]) -> Iterator[Sample]:
    """Samples in reading order; UsageError names the place of what is malformed."""
    if source == GOLD:
        for task in tasks.values():
            patch = str(task.spec.get("patch", ""))
            yield Sample(
                task_id=task.id, index=0, body=patch, whole=True, source=SampleSource(model=GOLD)
            )
        return
    counts: Counter[str] = Counter()
    for place, identity, row in rows_in(source):
        if identity not in tasks:
            raise UsageError(f"{place}: no task is called {identity!r}")
        patch = row.get("model_patch", row.get("patch", ""))
        if patch is not None and not isinstance(patch, str):
            raise UsageError(f"{place}: 'model_patch' must be a string (found: {keys_of(row)})")
        body, defect = without_surrogates(patch or "")
        model = row.get("prefix") or row.get("model_name_or_path") or ""
        yield Sample(
            task_id=identity, index=counts[identity], body=body, whole=True, defect=defect,
            source=SampleSource(file=place, model=without_surrogates(str(model))[0]),
        )  # fmt: skip
        counts[identity] += 1
    if not counts:
        raise UsageError(f"{source}: no predictions in it")


def rows_in(source: str) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """(place, id, row) of each prediction."""
    if source == STDIN or Path(source).suffix == ".jsonl":
        for row in json_lines(source):
            yield row.place, row.value.get("instance_id"), row.value
        return
    with opened(source, source) as stream:
        value = parsed(decoded(all_of(stream, source), source, None), source, None)
    pairs: list[tuple[Any, Any]]
    if isinstance(value, dict):
        pairs = list(cast("dict[str, Any]", value).items())
    elif isinstance(value, list):
        pairs = [(None, each) for each in cast("list[Any]", value)]
    else:
        raise UsageError(f"{source}: an object from ids to patches, or a list, is expected")
    for number, (key, each) in enumerate(pairs):
        if not isinstance(each, dict):
            raise UsageError(f"{source}[{key or number}]: an object is expected")
        row = cast("dict[str, Any]", each)
        yield f"{source}[{key or number}]", key or row.get("instance_id"), row
