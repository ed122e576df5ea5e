"""Which task a reward's label names, and a verdict on it that is never our own trouble.

A label is text or an object; as text JSON, or `BENCHMARK:ID`. What it may hold is said by
`TaskLabel`: a benchmark's task, tests of a function, or inputs and outputs.
"""

import json
from functools import lru_cache
from typing import Any, Literal, cast

from anyio import to_thread
from pydantic import Field, ValidationError

from grader import plugins
from grader.benchmarks._livecodebench import LivecodebenchProblem
from grader.benchmarks.livecodebench import task_of
from grader.core.limits import Limits
from grader.core.result import Cause, Result, Verdict
from grader.core.task import Task
from grader.dialects._fields import LARGEST_MB, LONGEST_S, MOST_CASES
from grader.dialects.base import Backend, Body
from grader.engine.build.function import function_task
from grader.engine.build.program import program_task
from grader.engine.identity import task_identity
from grader.engine.service.asked import Solution
from grader.errors import DeadlineError, InfraError, UsageError

SHORT_CHARS = 65_536
"""Shorter labels are remembered as tasks: a prompt has many samples."""
REMEMBERED = 256
FORMS = (
    "'benchmark' and 'id'; 'tests' and 'entry_point'; 'inputs' and 'outputs', with 'fn_name' for a"
    " function; or 'cases'"
)


class LabelLimits(Body):
    """Limits that a label may set, of each case or of all tests of a function."""

    cpu_s: float | None = Field(default=None, gt=0, le=LONGEST_S)
    wall_s: float | None = Field(default=None, gt=0, le=2 * LONGEST_S)
    memory_mb: int | None = Field(default=None, gt=0, le=LARGEST_MB)


class TaskLabel(Body):
    """What a label may hold."""

    benchmark: str = ""
    id: str = ""
    task_id: str = ""
    """The same as `id`."""
    tests: str | list[str] = ""
    """Asserts, or `check(candidate)`."""
    entry_point: str = ""
    prompt: str = ""
    reference: str = ""
    inputs: list[Any] | None = Field(default=None, max_length=MOST_CASES)
    """Standard inputs; of a function JSON values, one a line, or a list of arguments."""
    outputs: list[Any] | None = Field(default=None, max_length=MOST_CASES)
    fn_name: str | None = None
    """Function, or method of `Solution`, that is called."""
    cases: list[tuple[str, str]] | None = Field(default=None, max_length=MOST_CASES)
    """(input, output) of a program."""
    compare: Literal["lines", "exact", "tokens", "numbers"] = "lines"
    tolerance: float = Field(default=0.0, ge=0)
    limits: LabelLimits = LabelLimits()


async def task_from(label: object, backend: Backend) -> Task:
    """The task; UsageError says what is wrong with the label."""
    if isinstance(label, str) and not label.lstrip().startswith("{"):
        benchmark, colon, task_id = label.strip().partition(":")
        if not colon:
            raise UsageError(f"label: {label[:60]!r} names no task; give JSON with {FORMS}")
        return await of_benchmark(benchmark.strip(), task_id.strip(), backend)
    text = label if isinstance(label, str) else written(label)
    if len(text) > SHORT_CHARS:
        fields, task = await to_thread.run_sync(read_label, text)
    else:
        fields, task = remembered(text)
    if task is not None:
        return task
    found = await of_benchmark(fields.benchmark, fields.id or fields.task_id, backend)
    return limited(found, fields.limits)


async def of_benchmark(benchmark: str, task_id: str, backend: Backend) -> Task:
    """A benchmark's task. Only names of members: a path or a hub's id would be looked for."""
    if benchmark not in plugins.names("benchmarks"):
        raise UsageError(f"label: there is no benchmark {benchmark!r:.60}; see `grader list`")
    return await to_thread.run_sync(backend.task, benchmark, task_id)


