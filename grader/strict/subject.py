"""What the strict reading must know of a task, and what it has learned about it."""

from grader.core.record import Record
from grader.strict.mix import Mixed


class Subject(Record):
    """A task's own data, as far as strict tests rest on it."""

    directory: str
    """Where the repository is in the image."""
    base_commit: str
    eval_script: str
    test_patch: str
    solution: str
    """The task's own patch."""
    fail_to_pass: tuple[str, ...]
    pass_to_pass: tuple[str, ...]
    network: bool = False
    """Whether the set-up may reach the network; the tests never do."""


class TwinFile(Record):
    """A test file with changed constants."""

    path: str
    text: str


class Survey(Record):
    """What a run of the task's own solution has shown; without `why` the tests can be driven."""

    why: str = ""
    """Why the strict reading has to fall back to the log; empty where it need not."""
    uid: int = 0
    """User who runs the tests."""
    closed: bool = False
    """Whether the tests pass where they cannot add to the tree."""
    plugins: tuple[str, ...] | None = None
    known: tuple[str, ...] = ()
    """Ids of the tests that it has, as the runner reports them."""
    undriven: tuple[str, ...] = ()
    """Pass-to-pass tests that do not pass for it here: they are left out, and named."""
    blind: tuple[str, ...] = ()
    """Expected names that no test has: they are marks that a parser took for tests."""
    broken: tuple[str, ...] = ()
    """Parts of the test machinery that these tests change themselves."""
    excused: tuple[str, ...] = ()
    """Tests that are skipped, or fail as expected, for the task's own solution too."""
    twins: tuple[TwinFile, ...] = ()
    twin_ids: tuple[str, ...] = ()
    """Tests of the twin files that fail for the task's own solution."""
    mixed: tuple[Mixed, ...] = ()
    """The same files with tests and twins together; empty where these do not bear each other."""
    real_s: float = 0.0
    twin_s: float = 0.0
    """Wall-clock seconds of the two runs."""
