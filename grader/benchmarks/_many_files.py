"""Benchmarks whose data are several files: the caller's file or folder, or all from their home."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from grader.benchmarks._data import DataOrigin, cache_directory, cached
from grader.benchmarks._rows import JsonRow, json_rows
from grader.benchmarks._shapes.contents import contents
from grader.errors import UsageError

ENDINGS = (".jsonl", ".jsonl.gz", ".json", ".parquet")

IsOne = Callable[[dict[str, Any]], bool]
"""Whether a row is one of the benchmark's."""


def located(data: Path | None, name: str, origins: Iterable[DataOrigin]) -> Path:
    """`data` if given, else a folder of the cache into which all files are downloaded.

    Raises UsageError with the next move.
    """
    if data is not None:
        if not data.exists():
            raise UsageError(f"{data}: no such file or directory; --data takes a file or a folder")
        return data
    folder = cache_directory() / name
    for origin in origins:
        cached(origin, folder)
    return folder


def rows_in(path: Path, is_one: IsOne, *, hint: str) -> Iterator[JsonRow]:
    """All rows of a file, or of those files below a folder whose first row is the benchmark's.

    `hint`: what such files are called. UsageError for a folder without any.
    """
    if not path.is_dir():
        yield from rows_of(path)
        return
    found = [each for each in data_files(path) if begins_with_one(each, is_one)]
    if not found:
        raise UsageError(f"{path}: no data files like {hint} in it; --data takes a file too")
    for each in found:
        yield from rows_of(each)


def data_files(folder: Path) -> list[Path]:
    """Files below a folder that may hold rows, in the order of their names."""
    found = (each for each in folder.rglob("*") if each.name.endswith(ENDINGS))
    return sorted(each for each in found if each.is_file())


def rows_of(path: Path) -> Iterator[JsonRow]:
    """The rows of one file; a parquet table is read too where pyarrow is installed."""
    return contents(str(path)).values if path.suffix == ".parquet" else json_rows(path)


def begins_with_one(path: Path, is_one: IsOne) -> bool:
    """Whether the first row of a file is one of the benchmark's."""
    try:
        return any(is_one(row.value) for row in islice(rows_of(path), 1))
    except UsageError:
        return False
