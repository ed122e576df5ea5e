"""Predictions as Live and Pro take them.

Live: an object from ids to `{"model_patch"}`. Pro: a list of `{"instance_id", "model_patch" or
"patch", "prefix"}`. Either form is read for both, and JSON Lines.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from grader.benchmarks._rows import STDIN, JsonRow, json_lines, json_object_or_list, keys_of
from grader.benchmarks._samples import without_surrogates
from grader.benchmarks._swebench.predictions import gold
from grader.core.sample import GOLD, Sample, SampleSource
from grader.core.task import Task
from grader.errors import UsageError


def read_patches(source: str, tasks: Mapping[str, Task]) -> Iterator[Sample]:
    """Samples in reading order; UsageError names the place of what is malformed."""
    if source == GOLD:
        yield from gold(tasks)
        return
    counts: Counter[str] = Counter()
    for row in rows_in(source):
        identity = row.key or row.value.get("instance_id")
        if not isinstance(identity, str) or identity not in tasks:
            raise UsageError(f"{row.place}: no task is called {identity!r}")
        patch = row.value.get("model_patch", row.value.get("patch", ""))
        if patch is not None and not isinstance(patch, str):
            raise UsageError(
                f"{row.place}: 'model_patch' must be a string (found: {keys_of(row.value)})"
            )
        body, defect = without_surrogates(patch or "")
        model = row.value.get("prefix") or row.value.get("model_name_or_path") or ""
        yield Sample(
            task_id=identity, index=counts[identity], body=body, whole=True, defect=defect,
            source=SampleSource(file=row.place, model=without_surrogates(str(model))[0]),
        )  # fmt: skip
        counts[identity] += 1
    if not counts:
        raise UsageError(f"{source}: no predictions in it")


def rows_in(source: str) -> Iterator[JsonRow]:
    """Rows of lines, of a list, or of an object from ids to them."""
    if source == STDIN or Path(source).suffix == ".jsonl":
        return json_lines(source)
    return json_object_or_list(Path(source))
