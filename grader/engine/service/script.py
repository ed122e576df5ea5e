"""Programs without a verdict: what is to run, and its facts as a script's would read."""

import time
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple, TypedDict, cast

from pydantic import ValidationError

from grader.benchmarks._samples import without_surrogates
from grader.core.execution import CompletionWord, StepEnd, StepResult
from grader.core.limits import Limits
from grader.core.plan import WORKING_DIRECTORY, Command, PlannedFile, Program, Step
from grader.engine.arguments import first_wrong, limits_of
from grader.engine.service.asked import refuse_unknown, seconds
from grader.engine.service.desk import TimedProgram, planned
from grader.engine.service.in_language import ProgramSurroundings, plan_in
from grader.errors import UsageError
from grader.graders._written_in import other_language
from grader.languages.base import Language

NAME = "run"
DEEPEST = 64
"""Folders of a path."""
NAME_BYTES = 255
"""Of a file or folder: NAME_MAX of every Linux file system."""


class ProgramChoices(TypedDict, total=False):
    """Keyword arguments of everything that runs; all may be left out."""

    stdin: str | bytes
    """Standard input; default: empty."""
    files: Mapping[str, str | bytes]
    """Path below the working directory → content, put there before."""
    collect: Sequence[str]
    """Paths below the working directory to bring back."""
    env: Mapping[str, str]
    """Variables that a command gets besides the sandbox's own."""
    cwd: str
    """A command's folder; default: the working directory, which relative ones are below."""
    language: str
    """What a program's text is written in (`cpp`, `java`); default: Python."""
    arguments: Sequence[str]
    """A program's in such a language."""
    limits: Limits | Mapping[str, object] | None
    """Of a mapping only what it names is other than `Limits()`."""
    deadline_s: float | None
    """Seconds of wall clock from now, queueing included, until it is given up."""


class CommandSurroundings(NamedTuple):
    """What a command finds around it."""

    env: tuple[tuple[str, str], ...] = ()
    cwd: str = ""
    """Absolute, or below the working directory, which each sandbox and image has its own."""


def timed_program(program: str | Sequence[str], choices: ProgramChoices) -> TimedProgram:
    """A program and when it must be over; UsageError names the argument that is wrong."""
    now = time.monotonic()
    refuse_unknown(choices, ProgramChoices)
    wanted_s = seconds(choices.get("deadline_s"))
    limits = limits_of(choices.get("limits"), Limits())
    language = other_language(choices.get("language"))
    if language is not None:
        plan = plan_in(language, text_in(language, program), around_of(choices, limits))
        return TimedProgram(plan, wanted_s, now + wanted_s)
    if choices.get("arguments"):
        raise UsageError(
            "arguments: they are for programs whose language is named; a command's words"
        )
    step = step_of(
        program,
        stdin=bytes_of("stdin", choices.get("stdin", b"")),
        files=files_of(choices.get("files", {}), limits),
        collect=paths_of(choices.get("collect", ())),
        limits=limits,
        around=surroundings_of(program, choices),
    )
    return TimedProgram(planned(step), wanted_s, now + wanted_s)


def text_in(language: Language, program: object) -> str:
    """A program's text; UsageError for a command."""
    if not isinstance(program, str):
        raise UsageError(f"program: the text of a program in {language.title} is expected")
    return without_surrogates(program)[0]


def around_of(choices: ProgramChoices, limits: Limits) -> ProgramSurroundings:
    """What a program in a language that is named finds around it."""
    for name in ("env", "cwd"):
        if choices.get(name):
            raise UsageError(f"{name}: it is for commands")
    arguments = choices.get("arguments", ())
    return ProgramSurroundings(
        stdin=bytes_of("stdin", choices.get("stdin", b"")),
        files=files_of(choices.get("files", {}), limits),
        collect=paths_of(choices.get("collect", ())),
        arguments=words_of(list(arguments)) if arguments else (),
        limits=limits,
    )


def step_of(
    program: str | Sequence[str],
    *,
    stdin: bytes,
    files: tuple[PlannedFile, ...],
    collect: tuple[str, ...],
    limits: Limits,
    around: CommandSurroundings,
) -> Step:
    """A Python program (a text) or a command (words) as a step."""
    if isinstance(program, str):
        action = Program(source=without_surrogates(program)[0], finish=True)
        if any(PurePosixPath(each.path).parts[:1] == (action.file_name,) for each in files):
            raise UsageError(
                f"files: {action.file_name!r} is where the program itself is put; call it otherwise"
            )
    else:
        action = Command(argv=words_of(program), env=around.env, cwd=around.cwd)
    try:
        return Step(
            name=NAME, action=action, stdin=stdin, files=files, collect=collect, limits=limits
        )
    except ValidationError as error:
        raise UsageError(first_wrong(error)) from error


