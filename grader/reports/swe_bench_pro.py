"""SWE-bench Pro's `eval_results.json`: each instance's id and whether it is resolved.

Source: `swe_bench_pro_eval.py` at ca10a60, whose file has the order in which instances came to
their end; here it is the journal's. What could not be graded is left out: there it is false.
"""

import json
from typing import BinaryIO

from grader.core.report import Report
from grader.core.result import Verdict
from grader.reports.base import RunEvidence

SUFFIX = ".json"


def compose(report: Report, evidence: RunEvidence, file: BinaryIO) -> None:
    """Write the whole file; the last sample of an instance counts, as there."""
    del report  # its figure is the share of what is true
    found = {
        result.task_id: result.verdict is Verdict.PASSED
        for result in evidence.results()
        if result.verdict is not Verdict.UNGRADED
    }
    file.write(json.dumps(found).encode())
