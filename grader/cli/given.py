"""What the command line gives of one task and one solution: files, read and checked."""

import json
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any, cast

import grader
from grader.core.task import Task
from grader.engine.build.function import defines
from grader.engine.service.tasks import benchmark_task
from grader.errors import UsageError

STDIN = "-"
MOST_BYTES = 64 << 20
"""Of a solution or a file of tests."""
NAMES = (("input", "output"), ("stdin", "stdout"))
"""What a case's texts are called, the usual ones first."""
ANSWERS = (".out", ".ans")


def task_of(kind: str, arguments: Namespace) -> Task:
    """The task that the arguments name; UsageError says which file is wrong."""
    match kind:
        case "benchmark":
            return benchmark_task(arguments.benchmark, arguments.task, arguments.data)
        case "tests":
            return grader.function_task(
                tests=text_of(arguments.tests),
                entry_point=arguments.entry_point,
                prompt=text_of(arguments.prompt) if arguments.prompt else "",
                reference=text_of(arguments.reference) if arguments.reference else "",
                id=arguments.entry_point,
            )
        case _:
            return grader.program_task(
                cases=cases_of(arguments.cases),
                compare=arguments.compare or "lines",
                tolerance=arguments.tolerance or 0.0,
                id=arguments.cases.name,
            )


def solution_of(source: str, task: Task) -> str | dict[str, str]:
    """The solution's text; as a whole program where it defines what the task asks for."""
    text = decoded(sys.stdin.buffer.read(), "stdin") if source == STDIN else text_of(Path(source))
    asked = task.spec.get("entry_point")
    is_whole = isinstance(asked, str) and defines(text, asked)
    return {"solution": text} if is_whole else text


def text_of(path: Path) -> str:
    """A file's text; UsageError where it cannot be read."""
    return decoded(bytes_of(path), str(path))


def bytes_of(path: Path) -> bytes:
    """A file's content; UsageError where it cannot be read."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UsageError(f"{path}: larger than {MOST_BYTES >> 20} MiB")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"{path}: {why}; check the path") from error


def decoded(data: bytes, place: str) -> str:
    """Bytes as UTF-8 with the line ends of Python; UsageError where they are none."""
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise UsageError(f"{place}: no UTF-8 at byte {error.start}") from error


def cases_of(path: Path) -> list[tuple[str | bytes, str | bytes]]:
    """Pairs of input and output from a file or a folder; UsageError names the line at fault."""
    if path.is_dir():
        return in_folder(path)
    text = text_of(path)
    if text.lstrip().startswith("["):
        rows = read_json(text, str(path))
        places = [f"{path}[{number}]" for number in range(len(rows))]
    else:
        lines = [(n, each) for n, each in enumerate(text.split("\n"), 1) if each.strip()]
        rows = [read_json(each, f"{path}:{number}") for number, each in lines]
        places = [f"{path}:{number}" for number, _ in lines]
    if not rows:
        raise UsageError(f"{path}: there is no case in it")
    return [case_of(row, place) for row, place in zip(rows, places, strict=True)]


def read_json(text: str, place: str) -> Any:
    """A JSON value; UsageError names the place."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{place}: no JSON: {error}") from error


def case_of(row: object, place: str) -> tuple[str, str]:
    """A case's input and output; UsageError names the place."""
    parts = cast("list[object]", row) if isinstance(row, list) else []
    if isinstance(row, dict):
        fields = cast("dict[str, object]", row)
        names = next((names for names in NAMES if names[1] in fields), None)
        parts = [fields.get(names[0], ""), fields[names[1]]] if names else []
    if len(parts) != 2 or not all(isinstance(each, str) for each in parts):  # noqa: PLR2004
        raise UsageError(f'{place}: {{"input": TEXT, "output": TEXT}} is expected')
    given, wanted = cast("list[str]", parts)
    return given, wanted


def in_folder(folder: Path) -> list[tuple[str | bytes, str | bytes]]:
    """Pairs of NAME.in and NAME.out (or NAME.ans) in the order of their names."""
    inputs = sorted(folder.glob("*.in"))
    if not inputs:
        raise UsageError(f"{folder}: no NAME.in in it; add pairs of .in and .out files")
    return [(bytes_of(each), bytes_of(answer_of(each))) for each in inputs]


def answer_of(given: Path) -> Path:
    """The file with what must be printed; UsageError where there is none."""
    found = next((given.with_suffix(e) for e in ANSWERS if given.with_suffix(e).exists()), None)
    if found is None:
        raise UsageError(f"{given}: there is no {given.with_suffix(ANSWERS[0]).name} beside it")
    return found
