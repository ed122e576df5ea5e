"""Make a sealed benchmark of an open one, or the same under other keys."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from grader.benchmarks._foreign import kind_of_data
from grader.benchmarks._rows import json_rows
from grader.core.task import Task
from grader.engine import dataset, sealed
from grader.errors import UsageError
from grader.vault import file


def sealed_lines(
    data: Path, recipients: tuple[str, ...], *, name: str = "", key: str = ""
) -> Iterator[bytes]:
    """The lines of `data`, sealed to public keys; UsageError where they cannot be.

    data: open data of the benchmark `name` (empty: told by their form), or sealed data, which `key`
    opens and which stay the same benchmark.
    """
    if not file.is_sealed(data):
        loaded = dataset.load(name or benchmark_of(data), data, key=key)
        return file.seal(
            loaded.tasks,
            prompts_of(loaded.benchmark, data, loaded.tasks),
            benchmark=loaded.reference.benchmark,
            version=loaded.reference.version,
            recipients=recipients,
        )
    found = file.read(data)
    opener = sealed.opener_of(key)
    if opener is None:
        raise UsageError(f"{data} is sealed already; to seal it to another key give --key OLD")
    return file.reseal(found, opener, recipients)


def benchmark_of(data: Path) -> str:
    """Whose data these are, by their form; UsageError where that is not plain."""
    if data.is_dir() and any(data.glob("*/task.toml")):
        return "folder"
    first = next(iter(json_rows(data)), None) if data.is_file() else None
    kind = kind_of_data(first.value) if first else None
    readers = kind.readers.split() if kind else []
    if len(readers) != 1:
        which = f"these may be of {' or '.join(readers)}" if readers else "whose data are these?"
        raise UsageError(f"{data}: {which}; say it with --benchmark NAME")
    return readers[0]


def prompts_of(benchmark: Any, data: Path, tasks: Mapping[str, Task]) -> dict[str, str]:
    """What a model is asked, by task: all that may be public of it.

    A benchmark whose tasks do not hold that as `prompt` has a method `prompts(path)`.
    """
    if hasattr(benchmark, "prompts"):
        return dict(benchmark.prompts(data))
    return {task.id: str(task.spec.get("prompt") or "") for task in tasks.values()}
