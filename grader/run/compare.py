"""Compare stored runs; nothing here runs anything."""

from collections.abc import Sequence
from pathlib import Path

from grader.core.comparison import Comparison
from grader.errors import UsageError
from grader.run import outcomes
from grader.stats.compare import compare


def compare_runs(directories: Sequence[Path], *, k: int = 1, seed: int = 0) -> Comparison:
    """Compare runs of one benchmark; UsageError where they cannot be compared."""
    if len(directories) < 2:  # noqa: PLR2004  a pair
        raise UsageError("one run has nothing to be compared with; name two or more")
    names = outcomes.names_of(directories)
    found = outcomes.read_all(directories)
    runs = [each.scores(name) for each, name in zip(found, names, strict=True)]
    try:
        return compare(runs, benchmark=found[0].manifest.dataset.benchmark, k=k, seed=seed)
    except ValueError as error:
        raise UsageError(f"{error}; pass a smaller -k, or resume the runs") from error
