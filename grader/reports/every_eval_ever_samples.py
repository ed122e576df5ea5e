"""The samples file of Every Eval Ever 0.3.0: one line of JSON per graded sample."""

from typing import BinaryIO

from grader.core.report import Report
from grader.reports._eee import sample_lines
from grader.reports.base import RunEvidence

SUFFIX = ".eee-samples.jsonl"


def compose(report: Report, evidence: RunEvidence, file: BinaryIO) -> None:
    """Write the graded samples in the journal's order."""
    file.writelines(sample_lines(report, evidence))