def written(label: object) -> str:
    """An object as JSON text."""
    if not isinstance(label, dict):
        raise UsageError(f"label: a text or an object is expected, found {type(label).__name__}")
    return json.dumps(label)


def read_label(text: str) -> tuple[TaskLabel, Task | None]:
    """A label's fields, and the task where it is no benchmark's; UsageError as above."""
    try:
        fields = TaskLabel.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(("label", *map(str, first["loc"])))
        raise UsageError(f"{where}: {first['msg']}") from error
    return fields, None if fields.benchmark else made(fields)


remembered = lru_cache(maxsize=REMEMBERED)(read_label)


def made(fields: TaskLabel) -> Task:
    """The task that a label describes itself."""
    if fields.tests:
        task = function_task(
            tests=fields.tests,
            entry_point=fields.entry_point,
            prompt=fields.prompt,
            reference=fields.reference,
        )
    elif fields.inputs is not None and fields.outputs is not None:
        task = paired_task(fields.inputs, fields.outputs, fields.fn_name or "")
    elif fields.cases is not None:
        task = program_task(cases=fields.cases, compare=fields.compare, tolerance=fields.tolerance)
    else:
        raise UsageError(f"label: it describes no task; give {FORMS}")
    return limited(task, fields.limits)


def paired_task(inputs: list[Any], outputs: list[Any], function: str) -> Task:
    """Inputs and outputs as LiveCodeBench has them; APPS's lists of arguments are read too."""
    if not inputs or len(inputs) != len(outputs):
        raise UsageError(f"label: {len(inputs)} inputs and {len(outputs)} outputs")
    if function and not function.isidentifier():
        raise UsageError(f"label.fn_name: {function!r:.60} is no name of a function")
    write = json_lines if function else lines
    tests = [
        (write(given, is_input=True), write(wanted, is_input=False))
        for given, wanted in zip(inputs, outputs, strict=True)
    ]
    task = task_of(LivecodebenchProblem("", function, tests))
    return task.model_copy(update={"id": f"pairs-{task_identity(task)[:16]}"})


def lines(value: object, *, is_input: bool) -> str:
    """What flows through a stream; a list is one of lines."""
    if isinstance(value, list):
        value = "\n".join(str(each) for each in cast("list[object]", value))
    if not isinstance(value, str):
        field = "inputs" if is_input else "outputs"
        raise UsageError(f"label.{field}: texts are expected, found {type(value).__name__}")
    return value


def json_lines(value: object, *, is_input: bool) -> str:
    """Arguments as JSON values, one a line, or a result as one value; a text holds them already."""
    if isinstance(value, str):
        for line in value.split("\n") if is_input else [value]:
            try:
                json.loads(line)
            except (ValueError, RecursionError) as error:
                field = "inputs" if is_input else "outputs"
                raise UsageError(f"label.{field}: {line[:60]!r} is no JSON: {error}") from error
        return value
    if is_input and isinstance(value, list):
        return "\n".join(json.dumps(each) for each in cast("list[object]", value))
    return json.dumps(value)


def limited(task: Task, limits: LabelLimits) -> Task:
    """The task with the limits that a label sets."""
    wanted = limits.model_dump(exclude_none=True)
    if not wanted:
        return task
    return task.model_copy(
        update={"limits": Limits.model_validate({**task.limits.model_dump(), **wanted})}
    )


async def settled(
    task: Task, solution: Solution, backend: Backend, deadline_s: float | None = None
) -> Result:
    """A result that says something of the sample.

    Raises InfraError where it stayed ungraded, UsageError where the task itself is at fault: who
    sent it would get the same answer for ever.
    """
    result = await backend.grade(task, solution, deadline_s=deadline_s)
    if result.verdict is not Verdict.UNGRADED:
        return result
    if result.cause is Cause.TASK:
        raise UsageError(f"label: its tests cannot be run: {result.reason}")
    if result.cause is Cause.DEADLINE:
        raise DeadlineError(result.reason)
    raise InfraError(result.reason)
