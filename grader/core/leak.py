"""What was found of a task's future in the image that it runs in."""

from enum import StrEnum

from grader.core.record import Record


class TraceWeight(StrEnum):
    """How much a trace says."""

    LEAK = "leak"
    """The solution, or commits made after it, can be read in the image."""
    SUSPECT = "suspect"
    """It may be: a person has to look."""
    NOTE = "note"
    """Worth knowing, and no way to the solution without a network."""


class LeakTrace(Record):
    """One thing that was found."""

    kind: str
    """`later commits`, `reflog`, `remote`, `fixed file`, `solution`, `archive` …"""
    weight: TraceWeight
    where: str
    """A place in the image; hostile text."""
    why: str


class ImageAudit(Record):
    """What was found in one task's image."""

    task_id: str
    image: str
    image_digest: str = ""
    traces: tuple[LeakTrace, ...] = ()
    unknown: str = ""
    """Why the image could not be looked into, or not to the end; empty where it was."""

    @property
    def leaks(self) -> bool:
        """Whether the solution or its history can be read there."""
        return any(trace.weight is TraceWeight.LEAK for trace in self.traces)

    @property
    def is_clean(self) -> bool:
        """Whether everything was seen and nothing needs a person's look."""
        return not self.unknown and all(trace.weight is TraceWeight.NOTE for trace in self.traces)
