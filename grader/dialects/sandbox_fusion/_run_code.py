"""`/run_code`: one program, no verdict. verl sends one of these for each test case."""

from collections.abc import Mapping

from pydantic import Field

from grader.core.execution import StepResult
from grader.dialects._fields import (
    LARGEST_MB,
    MOST_FILES,
    OUTPUT_KB,
    Seconds,
    decoded64,
    found_files,
    json_answer,
    limits_for,
)
from grader.dialects._languages import SourceText, language_of, run_source
from grader.dialects.base import Answer, Backend, Body, Request, body_of
from grader.dialects.sandbox_fusion._shapes import run_answer
from grader.errors import UsageError

SKIPPED = "IGNORE_THIS_FILE"
PATIENCE_S = 8.0
"""verl's client waits for compile + run + 10 s (API_TIMEOUT); an answer must be there before."""


class RunCodeBody(Body):
    """`RunCodeRequest`; seconds of wall clock there, of CPU time here."""

    code: str
    language: str
    stdin: str | None = None
    compile_timeout: Seconds = 10.0
    run_timeout: Seconds = 10.0
    memory_limit_MB: int = Field(default=-1, ge=-1, le=LARGEST_MB)  # noqa: N815  the protocol's
    files: dict[str, str | None] = Field(default={}, max_length=MOST_FILES)
    fetch_files: list[str] = Field(default=[], max_length=MOST_FILES)


async def run_code(request: Request, backend: Backend) -> Answer:
    """Answers 200 whatever the program does; UsageError, InfraError as everywhere."""
    body = body_of(request, RunCodeBody)
    language = language_of(body.language)
    files = given_files(body.files)
    limits = limits_for(body.run_timeout, body.memory_limit_MB)
    wanted = {name: plain_path("fetch_files", name) for name in body.fetch_files}
    result = await run_source(
        language,
        SourceText(body.code),
        backend,
        stdin=body.stdin or "",
        files=files,
        collect=list(dict.fromkeys(wanted.values())),
        limits=limits,
        deadline_s=body.compile_timeout + body.run_timeout + PATIENCE_S,
    )
    found = found_files(result, wanted)
    lost = too_large(result)
    return json_answer(run_answer(result, limits, found, lost=lost))


def given_files(files: Mapping[str, str | None]) -> dict[str, bytes]:
    """Path → content, without those that the peer skips; UsageError names what is no base64."""
    return {
        plain_path("files", name): decoded64(f"files[{name!r:.60}]", text)
        for name, text in files.items()
        if text is not None and SKIPPED not in name
    }


def plain_path(field: str, name: str) -> str:
    """`./a//b` as `a/b`; UsageError for an absolute path or one that leads out.

    The peer joins paths unchecked, so that `../x` reads and writes the server's own disk.
    """
    parts = [part for part in name.split("/") if part not in {"", "."}]
    if name.startswith("/") or ".." in parts or not parts or name.endswith("/"):
        raise UsageError(f"{field}: {name!r:.100} is no path below the working directory")
    return "/".join(parts)


def too_large(result: StepResult) -> str:
    """Names files of which only a part came back: no part passes for a whole."""
    cut = [name for name, data in result.collected if len(data) >= OUTPUT_KB << 10]
    return f"larger than {OUTPUT_KB} KiB, cut there: {', '.join(cut)}" if cut else ""
