"""What decides how a server behaves."""

from ipaddress import ip_address
from pathlib import Path

from pydantic import Field

from grader.core.limits import Limits
from grader.core.record import Record
from grader.engine.options import EngineOptions

MIB = 1 << 20
LOCAL_NAMES = frozenset({"localhost", "ip6-localhost"})


class RequestBounds(Record):
    """How much a server takes in at one time, from one client and from all."""

    body_bytes: int = 64 * MIB
    line_bytes: int = 16 * MIB
    """Of one line of a batch."""
    waiting: int = Field(default=4096, gt=0)
    """Requests and batch lines that are in the house, waiting or running."""
    client_waiting: int = Field(default=2048, gt=0)
    held_bytes: int = 512 * MIB
    """Of the bodies of those."""
    client_bytes: int = 256 * MIB
    body_s: float = 30.0
    """Seconds between two pieces of a body."""
    body_total_s: float = 300.0
    """Seconds for a whole body."""
    drain_s: float = 600.0
    """Seconds that running requests get once the server is told to end."""


class ConnectionBounds(Record):
    """How much of a connection's patience and memory a server gives."""

    connections: int = Field(default=2048, gt=0)
    head_bytes: int = 32_768
    """Of a request's line and headers."""
    head_s: float = 10.0
    """Seconds until a request's headers are complete."""
    idle_s: float = 75.0
    """Seconds that a connection may be kept between two requests."""
    write_s: float = 60.0
    """Seconds in which a client reads nothing of its answer before it is let go."""


class JoinBounds(Record):
    """How much of what was graded is kept for those who ask the same."""

    kept_s: float = 300.0
    kept_bytes: int = 64 * MIB


class LeaseBounds(Record):
    """How long a session may be left alone."""

    lease_s: float = 60.0
    """Where the client names none."""
    lease_max_s: float = 3600.0


CEILING = Limits(
    cpu_s=3600, wall_s=7200, memory_mb=65_536, pids=4096, output_kb=65_536, disk_mb=16_384
)
"""What a client may ask for one step; no network."""


class ServerOptions(Record):
    """One server."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65_535)
    """0: any free one."""
    processes: int = Field(default=1, gt=0, le=256)
    """Engine processes; `engine.workers` are of all together."""
    dialects: tuple[str, ...] = ()
    """Empty: all."""
    token_file: Path | None = None
    access_log: Path | None = None
    """None: standard error."""
    worker: bool = False
    """Whether it grades for drivers elsewhere (`/v1/worker`)."""
    out: Path | None = None
    """Folder of the run that results are kept as; None: they are not."""
    data: dict[str, Path] = {}
    """Benchmark → its data; of others the cached or downloaded ones are read."""
    engine: EngineOptions = EngineOptions()
    ceiling: Limits = CEILING
    requests: RequestBounds = RequestBounds()
    connections: ConnectionBounds = ConnectionBounds()
    joins: JoinBounds = JoinBounds()
    leases: LeaseBounds = LeaseBounds()

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether a name or address is this machine's own."""
    if host in LOCAL_NAMES:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
