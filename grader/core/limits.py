"""What one step may use."""

from pydantic import Field

from grader.core.record import Record
from grader.core.workers import PIDS_MAX, PIDS_MIN

MAX_S = 1e9
MAX_MB = 1 << 32
"""4 PiB; a kernel counts bytes in 63 bits, and some is added."""


class Limits(Record):
    """Limits of one step, over all its processes together unless a field says otherwise."""

    cpu_s: float = Field(default=3.0, gt=0, le=MAX_S)
    """CPU seconds (user + system): the limit that decides, independent of a busy host."""
    wall_s: float = Field(default=12.0, gt=0, le=MAX_S)
    """Seconds that the step may spend not waiting for a processor: the backstop for sleepers."""
    memory_mb: int = Field(default=1024, gt=0, le=MAX_MB)
    """MiB of resident memory, including what the step puts into its temporary files."""
    pids: int = Field(default=256, ge=PIDS_MIN, le=PIDS_MAX)
    """Processes and threads alive at one time; what starts a program takes up to three itself."""
    output_kb: int = Field(default=16384, gt=0, le=MAX_MB)
    """KiB per stream; one byte more ends the step."""
    disk_mb: int = Field(default=64, gt=0, le=MAX_MB)
    """MiB of scratch space (memory-backed), or of all files written in a container of its own."""
    network: bool = False
    """Whether the step may reach the network."""
