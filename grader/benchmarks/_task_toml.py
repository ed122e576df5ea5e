"""`task.toml`: the settings of one task directory, read strictly.

The layout follows Harbor's task format where it fits (`task.toml`, `instruction.md`, `tests/`,
`solution/`); an unknown key is an error, because a misspelt limit would silently not apply.
"""

import json
import tomllib
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from grader.core.limits import Limits
from grader.core.record import Record
from grader.errors import UsageError
from grader.graders.answer import AnswerRule


class TaskKind(StrEnum):
    """What a sample of the task is."""

    FUNCTION = "function"
    PROGRAM = "program"
    ANSWER = "answer"


class TaskTable(Record):
    """`[task]`."""

    id: str = Field(min_length=1)
    kind: TaskKind
    entry_point: str = ""
    """Name of the function that the tests call; required for kind `function`."""
    language: str = ""
    """What programs are written in (`cpp`, `java`); empty: Python, or what a sample's row says."""


class LimitsTable(Record):
    """`[limits]`: what is absent keeps the engine's default."""

    cpu_s: float | None = Field(default=None, gt=0)
    wall_s: float | None = Field(default=None, gt=0)
    memory_mb: int | None = Field(default=None, gt=0)
    output_kb: int | None = Field(default=None, gt=0)
    pids: int | None = Field(default=None, gt=0)


class CompareTable(Record):
    """`[compare]`: how a program's standard output is compared; only for kind `program`."""

    rule: Literal["exact", "lines", "tokens"] = "lines"
    float_tolerance: float = Field(default=0.0, ge=0)
    """Relative or absolute; needs rule `tokens`."""


class AnswerTable(Record):
    """`[answer]`: when an answer is right; only for kind `answer`, see `graders/answer`."""

    rule: AnswerRule = "normalized"
    tolerance: float = Field(default=0.0, ge=0)
    """Relative or absolute; needs rule `number` or `json`."""
    least: float = Field(default=1.0, gt=0, le=1)
    """F1 from which an answer passes; needs rule `f1`."""
    marker: str = ""
    """What stands before the answer in the model's text, as `Answer:`; empty: all is the answer."""


class MetadataTable(Record):
    """`[metadata]`: for people; only `known_broken` has an effect, in reports."""

    difficulty: Literal["", "easy", "medium", "hard"] = ""
    tags: tuple[str, ...] = ()
    known_broken: str = ""
    """Why the task is unsound."""


class TaskToml(Record):
    """The whole file."""

    task: TaskTable
    limits: LimitsTable = LimitsTable()
    compare: CompareTable = CompareTable()
    answer: AnswerTable = AnswerTable()
    metadata: MetadataTable = MetadataTable()

    def engine_limits(self) -> Limits:
        """The engine's limits with this file's changes."""
        return Limits.model_validate(self.limits.model_dump(exclude_none=True))


def read_task_toml(path: Path) -> TaskToml:
    """Parse and validate; UsageError names file and key."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: not readable as TOML: {error}") from error
    try:
        settings = TaskToml.model_validate_json(json.dumps(table, default=str), strict=True)
    except ValidationError as error:
        raise UsageError(f"{path}: {_complaint(error)}") from error
    _check_kind(path, settings, table)
    return settings


def _check_kind(path: Path, settings: TaskToml, table: dict[str, Any]) -> None:
    """Keys that contradict the task's kind or each other."""
    task, kind = settings.task, settings.task.kind
    if kind is TaskKind.FUNCTION and not task.entry_point.isidentifier():
        raise UsageError(f"{path}: task.entry_point must name the function that is tested")
    if kind is not TaskKind.FUNCTION and task.entry_point:
        raise UsageError(f"{path}: task.entry_point is for kind 'function'; remove it")
    for name, owner in (("compare", TaskKind.PROGRAM), ("answer", TaskKind.ANSWER)):
        if name in table and kind is not owner:
            raise UsageError(f"{path}: [{name}] is for kind '{owner}'; remove it")
    if settings.compare.float_tolerance and settings.compare.rule != "tokens":
        raise UsageError(f'{path}: compare.float_tolerance needs compare.rule = "tokens"')
    answer = settings.answer
    if answer.tolerance and answer.rule not in {"number", "json"}:
        raise UsageError(f'{path}: answer.tolerance needs answer.rule "number" or "json"')
    if answer.least < 1 and answer.rule != "f1":
        raise UsageError(f'{path}: answer.least needs answer.rule = "f1"')


def _complaint(error: ValidationError) -> str:
    """The first mistake, in words of the file."""
    first = error.errors(include_url=False)[0]
    location = [str(part) for part in first["loc"]]
    key = ".".join(location)
    if first["type"] == "extra_forbidden":
        known = _known_keys(location[:-1])
        close = get_close_matches(location[-1], known, n=1)
        hint = f"did you mean '{close[0]}'?" if close else f"there are: {', '.join(known)}"
        return f"unknown key '{key}'; {hint}"
    if first["type"] == "missing":
        return f"'{key}' is missing; add it"
    return f"'{key}': {first['msg'][0].lower()}{first['msg'][1:]}"


def _known_keys(location: list[str]) -> list[str]:
    """The keys of the table at `location`."""
    model: type[Record] = TaskToml
    for part in location:
        annotation = model.model_fields[part].annotation
        if not (isinstance(annotation, type) and issubclass(annotation, Record)):
            return []
        model = annotation
    return list(model.model_fields)
