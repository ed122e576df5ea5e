"""EvalPlus's `*_eval_results.json`: two statuses per sample, grouped by task.

A status is null where nothing is known: the sample is ungraded, or there are no plus tests.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from grader.core.record import Record
from grader.core.result import Outcome, Result, Verdict
from grader.core.sample import Sample
from grader.reports.base import WrittenFile, replacing
from grader.stats.passk import TaskCount, mean_pass_at_k

PASS, FAIL, TIMEOUT = "pass", "fail", "timeout"
READINGS = ("base", "plus")
KS = (1, 10, 100)
STATUS: dict[str, str | None] = {
    Verdict.PASSED: PASS,
    Verdict.TIMEOUT: TIMEOUT,
    Verdict.UNGRADED: None,
}


class EvalplusHeader(Record):
    """What the file says about its origin."""

    created_at: float
    """Seconds since the epoch; written as minutes in UTC."""
    dataset_hash: str = ""
    """MD5 of the dataset, as EvalPlus names its versions."""


def default_path(samples_path: Path) -> Path:
    """Where EvalPlus 0.3.1 itself would write."""
    if samples_path.is_dir():
        return samples_path / "eval_results.json"
    stem = samples_path.name.removesuffix(".gz").removesuffix(".jsonl")
    return samples_path.with_name(f"{stem}_eval_results.json")


def write(
    samples: Iterable[Sample],
    results: Iterable[Result],
    out: Path,
    *,
    prompts: Mapping[str, str],
    header: EvalplusHeader,
    ks: Sequence[int] = KS,
) -> WrittenFile:
    """Write all samples that have a result, tasks in order of appearance, samples by index.

    `prompts`: task id → text before a completion (whole programs go without). `results` in any
    order; of two for one sample the later counts. Raises UsageError where `out` is not writable.
    """
    entries = {(result.task_id, result.index): _entry(result) for result in results}
    by_task: dict[str, dict[int, dict[str, Any]]] = {}
    skipped = 0
    for sample in samples:
        entry = entries.pop((sample.task_id, sample.index), None)
        if entry is None:
            skipped += 1
            continue
        prompt = "" if sample.whole else prompts.get(sample.task_id, "")
        entry["solution"] = prompt + sample.body
        by_task.setdefault(sample.task_id, {})[sample.index] = entry
    graded = {
        task: [numbered[index] for index in sorted(numbered)] for task, numbered in by_task.items()
    }
    content = {
        "date": datetime.fromtimestamp(header.created_at, UTC).strftime("%Y-%m-%d %H:%M"),
        "hash": header.dataset_hash,
        "eval": graded,
        "pass_at_k": pass_at_k(list(graded.values()), ks),
    }
    with replacing(out) as file:
        json.dump(content, file)
    return WrittenFile(sum(map(len, graded.values())), skipped)


def pass_at_k(
    tasks: Sequence[Sequence[Mapping[str, Any]]], ks: Sequence[int]
) -> dict[str, dict[str, float]]:
    """EvalPlus's two tables; a `plus` pass needs both, an undefined k is left out as there."""
    table = {
        "base": _estimates([[(entry["base_status"],) for entry in task] for task in tasks], ks)
    }
    if any(entry["plus_status"] is not None for task in tasks for entry in task):
        both = [[(entry["base_status"], entry["plus_status"]) for entry in task] for task in tasks]
        table["plus"] = _estimates(both, ks)
    return table


def _estimates(
    tasks: Sequence[Sequence[tuple[str | None, ...]]], ks: Sequence[int]
) -> dict[str, float]:
    counts = [
        TaskCount(
            graded=sum(_is_known(statuses) for statuses in task),
            passed=sum(all(status == PASS for status in statuses) for statuses in task),
        )
        for task in tasks
    ]
    means = {f"pass@{k}": mean_pass_at_k(counts, k).value for k in ks}
    return {name: value for name, value in means.items() if value is not None}


def _is_known(statuses: tuple[str | None, ...]) -> bool:
    """Whether pass or not is settled: one failure settles it whatever the other status is."""
    return None not in statuses or any(status in {FAIL, TIMEOUT} for status in statuses)


def _entry(result: Result) -> dict[str, Any]:
    """One sample's object in EvalPlus's field order; `solution` is filled in later."""
    base, plus = (result.readings.get(reading) for reading in READINGS)
    return {
        "task_id": result.task_id,
        "solution": "",
        "base_status": _status(base or result.verdict.value),
        "plus_status": None if plus is None else _status(plus),
        "base_fail_tests": _failed(result, "base"),
        "plus_fail_tests": _failed(result, "plus"),
    }


def _status(verdict: str) -> str | None:
    return STATUS.get(verdict, FAIL)


def _failed(result: Result, reading: str) -> list[str]:
    """Names of the reading's failed tests (EvalPlus itself gives their inputs)."""
    return [
        test.name
        for test in result.tests
        if test.name.startswith(reading) and test.outcome in {Outcome.FAILED, Outcome.ERROR}
    ]
