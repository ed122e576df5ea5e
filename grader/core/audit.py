"""What many runs say about the tasks themselves, and about where answers may come from."""

from grader.core.conditions import ConditionDifference
from grader.core.record import Record


class TaskAudit(Record):
    """One task, seen across runs."""

    task_id: str
    runs: int
    """Runs with a graded sample of it."""
    solved: float
    """Mean pass rate over those runs."""
    item_rest: float | None = None
    """Correlation of the pass rate with the score on all other tasks, over runs; None where either
    does not vary or there are too few runs."""
    item_rest_p: float | None = None
    """Chance of so low a correlation where the task has nothing to do with the score."""
    discrimination: float | None = None
    """Pass rate of the best 27 % of runs minus that of the worst 27 %."""
    flags: tuple[str, ...] = ()
    """`never solved`, `always solved`, `negative item-rest`, `flaky`, `known unsound`,
    `weak tests`."""
    why: str = ""


class SuspectedLeak(Record):
    """Answers of one run that look as if they had been seen before."""

    run: str
    compared: int
    """Samples whose task has a reference to compare with."""
    alike: int
    """Samples that contain the reference: every hunk of a patch, or the same code."""
    alarm: bool
    """True where the share is higher than what honest runs show."""
    tasks: tuple[str, ...] = ()
    """Tasks of those samples."""
    canaries: tuple[str, ...] = ()
    """Tasks with a sample that holds a canary string."""
    why: str = ""
    """Why nothing could be compared."""


class CutoffStratum(Record):
    """Tasks of one difficulty."""

    name: str
    before: int
    after: int
    """Tasks."""
    score_before: float
    score_after: float


class CutoffRow(Record):
    """One run on tasks from before and after a date."""

    run: str
    date: str
    gap: float | None
    """Score after minus score before, at the difficulty mix of the tasks after."""
    error: float | None = None
    z: float | None = None
    gap_to_median: float | None = None
    """The gap minus the median gap of all runs: what the tasks themselves explain is taken out."""
    z_to_median: float | None = None
    """The same in errors; below -3 it is suspicious."""
    strata: tuple[CutoffStratum, ...] = ()
    suspicious: bool = False
    why: str = ""
    """Why there is no gap."""


class BenchmarkAudit(Record):
    """The audit of a benchmark."""

    benchmark: str
    runs: tuple[str, ...]
    tasks: int
    never: int
    always: int
    informative: int
    """Tasks on which the best runs differ."""
    best_runs: int
    """How many runs `informative` looks at."""
    saturation: float
    """Share of the tasks that all of the best runs solve."""
    rows: tuple[TaskAudit, ...]
    """All tasks, those to look at first."""
    leaks: tuple[SuspectedLeak, ...] = ()
    cutoffs: tuple[CutoffRow, ...] = ()
    unlike: tuple[ConditionDifference, ...] = ()
    """In what the runs were graded differently; where not the same was asked, tasks are accused of
    nothing that it may explain."""
    notes: tuple[str, ...] = ()
