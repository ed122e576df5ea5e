"""Every sample as one line of comma-separated values (RFC 4180), with a header."""

import csv
from io import TextIOWrapper
from typing import BinaryIO

from grader.core.report import Report
from grader.reports._columns import ColumnRow, rows
from grader.reports.base import RunEvidence

SUFFIX = ".csv"
FORMULA = ("=", "+", "-", "@")
"""A spreadsheet runs a cell that begins so; an apostrophe makes it text."""


def compose(report: Report, evidence: RunEvidence, file: BinaryIO) -> None:
    """Write the samples in the journal's order."""
    del report  # a table of samples says nothing about the whole
    text = TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(ColumnRow._fields)
    writer.writerows([harmless(value) for value in row] for row in rows(evidence.results()))
    text.flush()
    text.detach()


def harmless(value: object) -> object:
    """`value`, or a text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
