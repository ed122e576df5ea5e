"""Runs nothing: answers by a marker in the source. A stand-in for tests and for measuring.

A program, or the candidate of an interview, ends as the first `# null: <marker>` comment in its
source says: `failed`,
`error`, `timeout`, `memory`, `output`, `infra` (a SandboxError), `infra until PATH` (a
SandboxError as long as PATH does not exist) or, as without a marker, `done`. Its verdicts say
nothing about anybody's code: it opens only where `allow_weak` is set, and its tier is `none`.
"""

import re
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from grader.core.execution import CompletionRecord, CompletionWord, Isolation, StepEnd, StepResult
from grader.core.limits import Limits
from grader.core.plan import Interview, Plan, Program, Step
from grader.errors import SandboxError
from grader.sandboxes.base import ProviderSettings

RUNS_NOTHING = True
"""Canaries, which must be seen to run, make no sense here."""
GONE = "Gone"
"""What a checker raises whose candidate left."""
MARKER = re.compile(r"# null: (\w+)(?: until (\S+))?")
RAISED = {"failed": "AssertionError", "error": "RuntimeError"}
ENDED = {
    "timeout": (StepEnd.TIMEOUT, "cpu limit"),
    "memory": (StepEnd.MEMORY, "resident memory"),
    "output": (StepEnd.OUTPUT, "stdout cap"),
}


class NullProvider:
    """Makes itself as the sandbox of every plan."""

    name = "null"
    isolation = Isolation(tier="none")
    python = (sys.version_info.major, sys.version_info.minor)

    @asynccontextmanager
    async def sandbox(self, plan: Plan) -> AsyncGenerator["NullProvider"]:  # noqa: ARG002  protocol
        """Nothing to make, nothing to wipe."""
        yield self

    async def run(self, step: Step, limits: Limits) -> StepResult:  # noqa: ARG002  protocol
        """Answer by the marker; SandboxError for `infra` and for markers that do not exist."""
        match step.action:
            case Interview(candidate=source):
                return interviewed(step.name, *marker_in(source))
            case Program(source=source):
                return answer(step.name, *marker_in(source))
            case _:
                return answer(step.name, "done")


def marker_in(source: str) -> tuple[str, str]:
    """The first marker and its path, `done` where there is none."""
    found = MARKER.search(source)
    return (found[1], found[2] or "") if found else ("done", "")


def interviewed(name: str, marker: str, until: str) -> StepResult:
    """The facts of both sides of an interview."""
    candidate = answer(name, marker, until)
    if marker in ENDED:
        gone = CompletionRecord(said=CompletionWord.RAISED, exception=GONE)
        checker = StepResult(name=name, ended=StepEnd.EXIT, code=1, completion=gone)
    else:
        checker = candidate
        candidate = StepResult(name=name, ended=StepEnd.EXIT)
    return candidate.model_copy(update={"checker": checker})


def answer(name: str, marker: str, until: str = "") -> StepResult:
    """The facts that a marker stands for; SandboxError where it asks for one."""
    if marker in ENDED:
        ended, evidence = ENDED[marker]
        return StepResult(name=name, ended=ended, evidence=evidence)
    if marker in RAISED:
        completion = CompletionRecord(said=CompletionWord.RAISED, exception=RAISED[marker])
        return StepResult(name=name, ended=StepEnd.EXIT, code=1, completion=completion)
    if marker == "infra" and not (until and Path(until).exists()):
        raise SandboxError("the null sandbox was asked to fail")
    if marker not in {"done", "infra"}:
        raise SandboxError(f"the null sandbox knows no marker '{marker}'")
    return StepResult(
        name=name, ended=StepEnd.EXIT, completion=CompletionRecord(said=CompletionWord.DONE)
    )


@asynccontextmanager
async def open_provider(settings: ProviderSettings) -> AsyncGenerator[NullProvider]:
    """The provider; SandboxError unless weak isolation was allowed."""
    if not settings.allow_weak:
        raise SandboxError(
            "the null sandbox runs nothing and its verdicts mean nothing;"
            " choose another --sandbox, or allow weak isolation for a dry run"
        )
    yield NullProvider()
