"""What to run: data, hashable, free of effects."""

from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from grader.core.limits import Limits
from grader.core.record import Blob, Record, digest
from grader.core.task import Image
from grader.core.witness import WitnessWish

WORKING_DIRECTORY = "/work"
"""Where a program finds itself, as far as a sandbox can choose."""
PREPARED = "/toolchain"
"""Below it a step sees what was made once for its toolchain: `/toolchain/cpp`."""


class PlannedFile(Record):
    """A file to put in place before the step."""

    path: str
    """Relative to the working directory; absolute only where the plan names an image."""
    data: Blob
    mode: int = 0o644


class Program(Record):
    """A Python program: in a warm forked interpreter or as `python program.py`."""

    kind: Literal["program"] = "program"
    source: str
    module: str = "__main__"
    """`__name__` while it runs; anything but `__main__` keeps demo blocks from running."""
    finish: bool = False
    """Join threads and run exit hooks at the end, as a script would; else end at the last line."""
    code: bytes = Field(default=b"", exclude=True, repr=False)
    """`source` marshalled by this Python, if somebody has compiled it already; not part of what the
    plan says."""

    @property
    def file_name(self) -> str:
        """What the program's file is called."""
        return "program.py" if self.module == "__main__" else f"{self.module}.py"


class Command(Record):
    """An ordinary command."""

    kind: Literal["command"] = "command"
    argv: tuple[str, ...]
    env: tuple[tuple[str, str], ...] = ()
    cwd: str = ""
    """Absolute, or below the working directory; empty: that one."""
    user: str = ""
    """User of the image who runs it; empty: the sandbox's own choice."""
    merged: bool = False
    """Standard error goes into `stdout`, in the order of writing."""
    overflow: Literal["end", "cut"] = "end"
    """What output beyond `output_kb` does: end the step, or lose its middle (ends stay)."""


class TrustedBuild(Record):
    """How files of ours are made of trusted texts: once, and kept by content."""

    files: tuple[PlannedFile, ...]
    command: Command
    keep: tuple[str, ...]
    """What is kept of what the command makes."""
    limits: Limits


class StandingCommand(Record):
    """A command of ours that checks for one interview after another, so that it starts once.

    It reads the interview's program, writes `?` and a question or `!` and JSON of how the program
    ended (`status`, `stdout`, `stderr`, `cpu_s`), and is told `=` and an answer, or `.` where there
    will be none.
    """

    command: Command
    files: tuple[PlannedFile, ...]


class CommandInterview(Record):
    """Two commands that talk over pipes, each in a place of its own with the same walls.

    Each reads its descriptor 3 and writes its descriptor 4. The step's files and limits are the
    candidate's.
    """

    kind: Literal["command-interview"] = "command-interview"
    candidate: Command
    checker: Command
    checker_files: tuple[PlannedFile, ...] = ()
    """What the trusted side finds in its working directory; the candidate sees none of it."""
    checker_build: TrustedBuild | None = None
    """Makes more such files; done before the plan is carried out."""
    standing: StandingCommand | None = None
    """What a sandbox may use in the checker's place."""
    program: str = ""
    """What it is told to check by."""


class CaseExamination(Record):
    """Inputs on which a candidate must agree with a reference; both are run by the checker."""

    entry_point: str
    reference: str
    """Program that defines `entry_point`."""
    rules: str
    """Source of a module with `decode` and `agrees` (standard library only)."""
    shapes: tuple[str, ...] = ()
    rule: str = "equal"
    atol: float = 0.0
    compat: bool = False
    cases: str
    """Packed inputs: base64 of zlib of a JSON list of argument lists."""
    key: str
    """What is learned about these cases is kept under this name."""


