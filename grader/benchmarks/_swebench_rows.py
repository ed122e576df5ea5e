"""Read SWE-bench rows: JSON Lines, a JSON list, parquet, or a folder that holds one of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from grader.benchmarks._rows import Row, json_lines, json_list
from grader.errors import UsageError

SUFFIXES = (".parquet", ".jsonl", ".json", ".jsonl.gz")


def rows_of(path: Path) -> Iterator[Row]:
    """All rows in the file's order; UsageError names file and line of what is malformed."""
    if path.suffix == ".parquet":
        return parquet(path)
    if path.suffix == ".json":
        return json_list(path)
    return json_lines(path)


def parquet(path: Path) -> Iterator[Row]:
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
                yield Row(f"{path}[{number}]", 0, value)
                number += 1
    except (ValueError, OSError) as error:
        raise UsageError(f"{path}: not a readable parquet file ({error})") from error


def file_in(folder: Path, names: tuple[str, ...], split: str) -> Path:
    """The rows' file in a folder; UsageError lists what was looked for."""
    stems = [*(f"{name}.{split}" for name in names), split, *names]
    for stem in stems:
        for suffix in SUFFIXES:
            if (found := folder / f"{stem}{suffix}").is_file():
                return found
    published = sorted(folder.glob(f"data/{split}-*.parquet"))
    if len(published) == 1:
        return published[0]
    tried = ", ".join(f"{stem}.parquet" for stem in stems[:3])
    raise UsageError(
        f"{folder}: no rows of the split '{split}' in it (tried {tried} and the same as .jsonl and"
        " .json); --data takes the file itself too"
    )
