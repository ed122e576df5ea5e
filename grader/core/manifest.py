"""The frozen configuration of one run: what must be equal for a resume to make sense."""

from grader.core.container import Containers
from grader.core.execution import Isolation
from grader.core.record import Record


class DatasetRef(Record):
    """Which tasks were graded."""

    benchmark: str
    version: str
    path: str = ""
    sha256: str = ""
    tasks: int = 0
    """Tasks in the file, before `--limit` and `--task`."""


class AdaptiveRef(Record):
    """How tasks were chosen while the run went on."""

    items_sha256: str
    error: float
    max_items: int | None = None
    seed: int = 0


class Manifest(Record):
    """`run.json`. Fields in `DESCRIPTIVE` may differ between a run and its resumption."""

    schema_version: int = 1
    run_id: str
    engine_version: str
    dataset: DatasetRef
    samples_path: str
    samples_sha256: str
    """Empty where samples came from standard input or from a caller."""
    selection: tuple[str, ...] = ()
    """Task globs of `--task`, in the given order."""
    limit: int | None = None
    """`--limit`: only the first tasks of the file."""
    timeout_s: float | None = None
    memory_mb: int | None = None
    extract: str = "auto"
    trust: str = "auto"
    reading: str = "strict"
    """Which reading of a repository's tests is the verdict: `strict` or `parity`."""
    sandbox: str = "local"
    fresh: str = "slot"
    rule: str = "v5"
    """By which version of the SWE-bench harness repositories were judged."""
    containers: Containers | None = None
    """How containers were made; null where the sandbox has none."""
    python: str = ""
    environment: tuple[tuple[str, str], ...] = ()
    """What every candidate's process sees: PYTHONHASHSEED, TZ, LANG …"""
    seed: int = 0
    adaptive: AdaptiveRef | None = None
    k: tuple[int, ...] = (1, 10, 100)
    isolation: Isolation | None = None
    host: str = ""
    workers: int = 1
    command: tuple[str, ...] = ()
    created_at: float = 0.0
    """Seconds since the epoch."""


DESCRIPTIVE = frozenset(
    {"run_id", "samples_path", "host", "workers", "command", "created_at", "k", "isolation"}
)
