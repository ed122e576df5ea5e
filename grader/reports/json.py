"""The report as JSON: every field of `grader.core.report.Report` under its own name."""

import json

from grader.core.report import Report

SUFFIX = ".json"


def render(report: Report) -> str:
    """Indented pure-ASCII JSON, safe on any terminal; undefined numbers are null."""
    return json.dumps(report.model_dump(mode="json"), indent=2, allow_nan=False) + "\n"
