"""Figures over whole sets of answers: of what was answered, and never a mean over tasks."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

from grader import plugins
from grader.core.report import MetricEstimate
from grader.core.result import Result, Verdict
from grader.core.task import Task
from grader.graders.answer import DIAGNOSTIC, Spec
from grader.stats.predictions import METRICS, NoFigure, Prediction

ANSWER = "answer"


class AnsweredSets:
    """What was answered to the items of each data set; the first sample of each counts."""

    def __init__(self, tasks: Mapping[str, Task]) -> None:
        """tasks: those of the run; others than answers are not looked at."""
        self._specs = {
            task.id: spec
            for task in tasks.values()
            if task.kind == ANSWER and (spec := Spec.model_validate(task.spec)).metrics
        }
        self._answers: dict[str, str] = {}

    def add(self, result: Result) -> None:
        """One more result; ungraded ones are no answers."""
        if result.index == 0 and result.verdict is not Verdict.UNGRADED:
            self._answers[result.task_id] = result.answer

    def metrics(self, benchmark: str) -> tuple[MetricEstimate, ...]:
        """The benchmark's score, then every figure of every set; empty without sets."""
        groups: dict[str, list[str]] = defaultdict(list)
        for task_id, spec in self._specs.items():
            groups[spec.group].append(task_id)
        found = {name: self._of_group(name, ids) for name, ids in groups.items()}
        if not found:
            return ()
        return (
            overall(benchmark, found),
            *(each for several in found.values() for each in several),
        )

    def _of_group(self, name: str, ids: Sequence[str]) -> tuple[MetricEstimate, ...]:
        spec = self._specs[ids[0]]
        missing = sum(task_id not in self._answers for task_id in ids)
        items = [
            self._prediction(task_id, self._specs[task_id])
            for task_id in ids
            if task_id in self._answers
        ]
        return tuple(figure(f"{name} {each}", each, items, missing) for each in spec.metrics)

    def _prediction(self, task_id: str, spec: Spec) -> Prediction:
        given = self._answers[task_id]
        return Prediction(spec.targets[0], given, spec.unit, spec.targets)


def figure(name: str, metric: str, items: Sequence[Prediction], missing: int) -> MetricEstimate:
    """One figure of one set; none where an item has no answer, as officially."""
    if missing or not items:
        why = f"{missing:,} items have no answer; the figure is of the whole set"
        return MetricEstimate(name=name, value=None, why=why, tasks=len(items))
    try:
        value = METRICS[metric](items)
    except (ValueError, OverflowError):
        value = NoFigure("an answer is no number, or too large a one")
    if isinstance(value, NoFigure):
        return MetricEstimate(name=name, value=None, why=value.why, tasks=len(items))
    return MetricEstimate(name=name, value=value, why="of the whole set", tasks=len(items))


def overall(benchmark: str, found: Mapping[str, tuple[MetricEstimate, ...]]) -> MetricEstimate:
    """The macro-average: a set's figures averaged, parts of one task averaged, then all tasks."""
    parts = parts_of(benchmark)
    by_task: dict[str, list[float]] = defaultdict(list)
    ranked = {name for name in parts.values() if name != DIAGNOSTIC}
    for name, several in found.items():
        task = parts.get(name, name)
        if task == DIAGNOSTIC:
            continue
        values = [each.value for each in several]
        if any(value is None for value in values):
            return MetricEstimate(name=benchmark, value=None, why=f"{name} has no figure")
        by_task[task].append(math.fsum(value or 0.0 for value in values) / len(values))
    if lacking := sorted(ranked - by_task.keys()):
        why = f"no labels of {', '.join(lacking)}"
        return MetricEstimate(name=benchmark, value=None, why=why)
    scores = [math.fsum(values) / len(values) for values in by_task.values()]
    return MetricEstimate(
        name=benchmark,
        value=math.fsum(scores) / len(scores),
        why="mean of tasks, each the mean of its figures",
        tasks=len(scores),
    )


def parts_of(benchmark: str) -> dict[str, str]:
    """Set → the ranked task that it belongs to, of benchmarks that say so."""
    if benchmark not in plugins.names("benchmarks"):
        return {}
    member = plugins.load("benchmarks", benchmark).benchmark()
    return {each.name: each.part or each.name for each in getattr(member, "sets", ())}
