"""Several runs side by side: who is better, and how sure that is."""

from enum import StrEnum

from grader.core.conditions import ConditionDifference
from grader.core.record import Record


class PairDecision(StrEnum):
    """What a pair of runs shows."""

    A_BETTER = "a better"
    B_BETTER = "b better"
    INCONCLUSIVE = "inconclusive"
    """The data fit either way; never the same as equal."""
    NOT_COMPARABLE = "not comparable"
    """The runs were not asked the same: whatever differs may be that."""


class ComparedRun(Record):
    """One of the runs, on the tasks that all of them have."""

    name: str
    run_id: str
    score: float
    low: float | None = None
    high: float | None = None
    method: str = ""
    """How the interval was made, or why there is none."""
    samples: int
    """Graded samples of the common tasks."""
    ungraded: int = 0
    """Samples of the common tasks that our own trouble left without a verdict."""
    rank_best: int | None
    rank_worst: int | None
    """The ranks that are still possible; 1 is best; null where runs cannot be ranked together."""


class RunPair(Record):
    """Run `a` against run `b`; differences are a - b, shares from -1 to 1."""

    a: str
    b: str
    difference: float
    error: float | None
    """Standard error of the difference, paired and clustered; None with one task."""
    freedom: float | None = None
    """Degrees of freedom of `error`: effective clusters, or tasks, less one; None without it."""
    low: float | None = None
    high: float | None = None
    """95 % confidence interval."""
    test: str
    """`exact McNemar` or `sign-flip permutation`."""
    exact: bool = True
    """False where random flips stand for all of them."""
    p: float
    p_clustered: float | None = None
    """By Student's t, one degree of freedom less than effective clusters; None without clusters."""
    p_holm: float
    """The larger of the two p, adjusted for all pairs: the chance of any false alarm."""
    q: float
    """The same by Benjamini and Hochberg: the share of false alarms."""
    mid_p: float | None = None
    """McNemar's mid-p; None for fractional scores."""
    only_a: int
    only_b: int
    """Tasks on which one has the higher score."""
    detectable: float | None = None
    """Smallest difference that these tasks find in 80 % of cases."""
    tasks_needed: int | None = None
    """Tasks that would find the seen difference in 80 % of cases."""
    worst: float | None = None
    best: float | None = None
    """The difference had every ungraded sample gone against `a`, and for it."""
    decision: PairDecision
    words: str
    """The decision in one sentence."""


class RunComparison(Record):
    """All pairs of some runs."""

    benchmark: str
    metric: str
    """`pass@1` …"""
    tasks: int
    """Tasks that every run has graded samples of; all figures rest on these."""
    left_out: int
    """Tasks that some run lacks."""
    clusters: int = 0
    """Groups of alike tasks (repositories); 0 where there are none."""
    clusters_effective: float = 0.0
    """As many repositories of one size would say as much; errors and tests rest on these."""
    sides: tuple[ComparedRun, ...]
    """Best first."""
    pairs: tuple[RunPair, ...]
    unlike: tuple[ConditionDifference, ...] = ()
    """Conditions in which the runs differ."""
    notes: tuple[str, ...] = ()
    """What these figures cannot say."""
