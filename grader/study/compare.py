"""Compare stored runs; nothing here runs anything."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from grader.core.comparison import PairDecision, RunComparison, RunPair
from grader.core.conditions import (
    ConditionDifference,
    ConditionEffect,
    GradedConditions,
    splitting,
    unlike,
)
from grader.errors import UsageError
from grader.stats.compare import compare
from grader.study import outcomes
from grader.study.conditions import graded


def compare_runs(directories: Sequence[Path], *, k: int = 1, seed: int = 0) -> RunComparison:
    """Compare runs of one benchmark; UsageError where they cannot be compared."""
    if len(directories) < 2:  # noqa: PLR2004  a pair
        raise UsageError("one run has nothing to be compared with; name two or more")
    names = outcomes.names_of(directories)
    found = outcomes.read_all(directories)
    runs = [each.scores(name) for each, name in zip(found, names, strict=True)]
    try:
        made = compare(runs, benchmark=found[0].manifest.dataset.benchmark, k=k, seed=seed)
    except ValueError as error:
        raise UsageError(f"{error}; pass a smaller -k, or resume the runs") from error
    return with_conditions(made, {n: graded(each) for n, each in zip(names, found, strict=True)})


def with_conditions(made: RunComparison, runs: Mapping[str, GradedConditions]) -> RunComparison:
    """The comparison with what differs besides the samples; `runs` by the names of its sides.

    No winner and no rank holds between runs that were not asked the same.
    """
    differences = unlike(runs)
    if not differences:
        return made
    made = made.model_copy(update={"unlike": differences})
    splits = [each for each in differences if each.effect is ConditionEffect.SPLITS]
    if not splits:
        return made
    sides = tuple(
        side.model_copy(update={"rank_best": None, "rank_worst": None}) for side in made.sides
    )
    asked = {name: splitting(each) for name, each in runs.items()}
    pairs = tuple(
        pair if asked[pair.a] == asked[pair.b] else not_comparable(pair, splits)
        for pair in made.pairs
    )
    return made.model_copy(update={"sides": sides, "pairs": pairs})


def not_comparable(pair: RunPair, splits: Sequence[ConditionDifference]) -> RunPair:
    """A pair whose difference may be that of what was asked."""
    other = "; ".join(
        f"{each.condition} {each.values.get(pair.a, '?')} against {each.values.get(pair.b, '?')}"
        for each in splits
        if each.values.get(pair.a) != each.values.get(pair.b)
    )
    words = (
        f"not comparable: {pair.a} and {pair.b} are {100 * abs(pair.difference):.1f} points apart"
        f" under other conditions ({other}); grade both the same way"
    )
    return pair.model_copy(update={"decision": PairDecision.NOT_COMPARABLE, "words": words})
