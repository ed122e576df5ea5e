"""What decides how an engine grades, whatever it is given to grade."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from grader.benchmarks._extract import ExtractMode
from grader.core.container import ContainerOptions
from grader.core.record import Record
from grader.core.workers import WORKERS_MAX
from grader.sandboxes.base import Freshness


class EngineOptions(Record):
    """One open engine."""

    workers: int = Field(default=1, gt=0, le=WORKERS_MAX)
    """Attempts at one time."""
    sessions: int = Field(default=4, ge=0, le=WORKERS_MAX)
    """Sessions that may be open at one time, each with a sandbox of its own."""
    packages: tuple[str, ...] = ()
    """Distributions of this Python that samples may import, with all that they need."""
    python: Path | None = None
    """A virtual environment whose packages samples see, in place of those that tasks name."""
    extract: ExtractMode = ExtractMode.AUTO
    """How code is taken out of a model's answer."""
    trust: Literal["auto", "separated", "shared"] = "auto"
    """How far tests and candidate must be apart."""
    reading: Literal["strict", "parity"] = "strict"
    """Which reading of a repository's tests is the verdict."""
    surveys: Literal["kept", "new"] = "kept"
    """Whether what was learned about tasks is taken from earlier runs here, and kept for later."""
    sandbox: str = "local"
    fresh: Freshness = Freshness.SLOT
    containers: ContainerOptions = ContainerOptions()
    """How containers are made, where the sandbox is one."""
    memory_budget_mb: int = Field(default=0, ge=0)
    """MiB that repository containers may claim together; 0: what the engine's machine has."""
    disk_budget_mb: int = Field(default=0, ge=0)
    """MiB that images may take which grader pulled or made; 0: no bound."""
    cache: bool = False
    """Take verdicts of repository samples of the very same content from earlier runs, and keep
    those of this one for later."""
    sealed: bool = False
    """Tasks are of a sealed benchmark: nothing about them is kept for other runs."""
    retries: int = Field(default=2, ge=0)
    """How often our own trouble is tried again before a sample stays ungraded."""
    allow_weak: bool = False
    """Accept an isolation below the floor; the manifest says so."""
