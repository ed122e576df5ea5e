"""What a leaderboard says; `leaderboard.json` is a `LeaderboardFile`."""

from enum import StrEnum

from grader.core.comparison import RunPair
from grader.core.conditions import ConditionMark
from grader.core.record import Record


class EntryStatus(StrEnum):
    """What an entry counts for."""

    RANKED = "ranked"
    PARTIAL = "partial"
    """Shown without a rank: tasks or verdicts are missing."""
    SUPERSEDED = "superseded"
    """A newer run of the same name is ranked; this one is history."""
    REFUSED = "refused"
    """Its figures do not follow from its results, or its files were changed."""


class EntryCost(Record):
    """What a run took, as measured; null where it was not."""

    cpu_s: float | None = None
    """Mean CPU seconds per sample that ran."""
    wall_s: float | None = None
    """Mean seconds per sample that ran."""
    cpu_total_s: float | None = None
    wall_total_s: float | None = None
    """Of all samples together."""
    energy_j: float | None = None
    usd: float | None = None
    """What the samples cost to make, as declared; nothing here measures it."""


class BoardEntry(Record):
    """One run."""

    name: str
    """The model, as the run or the caller says; the run's id where nobody does."""
    run_id: str
    date: str
    """ISO 8601, a day."""
    tags: tuple[str, ...] = ()
    status: EntryStatus
    why: str = ""
    """Why it is not ranked."""
    metric: str = ""
    score: float | None = None
    low: float | None = None
    high: float | None = None
    method: str = ""
    readings: dict[str, float] = {}
    """Other metrics by name, `pass@10`, `plus` …"""
    rank_best: int | None = None
    rank_worst: int | None = None
    """The ranks that are still possible; null where it is not ranked."""
    tasks: int = 0
    tasks_total: int = 0
    samples: int = 0
    counts: dict[str, int] = {}
    cost: EntryCost = EntryCost()
    trust: dict[str, int] = {}
    """Trust value → graded samples: how far candidates were from their verdicts."""
    conditions: dict[str, str] = {}
    """What else verdicts depend on, in words: engine, sandbox, Python …"""
    marks: tuple[ConditionMark, ...] = ()
    """In which of these conditions the entry is not as most of its board."""
    outcomes: str = ""
    """For each of the board's tasks `1` or `0`, of several samples as `3/5`; `-` where none is
    graded. Empty where the entry is not ranked."""
    page: str = ""
    """The run's own page, beside `index.html`; empty where none was written."""
    isolation: str = ""
    engine: str = ""
    head: str = ""
    """The last link of the journal's chain."""


class BenchmarkBoard(Record):
    """The entries of one benchmark."""

    benchmark: str
    version: str
    dataset_sha256: str
    conditions: dict[str, str] = {}
    """What was asked of every entry, in words: limits, trust, reading … Runs of which something
    else was asked have a board of their own."""
    entries: tuple[BoardEntry, ...]
    """Ranked first, best first; then partial, superseded and refused ones."""
    tasks: tuple[str, ...] = ()
    """Task ids, those that most entries solve first."""
    pairs: tuple[RunPair, ...] = ()
    """Every two ranked entries, by `run_id`."""
    notes: tuple[str, ...] = ()

    @property
    def ranked(self) -> tuple[BoardEntry, ...]:
        """The ranked entries, best first."""
        return tuple(each for each in self.entries if each.status is EntryStatus.RANKED)


class SuiteStanding(Record):
    """One name's place in a suite."""

    name: str
    score: float | None = None
    """Weighted mean of the parts; null where one is missing."""
    low: float | None = None
    high: float | None = None
    rank: int | None = None
    """By score alone."""
    rank_best: int | None = None
    rank_worst: int | None = None
    """The ranks that are still possible; null where pairs cannot be tested."""
    parts: dict[str, float | None] = {}
    """Part → mean of its metrics."""
    marks: dict[str, tuple[ConditionMark, ...]] = {}
    """Part → in what its entry is not as most of that board."""
    why: str = ""


class SuiteBoard(Record):
    """Names compared over several benchmarks."""

    title: str
    standings: tuple[SuiteStanding, ...]
    weights: dict[str, float]
    """Part → weight; diagnostics are shown and weigh nothing."""
    conditions: dict[str, dict[str, str]] = {}
    """Part → what was asked of all its entries."""
    method: str


class LeaderboardFile(Record):
    """`leaderboard.json`."""

    schema_version: int = 1
    title: str
    boards: tuple[BenchmarkBoard, ...]
    suite: SuiteBoard | None = None