def surroundings_of(program: str | Sequence[str], choices: ProgramChoices) -> CommandSurroundings:
    """Variables and folder of a command; UsageError for a program, which brings its own."""
    env, cwd = choices.get("env", {}), choices.get("cwd", "")
    if (env or cwd) and isinstance(program, str):
        raise UsageError(f"{'env' if env else 'cwd'}: it is for commands; a program says so itself")
    if not isinstance(cast("object", env), Mapping):
        raise UsageError(f"env: name → value is expected, found {type(env).__name__}")
    for name, value in env.items():
        if not is_variable(name, value):
            raise UsageError(f"env: {name!r:.40} is no variable with a text")
    if not isinstance(cast("object", cwd), str) or "\0" in cwd or without_surrogates(cwd)[1]:
        raise UsageError(f"cwd: {cwd!r:.60} is no folder's path")
    return CommandSurroundings(tuple(env.items()), cwd)


def is_variable(name: object, value: object) -> bool:
    """Whether a kernel takes them."""
    texts = [each for each in (name, value) if isinstance(each, str)]
    is_whole = len(texts) == 2 and not any(  # noqa: PLR2004  both of them
        "\0" in each or without_surrogates(each)[1] for each in texts
    )
    return is_whole and bool(name) and "=" not in texts[0]


def words_of(program: object) -> tuple[str, ...]:
    """A command's words; UsageError where they are none that a kernel takes."""
    if not isinstance(program, list | tuple) or not program:
        raise UsageError(
            f"program: a text or a command's words are expected, found {program!r:.40}"
        )
    words = cast("Sequence[object]", program)
    for word in words:
        if not isinstance(word, str) or "\0" in word or without_surrogates(word)[1]:
            raise UsageError(f"program: {word!r:.40} is no word of a command")
    return cast("tuple[str, ...]", tuple(words))


def files_of(files: object, limits: Limits) -> tuple[PlannedFile, ...]:
    """Files to be put below the working directory; UsageError where they cannot be."""
    if not isinstance(files, Mapping):
        raise UsageError(f"files: path → content is expected, found {type(files).__name__}")
    given = cast("Mapping[object, object]", files).items()
    found = tuple(
        PlannedFile(path=path_of("files", path), data=bytes_of(f"files[{path!r:.60}]", data))
        for path, data in given
    )
    size = sum(len(each.data) for each in found)
    if size > limits.disk_mb << 20:
        raise UsageError(f"files: {size} bytes, and limits.disk_mb is {limits.disk_mb}")
    plain = {PurePosixPath(each.path) for each in found}
    for each in plain:
        if above := plain.intersection(each.parents):
            raise UsageError(f"files: {str(above.pop())!r:.60} cannot be a file and a folder")
    return found


def paths_of(collect: object) -> tuple[str, ...]:
    """Paths to bring back; a text is none, or each of its letters would be a path."""
    if isinstance(collect, str | bytes) or not isinstance(collect, Sequence):
        raise UsageError(f"collect: a list of paths is expected, found {collect!r:.40}")
    return tuple(path_of("collect", each) for each in cast("Sequence[object]", collect))


def path_of(field: str, path: object) -> str:
    """A path below the working directory; UsageError for any other."""
    parts = path.split("/") if isinstance(path, str) else []
    is_plain = bool(parts) and bool(parts[0]) and parts[-1] not in {"", "."} and ".." not in parts
    is_short = len(parts) <= DEEPEST and all(
        len(each.encode(errors="surrogatepass")) <= NAME_BYTES for each in parts
    )
    if not isinstance(path, str) or not (is_plain and is_short) or "\0" in path:
        raise UsageError(f"{field}: {path!r:.100} is no path below the working directory")
    return path


def bytes_of(field: str, value: object) -> bytes:
    """Text as UTF-8; lone surrogates stay what they were."""
    if isinstance(value, bytes | bytearray):
        return bytes(value)
    if not isinstance(value, str):
        raise UsageError(f"{field}: text or bytes are expected, found {type(value).__name__}")
    return value.encode(errors="surrogatepass")


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
