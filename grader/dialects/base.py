"""What a dialect is: a translation of requests to the engine's verbs, and of what comes back.

A member module of `dialects/` has one constant `DIALECT`. It knows no sockets, no queues and no
web framework: the server reads a request whole (and bounded), admits it, calls the endpoint, and
tells the client what the dialect says about refusals and about our own trouble.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple, Protocol, Self, TypeVar, Unpack

from pydantic import BaseModel, ConfigDict, ValidationError

from grader.core.execution import StepResult
from grader.core.limits import Limits
from grader.core.record import first_fault
from grader.core.result import Result
from grader.core.task import Task
from grader.engine.service.asked import JobChoices, Solution
from grader.engine.service.script import ProgramChoices
from grader.errors import GraderError, UsageError

JSON = "application/json"


class LastingSandbox(Protocol):
    """A sandbox that keeps its files over several steps, as a context; see `Session`."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *_: object) -> None: ...

    async def run(self, program: str | list[str], **choices: Unpack[ProgramChoices]) -> StepResult:
        """See `Session.run`."""
        ...

    async def write(self, path: str, data: str | bytes) -> None:
        """See `Session.write`."""
        ...

    async def read(self, path: str) -> bytes:
        """See `Session.read`."""
        ...


class WorkingEngine(Protocol):
    """What runs and judges."""

    async def grade(self, task: Task, solution: Solution, **choices: Unpack[JobChoices]) -> Result:
        """See `Engine.grade`."""
        ...

    async def run(self, program: str | list[str], **choices: Unpack[ProgramChoices]) -> StepResult:
        """See `Engine.run`."""
        ...

    def session(
        self, *, limits: Limits | Mapping[str, object] | None = None, image: str = ""
    ) -> LastingSandbox:
        """See `Engine.session`."""
        ...


class Backend(WorkingEngine, Protocol):
    """What an endpoint may ask for; `grader.Engine` is one."""

    def task(self, benchmark: str, task_id: str) -> Task:
        """See `Engine.task`."""
        ...


class Request(NamedTuple):
    """One request, read whole."""

    body: bytes
    parameters: Mapping[str, str] = {}
    """Of the path: `/sessions/{id}` gives `id`."""
    query: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}
    """Names in lower case."""


class Answer(NamedTuple):
    """What the client is told."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = {}


Handler = Callable[[Request, Backend], Awaitable[Answer]]


class Endpoint(NamedTuple):
    """One path of a dialect."""

    method: str
    path: str
    """`{name}` stands for one part, which `Request.parameters` brings."""
    handle: Handler
    """Raises UsageError for what the client can mend, InfraError for our own trouble."""
    works: bool = True
    """Whether it needs the engine: then it waits its turn in the queue and may be turned away."""


class Dialect(NamedTuple):
    """A wire protocol."""

    endpoints: tuple[Endpoint, ...]
    refuse: Callable[[int, str], Answer]
    """(status 4xx, sentence) → how this protocol says that a request is wrong. Its real client
    must not try that again."""
    trouble: Callable[[GraderError], Answer]
    """How it says that our own trouble (a dead sandbox, a full queue, a deadline, a server that is
    about to end) left a request without an answer: in the one way that its real client tries
    again, and never as a wrong solution."""


class Body(BaseModel):
    """Base of request bodies: what a client sends beyond the fields is refused by name."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)


Kind = TypeVar("Kind", bound=BaseModel)


ESCAPES = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\."
)

MARKED = re.compile("\0(d[89a-f][0-9a-f]{2})", re.IGNORECASE)


def without_lone_surrogates(body: bytes) -> bytes:
    """JSON in which a lone surrogate is a NUL and its four digits: no program with one compiles.

    A model's text may hold them, and what it wrote must be graded, not refused.
    """
    if b"\\ud" not in body and b"\\uD" not in body:
        return body
    return ESCAPES.sub(lambda found: b"\\u0000" + found[1][2:] if found[1] else found[0], body)


def with_lone_surrogates(text: str) -> str:
    """What a client's text was before `without_lone_surrogates`."""
    if "\0" not in text:
        return text
    return MARKED.sub(lambda found: chr(int(found[1], 16)), text)


def body_of(request: Request, kind: type[Kind]) -> Kind:
    """The body as a record; UsageError names the first field that is wrong."""
    try:
        return kind.model_validate_json(without_lone_surrogates(request.body))
    except ValidationError as error:
        raise UsageError(first_fault(error, "body")) from error
