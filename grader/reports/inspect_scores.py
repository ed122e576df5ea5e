"""Scores as Inspect's `precomputed_scores` reads them: one JSON object a line.

A sample's id is its task's, its epoch its number from 1. What could not be graded is left out, and
Inspect leaves it unscored. Contract: inspect_ai/scorer/_precomputed.py of 0.3.285.
"""

import json
from typing import BinaryIO

from grader.core.report import Report
from grader.core.result import Result, Verdict
from grader.reports._one_line import why
from grader.reports.base import RunEvidence

SUFFIX = ".jsonl"


def compose(report: Report, evidence: RunEvidence, file: BinaryIO) -> None:
    """Write a record for each graded sample in the journal's order."""
    del report  # Inspect computes its own figures
    for result in evidence.results():
        if result.verdict is not Verdict.UNGRADED:
            file.write(f"{json.dumps(record(result))}\n".encode())


def record(result: Result) -> dict[str, object]:
    """One sample's score: C for correct, I for incorrect."""
    return {
        "id": result.task_id,
        "epoch": result.index + 1,
        "value": "C" if result.verdict is Verdict.PASSED else "I",
        "explanation": why(result),
        "metadata": {"verdict": result.verdict.value, "trust": result.trust.value},
    }
