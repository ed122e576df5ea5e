"""In what stored runs were graded differently."""

from collections.abc import Sequence

from grader.core.conditions import (
    ConditionDifference,
    ConditionEffect,
    GradedConditions,
    unlike,
)
from grader.run import report
from grader.study.outcomes import RunOutcomes


def graded(run: RunOutcomes) -> GradedConditions:
    """How a run was graded; what its results show is known where it is complete."""
    told = report.written(run.path)
    if told is None:
        return GradedConditions(run.manifest)
    return GradedConditions(run.manifest, told.passes_by_trust, told.isolation, told.engines)


def differences(
    names: Sequence[str], runs: Sequence[RunOutcomes]
) -> tuple[ConditionDifference, ...]:
    """Every condition in which some of the runs differ; what splits comes first."""
    return unlike({name: graded(run) for name, run in zip(names, runs, strict=True)})


def splits(found: Sequence[ConditionDifference]) -> bool:
    """Whether the runs were not asked the same, so that no figure may rest on all of them."""
    return any(each.effect is ConditionEffect.SPLITS for each in found)
