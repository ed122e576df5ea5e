"""The summary file of Every Eval Ever 0.3.0, which names its samples file by path and digest."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from grader.core.report import MetricEstimate, Report
from grader.reports import _eee
from grader.reports.base import RunEvidence, clean

SUFFIX = ".eee.json"


def compose(report: Report, evidence: RunEvidence, file: BinaryIO) -> None:
    """Write the summary. Metrics without a value are left out: the schema wants a number."""
    made = json.dumps(summary(report, evidence), indent=2, allow_nan=False)
    file.write(made.encode() + b"\n")


def summary(report: Report, evidence: RunEvidence) -> dict[str, Any]:
    """The whole file."""
    manifest, created = evidence.manifest, str(int(evidence.manifest.created_at))
    return {
        "schema_version": _eee.SCHEMA,
        "evaluation_id": _eee.evaluation_id(report, evidence),
        "evaluation_timestamp": created,
        "retrieved_timestamp": created,
        "source_metadata": {
            "source_name": "grader",
            "source_type": "evaluation_run",
            "source_organization_name": evidence.settings.get("organization", _eee.UNKNOWN),
            "evaluator_relationship": evidence.settings.get("relationship", "other"),
        },
        "eval_library": {
            "name": "grader",
            "version": manifest.engine_version or _eee.UNKNOWN,
            "additional_details": {"run_id": report.run_id, "sha256": manifest.engine_sha256},
        },
        "model_info": model(evidence),
        "evaluation_results": list(metrics(report, evidence)),
        "detailed_evaluation_results": detailed(report, evidence),
    }


def model(evidence: RunEvidence) -> dict[str, Any]:
    """The model, as far as the run knows it."""
    name = _eee.model_of(evidence)
    return {
        "name": name,
        "id": name,
        "additional_details": {
            "deployment_type": _eee.UNKNOWN,
            "model_availability": _eee.UNKNOWN,
        },
    }


def metrics(report: Report, evidence: RunEvidence) -> Iterator[dict[str, Any]]:
    """Every metric that has a value, those of other readings too."""
    named = [("", metric) for metric in report.metrics]
    named += [(f"{reading.name}-", each) for reading in report.readings for each in reading.metrics]
    for prefix, metric in named:
        if metric.value is not None:
            name = clean(f"{prefix}{metric.name}", 80)
            yield one(report, evidence, metric, name=name)


def one(
    report: Report, evidence: RunEvidence, metric: MetricEstimate, *, name: str
) -> dict[str, Any]:
    """One metric with its uncertainty."""
    details: dict[str, Any] = {"score": metric.value}
    if metric.low is not None and metric.high is not None:
        details["uncertainty"] = {
            "confidence_interval": {
                "lower": metric.low,
                "upper": metric.high,
                "confidence_level": 0.95,
                "method": metric.method,
            },
            "num_samples": metric.tasks,
        }
    return {
        "evaluation_result_id": _eee.result_id(report, evidence, name),
        "evaluation_name": report.benchmark,
        "source_data": {
            "dataset_name": f"{report.benchmark} {report.version}".strip(),
            "source_type": "other",
            "additional_details": {"sha256": report.dataset_sha256},
        },
        "metric_config": {
            "metric_id": name.partition("@")[0].replace("pass", "pass_at_k") or name,
            "metric_name": name,
            "metric_kind": "pass_rate",
            "metric_unit": "proportion",
            "metric_parameters": {"k": int(metric.name.rpartition("@")[2] or 1)},
            "lower_is_better": False,
            "score_type": "continuous",
            "min_score": 0,
            "max_score": 1,
        },
        "score_details": details,
    }


def detailed(report: Report, evidence: RunEvidence) -> dict[str, Any]:
    """Name the samples file by its content."""
    digest, rows = hashlib.sha256(), 0
    for line in _eee.sample_lines(report, evidence):
        digest.update(line)
        rows += 1
    return {
        "format": "jsonl",
        "file_path": _eee.path_of(report, evidence),
        "hash_algorithm": "sha256",
        "checksum": digest.hexdigest(),
        "total_rows": rows,
    }
