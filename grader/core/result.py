"""What an execution means."""

from enum import StrEnum

from grader.core.execution import Execution
from grader.core.record import Record


class Verdict(StrEnum):
    """The meaning of one execution. UNGRADED is ours, everything else is the sample's."""

    PASSED = "passed"
    FAILED = "failed"
    """A test said no."""
    ERROR = "error"
    """It does not compile, raised, crashed, or left before the tests were over."""
    TIMEOUT = "timeout"
    MEMORY = "memory"
    OUTPUT = "output"
    PATCH_REJECTED = "patch_rejected"
    EMPTY = "empty"
    TAMPERED = "tampered"
    UNGRADED = "ungraded"


class Trust(StrEnum):
    """How far the candidate's process was from the verdict."""

    SEPARATED = "separated"
    """The tests ran in another process; only plain values crossed."""
    SHARED = "shared"
    """Tests and candidate shared one process."""
    KEYED = "keyed"
    """They shared one process; its reports came over a keyed channel, or mean nothing to who does
    not know which tests were twins, and twins were tried."""
    LOG = "log"
    """Read from a log that the candidate could write."""


class Cause(StrEnum):
    """Why a sample stayed UNGRADED: never the sample's doing."""

    HOST = "host"
    """The machine was too busy, or somebody disturbed the program."""
    SANDBOX = "sandbox"
    IMAGE = "image"
    """The file system to run in could not be had."""
    TASK = "task"
    """Its own data is unusable."""
    DEADLINE = "deadline"
    """The caller's own moment came first."""
    ENGINE = "engine"


class Outcome(StrEnum):
    """One test's outcome."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    ERROR = "error"


class TestResult(Record):
    """One named test of a task."""

    __test__ = False

    name: str
    outcome: Outcome
    message: str = ""


class Result(Record):
    """The judged outcome of one sample. A journal line is one of these."""

    task_id: str
    index: int
    verdict: Verdict
    reason: str = ""
    """One line a person can act on; never trusted text without escaping."""
    cause: Cause | None = None
    """Whose trouble it was; None for what is graded, and where only `reason` tells."""
    tests: tuple[TestResult, ...] = ()
    trust: Trust = Trust.SHARED
    execution: Execution | None = None
    """None where nothing ran for this result (a duplicate, or it stayed ungraded)."""
    attempts: int = 1
    same_as: int | None = None
    """Index of the identical sample of this task whose execution this result shares."""
    cached_from: str = ""
    """Run in which this very content was executed, where it was not executed again; `execution` is
    that run's."""
    extraction: str = ""
    begins: str = ""
    """First line of a sample that does not compile, cut; empty for all others."""
    plan_digest: str = ""
    sample_digest: str = ""
    known_broken: str = ""
    readings: dict[str, str] = {}
    """Other readings of the same facts: `base`, `plus`, `parity` … → verdict value."""
    evidence: tuple[str, ...] = ()
    """What else a person should know: what was restored, what disagrees, and why."""
    engine_version: str = ""
    answer: str = ""
    """What was answered, of tasks without code; cut where it is long."""
    score: float | None = None
    """How right an answer is, from 0 to 1; None where right and wrong is all."""
    solution_share: float | None = None
    """Share of the changed lines of the task's own patch that this patch changes in the same way
    (`patch/similarity.likeness`); None where there is nothing to compare."""
    solution_lines: int = 0
    """How many lines of the task's own patch that share is of."""
