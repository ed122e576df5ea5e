"""SWE-bench-Live's `results.json`: ids by outcome, and how many of each there are.

Source: `evaluation/evaluation.py` at 70ec57e (`run_instances`). Lists have the journal's order;
there it is the one in which instances came to their end.
"""

import json
from typing import BinaryIO

from grader.core.report import Report
from grader.core.result import Verdict
from grader.reports.base import RunEvidence

SUFFIX = ".json"
GROUPS = ("success", "failure", "error", "incomplete")
ERRORS = frozenset({
    Verdict.ERROR, Verdict.TIMEOUT, Verdict.MEMORY, Verdict.OUTPUT, Verdict.UNGRADED,
})  # fmt: skip
"""What is an exception there."""


def compose(report: Report, evidence: RunEvidence, file: BinaryIO) -> None:
    """Write the whole file; the last sample of an instance counts."""
    del report  # the counts are those of the lists
    verdicts = {result.task_id: result.verdict for result in evidence.results()}
    empty = [name for name, verdict in verdicts.items() if verdict is Verdict.EMPTY]
    ids: dict[str, list[str]] = {group: [] for group in GROUPS}
    for name, verdict in verdicts.items():
        if verdict is not Verdict.EMPTY:
            ids[group_of(verdict)].append(name)
    whole: dict[str, object] = {
        "submitted": len(verdicts),
        "submitted_ids": list(verdicts),
        "empty_patch": len(empty),
        "empty_patch_ids": empty,
        **{f"{group}_ids": ids[group] for group in GROUPS},
        **{group: len(ids[group]) for group in GROUPS},
    }
    file.write(json.dumps(whole, indent=True).encode())


def group_of(verdict: Verdict) -> str:
    """The list that an instance stands in; those that never ran are no samples here."""
    if verdict is Verdict.PASSED:
        return "success"
    return "error" if verdict in ERRORS else "failure"
