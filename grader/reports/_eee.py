"""Every Eval Ever, schema 0.3.0: what its two files share.

The names and meanings are those of the schemas in the project's repository
(evaleval/every_eval_ever). Scores are proportions from 0 to 1.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from grader.core.report import Report
from grader.core.result import Result, Verdict
from grader.reports.base import Key, RunEvidence, clean

SCHEMA = "0.3.0"
UNKNOWN = "unknown"
SUBMISSIONS = 2000
"""Results whose submissions are looked up at one time."""


def model_of(evidence: RunEvidence) -> str:
    """The model's id; `unknown` where the run does not say."""
    return clean(evidence.manifest.model, None) or UNKNOWN


def evaluation_id(report: Report, evidence: RunEvidence) -> str:
    """What joins the two files."""
    created = int(evidence.manifest.created_at)
    return f"{report.benchmark}/{model_of(evidence).replace('/', '_')}/{created}"


def result_id(report: Report, evidence: RunEvidence, metric: str) -> str:
    """What joins a sample to a metric."""
    return f"{evaluation_id(report, evidence)}#{metric}"


def path_of(report: Report, evidence: RunEvidence) -> str:
    """Where the samples file belongs in that project's repository; the same for the same run."""
    developer, _, name = model_of(evidence).rpartition("/")
    bits = hashlib.sha256(report.run_id.encode()).hexdigest()
    uuid = f"{bits[:8]}-{bits[8:12]}-4{bits[13:16]}-8{bits[17:20]}-{bits[20:32]}"
    folders = (report.benchmark, developer or UNKNOWN, name)
    return f"data/{'/'.join(part.replace('/', '_') for part in folders)}/{uuid}_samples.jsonl"


def sample_lines(report: Report, evidence: RunEvidence) -> Iterator[bytes]:
    """The samples file: one line per graded sample."""
    batch: list[Result] = []
    for result in evidence.results():
        if result.verdict is Verdict.UNGRADED:
            continue  # the schema has no way to say that nothing is known
        batch.append(result)
        if len(batch) == SUBMISSIONS:
            yield from lines_of(batch, report, evidence)
            batch.clear()
    yield from lines_of(batch, report, evidence)


def lines_of(batch: list[Result], report: Report, evidence: RunEvidence) -> Iterator[bytes]:
    """The lines of some results."""
    texts = evidence.submissions(frozenset((each.task_id, each.index) for each in batch))
    for result in batch:
        key: Key = (result.task_id, result.index)
        value = sample_of(result, texts.get(key), report, evidence)
        yield json.dumps(value, separators=(",", ":")).encode() + b"\n"


def sample_of(
    result: Result, submission: str | None, report: Report, evidence: RunEvidence
) -> dict[str, Any]:
    """One line. Prompts and hidden tests are not told: `input` names the task only."""
    passed = result.verdict is Verdict.PASSED
    steps = result.execution.steps if result.execution else ()
    return {
        "schema_version": SCHEMA,
        "evaluation_id": evaluation_id(report, evidence),
        "model_id": model_of(evidence),
        "evaluation_name": report.benchmark,
        "evaluation_result_id": result_id(report, evidence, "pass@1"),
        "sample_id": f"{clean(result.task_id, None)}#{result.index}",
        "interaction_type": "single_turn",
        "input": {"raw": clean(result.task_id, None), "reference": []},
        "output": {"raw": [] if submission is None else [submission]},
        "messages": None,
        "answer_attribution": [
            {
                "turn_idx": 0,
                "source": "output.raw",
                "extracted_value": "",
                "extraction_method": result.extraction or "none",
                "is_terminal": True,
            }
        ],
        "evaluation": {"score": float(passed), "is_correct": passed},
        "performance": {"latency_ms": 1000 * sum(step.wall_s for step in steps)} if steps else None,
        "metadata": {"verdict": result.verdict.value, "reason": clean(result.reason)},
    }
