"""What happened: facts without judgement."""

from enum import StrEnum

from grader.core.record import Blob, Record
from grader.core.witness import WitnessReport


class StepEnd(StrEnum):
    """How a step's first process came to its end, by kernel evidence or by our own hand."""

    EXIT = "exit"
    SIGNAL = "signal"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    OUTPUT = "output"


DISK_LIMIT = "disk limit"
"""The evidence of a step that was ended for the files that it wrote."""
NOT_RUN = "does not compile; not run"
"""Evidence of a step whose program the compile gate refused: there is no checker then."""
CPU_LIMIT = "cpu limit"
CALL_LIMIT = "limit of one call"
"""The evidence of a step that was ended for its CPU time, or for that of one answer."""
ELSEWHERE = "memory ran out elsewhere"
"""The evidence of a process that was killed for want of memory, within its own limit."""


class CompletionWord(StrEnum):
    """What a program's completion record says. It is the program's word, weighed last."""

    NOTHING = "nothing"
    """No record: the program left before its last line."""
    DONE = "done"
    RAISED = "raised"
    """An exception reached the top."""
    REFUSED = "refused"
    """The source does not compile; nothing ran."""


class CompletionRecord(Record):
    """A program's completion record."""

    said: CompletionWord = CompletionWord.NOTHING
    exception: str = ""
    """Class name of the exception."""
    message: str = ""
    """`str()` of the exception, at most 4 KiB."""
    line: int = 0
    """Line of the program in which it was raised; 0 when unknown."""
    traceback: str = ""
    """At most 8 KiB: head and tail."""
    events: tuple[str, ...] = ()
    """What a checker noted about values that are not plain; only a checker's record counts."""


class FileChange(Record):
    """A file of a sandbox that is not as its image has it."""

    path: str
    is_gone: bool = False
    is_plain: bool = True
    """False for a link or a device."""
    text: str = ""
    """Its content, where a `Look` wants it."""


class StepResult(Record):
    """One step's facts."""

    name: str
    ended: StepEnd
    code: int = 0
    """Exit status, or the signal's number where `ended` is `signal`."""
    evidence: str = ""
    """Who said so: `cpu limit`, `wall limit`, `oom_kill`, `resident memory`, `stdout cap` …"""
    completion: CompletionRecord = CompletionRecord()
    stdout: Blob = b""
    stderr: Blob = b""
    truncated: tuple[str, ...] = ()
    """Names of the streams of which only head and tail were kept."""
    wall_s: float = 0.0
    cpu_s: float = 0.0
    wait_s: float = 0.0
    """Seconds spent ready to run but waiting for a processor (run-queue delay)."""
    stopped_s: float = 0.0
    """Seconds in which some process stood still by a signal, the step's own or another's."""
    peak_mb: float = 0.0
    collected: tuple[tuple[str, Blob], ...] = ()
    changed: tuple[FileChange, ...] = ()
    """What `Step.look` asked for."""
    witnessed: WitnessReport | None = None
    """What `Step.container` asked for; without a writer where nobody could look."""
    is_setup: bool = False
    """Whether the step only prepared, and is no part of the tests."""
    checker: "StepResult | None" = None
    """In an interview: the facts of the trusted side; all others are the candidate's."""


class Isolation(Record):
    """Which walls stood around the steps."""

    tier: str
    """`userns`, `bare`, `docker`, `none`."""
    walls: tuple[str, ...] = ()
    """What was in force: `pid-ns`, `net-ns`, `seccomp`, `landlock`, `other-uid`, `cgroup` …"""
    missing: tuple[str, ...] = ()
    """What the host could not give."""


class SandboxTimes(Record):
    """Seconds that a plan's own sandboxes took besides its steps, added up."""

    queue_s: float = 0.0
    """Waiting for the provider."""
    pull_s: float = 0.0
    """Looking for the image, and fetching it where it was missing."""
    create_s: float = 0.0
    """Until the sandbox could run something."""
    teardown_s: float = 0.0


class Execution(Record):
    """The facts of one plan, in one place, at one time."""

    provider: str
    isolation: Isolation
    image_digest: str = ""
    host: str = ""
    started_at: float = 0.0
    """Seconds since the epoch."""
    steps: tuple[StepResult, ...] = ()
    around: SandboxTimes | None = None
    """None where the sandbox was lent and not made: what that costs is not this sample's."""
