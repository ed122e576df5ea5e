"""Figures over NeMo-Gym's rows, as its `RewardProfiler` names them (nemo_gym/reward_profile.py)."""

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

TASK, ROLLOUT = "_ng_task_index", "_ng_rollout_index"
FAILED, MASKED = "_ng_failure_class", "mask_sample"
APART = frozenset({TASK, ROLLOUT, MASKED})
"""Numbers that are no figures."""


def aggregated(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """`AggregateMetrics`: per task, over all, and the means; what nobody graded counts nowhere."""
    counted = [row for row in rows if not (row.get(FAILED) or row.get(MASKED))]
    by_task: dict[Any, list[Mapping[str, Any]]] = {}
    for row in counted:
        by_task.setdefault(str(row.get(TASK, 0)), []).append(row)
    groups = [
        {**described(group), "num_rollouts": len(group), TASK: group[0].get(TASK, 0)}
        for group in by_task.values()
    ]
    overall = described(counted)
    if len(counted) < len(rows):
        overall["ungraded_rollouts"] = len(rows) - len(counted)
    return {
        "group_level_metrics": groups,
        "agent_metrics": overall,
        "key_metrics": {name: value for name, value in overall.items() if name.startswith("mean/")},
    }


def described(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """`mean/reward` and its like of each field that is a number, or a truth, in some row."""
    columns: dict[str, list[float]] = {}
    for row in rows:
        for name, value in row.items():
            if name not in APART and isinstance(value, int | float) and finite(value):
                columns.setdefault(name, []).append(float(value))
    found: dict[str, float] = {}
    for name, values in columns.items():
        found |= {
            f"mean/{name}": statistics.fmean(values),
            f"max/{name}": max(values),
            f"min/{name}": min(values),
            f"median/{name}": statistics.median(values),
            f"std/{name}": statistics.stdev(values) if len(values) > 1 else 0.0,
        }
    return found


def finite(value: float) -> bool:
    """Whether a number can be counted with; an integer may be larger than any float."""
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False
