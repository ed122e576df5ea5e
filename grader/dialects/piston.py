"""Piston's protocol, version 2 (engineer-man/piston 0a844d0, api/src/api/v2.js and job.js).

Milliseconds and bytes; statuses are isolate's. Packages are listed and never installed.
"""

import signal
from collections.abc import Sequence
from typing import Any

from pydantic import Field

from grader.core.execution import CPU_LIMIT, StepEnd, StepResult
from grader.core.limits import Limits
from grader.dialects._fields import (
    LARGEST_MB,
    LONGEST_S,
    MARGIN,
    MARGIN_S,
    MOST_FILES,
    OUTPUT_KB,
    decoded64,
    json_answer,
)
from grader.dialects._languages import (
    TABLE,
    RunnableLanguage,
    SourceText,
    known_version,
    language_of,
    run_source,
)
from grader.dialects._semver import satisfies
from grader.dialects.base import Answer, Backend, Body, Dialect, Endpoint, Request, body_of
from grader.errors import GraderError, UsageError
from grader.graders._written_in import BUILD

RUN_MS, COMPILE_MS = 3000.0, 10_000.0
"""What a program gets where nothing is said: Piston's defaults."""
MOST_MS = LONGEST_S * 1000
MIB = 1 << 20
SECONDS_AROUND = 25.0
"""open-r1's client waits 30 s for an answer to begin (piston_client.py, `sock_read`)."""
UNPROCESSABLE = 422
LANGUAGES = tuple(each for each in TABLE if each.name != "pytest")


class PistonFile(Body):
    """One file; the first that is text is run."""

    content: str
    name: str = ""
    encoding: str = "utf8"
    """`utf8`, `base64` or `hex`; what is none of them is read as utf8."""


class PistonExecuteBody(Body):
    """What `/execute` takes."""

    language: str
    version: str
    files: list[PistonFile] = Field(max_length=MOST_FILES)
    stdin: str | None = ""
    args: list[str] | None = Field(default=[], max_length=MOST_FILES)
    run_timeout: float | None = None
    compile_timeout: float | None = None
    run_cpu_time: float | None = None
    compile_cpu_time: float | None = None
    run_memory_limit: int | None = None
    compile_memory_limit: int | None = None


async def execute(request: Request, backend: Backend) -> Answer:
    """Run the first text file with the others beside it."""
    body = body_of(request, PistonExecuteBody)
    language = language_named(body)
    limits = limits_of(body)
    source, files = sources_of(body)
    version = await known_version(language, backend)
    if not version or not satisfies(version, body.version):
        raise unknown(body)
    stdin = body.stdin or ""
    result = await run_source(
        language,
        source,
        backend,
        stdin=stdin if stdin.endswith("\n") else f"{stdin}\n",
        files=files,
        limits=limits,
        deadline_s=limits.wall_s + SECONDS_AROUND,
    )
    told = "compile" if result.name == BUILD else "run"
    return json_answer({"language": language.name, "version": version, told: stage(result)})


def language_named(body: PistonExecuteBody) -> RunnableLanguage:
    """The language; UsageError in Piston's own words where there is none."""
    try:
        return language_of(body.language, LANGUAGES)
    except UsageError:
        raise unknown(body) from None


def unknown(body: PistonExecuteBody) -> UsageError:
    """As Piston says it."""
    return UsageError(f"{body.language[:60]}-{body.version[:60]} runtime is unknown")


