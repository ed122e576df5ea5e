"""Read SWE-bench rows: JSON Lines, a JSON list, parquet, or a folder that holds one of them."""

import csv
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, cast

from grader.benchmarks._rows import LINE_BYTES, JsonRow, json_lines, json_list
from grader.errors import UsageError

SUFFIXES = (".parquet", ".jsonl", ".json", ".jsonl.gz")


def rows_of(path: Path, split: str) -> Iterator[JsonRow]:
    """All rows in the file's order; UsageError names file and line of what is malformed.

    A folder is one in which `split` is published in several files.
    """
    if path.is_dir():
        return chain.from_iterable(parquet(file) for file in parts_in(path, split))
    if path.suffix == ".parquet":
        return parquet(path)
    if path.suffix == ".json":
        return json_list(path)
    return json_lines(path)


def parquet(path: Path) -> Iterator[JsonRow]:
    """Rows of a parquet file; needs the extra `parquet`."""
    try:
        from pyarrow.parquet import ParquetFile  # noqa: PLC0415  heavy, and optional
    except ImportError:
        raise UsageError(
            f"{path}: reading parquet needs pyarrow; pip install 'grader[parquet]',"
            " or give the rows as .json or .jsonl"
        ) from None
    number = 0
    try:
        for batch in cast("Any", ParquetFile(path)).iter_batches():
            for value in batch.to_pylist():
                yield JsonRow(f"{path}[{number}]", 0, value)
                number += 1
    except (ValueError, OSError) as error:
        raise UsageError(f"{path}: not a readable parquet file ({error})") from error


def csv_table(path: Path) -> Iterator[JsonRow]:
    """Rows of a CSV table, whose values are all texts."""
    csv.field_size_limit(LINE_BYTES)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for number, row in enumerate(csv.DictReader(file), start=2):
                yield JsonRow(str(path), number, dict(row))
    except (OSError, ValueError, csv.Error) as error:
        raise UsageError(f"{path}: cannot be read ({error})") from error


def parts_in(folder: Path, split: str) -> list[Path]:
    """The files of a split as the hub publishes them."""
    return sorted(folder.glob(f"data/{split}-*.parquet"))


def file_in(folder: Path, names: tuple[str, ...], split: str) -> Path:
    """The rows' file in a folder, or the folder itself where the split has several files.

    UsageError lists what was looked for.
    """
    stems = [*(f"{name}.{split}" for name in names), split, *names]
    for stem in stems:
        for suffix in SUFFIXES:
            if (found := folder / f"{stem}{suffix}").is_file():
                return found
    published = parts_in(folder, split)
    if published:
        return published[0] if len(published) == 1 else folder
    tried = ", ".join(f"{stem}.parquet" for stem in stems[:3])
    raise UsageError(
        f"{folder}: no rows of the split '{split}' in it (tried {tried} and the same as .jsonl and"
        " .json); --data takes the file itself too"
    )
