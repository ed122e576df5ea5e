"""Every sample as one row of a Parquet file; needs the `parquet` extra."""

from collections.abc import Iterator
from importlib import import_module
from itertools import islice
from typing import Any, BinaryIO

from grader.core.report import Report
from grader.errors import UsageError
from grader.reports._columns import ColumnRow, rows
from grader.reports.base import RunEvidence

SUFFIX = ".parquet"
BINARY = True
BATCH = 65_536
"""Rows per group: what is held in memory at one time."""
WHOLE = frozenset({"sample", "tests", "tests_not_passed", "attempts", "same_as"})
FRACTIONS = frozenset({"wall_s", "cpu_s", "peak_mb"})


def compose(report: Report, evidence: RunEvidence, file: BinaryIO) -> None:
    """Write the samples in the journal's order; UsageError without the extra."""
    try:
        arrow: Any = import_module("pyarrow")
        parquet: Any = import_module("pyarrow.parquet")
    except ImportError as error:
        raise UsageError(
            "Parquet needs pyarrow; install it: pip install 'grader[parquet]'"
        ) from error
    schema = arrow.schema(
        [(name, type_of(arrow, name)) for name in ColumnRow._fields],
        metadata={"run_id": report.run_id, "benchmark": report.benchmark},
    )
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        for batch in batches(rows(evidence.results())):
            columns = zip(*batch, strict=True)
            arrays = [
                arrow.array(list(column), type=field.type)
                for column, field in zip(columns, schema, strict=True)
            ]
            writer.write_table(arrow.Table.from_arrays(arrays, schema=schema))


def type_of(arrow: Any, name: str) -> Any:
    """The Arrow type of a column."""
    if name in WHOLE:
        return arrow.int64()
    return arrow.float64() if name in FRACTIONS else arrow.string()


def batches(found: Iterator[ColumnRow]) -> Iterator[list[ColumnRow]]:
    """Lists of at most BATCH rows."""
    while batch := list(islice(found, BATCH)):
        yield batch
