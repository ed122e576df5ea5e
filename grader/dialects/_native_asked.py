"""Bodies of the native verbs, and the tasks and samples that they describe."""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from typing import Annotated, Any, Literal, cast

from anyio import to_thread
from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from grader import plugins
from grader.core.record import Blob
from grader.core.task import Task
from grader.dialects.base import Backend, Body
from grader.engine.build.cases import cases_task
from grader.engine.build.function import function_task
from grader.engine.build.program import program_task
from grader.engine.build.repository import repository_task
from grader.engine.service.asked import JobChoices
from grader.engine.service.script import ProgramChoices
from grader.errors import UsageError

LONG_BYTES = 32_768
"""A longer task is built in a thread: others must not wait while its tests are parsed."""
KEPT_TASKS = 512
KEPT_BYTES = 32 << 20
DEADLINE_MAX_S = 86_400.0

Seconds = Annotated[float, Field(gt=0, le=DEADLINE_MAX_S)]


class NativeBody(Body):
    """A body that takes no text for a number."""

    model_config = ConfigDict(strict=True)


class LimitFields(NativeBody):
    """See `grader.Limits`; what is not named is as it was."""

    cpu_s: float | None = None
    wall_s: float | None = None
    memory_mb: int | None = None
    pids: int | None = None
    output_kb: int | None = None
    disk_mb: int | None = None
    network: bool | None = None


class FunctionFields(NativeBody):
    """See `grader.function_task`."""

    kind: Literal["function"]
    tests: str | list[str]
    entry_point: str
    prompt: str = ""
    reference: str = ""


class CasesFields(NativeBody):
    """See `grader.cases_task`."""

    kind: Literal["cases"]
    entry_point: str
    inputs: list[list[Any]]
    outputs: list[Any] | None = None
    reference: str = ""
    tolerance: float = Field(default=0.0, ge=0)
    prompt: str = ""


class ProgramFields(NativeBody):
    """See `grader.program_task`."""

    kind: Literal["program"]
    cases: list[tuple[str, str]]
    compare: Literal["lines", "exact", "tokens", "numbers"] = "lines"
    tolerance: float = Field(default=0.0, ge=0)
    reference: str = ""


class RepositoryFields(NativeBody):
    """See `grader.repository_task`."""

    kind: Literal["repository"]
    row: dict[str, Any]
    rule: Literal["v5", "v4"] = "v5"


class BenchmarkFields(NativeBody):
    """A task of a benchmark whose data the server has."""

    benchmark: str
    id: str


def kind_of(value: Any) -> str:
    """Which of the shapes a task has."""
    if isinstance(value, BaseModel):
        return str(getattr(value, "kind", "benchmark"))
    if not isinstance(value, Mapping):
        return ""
    fields = cast("Mapping[str, Any]", value)
    return str(fields.get("kind", "benchmark" if "benchmark" in fields else ""))


TaskFields = Annotated[
    Annotated[FunctionFields, Tag("function")]
    | Annotated[CasesFields, Tag("cases")]
    | Annotated[ProgramFields, Tag("program")]
    | Annotated[RepositoryFields, Tag("repository")]
    | Annotated[BenchmarkFields, Tag("benchmark")],
    Discriminator(
        kind_of,
        custom_error_type="task_kind",
        custom_error_message=(
            "give 'kind' as function, cases, program or repository, or 'benchmark' and 'id'"
        ),
    ),
]


class SampleFields(NativeBody):
    """One of three texts."""

    solution: str | None = None
    """A whole program or patch."""
    completion: str | None = None
    """What continues the task's prompt."""
    answer: str | None = None
    """A model's answer, with code somewhere in it."""


class GradeBody(NativeBody):
    """`POST /v1/grade`."""

    task: TaskFields
    sample: SampleFields
    limits: LimitFields | None = None
    """Instead of the task's own; only what is named."""
    trust: Literal["auto", "separated", "shared"] | None = None
    reading: Literal["strict", "parity"] | None = None
    deadline_s: Seconds | None = None
    """Seconds from the arrival of the request's first byte."""
    key: str = Field(default="", max_length=200)
    """What the client calls it: it comes back with the answer."""


class RunBody(NativeBody):
    """`POST /v1/run`, and a step of a session."""

    program: str | list[str]
    """Python (a text) or a command's words."""
    stdin: Blob = b""
    files: dict[str, Blob] = {}
    """Path below the working directory → text, or `base64:…`."""
    collect: list[str] = []
    """Paths below the working directory to bring back."""
    limits: LimitFields | None = None
    deadline_s: Seconds | None = None


def sample_of(fields: SampleFields) -> str | dict[str, object]:
    """As `Engine.grade` takes it."""
    given = fields.model_dump(exclude_none=True)
    if len(given) != 1:
        raise UsageError("sample: give exactly one of solution, completion and answer")
    return given if fields.answer is None else fields.answer


def limits_in(fields: LimitFields | None) -> dict[str, object] | None:
    """As the engine takes them."""
    return None if fields is None else fields.model_dump(exclude_none=True)


def choices_of(body: GradeBody) -> JobChoices:
    """The keywords of `Engine.grade`."""
    return {
        "trust": body.trust,
        "reading": body.reading,
        "limits": limits_in(body.limits),
        "deadline_s": body.deadline_s,
    }


def program_choices(body: RunBody) -> ProgramChoices:
    """The keywords of `Engine.run`."""
    chosen: ProgramChoices = {
        "stdin": body.stdin,
        "files": body.files,
        "collect": body.collect,
        "deadline_s": body.deadline_s,
    }
    if body.limits is not None:
        chosen["limits"] = limits_in(body.limits)
    return chosen


class MadeTasks:
    """Tasks that were built lately, by what they were built from."""

    def __init__(self) -> None:
        """None yet."""
        self._made: OrderedDict[bytes, tuple[Task, int]] = OrderedDict()
        self._bytes = 0

    async def of(self, fields: BaseModel, backend: Backend) -> Task:
        """The task; UsageError names the field that is wrong."""
        if isinstance(fields, BenchmarkFields):
            plugins.load("benchmarks", fields.benchmark)  # never a name of something to download
            return await to_thread.run_sync(backend.task, fields.benchmark, fields.id)
        # not their JSON, in which NaN, the infinities and null are all null
        text = repr(fields).encode(errors="surrogatepass")
        key = hashlib.sha256(text).digest()
        if key in self._made:
            self._made.move_to_end(key)
            return self._made[key][0]
        if len(text) > LONG_BYTES:
            task = await to_thread.run_sync(build, fields)
        else:
            task = build(fields)
        self._keep(key, task, len(text))
        return task

    def _keep(self, key: bytes, task: Task, size: int) -> None:
        if size > KEPT_BYTES or key in self._made:
            return
        self._made[key] = (task, size)
        self._bytes += size
        while self._bytes > KEPT_BYTES or len(self._made) > KEPT_TASKS:
            _, (_, gone) = self._made.popitem(last=False)
            self._bytes -= gone


def build(fields: BaseModel) -> Task:
    """A task that the request brings itself."""
    given = {name: getattr(fields, name) for name in type(fields).model_fields if name != "kind"}
    match fields:
        case FunctionFields():
            return function_task(**given)
        case CasesFields():
            return cases_task(**given)
        case ProgramFields():
            return program_task(**given)
        case _:
            return repository_task(**given)
