"""The frozen configuration of one run: what must be equal for a resume to make sense."""

from grader.core.container import ContainerOptions
from grader.core.environment import EnvironmentFacts
from grader.core.execution import Isolation
from grader.core.record import Name, Record
from grader.core.shard import MergedShard, ShardRef


class DatasetRef(Record):
    """Which tasks were graded."""

    benchmark: str
    version: str
    path: Name = ""
    sha256: str = ""
    tasks: int = 0
    """Tasks in the file, before `--limit` and `--task`."""
    sealed: bool = False
    """Whether the data were sealed; `sha256` is then that of what they hold, under any key."""
    languages: tuple[str, ...] = ()
    """Programming languages to which a benchmark of several was narrowed; empty: all."""


class AdaptiveRef(Record):
    """How tasks were chosen while the run went on."""

    items_sha256: str
    error: float | None
    width: float | None = None
    """As a share of 1; null where another thing ends the run."""
    max_items: int | None = None
    seed: int = 0


class Manifest(Record):
    """`run.json`. Fields in `DESCRIPTIVE` may differ between a run and its resumption."""

    schema_version: int = 1
    run_id: str
    engine_version: str
    dataset: DatasetRef
    samples_path: Name
    samples_sha256: str
    """Empty where samples came from standard input or from a caller."""
    selection: tuple[str, ...] = ()
    """Task globs of `--task`, in the given order."""
    limit: int | None = None
    """`--limit`: only the first tasks of the file."""
    shard: ShardRef | None = None
    """`--shard`: only this part of the samples; null for all of them."""
    shards: tuple[MergedShard, ...] = ()
    """The parts that a merged run was put together from."""
    timeout_s: float | None = None
    memory_mb: int | None = None
    pids: int | None = None
    packages: tuple[str, ...] = ()
    """`name==version` of this machine's distributions that samples were shown when asked to."""
    environments: tuple[EnvironmentFacts, ...] = ()
    """Whose packages samples and tests saw, where tasks or the caller named any."""
    extract: str = "auto"
    trust: str = "auto"
    reading: str = "strict"
    """Which reading of a repository's tests is the verdict: `strict` or `parity`."""
    sandbox: str = "local"
    fresh: str = "slot"
    rule: str = "v5"
    """By which version of the SWE-bench harness repositories were judged."""
    containers: ContainerOptions | None = None
    """How containers were made; null where the sandbox has none."""
    python: str = ""
    environment: tuple[tuple[str, str], ...] = ()
    """What every candidate's process sees: PYTHONHASHSEED, TZ, LANG …"""
    seed: int = 0
    adaptive: AdaptiveRef | None = None
    k: tuple[int, ...] = (1, 10, 100)
    engine_sha256: str = ""
    """SHA-256 of the engine's source as far as a verdict depends on it; empty in older runs."""
    tasks_sha256: str = ""
    """SHA-256 of the selected tasks with their limits; empty in older runs."""
    images: tuple[str, ...] = ()
    """Images that the selected tasks run in, `name@digest` where the digest is known."""
    toolchains: tuple[str, ...] = ()
    """`name: version` of each language of the selected tasks that this machine has, but Python."""
    model: str = ""
    """What wrote the samples, as the caller says."""
    tags: tuple[str, ...] = ()
    isolation: Isolation | None = None
    host: Name = ""
    host_facts: tuple[tuple[str, str], ...] = ()
    """System, processor, interpreter: what a figure of time needs to be read."""
    workers: int = 1
    command: tuple[Name, ...] = ()
    created_at: float = 0.0
    """Seconds since the epoch."""


DESCRIPTIVE = frozenset(
    {
        "run_id",
        "samples_path",
        "model",
        "tags",
        "host",
        "host_facts",
        "workers",
        "command",
        "created_at",
        "k",
        "isolation",
        "shards",
    }
)
UNKNOWN_IN_OLDER = frozenset({"engine_sha256", "tasks_sha256", "images"})
"""Empty in runs that were begun before there were such fields: then they compare with nothing."""
