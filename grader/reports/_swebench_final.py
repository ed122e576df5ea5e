"""SWE-bench's final report: what came of every instance, read from the tree of single reports.

Source: swebench 5.0.2, `harness/reporting.py`, key by key and in its order; 4.1.0 has fewer keys.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

from grader.graders._repo_log import ENVIRONMENT, EnvironmentSign, trouble

LOGS = Path("logs/run_evaluation")
"""Where the tree begins, below the root."""
REPORT, OUTPUT, INSTANCE = "report.json", "test_output.txt", "run_instance.log"
SCHEMA_VERSION = 2


class FinalPrediction(NamedTuple):
    """What was submitted for one instance."""

    model: str
    is_empty: bool
    """Null or an empty string: such a patch is not run."""


class FinalOutcomes(NamedTuple):
    """Ids by what became of them. A report that cannot be read is completed and an error."""

    completed: set[str]
    resolved: set[str]
    unresolved: set[str]
    errors: set[str]
    empty: set[str]
    incomplete: set[str]


def safe(model: str) -> str:
    """A model's name as a folder's."""
    return model.replace("/", "__")


def folder(root: Path, run_id: str, model: str, instance_id: str) -> Path:
    """Where one instance's files are."""
    return root / LOGS / run_id / safe(model) / instance_id


def summary(
    root: Path, run_id: str, predictions: Mapping[str, FinalPrediction], dataset: Sequence[str]
) -> dict[str, Any]:
    """The final report of a run's tree below `root`; `dataset` names all instances asked for."""
    found = outcomes(root, run_id, predictions, dataset)
    reasons: dict[str, EnvironmentSign] = {}
    for instance_id in found.unresolved | found.errors:
        place = folder(root, run_id, predictions[instance_id].model, instance_id)
        if (sign := trouble(text_in(place))) is not None:
            reasons[instance_id] = sign
    ours = {name for name, sign in reasons.items() if sign.tier == ENVIRONMENT}
    return {
        "total_instances": len(dataset),
        "submitted_instances": len(predictions),
        "completed_instances": len(found.completed),
        "resolved_instances": len(found.resolved),
        "unresolved_instances": len(found.unresolved),
        "infra_failure_instances": len(ours),
        "ambiguous_failure_instances": len(reasons) - len(ours),
        "empty_patch_instances": len(found.empty),
        "error_instances": len(found.errors),
        "completed_ids": sorted(found.completed),
        "incomplete_ids": sorted(found.incomplete),
        "empty_patch_ids": sorted(found.empty),
        "submitted_ids": sorted(predictions),
        "resolved_ids": sorted(found.resolved),
        "unresolved_ids": sorted(found.unresolved),
        "infra_failure_ids": sorted(ours),
        "ambiguous_failure_ids": sorted(set(reasons) - ours),
        "failure_reasons": {name: reasons[name].reason for name in sorted(reasons)},
        "error_ids": sorted(found.errors),
        "schema_version": SCHEMA_VERSION,
    }


def outcomes(
    root: Path, run_id: str, predictions: Mapping[str, FinalPrediction], dataset: Sequence[str]
) -> FinalOutcomes:
    """Sort the instances by their prediction and their report."""
    found = FinalOutcomes(set(), set(), set(), set(), set(), set())
    for instance_id in dataset:
        prediction = predictions.get(instance_id)
        if prediction is None:
            found.incomplete.add(instance_id)
        elif prediction.is_empty:
            found.empty.add(instance_id)
        else:
            path = folder(root, run_id, prediction.model, instance_id) / REPORT
            sort_in(found, instance_id, path)
    return found


def sort_in(found: FinalOutcomes, instance_id: str, path: Path) -> None:
    """Put one instance where its report says."""
    if not path.exists():
        found.errors.add(instance_id)
        return
    found.completed.add(instance_id)
    match is_resolved(path.read_text(), instance_id):
        case None:
            found.errors.add(instance_id)
        case True:
            found.resolved.add(instance_id)
        case False:
            found.unresolved.add(instance_id)


def is_resolved(text: str, instance_id: str) -> bool | None:
    """What a report says; None where it says nothing."""
    try:
        report = cast("dict[str, Any]", json.loads(text))
        return bool(report[instance_id]["resolved"])
    except (ValueError, KeyError, TypeError):
        return None


def text_in(place: Path) -> str:
    """The logs of one instance, as far as there are any."""
    paths = (place / OUTPUT, place / INSTANCE)
    return "\n".join(path.read_text(errors="replace") for path in paths if path.exists())
