"""What one step may use."""

from pydantic import Field

from grader.core.record import Record


class Limits(Record):
    """Limits of one step, over all its processes together unless a field says otherwise."""

    cpu_s: float = Field(default=3.0, gt=0)
    """CPU seconds (user + system): the limit that decides, independent of a busy host."""
    wall_s: float = Field(default=12.0, gt=0)
    """Seconds that the step may spend not waiting for a processor: the backstop for sleepers."""
    memory_mb: int = Field(default=1024, gt=0)
    """MiB of resident memory, including what the step puts into its temporary files."""
    pids: int = Field(default=256, gt=0)
    """Processes and threads alive at one time."""
    output_kb: int = Field(default=16384, gt=0)
    """KiB per stream; one byte more ends the step."""
    disk_mb: int = Field(default=64, gt=0)
    """MiB of scratch space (memory-backed), or of all files written in a container of its own."""
    network: bool = False
    """Whether the step may reach the network."""
