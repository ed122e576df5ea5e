"""The derived summary of a run: one record feeds every rendering."""

from grader.core.execution import Isolation
from grader.core.record import Record


class Metric(Record):
    """One number with its uncertainty, or the reason why there is none."""

    name: str
    """`pass@1`, `pass@10` …"""
    value: float | None
    low: float | None = None
    high: float | None = None
    """95 % confidence interval over tasks."""
    method: str = ""
    """How the interval was made: `clustered t`, `wilson` …"""
    why: str = ""
    """Why `value` or the interval is undefined."""
    tasks: int = 0
    """Tasks that the number rests on."""


class TaskRow(Record):
    """One task's counts."""

    task_id: str
    counts: dict[str, int]
    """Verdict value → number of samples; verdicts that did not occur are left out."""
    samples: int
    graded: int
    passed: int
    known_broken: str = ""


class Reading(Record):
    """The same facts under another rule (`base`, `plus`, `parity` …)."""

    name: str
    metrics: tuple[Metric, ...]
    passed: int
    graded: int


class Report(Record):
    """Everything that text, JSON and page show; nothing here is stored, all is derived."""

    run_id: str
    benchmark: str
    version: str
    dataset_sha256: str = ""
    tasks_total: int
    """Tasks selected for the run."""
    tasks_covered: int
    """Selected tasks with at least one sample."""
    samples: int
    counts: dict[str, int]
    """Verdict value → number of samples, every verdict that occurred."""
    ungraded: dict[str, int] = {}
    """Reason → number of samples that our own trouble left without a verdict."""
    metrics: tuple[Metric, ...]
    readings: tuple[Reading, ...] = ()
    disagreements: dict[str, str] = {}
    """`task index` → why the parity reading and the strict one differ about that sample."""
    trust: dict[str, int] = {}
    """Trust value → number of graded samples."""
    duplicates: int = 0
    """Samples that share an identical sample's execution."""
    uncompiled: int = 0
    """Samples that do not compile and were never run."""
    extraction: dict[str, int] = {}
    """Extraction rule → number of samples."""
    known_broken: dict[str, str] = {}
    """Covered tasks that are known to be unsound → why."""
    isolation: Isolation | None = None
    rows: tuple[TaskRow, ...] = ()
    wall_s: float = 0.0
    cpu_s: float = 0.0
    """CPU seconds of all executions."""
    complete: bool = True
    """False where the run was interrupted and can be resumed."""
