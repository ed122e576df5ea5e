"""What the builders share: checks that name the argument, and the finished task."""

import ast
import keyword
import sys
from collections.abc import Mapping
from typing import Any, NoReturn, TypeVar, cast

from pydantic import BaseModel, ValidationError

from grader.core.limits import Limits
from grader.core.task import Task
from grader.engine.identity import task_identity
from grader.errors import UsageError

Model = TypeVar("Model", bound=BaseModel)
ID_CHARS = 16
OWN = "own"
"""What stands for a benchmark in tasks that are of none."""
COMPILING = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError)


def refuse(field: str, why: str) -> NoReturn:
    """UsageError that names the argument."""
    raise UsageError(f"{field}: {why}")


def text(field: str, value: object, *, may_be_empty: bool = False) -> str:
    """A text that can be written as UTF-8."""
    if not isinstance(value, str):
        refuse(field, f"a text is expected, found {type(value).__name__}")
    if not (value.strip() or may_be_empty):
        refuse(field, "it is empty")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        refuse(field, f"a lone surrogate at character {error.start} cannot be written as UTF-8")
    return value


def identifier(field: str, value: object) -> str:
    """A name that Python can call."""
    name = text(field, value)
    if not name.isidentifier() or keyword.iskeyword(name):
        refuse(field, f"{name!r:.80} is no name of a function")
    return name


def parsed(field: str, source: str) -> ast.Module:
    """The tree of a text that compiles."""
    try:
        return ast.parse(source)
    except COMPILING as error:
        line = getattr(error, "lineno", None)
        place = f"line {line}: " if line else ""
        refuse(field, f"{place}no Python: {getattr(error, 'msg', None) or error}")


def number(field: str, value: object) -> float:
    """A finite number of 0 or more."""
    is_one = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_one or not 0 <= cast("float", value) <= sys.float_info.max:
        refuse(field, f"a number of 0 or more is expected, found {value!r:.40}")
    return float(cast("float", value))


def checked(kind: type[Model], values: Mapping[str, Any]) -> Model:
    """A record of these values; UsageError that names the field."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        refuse(".".join(map(str, first["loc"])) or kind.__name__, first["msg"])


def task_of(kind: str, spec: BaseModel, limits: Limits, name: object) -> Task:
    """The task; it is called by its content where the caller calls it nothing."""
    made = Task(id="", benchmark=OWN, kind=kind, limits=limits, spec=spec.model_dump(mode="json"))
    given = text("id", name, may_be_empty=True)
    return made.model_copy(update={"id": given or f"{kind}-{task_identity(made)[:ID_CHARS]}"})
