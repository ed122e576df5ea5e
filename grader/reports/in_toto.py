"""An in-toto statement (v1) with a test result (predicate v0.1) about the samples of a run.

Its subject is the samples file; its configuration is everything that the verdicts rest on, by
digest. A sample that stayed ungraded is neither passed nor failed: it has a list of its own, which
readers that do not know it pass over, and keeps the result from being PASSED.
"""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from grader.core.report import Report
from grader.core.result import Verdict
from grader.reports.base import RunEvidence, clean

SUFFIX = ".intoto.json"
STATEMENT = "https://in-toto.io/Statement/v1"
KINDS = {Verdict.PASSED: "passed", Verdict.UNGRADED: "ungraded"}
"""Every other verdict is `failed`."""
PREDICATE = "https://in-toto.io/attestation/test-result/v0.1"


def compose(report: Report, evidence: RunEvidence, file: BinaryIO) -> None:
    """Write the statement, unsigned."""
    made = json.dumps(statement(report, evidence), separators=(",", ":"))
    file.write(made.encode() + b"\n")


def statement(report: Report, evidence: RunEvidence) -> dict[str, Any]:
    """The whole statement."""
    manifest = evidence.manifest
    names: dict[str, list[str]] = {"passed": [], "failed": [], "ungraded": []}
    for result in evidence.results():
        kind = {Verdict.PASSED: "passed", Verdict.UNGRADED: "ungraded"}.get(
            result.verdict, "failed"
        )
        names[kind].append(f"{clean(result.task_id, None)}#{result.index}")
    digests = dict(evidence.digests())
    subject = manifest.samples_sha256 or digests.get("results.jsonl", "")
    name = manifest.samples_path.rpartition("/")[2] if manifest.samples_sha256 else "results.jsonl"
    return {
        "_type": STATEMENT,
        "subject": [{"name": name, "digest": {"sha256": subject}}],
        "predicateType": PREDICATE,
        "predicate": {
            "result": "FAILED" if names["failed"] else "WARNED" if names["ungraded"] else "PASSED",
            "configuration": list(configuration(report, evidence, digests)),
            "passedTests": names["passed"],
            "warnedTests": [],
            "failedTests": names["failed"],
            "ungradedTests": names["ungraded"],
        },
    }


def configuration(
    report: Report, evidence: RunEvidence, digests: dict[str, str]
) -> Iterator[dict[str, Any]]:
    """Resource descriptors of what the verdicts rest on, and of the run itself."""
    manifest = evidence.manifest
    known = (
        (f"dataset:{report.benchmark}", report.dataset_sha256),
        ("tasks", manifest.tasks_sha256),
        (f"engine:grader/{manifest.engine_version}", manifest.engine_sha256),
        *digests.items(),
    )
    for name, sha256 in known:
        if sha256:
            yield {"name": name, "digest": {"sha256": sha256}}
    for image in manifest.images:
        name, _, sha256 = image.partition("@sha256:")
        yield {"name": f"image:{name}", **({"digest": {"sha256": sha256}} if sha256 else {})}
