"""How much of what is wrong a benchmark's tests notice."""

from grader.core.manifest import DatasetRef
from grader.core.record import Record

WEAK_SHARE = 0.1
"""A task is weak where more of its mutants pass than this and some are shown to be wrong."""


class TellingInput(Record):
    """An input on which a solution that passed answers otherwise than the task's own."""

    arguments: str
    """As they stand in a call, or a program's standard input; cut where it is long."""
    right: str
    """What the task's own solution gives."""
    wrong: str
    """What the mutant gives, or how it ends."""


class SurvivingMutant(Record):
    """A wrong solution that passed."""

    number: int
    operator: str
    line: int
    """1-based, of the whole program or patch."""
    diff: str
    """What was changed, from the task's own solution."""
    asked: int = 0
    """Made inputs that it was asked besides the tests."""
    different: int = 0
    """How many of them it answered otherwise."""
    inputs: tuple[TellingInput, ...] = ()
    """The shortest of them."""


class TaskStrength(Record):
    """One task's mutants."""

    task_id: str
    mutants: int
    """With a verdict."""
    killed: int
    survived: int
    """Passed, and answer otherwise than the task's own solution on some input; of repositories and
    suites of tests, which cannot be asked anything else, all that passed."""
    equivalent: int = 0
    """Passed, and answer every input that could be made as the task's own solution does."""
    unknown: int = 0
    """Passed, and no input could be made to tell."""
    rate: float | None = None
    """Share of the wrong ones that pass: `survived` among those neither equivalent nor unknown."""
    low: float | None = None
    high: float | None = None
    """95 % interval over mutants (Wilson)."""
    is_weak: bool = False
    operators: dict[str, tuple[int, int]] = {}
    """Kind of mistake → wrong ones, and those of them that passed."""
    survivors: tuple[SurvivingMutant, ...] = ()
    suggested: tuple[TellingInput, ...] = ()
    """Few inputs that tell every one of them from the task's own solution."""
    why: str = ""
    """Why there are no mutants."""


class BenchmarkStrength(Record):
    """`strength.json`: what a benchmark's tests notice of what is wrong."""

    schema_version: int = 1
    dataset: DatasetRef
    engine_version: str
    seed: str
    most: int
    """Mutants of a task at most."""
    complete: bool
    """False where the budget was spent before all mutants were graded."""
    tasks: int
    """With at least one wrong mutant."""
    mutants: int
    killed: int
    survived: int
    equivalent: int
    unknown: int
    ungraded: int = 0
    rate: float | None = None
    """Chance that a wrong solution passes: mean over tasks of their shares."""
    low: float | None = None
    high: float | None = None
    method: str = ""
    weak: int = 0
    rows: tuple[TaskStrength, ...]
    """The weakest first."""
