"""Programs without a verdict: what is to run, and its facts as a script's would read."""

import time
from collections.abc import Mapping, Sequence
from typing import TypedDict

from pydantic import ValidationError

from grader.benchmarks._samples import without_surrogates
from grader.core.execution import CompletionWord, StepEnd, StepResult
from grader.core.limits import Limits
from grader.core.plan import WORKING_DIRECTORY, Command, PlannedFile, Program, Step
from grader.engine.service.asked import limits_of, refuse_unknown, seconds, told
from grader.engine.service.desk import TimedProgram, planned
from grader.errors import UsageError

NAME = "run"


class ProgramChoices(TypedDict, total=False):
    """Keyword arguments of everything that runs; all may be left out."""

    stdin: str | bytes
    """Standard input; default: empty."""
    files: Mapping[str, str | bytes]
    """Path below the working directory → content, put there before."""
    collect: Sequence[str]
    """Paths below the working directory to bring back."""
    limits: Limits | Mapping[str, object] | None
    """Of a mapping only what it names is other than `Limits()`."""
    deadline_s: float | None
    """Seconds of wall clock from now, queueing included, until it is given up."""


def timed_program(program: str | Sequence[str], choices: ProgramChoices) -> TimedProgram:
    """A program and when it must be over; UsageError names the argument that is wrong."""
    now = time.monotonic()
    refuse_unknown(choices, ProgramChoices)
    wanted_s = seconds(choices.get("deadline_s"))
    step = step_of(
        program,
        stdin=choices.get("stdin", b""),
        files=choices.get("files", {}),
        collect=choices.get("collect", ()),
        limits=limits_of(choices.get("limits"), Limits()),
    )
    return TimedProgram(planned(step), wanted_s, now + wanted_s)


def step_of(
    program: str | Sequence[str],
    *,
    stdin: str | bytes,
    files: Mapping[str, str | bytes],
    collect: Sequence[str],
    limits: Limits,
) -> Step:
    """A Python program (a text) or a command (words) as a step."""
    try:
        if isinstance(program, str):
            action = Program(source=without_surrogates(program)[0], finish=True)
        else:
            action = Command(argv=tuple(program))
        return Step(
            name=NAME,
            action=action,
            stdin=bytes_of(stdin),
            files=tuple(file_of(path, data) for path, data in files.items()),
            collect=tuple(collect),
            limits=limits,
        )
    except ValidationError as error:
        raise UsageError(told(error)) from error
    except TypeError as error:
        raise UsageError(f"program: {error}") from error


def file_of(path: str, data: str | bytes) -> PlannedFile:
    """A file below the working directory; UsageError for a path that leads out of it."""
    parts = path.split("/")
    if path.startswith("/") or not parts[-1] or ".." in parts or "\0" in path:
        raise UsageError(f"files: {path!r:.100} is no path below the working directory")
    return PlannedFile(path=path, data=bytes_of(data))


def bytes_of(value: str | bytes) -> bytes:
    """Text as UTF-8; lone surrogates stay what they were."""
    return value.encode(errors="surrogatepass") if isinstance(value, str) else bytes(value)


def as_script(result: StepResult, program: str | Sequence[str]) -> StepResult:
    """The facts as those of `python program.py`, which says itself that it does not compile."""
    record = result.completion
    if record.said is not CompletionWord.REFUSED or not isinstance(program, str):
        return result
    lines = program.splitlines()
    shown = [f'  File "{WORKING_DIRECTORY}/program.py", line {record.line}'] if record.line else []
    if 0 < record.line <= len(lines):
        shown.append(f"    {lines[record.line - 1].strip()}")
    message = record.message.removesuffix(f" (program.py, line {record.line})")
    text = "\n".join((*shown, f"{record.exception}: {message}\n"))
    said = text.encode(errors="backslashreplace")
    return result.model_copy(update={"stderr": result.stderr + said, "code": 1})


def returncode(result: StepResult) -> int | None:
    """What `subprocess` would call its return code: -n by signal n; None where a limit ended it."""
    match result.ended:
        case StepEnd.EXIT:
            return result.code
        case StepEnd.SIGNAL:
            return -result.code
        case _:
            return None
