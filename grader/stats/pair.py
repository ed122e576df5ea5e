"""Two runs of one benchmark: which test fits, what it shows, and the same in words."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from grader.core.comparison import PairDecision, RunPair
from grader.stats import power
from grader.stats.paired import PairedDifference, difference, mcnemar, sign_flip

ALPHA = 0.05
NEEDED_MAX = 10_000_000
"""More tasks than this are no plan but a way to say: never."""


class PairTest(NamedTuple):
    """What two runs show before it is adjusted for the other pairs."""

    __test__ = False

    name: str
    exact: bool
    p: float
    mid_p: float | None
    mean: Fraction
    only_a: int
    only_b: int
    gap: PairedDifference | None
    """None where one task or one cluster leaves no spread."""
    clustered: bool

    @property
    def sober_p(self) -> float:
        """The p that decides: tasks of one cluster are alike, which the exact tests do not know."""
        return max(self.p, self.gap.p) if self.gap and self.clustered else self.p


def test_of(
    a: Sequence[Fraction | int],
    b: Sequence[Fraction | int],
    clusters: Sequence[str] | None,
    *,
    seed: int,
) -> PairTest:
    """Choose and make the test: exact McNemar for 0/1 scores, sign flips for others."""
    gaps = [x - y for x, y in zip(a, b, strict=True)]
    only_a, only_b = sum(gap > 0 for gap in gaps), sum(gap < 0 for gap in gaps)
    groups = len(set(clusters)) if clusters else len(gaps)
    values = [float(x) for x in a], [float(y) for y in b]
    gap = difference(*values, clusters) if groups > 1 else None
    mean = Fraction(sum(gaps), len(gaps))
    if all(score in (0, 1) for score in (*a, *b)):
        name, exact, tests = "exact McNemar", True, mcnemar(only_a, only_b)
        p, mid_p = tests.exact, tests.mid
    else:
        flips = sign_flip(gaps, seed=seed)
        name, exact, p, mid_p = "sign-flip permutation", flips.exact, flips.p, None
    return PairTest(name, exact, p, mid_p, mean, only_a, only_b, gap, clusters is not None)


class UngradedBounds(NamedTuple):
    """The difference had every ungraded sample gone against `a`, and for it."""

    worst: float
    best: float


class AdjustedPValues(NamedTuple):
    """A pair's p-values among all pairs."""

    holm: float
    q: float


def pair_of(
    names: tuple[str, str],
    test: PairTest,
    adjusted: AdjustedPValues,
    *,
    tasks: int,
    between: UngradedBounds | None,
) -> RunPair:
    """Write down what a pair shows."""
    gap = test.gap
    decision = decide(test, adjusted.holm, between)
    error = gap.error if gap else None
    variance = error**2 * tasks if error else None
    mean = float(test.mean)
    needed = power.tasks_needed(variance, mean) if variance else None
    return RunPair(
        a=names[0],
        b=names[1],
        difference=mean,
        error=error,
        freedom=gap.effective - 1 if gap else None,
        low=gap.low if gap else None,
        high=gap.high if gap else None,
        test=test.name,
        exact=test.exact,
        p=test.p,
        p_clustered=gap.p if gap and test.clustered else None,
        p_holm=adjusted.holm,
        q=adjusted.q,
        mid_p=test.mid_p,
        only_a=test.only_a,
        only_b=test.only_b,
        detectable=power.detectable(variance, tasks) if variance else None,
        tasks_needed=ceil(needed) if needed and needed < NEEDED_MAX else None,
        worst=between.worst if between else None,
        best=between.best if between else None,
        decision=decision,
        words=words_of(names, test, decision, adjusted, tasks=tasks, between=between),
    )


def decide(test: PairTest, p: float, between: UngradedBounds | None) -> PairDecision:
    """A winner needs a significant p, an interval on one side and ungraded samples too few to turn.

    `p`: adjusted for all pairs.
    """
    if p > ALPHA or not test.mean:
        return PairDecision.INCONCLUSIVE
    if test.gap and test.gap.low <= 0 <= test.gap.high:
        return PairDecision.INCONCLUSIVE
    if between and between.worst <= 0 <= between.best:
        return PairDecision.INCONCLUSIVE
    return PairDecision.A_BETTER if test.mean > 0 else PairDecision.B_BETTER


def words_of(
    names: tuple[str, str],
    test: PairTest,
    decision: PairDecision,
    adjusted: AdjustedPValues,
    *,
    tasks: int,
    between: UngradedBounds | None,
) -> str:
    """The decision in one sentence, with the reason and the next move."""
    first, second = names if test.mean >= 0 else names[::-1]
    points = f"{100 * abs(float(test.mean)):.1f} points"
    if decision is not PairDecision.INCONCLUSIVE:
        return (
            f"{first} is better than {second} by {points} ({_interval(test)}); chance alone makes"
            f" such a gap with p = {_p(adjusted.holm)}"
        )
    if not test.only_a and not test.only_b:
        return f"inconclusive: {first} and {second} have the same score on each of {tasks} tasks"
    if adjusted.holm <= ALPHA and between and between.worst <= 0 <= between.best:
        return (
            f"inconclusive: {first} is ahead of {second} by {points}, but the ungraded samples"
            " could turn it; grade them first (the run's command with --resume)"
        )
    lead = f"{first} is ahead of {second} by {points}" if test.mean else "both score the same"
    return (
        f"inconclusive: {lead} ({_interval(test)}, p = {_p(adjusted.holm)}); {_plan(test, tasks)}"
    )


def _plan(test: PairTest, tasks: int) -> str:
    if not test.gap or not test.gap.error:
        return f"{tasks} task{'s' * (tasks != 1)} cannot tell"
    variance = test.gap.error**2 * tasks
    least = 100 * power.detectable(variance, tasks)
    have = f"{tasks:,} tasks find differences of {least:.1f} points or more"
    needed = power.tasks_needed(variance, float(test.mean))
    if not test.mean or needed >= NEEDED_MAX:
        return have
    return f"{have}, this one would need about {ceil(needed):,}"


def _interval(test: PairTest) -> str:
    if not test.gap:
        return "no interval"
    low, high = sorted((abs(100 * test.gap.low), abs(100 * test.gap.high)))
    if test.gap.low <= 0 <= test.gap.high:
        ends = (100 * test.gap.low, 100 * test.gap.high)
        low, high = ends if test.mean >= 0 else (-ends[1], -ends[0])
    return f"95 % CI {low:.1f} to {high:.1f}"


def _p(value: float) -> str:
    return f"{value:.2g}" if value >= 0.0001 else "0.0001 or less"  # noqa: PLR2004  shown, not used
