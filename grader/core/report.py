"""The derived summary of a run: one record feeds every rendering."""

from grader.core.execution import Isolation
from grader.core.placement import Placement
from grader.core.record import Record


class MetricEstimate(Record):
    """One number with its uncertainty, or the reason why there is none."""

    name: str
    """`pass@1`, `pass@10` …"""
    value: float | None
    low: float | None = None
    high: float | None = None
    """95 % confidence interval over tasks."""
    method: str = ""
    """How the interval was made: `wilson`, `clustered t, 12 clusters, 3.9 effective` …"""
    why: str = ""
    """Why `value` or the interval is undefined."""
    tasks: int = 0
    """Tasks that the number rests on."""
    worst: float | None = None
    best: float | None = None
    """The value had every ungraded sample failed, and had every one passed; None where none is
    ungraded, or where even those would be too few."""


class TaskRow(Record):
    """One task's counts."""

    task_id: str
    counts: dict[str, int]
    """Verdict value → number of samples; verdicts that did not occur are left out."""
    samples: int
    graded: int
    passed: int
    known_broken: str = ""


class ReadingScore(Record):
    """The same facts under another rule (`base`, `plus`, `parity` …)."""

    name: str
    metrics: tuple[MetricEstimate, ...]
    passed: int
    graded: int


class LanguageScore(Record):
    """The tasks of one programming language, of a benchmark that has several."""

    language: str
    tasks: int
    """With at least one sample."""
    samples: int
    graded: int
    passed: int
    metrics: tuple[MetricEstimate, ...]
    trust: dict[str, int] = {}
    """Trust value → number of graded samples."""


class TaskFinding(Record):
    """Something about one task to look at before the figures are believed."""

    task_id: str
    kind: str
    """`known unsound`, `ungraded`, `flaky`, `never ends` …"""
    why: str


class PassUncertainty(Record):
    """Where the uncertainty of pass@1 comes from; all in units of the share (0 to 1)."""

    error: float
    """Standard error over tasks."""
    error_floor: float | None = None
    """What would remain with endlessly many samples per task; None with one sample per task."""
    detectable: float
    """Difference to another run that a paired test finds in 80 % of cases, had the two runs nothing
    in common; what they have in common makes it smaller."""


class QuantitySpread(Record):
    """How one quantity is spread over samples; values are right to 1 %, intervals are 95 %."""

    count: int
    mean: float
    median: float
    median_low: float | None = None
    median_high: float | None = None
    p95: float
    p95_low: float | None = None
    p95_high: float | None = None
    max: float
    bins: tuple[tuple[float, float, int], ...] = ()
    """Histogram: from, to, number of values; widths grow with the values."""


class StepKindTime(Record):
    """One kind of step, over all samples that ran it."""

    name: str
    """`tests`, `checker` …"""
    wall_s: QuantitySpread
    cpu_s: QuantitySpread


class SandboxStage(Record):
    """A part of a sample's time in sandboxes made for it, over all such samples."""

    name: str
    """`queue`, `pull`, `create`, `set-up`, `tests`, `teardown`, in this order."""
    wall_s: QuantitySpread


class RepeatAgreement(Record):
    """Whether equal runs of a sample end alike."""

    samples: int
    """Samples that were run at least twice."""
    flaky: int
    """Samples whose runs did not all end alike."""
    disagreement: float
    """Chance that two runs of one sample end differently."""


class RunCost(Record):
    """What the run consumed."""

    wall_s: QuantitySpread | None = None
    """Per sample, its steps only: neither waiting for a worker nor the engine's own work."""
    cpu_s: QuantitySpread | None = None
    wait_s: QuantitySpread | None = None
    """Per sample: ready to run, but waiting for a processor."""
    peak_mb: QuantitySpread | None = None
    phases: tuple[StepKindTime, ...] = ()
    stages: tuple[SandboxStage, ...] = ()
    """Empty where sandboxes are lent and not made, as for functions."""
    samples_per_s: float | None = None
    """Results per second of the run's wall clock."""
    utilisation: float | None = None
    """Share of the workers' wall-clock time that was spent inside steps."""
    energy_j: float | None = None
    """Joules of the processor packages while the run went on, of all that ran on the machine."""
    energy_why: str = ""
    """Why there is no energy."""
    repeats: int = 1
    """How often each sample was run."""
    efficiency: tuple[MetricEstimate, ...] = ()
    """`eff@k`, ENAMEL's: 0 for wrong and for as slow as the limit, 1 for as fast as the reference,
    more for faster; the best of k samples. Only with repeats."""
    reference_ratio: QuantitySpread | None = None
    """CPU seconds of each passing sample over those of its task's reference, which ran in between
    the samples; None where no reference was run."""