class Interview(Record):
    """A trusted checker asks an untrusted candidate; only plain values pass between the two."""

    kind: Literal["interview"] = "interview"
    candidate: str
    """The model's whole program."""
    prelude: str = ""
    """Trusted code before the tests: the prompt's own helpers and imports."""
    tests: str
    functions: tuple[str, ...]
    """Names that the tests call in the candidate's program."""
    names: tuple[str, ...] = ()
    """Names whose values (or classes) the tests take from the candidate's program."""
    classes: tuple[str, ...] = ()
    """Classes that the prompt defines: their instances cross as attributes."""
    isolate_arguments: bool = False
    """Keep from the tests what the candidate does to values of theirs, but for `may_change`, and
    take what it gives whole, but for `may_stream`."""
    may_change: tuple[str, ...] = ()
    """What the reference changes, as the checker notes it."""
    may_stream: tuple[str, ...] = ()
    """Where the reference gives elements one by one, as the checker notes it."""
    tidy: bool = False
    """The trusted code only computes: its process may serve the next interview too."""
    call_cpu_s: float = 0.0
    """CPU seconds that one answer may take; 0: the step's limit alone."""
    draws: bool = False
    """Both sides draw random numbers as one process would: the tests seed them for the solution."""
    cases: CaseExamination | None = None
    """In place of `tests`."""
    code: bytes = Field(default=b"", exclude=True, repr=False)
    """`candidate` marshalled, see `Program.code`."""

    @property
    def file_name(self) -> str:
        """What the candidate's file is called."""
        return "solution.py"


Action = Annotated[Program | Command | Interview | CommandInterview, Field(discriminator="kind")]


class ChangeLook(Record):
    """What is to be told of the files that are not as the image has them, after a step."""

    apart: tuple[str, ...] = ()
    """Files, and folders with all below them, that are not told."""
    read: tuple[str, ...] = ()
    """Ends of the names of which the text is told; that of a program in a `bin` always is."""
    most: int = 3000
    """Changes that are told."""


class ContainerWish(Record):
    """What a step wants of a container of its own; only where the plan names an image."""

    image: Image | None = None
    """In place of the plan's, for a step that begins a sandbox (`Step.fresh`)."""
    archives: tuple[Blob, ...] = ()
    """tar files that are unpacked at `/` before the step, in this order."""
    trees: tuple[str, ...] = ()
    """Files and folders to bring back whole, each as a tar file among what is collected, at most
    `output_kb`; absolute."""
    witness: WitnessWish | None = None


class Step(Record):
    """One thing to run."""

    name: str
    action: Action
    files: tuple[PlannedFile, ...] = ()
    stdin: Blob = b""
    limits: Limits | None = None
    """None: the plan's limits."""
    stop_on_failure: bool = True
    """Whether the steps after it in the same sandbox are left out if it does not succeed."""
    fresh: bool = False
    """Run it, and the steps after it, in a sandbox made anew, whatever happened before."""
    is_setup: bool = False
    """Whether it only prepares; told apart from the tests in reports."""
    collect: tuple[str, ...] = ()
    """Files to bring back, relative to the working directory, at most `output_kb` each."""
    keep: tuple[str, ...] = ()
    """Plain files below the working directory that are in place, executable, before each step
    after it in the plan; of all else that a step leaves nothing is. They are no part of the facts.
    Only where the plan names no image."""
    look: ChangeLook | None = None
    """Only where the plan names an image."""
    container: ContainerWish | None = None
    made: TrustedBuild | None = None
    """Makes more of its files, of trusted texts alone; done before the step is carried out."""


class ShownToolchain(Record):
    """What of this machine the steps see besides what all see: a language's compiler."""

    name: str
    """Also of what was made for it once, which is shown below `PREPARED`."""
    etc: tuple[str, ...] = ()
    """Names in `/etc`."""
    roots: tuple[str, ...] = ()
    """Folders, shown read-only at their own place."""


class Plan(Record):
    """All that a sandbox needs to know about one job."""

    image: Image = Image()
    limits: Limits
    steps: tuple[Step, ...]
    toolchain: ShownToolchain | None = None
    is_answers_choice: bool = False
    """Whether the answer alone chose the toolchain: nobody had asked for its language."""
    trusted: bool = False
    """Whether nothing of a sample's is in it: it runs where none ever does."""

    @cached_property
    def digest(self) -> str:
        """Hex SHA-256 of the plan: equal plans need to be run only once."""
        return digest(self.model_dump_json().encode())
