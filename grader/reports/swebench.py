"""The files of the SWE-bench harness: a folder per instance, and the final report.

```
logs/run_evaluation/<run>/run.json
logs/run_evaluation/<run>/<model>/<instance>/{patch.diff,eval.sh,test_output.txt,run_instance.log,report.json}
<model>.<run>.json
```
An instance whose patch did not apply, or whose tests did not end, has no `report.json`: that is how
the official harness says `error`. What only grader knows stands in the final report under `grader`.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from grader.core.execution import StepEnd, StepResult
from grader.core.record import Record
from grader.core.result import Result, Verdict
from grader.core.sample import Sample
from grader.core.task import Task
from grader.errors import UsageError
from grader.graders import repo
from grader.graders._repo_lists import status_from
from grader.graders._repo_log import ENVIRONMENT, text_of, trouble
from grader.graders._repo_tests import ResolutionStatus
from grader.reports._swebench_final import (
    INSTANCE,
    LOGS,
    OUTPUT,
    REPORT,
    FinalPrediction,
    folder,
    safe,
    summary,
)
from grader.reports.base import WrittenFile, replacing


class SwebenchHeader(Record):
    """What the files say about the run."""

    run_id: str
    dataset: str
    split: str = "test"
    created_at: float
    """Seconds since the epoch."""
    report_dir: str = "."
    """Where the final report goes, below the root."""


def default_path(samples_path: Path) -> Path:  # noqa: ARG001  the harness looks at no samples
    """Where the harness itself writes, whatever is graded: below the working directory."""
    return LOGS


def write(
    samples: Iterable[Sample],
    results: Iterable[Result],
    root: Path,
    *,
    tasks: Mapping[str, Task],
    header: SwebenchHeader,
) -> WrittenFile:
    """Write the tree below `root` for all `samples`; `results` with the whole of their logs.

    `tasks` are those that were selected. Raises UsageError where a task has more than one sample
    (this format has no place for them), or where a file cannot be written.
    """
    predictions, patches = submitted(samples)
    counts: Counter[str] = Counter()
    ungraded: list[str] = []
    for result in results:
        prediction, task = predictions.get(result.task_id), tasks.get(result.task_id)
        if prediction is None or task is None:
            continue
        counts[result.verdict.value] += 1
        if result.verdict is Verdict.UNGRADED:
            ungraded.append(result.task_id)
        if not prediction.is_empty:
            place = folder(root, header.run_id, prediction.model, result.task_id)
            write_instance(place, patches[result.task_id], task, result)
    final = summary(root, header.run_id, predictions, list(tasks))
    final["grader"] = {"verdicts": dict(sorted(counts.items())), "ungraded_ids": sorted(ungraded)}
    model = next(iter(predictions.values())).model if predictions else "None"
    write_metadata(root, header)
    target = root / header.report_dir / f"{safe(model)}.{header.run_id}.json"
    put(target, json.dumps(final, indent=4) + "\n")
    return WrittenFile(counts.total(), len(predictions) - counts.total())


def second(task_id: str) -> UsageError:
    """The complaint about two predictions for one instance."""
    return UsageError(
        f"{task_id} has more than one prediction, and SWE-bench's files have no place for that;"
        " grade them as runs of their own"
    )


def submitted(samples: Iterable[Sample]) -> tuple[dict[str, FinalPrediction], dict[str, str]]:
    """Predictions and patches by instance; UsageError where one has two."""
    predictions: dict[str, FinalPrediction] = {}
    patches: dict[str, str] = {}
    for sample in samples:
        if sample.task_id in predictions:
            raise second(sample.task_id)
        if safe(sample.source.model) in {".", ".."} or "\0" in sample.source.model:
            raise UsageError(f"a model called {sample.source.model!r} cannot name a folder")
        predictions[sample.task_id] = FinalPrediction(
            sample.source.model or "None", not sample.body
        )
        patches[sample.task_id] = sample.body
    return predictions, patches


def write_instance(place: Path, patch: str, task: Task, result: Result) -> None:
    """One instance's files; those that never came to be are left out."""
    spec = repo.Spec.model_validate(task.spec)
    steps = {step.name: step for step in result.execution.steps} if result.execution else {}
    put(place / "patch.diff", patch)
    put(place / "eval.sh", spec.eval_script)
    evaluated = steps.get(repo.EVAL)
    report: dict[str, Any] | None = None
    if evaluated is not None:
        put(place / OUTPUT, output_of(evaluated, task))
        if evaluated.ended in {StepEnd.EXIT, StepEnd.SIGNAL}:
            report = {task.id: report_of(spec, result, evaluated)}
            put(place / REPORT, json.dumps(report, indent=4))
    if report is None:
        (place / REPORT).unlink(missing_ok=True)
    put(place / INSTANCE, story_of(steps, result, report))


def output_of(step: StepResult, task: Task) -> str:
    """What the script printed; a time-out is told at its end."""
    text = step.stdout.decode(errors="replace")
    if step.ended is not StepEnd.TIMEOUT:
        return text
    return f"{text}\n\nTimeout error: {task.limits.wall_s:.0f} seconds exceeded."


def report_of(spec: repo.Spec, result: Result, step: StepResult) -> dict[str, Any]:
    """The official report of an instance whose script came to its end."""
    report: dict[str, Any] = {
        "patch_is_None": False,
        "patch_exists": True,
        "patch_successfully_applied": False,
        "resolved": False,
        "infra_failure": False,
    }
    if not has_status(result):
        if (sign := trouble(text_of(step.stdout))) is not None:
            report["infra_failure"] = sign.tier == ENVIRONMENT
            report["infra_failure_reason"] = sign.reason
        return report
    status = status_from(spec, result.tests)
    report["patch_successfully_applied"] = True
    report["resolved"] = status.resolution is ResolutionStatus.FULL
    report["tests_status"] = status.as_official()
    return report


def has_status(result: Result) -> bool:
    """Whether the log could be used: the official verdict is then about tests."""
    official = result.readings.get("parity", result.verdict.value)
    return official in {Verdict.PASSED, Verdict.FAILED, Verdict.OUTPUT}


def story_of(
    steps: Mapping[str, StepResult], result: Result, report: Mapping[str, Any] | None
) -> str:
    """What happened, in the order in which it did."""
    parts: list[str] = []
    if repo.APPLY in steps:
        parts.append(steps[repo.APPLY].stdout.decode(errors="replace"))
    if repo.EVAL in steps:
        parts.append(f"Test runtime: {steps[repo.EVAL].wall_s:_.2f} seconds")
    parts.append(f"Result for {result.task_id}: {result.verdict.value} {result.reason}".rstrip())
    if report is not None:
        parts.append(f"report: {json.dumps(report)}")
    return "\n".join(parts) + "\n"


def write_metadata(root: Path, header: SwebenchHeader) -> None:
    """The run's own file."""
    created = datetime.fromtimestamp(header.created_at, UTC).isoformat(timespec="seconds")
    content = {
        "dataset": header.dataset,
        "split": header.split,
        "task_repo": None,
        "created_at": created,
    }
    put(root / LOGS / header.run_id / "run.json", json.dumps(content, indent=2) + "\n")


def put(path: Path, text: str) -> None:
    """Write a file whole, making its folder."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make '{path.parent}': {error.strerror}") from error
    with replacing(path) as file:
        file.write(text)
