"""A file for `.eval_results/` in a Hugging Face model repository (docs/hub/eval-results).

The Hub wants the id of a dataset that is registered there as a benchmark; nothing here can know
it, so `--set dataset=ORG/NAME` gives it. Values are percentages, as on the Hub's own pages.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO

from grader.core.report import MetricEstimate, Report
from grader.errors import UsageError
from grader.reports.base import RunEvidence

SUFFIX = ".eval_results.yaml"


def compose(report: Report, evidence: RunEvidence, file: BinaryIO) -> None:
    """Write one entry; UsageError where the dataset or the metric is not to be had."""
    settings = evidence.settings
    if "dataset" not in settings:
        raise UsageError("the Hub wants the benchmark's dataset; pass --set dataset=ORG/NAME")
    metric = chosen(report, settings.get("metric", ""))
    moment = datetime.fromtimestamp(evidence.manifest.created_at, UTC)
    lines = list(entry(metric, {**settings, "date": f"{moment:%Y-%m-%dT%H:%M:%SZ}"}))
    file.write(("\n".join(lines) + "\n").encode())


def chosen(report: Report, name: str) -> MetricEstimate:
    """The metric of that name, or the first that has a value."""
    found = [metric for metric in report.metrics if metric.value is not None]
    if name:
        found = [metric for metric in found if metric.name == name]
    if not found:
        raise UsageError(f"the run has no {name or 'metric'} with a value; see grader report")
    return found[0]


def entry(metric: MetricEstimate, settings: dict[str, str]) -> Iterator[str]:
    """The lines; every text is quoted as JSON, which YAML reads alike."""
    yield "- dataset:"
    yield f"    id: {json.dumps(settings['dataset'])}"
    yield f"    task_id: {json.dumps(settings.get('task', 'default'))}"
    if "revision" in settings:
        yield f"    revision: {json.dumps(settings['revision'])}"
    yield f"  value: {round(100 * (metric.value or 0.0), 4)}"
    yield f"  date: {json.dumps(settings['date'])}"
    if "source" in settings:
        yield "  source:"
        yield f"    url: {json.dumps(settings['source'])}"
    yield f"  notes: {json.dumps(settings.get('notes', metric.name))}"
