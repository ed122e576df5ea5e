"""What a caller asks of one evaluation, and who is told about it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

from pydantic import Field

from grader.core.activity import Activity
from grader.core.manifest import Manifest
from grader.core.record import Record
from grader.core.report import Report
from grader.core.result import Result
from grader.core.shard import ShardRef
from grader.engine.options import EngineOptions

DEFAULT_K = (1, 10, 100)


ERROR = 0.2
"""Standard error of the ability at which an adaptive run stops."""


class AdaptiveOptions(Record):
    """Ask only the tasks that tell most."""

    items: Path
    """The bank of calibrated tasks."""
    error: float | None = Field(default=ERROR, gt=0)
    """Standard error of the ability at which to stop; None: it stops nothing."""
    width: float | None = Field(default=None, gt=0, lt=1)
    """Of the predicted score's interval, as a share of 1, at which to stop."""
    max_items: int | None = Field(default=None, gt=0)
    """Tasks at which to stop; None: all of the bank."""
    seed: int = 0


class Options(EngineOptions):
    """One evaluation. Paths are relative to the working directory."""

    benchmark: str
    samples: str
    """A path, or `-` for standard input; only a name where the caller hands samples over."""
    data: Path | None = None
    """The benchmark's data; None: the cached or downloaded ones."""
    key: str = ""
    """What opens sealed data: a private key's file, or `agent`; empty: the environment's
    GRADER_KEY, if any."""
    out: Path | None = None
    """Run directory; None: `runs/<run id>`."""
    k: tuple[int, ...] = DEFAULT_K
    limit: int | None = Field(default=None, gt=0)
    """Only the first tasks, of those that `tasks` selects."""
    tasks: tuple[str, ...] = ()
    """Globs over task ids; empty: all."""
    languages: tuple[str, ...] = ()
    """Only tasks in these programming languages; empty: all."""
    shard: ShardRef | None = None
    """Only this part of the samples; None: all."""
    timeout_s: float | None = Field(default=None, gt=0)
    """CPU seconds per sample instead of the task's own; its wall-clock limit keeps its ratio."""
    memory_mb: int | None = Field(default=None, gt=0)
    """MiB per sample instead of the task's own."""
    pids: int | None = Field(default=None, gt=0)
    """Processes and threads per sample instead of the task's own."""
    skip_unknown: bool = False
    """Leave out samples whose id is no task's, instead of refusing them."""
    rule: Literal["v5", "v4"] = "v5"
    """By which version of the SWE-bench harness repositories are judged."""
    prefetch: int = Field(default=2, ge=0)
    """Images that are pulled before their jobs begin."""
    resume: bool = False
    """Go on with the run in `out`, or with the newest of this benchmark and these samples."""
    executor: Literal["local", "processes", "http", "ray"] = "local"
    """Where attempts happen: in this process, in one for each processor, on other machines."""
    worker_urls: tuple[str, ...] = ()
    """Of the executor `http`: machines where `grader serve --worker` listens."""
    worker_token: str = Field(default="", repr=False)
    """What they want to hear; empty: the environment's GRADER_WORKER_TOKEN, if any."""
    model: str = ""
    """What wrote the samples: only told, never used."""
    tags: tuple[str, ...] = ()
    repeats: int = Field(default=1, gt=0)
    """How often each sample is run; more than once for what flickers and for timings."""
    adaptive: AdaptiveOptions | None = None
    """None: all tasks."""
    command: tuple[str, ...] = ()
    """The command line, for the manifest and for the words that tell how to resume."""
    resumes_by_itself: bool = False
    """Whether `command` goes on with a run that is there, without a word more."""


class RunObserver(Protocol):
    """Is told what happens; all calls come from the evaluation's own thread and must be quick."""

    def started(self, manifest: Manifest, total: int | None) -> None:
        """Grading begins; `total`: samples still to grade, None where that is unknown."""
        ...

    def result(self, result: Result) -> None:
        """One more sample has its result."""
        ...

    def working(self, active: Sequence[Activity]) -> None:
        """What is being worked on, a few times a second; the records change afterwards."""
        ...

    def note(self, text: str) -> None:
        """One line that a person should see."""
        ...

    def finished(self, report: Report) -> None:
        """All is graded and written."""
        ...


class SilentObserver:
    """An observer that keeps all to itself."""

    def started(self, manifest: Manifest, total: int | None) -> None:
        """Say nothing."""

    def result(self, result: Result) -> None:
        """Say nothing."""

    def working(self, active: Sequence[Activity]) -> None:
        """Say nothing."""

    def note(self, text: str) -> None:
        """Say nothing."""

    def finished(self, report: Report) -> None:
        """Say nothing."""


def resume_command(options: Options, directory: Path) -> str:
    """The command line that goes on with this evaluation."""
    import shlex  # noqa: PLC0415  only where trouble is told

    if options.resumes_by_itself and options.command:
        return shlex.join(options.command)
    words = list(options.command) or ["grader", "evaluate", options.benchmark, options.samples]
    if "--resume" not in words:
        words.append("--resume")
    if not any(word == "--out" or word.startswith("--out=") for word in words):
        words += ["--out", str(directory)]
    return shlex.join(words)
