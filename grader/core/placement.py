"""Where a run's samples were graded: told and reported, never part of a verdict."""

from pydantic import Field

from grader.core.record import Record

NAME = "placement.json"
"""File of a run that was graded on several machines."""
UNLIKE_MOST = 1000
"""Samples that did not end alike of which it is told how."""
COUNTED = ("samples", "chunks", "again", "losses", "stragglers")
TIMED = ("run_s", "here_s", "transfer_s", "queue_s")


class MachineShare(Record):
    """One machine's part of a run."""

    name: str
    """How the run reaches it: an address, or a node."""
    host: str = ""
    """What it calls itself."""
    state: str = ""
    """`ready`, `lost`, `refused`, `drained` when the run ended."""
    why: str = ""
    """Why it is not `ready`."""
    samples: int = Field(default=0, ge=0)
    """Samples whose kept result is its."""
    chunks: int = Field(default=0, ge=0)
    again: int = Field(default=0, ge=0)
    """Samples that it had been sent and that were run again elsewhere, or were not believed."""
    losses: int = Field(default=0, ge=0)
    """How often it was lost."""
    stragglers: int = Field(default=0, ge=0)
    """Samples that were sent to another machine too, as this one took too long."""
    run_s: float = 0.0
    """Seconds inside steps of its samples."""
    here_s: float = 0.0
    """Seconds that it had chunks, as it says."""
    transfer_s: float = 0.0
    """Seconds that its chunks were on their way, there and back."""
    queue_s: float = 0.0
    """Seconds that its samples waited for a place, added up."""


class UnlikeRuns(Record):
    """A sample that was run twice and did not end alike."""

    task_id: str
    index: int
    kept: str
    """The verdict that counts: the first that was complete."""
    kept_from: str
    other: str
    other_from: str


class Placement(Record):
    """`placement.json`."""

    machines: tuple[MachineShare, ...] = ()
    run_twice: int = Field(default=0, ge=0)
    """Samples of which more than one complete result came."""
    unlike: tuple[UnlikeRuns, ...] = Field(default=(), max_length=UNLIKE_MOST)
    """The first of those that did not end alike."""


def added(before: Placement, now: Placement) -> Placement:
    """Both parts of a run that was resumed, by machine."""
    earlier = {each.name: each for each in before.machines}
    later = {each.name: each for each in now.machines}
    joined = [
        _sum(earlier[name], later[name])
        if name in earlier and name in later
        else later.get(name) or earlier[name]
        for name in {**earlier, **later}
    ]
    return Placement(
        machines=tuple(joined),
        run_twice=before.run_twice + now.run_twice,
        unlike=(*before.unlike, *now.unlike)[:UNLIKE_MOST],
    )


def _sum(before: MachineShare, now: MachineShare) -> MachineShare:
    sums = {name: getattr(before, name) + getattr(now, name) for name in (*COUNTED, *TIMED)}
    return now.model_copy(update=sums)