def limits_of(body: PistonExecuteBody) -> Limits:
    """Limits of the run; UsageError for numbers that are none, in Piston's own words."""
    for name in ("compile_timeout", "compile_cpu_time"):
        milliseconds(name, getattr(body, name), COMPILE_MS)
    wall_ms = milliseconds("run_timeout", body.run_timeout, RUN_MS)
    cpu_ms = milliseconds("run_cpu_time", body.run_cpu_time, wall_ms)
    memory = body.run_memory_limit or -1
    if memory > LARGEST_MB * MIB:
        most = LARGEST_MB * MIB
        raise UsageError(f"run_memory_limit cannot exceed the configured limit of {most}")
    return Limits(
        cpu_s=min(cpu_ms, wall_ms) / 1000,
        wall_s=wall_ms / 1000 * MARGIN + MARGIN_S,
        memory_mb=max(1, memory // MIB) if memory > 0 else Limits().memory_mb,
        output_kb=OUTPUT_KB,
    )


def milliseconds(name: str, value: float | None, usual: float) -> float:
    """A time; 0 and nothing are the usual one, as there."""
    if not value:
        return usual
    if value > MOST_MS:
        raise UsageError(f"{name} cannot exceed the configured limit of {MOST_MS:g}")
    if value < 0:
        raise UsageError(f"{name} must be non-negative")
    return value


def sources_of(body: PistonExecuteBody) -> tuple[SourceText, dict[str, bytes]]:
    """What is run, and the files beside it."""
    named = [(each.name or f"file{place}.code", each) for place, each in enumerate(body.files)]
    main = next((pair for pair in named if pair[1].encoding not in {"base64", "hex"}), None)
    if main is None:
        raise UsageError("files must include at least one utf8 encoded file")
    name, file = main
    others = {other: content_of(other, each) for other, each in named if each is not file}
    arguments = tuple(body.args or ())
    if others or arguments or body.files[0].name:
        return SourceText(file.content, name, arguments), others
    return SourceText(file.content), {}


def content_of(name: str, file: PistonFile) -> bytes:
    """A file's bytes; UsageError for what is not in its encoding."""
    match file.encoding:
        case "base64":
            return decoded64(f"files[{name!r:.60}]", file.content)
        case "hex":
            try:
                return bytes.fromhex(file.content)
            except ValueError as error:
                raise UsageError(f"files[{name!r:.60}]: it is no hex ({error})") from error
        case _:
            return file.content.encode()


def stage(result: StepResult) -> dict[str, Any]:
    """A run as isolate's report of it reads; standard error follows standard output in `output`."""
    status, message, number = ending(result)
    stdout, stderr = (each.decode(errors="replace") for each in (result.stdout, result.stderr))
    return {
        "stdout": stdout,
        "stderr": stderr,
        "output": stdout + stderr,
        "code": result.code if result.ended is StepEnd.EXIT else None,
        "signal": signal_name(number) if number else None,
        "message": message,
        "status": status,
        "cpu_time": round(result.cpu_s * 1000),
        "wall_time": round(result.wall_s * 1000),
        "memory": round(result.peak_mb * MIB),
    }


def ending(result: StepResult) -> tuple[str | None, str | None, int]:
    """Status, message, and the signal's number; 0 where it left by itself."""
    match result.ended:
        case StepEnd.EXIT:
            code = result.code
            return ("RE", f"Exited with error status {code}", 0) if code else (None, None, 0)
        case StepEnd.SIGNAL:
            return "SG", f"Caught fatal signal {result.code}", result.code
        case StepEnd.TIMEOUT:
            by = "" if result.evidence == CPU_LIMIT else " (wall clock)"
            return "TO", f"Time limit exceeded{by}", signal.SIGKILL
        case StepEnd.MEMORY:
            return "SG", f"Caught fatal signal {int(signal.SIGKILL)}", signal.SIGKILL
        case StepEnd.OUTPUT:
            stream = "stderr" if "stderr" in result.evidence else "stdout"
            status = "EL" if stream == "stderr" else "OL"
            return status, f"{stream} length exceeded", signal.SIGKILL


def signal_name(number: int) -> str:
    """`SIGSEGV` of 11."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"SIG{number}"


async def runtimes(_request: Request, backend: Backend) -> Answer:
    """The languages that the sandbox has."""
    return json_answer(
        [
            {"language": each.name, "version": version, "aliases": sorted(each.aliases)}
            for each, version in await present(backend)
        ]
    )


async def packages(_request: Request, backend: Backend) -> Answer:
    """The same as packages, all of them installed."""
    return json_answer(
        [
            {"language": each.name, "language_version": version, "installed": True}
            for each, version in await present(backend)
        ]
    )


async def present(backend: Backend) -> Sequence[tuple[RunnableLanguage, str]]:
    """Languages and their versions, without those that the sandbox lacks."""
    found = [(each, await known_version(each, backend)) for each in LANGUAGES]
    return [(each, version) for each, version in found if version]


async def no_install(_request: Request, _backend: Backend) -> Answer:
    """Nobody installs anything into a sandbox from outside."""
    return refused(405, "packages cannot be installed or removed here; they are the sandbox's own")


def refused(status: int, sentence: str) -> Answer:
    """What is wrong with the request, in Piston's form; what a body holds is a 400 there."""
    return json_answer({"message": sentence}, 400 if status == UNPROCESSABLE else status)


def troubled(error: GraderError) -> Answer:
    """Piston's own trouble is a 500; open-r1's client tries that again, five times."""
    return json_answer({"message": f"{error}; try again"}, 500)


DIALECT = Dialect(
    endpoints=(
        Endpoint("POST", "/api/v2/execute", execute),
        Endpoint("GET", "/api/v2/runtimes", runtimes),
        Endpoint("GET", "/api/v2/packages", packages),
        Endpoint("POST", "/api/v2/packages", no_install, works=False),
        Endpoint("DELETE", "/api/v2/packages", no_install, works=False),
    ),
    refuse=refused,
    trouble=troubled,
)