class SightedScore(Record):
    """Predicted on the tasks that some run of the bank's fit solved, with its 95 % interval."""

    score: float
    low: float
    high: float


class AdaptiveSummary(Record):
    """What an adaptive run says; its pass@k rests on tasks that were not chosen at random."""

    model: str
    ability: float
    error: float
    """Standard error."""
    asked: int
    items: int
    """Tasks of the bank."""
    predicted: float
    """Score on all tasks of the bank."""
    low: float
    high: float
    """95 % interval of `predicted`."""
    stopped: str
    """Why no more tasks were asked."""
    proven: bool = False
    """Whether the prediction rests on answers, and not on what the bank expects of any run."""
    blind: int = 0
    """Tasks of the bank that no run of its fit solved."""
    blind_left: int = 0
    """Of those, the ones that were not asked: the interval's upper end leaves room for them."""
    sighted: SightedScore | None = None
    """None where no blind spot is left."""
    asked_otherwise: tuple[str, ...] = ()
    """Conditions in which the run was asked otherwise than the bank's runs."""


class DifferentSample(Record):
    """A sample that passes by one rule only."""

    task_id: str
    index: int
    strict: str
    compat: str
    """Verdict values."""


class RuleDifferences(Record):
    """Where a compat reading, the official grader's own rule, disagrees with the strict one."""

    reading: str
    """`compat-base` stands beside `base`, `compat` beside the verdict."""
    compared: int
    """Samples that have both."""
    differ: int
    samples: tuple[DifferentSample, ...] = ()
    """The first of those that differ, in the dataset's order; at most 1,000."""


class LikeSample(Record):
    """A patch that is nearly the task's own solution."""

    task_id: str
    index: int
    share: float
    """Of the solution's changed lines, those that the patch changes in the same way; 0 to 1."""
    lines: int
    """Changed lines of the solution; few are found again by chance."""
    verdict: str


class SolutionLikeness(Record):
    """How much of the tasks' own solutions is in the patches (`patch/similarity.likeness`)."""

    compared: int
    """Samples whose task has a solution to compare with."""
    mean: float
    """Mean share of the solution's lines."""
    bins: tuple[int, ...]
    """Samples by share: from 0 to below 0.1, …, from 0.9 to 1."""
    near: int
    """Samples with a share of 0.9 or more."""
    samples: tuple[LikeSample, ...] = ()
    """The first of these, in the dataset's order; at most 1,000."""


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
    metrics: tuple[MetricEstimate, ...]
    resolved: MetricEstimate | None = None
    """pass@1 over all selected tasks, where one without a graded sample counts as failed."""
    sets: tuple[MetricEstimate, ...] = ()
    """Of answers without code: the benchmark's score, then the figures over each whole data set."""
    consistency: tuple[MetricEstimate, ...] = ()
    """`pass^k`, the chance that all of k samples are right, and `mG-pass@k`, how far more than half
    of them are (mean over shares); for every k above 1 that can be computed."""
    readings: tuple[ReadingScore, ...] = ()
    languages: tuple[LanguageScore, ...] = ()
    """Empty for benchmarks of one language."""
    differences: tuple[RuleDifferences, ...] = ()
    disagreements: dict[str, str] = {}
    """`task index` → why the parity reading and the strict one differ about that sample."""
    likeness: SolutionLikeness | None = None
    """Patches beside the tasks' own solutions; None where nothing was compared."""
    trust: dict[str, int] = {}
    """Trust value → number of graded samples."""
    passes_by_trust: dict[str, int] = {}
    """Trust value → number of passing samples."""
    engines: dict[str, int] = {}
    """Version of the engine that judged → number of samples; empty in older runs."""
    duplicates: int = 0
    """Samples that share an identical sample's execution."""
    cached: int = 0
    """Samples whose very content an earlier run had executed: they were not run again."""
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
    uncertainty: PassUncertainty | None = None
    """None where pass@1 is undefined or rests on one task."""
    adaptive: AdaptiveSummary | None = None
    """None where all tasks were to be graded."""
    repeatability: RepeatAgreement | None = None
    """None where samples were run once."""
    cost: RunCost = RunCost()
    placement: Placement | None = None
    """Which machines graded what; None where one did."""
    findings: tuple[TaskFinding, ...] = ()
    """Which tasks to look at."""
    notes: tuple[str, ...] = ()
    """What these figures cannot say, one sentence each."""
    complete: bool = True
    """False where the run was interrupted and can be resumed."""

    @property
    def predicts(self) -> bool:
        """Whether some tasks were not asked because the answers to others told enough."""
        return self.adaptive is not None and self.tasks_covered < self.tasks_total
