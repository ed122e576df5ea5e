"""What the strict reading must know of a task, and what it has learned about it."""

from grader.core.record import Record
from grader.strict.copies import MixedFile
from grader.strict.facts import Wanted

NO_CHANGE = (
    "diff --git a/.no-change b/.no-change\nnew file mode 100644\n"
    "--- /dev/null\n+++ b/.no-change\n@@ -0,0 +1 @@\n+nothing\n"
)
"""A patch that applies everywhere and that no test sees."""


class StrictSubject(Record):
    """A task's own data, as far as strict tests rest on it."""

    directory: str
    """Where the repository is in the image."""
    base_commit: str
    eval_script: str
    test_patch: str
    solution: str
    """The task's own patch."""
    statement: str = ""
    """What the task asks for: whoever wrote a patch has read it."""
    fail_to_pass: tuple[str, ...]
    pass_to_pass: tuple[str, ...]
    network: bool = False
    """Whether the set-up may reach the network; the tests never do."""


class SurveyOutcome(Record):
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
    usual: tuple[str, ...] = ()
    """Kinds of complaints that its own run gives rise to: they are no evidence against others."""
    excused: tuple[str, ...] = ()
    """Tests that are skipped, or fail as expected, for the task's own solution too."""
    mixed: tuple[MixedFile, ...] = ()
    """Test files with copies, of which all but one fail for the task's own solution."""
    holes: tuple[Wanted, ...] = ()
    """Assertions that are moved out of those files."""
    secret: int = 0
    """Bits that it takes to guess what they want."""
    real_s: float = 0.0
    mixed_s: float = 0.0
    """Wall-clock seconds of the tests alone, and of those with copies."""

    @property
    def bits(self) -> int:
        """A run with copies is guessed with a chance of one in two to the power of this."""
        return sum(one.bits for file in self.mixed for one in file.copied if not one.is_weak)

    @property
    def weak(self) -> tuple[str, ...]:
        """Functions whose copies can be told apart by somebody who looks."""
        return tuple(one.name for file in self.mixed for one in file.copied if one.is_weak)

    @property
    def copies(self) -> dict[str, int]:
        """Name of a function → how many copies of it there are."""
        return {one.name: 2**one.bits for file in self.mixed for one in file.copied}
