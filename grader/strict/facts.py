"""What the processes inside the image report: facts, checked for their shape."""

import json
from typing import Any, TypeVar

from pydantic import ConfigDict, ValidationError

from grader.core.execution import StepEnd, StepResult
from grader.core.record import Record

SENT = ConfigDict(extra="ignore", frozen=True)


class RestoredFile(Record):
    """One file that a patch changed and that decides how tests run."""

    model_config = SENT
    path: str
    policy: str
    """`restore`: the task's own file was put back; `flag`: it stayed; `left`: nobody knows what
    was there."""
    why: str
    diff: str = ""


class GroundFacts(Record):
    """How far `ground.py` came."""

    model_config = SENT
    state: str
    why: str = ""
    begun: bool = False
    """Whether the model's code had run."""
    applied_by: str = ""
    changed: tuple[str, ...] = ()
    restored: tuple[RestoredFile, ...] = ()
    touched: tuple[str, ...] = ()
    """Files outside the tree that the set-up touched, told by times that nobody can set."""
    planted: tuple[str, ...] = ()
    """Files outside the tree that the set-up left and that reach into a test run."""


class Wanted(Record):
    """An assertion that was moved out of the tests' process."""

    model_config = SENT
    number: int
    """As the tests' file names it."""
    function: str
    wanted: tuple[str, ...]
    """Pictures of what has to be told, in order."""
    is_within: bool = False
    """Whether what is wanted has only to be in what is told."""


class EngineEcho(Record):
    """What the engine wants to find again beside the facts."""

    model_config = SENT
    copies: dict[str, int] = {}
    """Name of a function → how many copies of it stand in the tests' files."""
    weak: tuple[str, ...] = ()
    """Those of which somebody who looks may tell the copies apart: they prove nothing."""
    holes: tuple[Wanted, ...] = ()
    """Assertions that were moved out of the tests' files."""
    secret: int = 0
    """Bits that it takes to guess what they want."""
    blind: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    excused: tuple[str, ...] = ()
    usual: tuple[str, ...] = ()
    """Kinds of complaints that the run of the task's own solution gives rise to as well."""
    known: tuple[str, ...] = ()
    """Ids of the tests that the task's own solution has; no other record counts."""
    undriven: tuple[str, ...] = ()
    framework: str = ""
    told: tuple[str, ...] = ()
    decisive: tuple[str, ...] = ()
    """What the patch's own text says against it: a stored run is judged again without its patch."""


class RecordedRun(Record):
    """One test process."""

    model_config = SENT
    name: str
    wall_s: float
    records: tuple[dict[str, Any], ...]
    faults: tuple[str, ...]
    timed_out: bool
    flooded: bool
    code: int
    """Exit status, or minus the signal's number."""
    log: str
    written: tuple[str, ...] = ()
    drawn: dict[str, int] = {}
    """In a mixed run: name of a function → which of its copies is the task's own, from 1 on."""
    flipped: tuple[str, ...] = ()
    """Functions that stood in the run's files once, and wanted something else."""

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Records of one kind, in order."""
        return [record for record in self.records if record.get("kind") == kind]


class WatchedFacts(Record):
    """What `watch.py` says."""

    model_config = SENT
    walls: tuple[str, ...]
    runs: tuple[RecordedRun, ...]
    files: dict[str, str] = {}
    words: dict[str, int] = {}
    """How often the repository has a word or a number."""
    sought: tuple[str, ...] = ()
    """Of the texts that it was to look for in the repository those that are there."""
    seed: str = ""
    """What else is drawn for the task is drawn from it, so that it can be told again."""
    echo: EngineEcho = EngineEcho()

    def run(self, name: str) -> RecordedRun | None:
        """The run of that name."""
        return next((run for run in self.runs if run.name == name), None)


Kind = TypeVar("Kind", bound=Record)


def read(step: StepResult, kind: type[Kind]) -> Kind | str:
    """The step's report, or in words why there is none."""
    if step.ended is not StepEnd.EXIT:
        return f"{step.name}: ended by {step.evidence or step.ended.value}"
    try:
        return kind.model_validate(json.loads(step.stdout.strip().rpartition(b"\n")[2]))
    except (ValueError, ValidationError, RecursionError):
        said = " ".join((step.stderr or step.stdout).decode(errors="replace").split())[-300:]
        return f"{step.name}: no report (status {step.code}); it said {said!r}"
