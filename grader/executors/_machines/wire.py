"""What a driver and its machines say to each other: facts, chunks of jobs, lines of answers.

Both sides are of one engine (its digest is compared), and each reads the other as hostile input:
closed records, bounded sizes.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_core import PydanticSerializationError

from grader.benchmarks._extract import ExtractMode
from grader.core.container import ContainerOptions
from grader.core.execution import Isolation
from grader.core.job import Job
from grader.core.record import Record, digest, first_fault, without_surrogates
from grader.core.result import Result
from grader.core.sample import Sample
from grader.core.task import Task
from grader.core.workers import WORKERS_MAX
from grader.engine.options import EngineOptions
from grader.engine.provenance import engine_sha256
from grader.engine.toolchains.needed import versions_here
from grader.executors._facts import ProviderFacts
from grader.version import VERSION

PROTOCOL = 1
FACTS_PATH = "/v1/worker"
CHUNK_PATH = "/v1/worker/chunk"
"""Over HTTP: a GET of what a machine is, a POST of a chunk that lines answer."""
ALIVE_S = 2.0
"""A machine says so often that it is there, whatever its programs do."""
LINE_BYTES = 64 << 20
"""Of one answer, as of a journal's line."""
FACTS_BYTES = 1 << 20
NAME_CHARS = 255
JOBS_MOST = 1000


class MachineFacts(Record):
    """What a machine says of itself before it gets anything."""

    protocol: Literal[1]
    engine_version: str = Field(max_length=NAME_CHARS)
    engine_sha256: str = Field(max_length=NAME_CHARS)
    host: str = Field(max_length=NAME_CHARS)
    workers: int = Field(ge=1, le=WORKERS_MAX)
    """Samples at one time."""
    sandbox: str = Field(max_length=NAME_CHARS)
    packages: tuple[str, ...] = Field(max_length=10_000)
    """`name==version` of what samples are shown besides the usual."""
    toolchains: tuple[str, ...] = Field(max_length=1000)
    """`js: v20.20.2` of each language that it has."""
    containers: ContainerOptions
    allow_weak: bool
    provider: str = Field(max_length=NAME_CHARS)
    isolation: Isolation
    python: tuple[int, int]
    environment: tuple[tuple[str, str], ...]
    fell: str = Field(max_length=4096)

    @property
    def of_provider(self) -> ProviderFacts:
        """What a manifest says of its sandbox."""
        return ProviderFacts(
            self.provider, self.isolation, self.python, self.environment, self.fell
        )


def facts_for(
    options: EngineOptions, provider: ProviderFacts, *, packages: tuple[str, ...], host: str
) -> MachineFacts:
    """What a machine with this open engine says; asks its toolchains the first time."""
    return MachineFacts(
        protocol=PROTOCOL,
        engine_version=VERSION,
        engine_sha256=engine_sha256(),
        host=host,
        workers=options.workers,
        sandbox=options.sandbox,
        packages=packages,
        toolchains=versions_here(),
        containers=without_address(options.containers),
        allow_weak=options.allow_weak,
        provider=provider.name,
        isolation=provider.isolation,
        python=provider.python,
        environment=provider.environment,
        fell=provider.fell,
    )


def without_address(options: ContainerOptions) -> ContainerOptions:
    """Where a machine's container engine listens is its own."""
    return options.model_copy(update={"host": ""})


class AskedReading(Record):
    """How a run wants its samples graded, whatever the machine."""

    run_id: str = Field(max_length=NAME_CHARS)
    extract: ExtractMode = ExtractMode.AUTO
    trust: Literal["auto", "separated", "shared"] = "auto"
    reading: Literal["strict", "parity"] = "strict"
    surveys: Literal["kept", "new"] = "kept"
    fresh: Literal["slot", "task"] = "slot"
    has_images: bool = False
    """Whether tasks have images of their own: one process then lends all containers."""


class ChunkJob(Record):
    """One sample; its number means nothing but to who sent it."""

    n: int = Field(ge=0)
    task: str = Field(max_length=NAME_CHARS)
    """The task's digest."""
    sample: Sample


class JobChunk(Record):
    """About a second of work."""

    engine_sha256: str = Field(max_length=NAME_CHARS)
    asked: AskedReading
    tasks: tuple[Task, ...] = Field(default=(), max_length=JOBS_MOST)
    """Those that the machine has not been sent before."""
    jobs: tuple[ChunkJob, ...] = Field(max_length=JOBS_MOST)


class ChunkTimes(Record):
    """Ends a chunk that is whole."""

    count: int = Field(ge=0)
    here_s: float = Field(ge=0, le=1e9, allow_inf_nan=False)
    """From the chunk's arrival at an open engine to its last answer."""


class AnswerLine(Record):
    """One line of a machine's answer: exactly one of its fields is there."""

    n: int | None = None
    result: Result | None = None
    alive: bool = False
    missing: tuple[str, ...] = Field(default=(), max_length=JOBS_MOST)
    """Digests of tasks that it does not have (any more): send them with the chunk again."""
    failed: str = Field(default="", max_length=NAME_CHARS)
    """Its own trouble: the error's name."""
    why: str = Field(default="", max_length=4096)
    done: ChunkTimes | None = None


def named_task(task: Task) -> tuple[str, bytes]:
    """A task's JSON, and before it the digest of that: its name between a driver and machines."""
    text = text_of(task)
    return digest(text), text


def text_of(record: Record) -> bytes:
    """A record as JSON, with lone surrogates spelled out where there are any."""
    try:
        return record.__pydantic_serializer__.to_json(record, exclude_defaults=True)
    except (PydanticSerializationError, UnicodeEncodeError):
        plain = type(record).model_validate(without_surrogates(record.model_dump()))
        return plain.__pydantic_serializer__.to_json(plain, exclude_defaults=True)


def chunk_text(
    asked: AskedReading, tasks: Iterable[bytes], jobs: Mapping[int, tuple[str, Sample]]
) -> bytes:
    """A chunk as JSON; `jobs`: number → task's digest and sample."""
    listed = b",".join(
        b'{"n":%d,"task":"%b","sample":%b}' % (n, named.encode(), text_of(bare(sample)))
        for n, (named, sample) in jobs.items()
    )
    return b'{"engine_sha256":"%b","asked":%b,"tasks":[%b],"jobs":[%b]}' % (
        engine_sha256().encode(),
        text_of(asked),
        b",".join(tasks),
        listed,
    )


def bare(sample: Sample) -> Sample:
    """A sample without where it came from, which is nobody's business."""
    return sample.model_copy(update={"index": 0, "source": Sample.model_fields["source"].default})


def answer_text(n: int, result: bytes) -> bytes:
    """A line with one result."""
    return b'{"n":%d,"result":%b}' % (n, result)


def answer_of(line: bytes) -> AnswerLine:
    """A line as a record; ValueError where it is none."""
    try:
        return AnswerLine.model_validate_json(line)
    except ValidationError as error:
        raise ValueError(first_fault(error, "line")[:300]) from None
    except RecursionError:
        raise ValueError("line: it is nested too deeply") from None


def job_of(each: ChunkJob, task: Task, asked: AskedReading) -> Job:
    """A job as an engine takes it."""
    return Job(task=task, sample=each.sample, trust=asked.trust, reading=asked.reading)
