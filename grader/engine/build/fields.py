"""A task from fields as data sets, labels and metadata spell them."""

import json
from collections.abc import Mapping
from typing import Any, cast

from grader.benchmarks import apps, livecodebench
from grader.benchmarks._livecodebench import LivecodebenchProblem
from grader.benchmarks._rows import JsonRow
from grader.core.task import Task
from grader.engine.build._made import identifier, number, refuse, task_of, text
from grader.engine.build.cases import cases_task
from grader.engine.build.function import function_task
from grader.engine.build.program import program_task
from grader.engine.dataset import overridden
from grader.engine.service.tasks import benchmark_task
from grader.graders import function

FIELDS = (
    "benchmark", "task_id", "data", "tests", "entry_point", "starter", "reference", "inputs",
    "outputs", "fn_name", "compare", "tolerance", "timeout_s", "memory_mb",
)  # fmt: skip
"""What is read of a row; all others are the caller's own business."""
EXPECTED = (
    "tests and entry_point, benchmark and task_id, or inputs and outputs (with fn_name where a"
    " function is called)"
)


def task_of_fields(given: Mapping[str, object] | str, place: str = "row") -> Task:
    """The task of a row; a text is the JSON of one. UsageError names the field at fault.

    tests, entry_point (starter: code that an answer continues; reference: a right solution), or
    benchmark, task_id (data: a path), or inputs, outputs of a program (compare, tolerance), or
    these with entry_point: lists of arguments and what the function must give, or with fn_name: as
    LiveCodeBench (texts, one JSON value a line) or APPS (lists) has them. timeout_s (of CPU) and
    memory_mb replace the task's own limits.
    """
    fields = {name: value for name, value in mapping_of(given, place).items() if value is not None}
    made = _made(fields, place)
    limits = overridden(
        made.limits,
        timeout_s=number("timeout_s", fields["timeout_s"]) if "timeout_s" in fields else None,
        memory_mb=cast("Any", fields.get("memory_mb")),
    )
    return made.model_copy(update={"limits": limits})


def mapping_of(given: object, place: str) -> Mapping[str, object]:
    """Fields that may come as the JSON of them."""
    found = json_of(place, given) if isinstance(given, str) else given
    if not isinstance(found, Mapping):
        refuse(place, f"{EXPECTED} are expected, found {type(found).__name__}")
    return cast("Mapping[str, object]", found)


def _made(fields: Mapping[str, Any], place: str) -> Task:
    if "benchmark" in fields:
        task_id = fields.get("task_id", "")
        return benchmark_task(fields["benchmark"], task_id, fields.get("data"))
    if "tests" in fields:
        return function_task(
            tests=fields["tests"],
            entry_point=fields.get("entry_point", ""),
            prompt=fields.get("starter", ""),
            reference=fields.get("reference", ""),
        )
    if "inputs" in fields and "outputs" in fields:
        inputs, outputs = (listed(name, fields[name]) for name in ("inputs", "outputs"))
        return _of_cases(fields, inputs, outputs)
    found = ", ".join(map(str, fields)) or "nothing"
    return refuse(place, f"{EXPECTED} are expected, found {found:.200}")


def _of_cases(fields: Mapping[str, Any], inputs: list[Any], outputs: list[Any]) -> Task:
    if len(inputs) != len(outputs):
        refuse("outputs", f"{len(outputs)} for {len(inputs)} inputs")
    tolerance = fields.get("tolerance", 0.0)
    if fields.get("fn_name"):
        return called(fields["fn_name"], list(zip(inputs, outputs, strict=True)))
    if "entry_point" in fields:
        name = fields["entry_point"]
        return cases_task(entry_point=name, inputs=inputs, outputs=outputs, tolerance=tolerance)
    given = [lines(f"inputs[{place}]", each) for place, each in enumerate(inputs)]
    wanted = [lines(f"outputs[{place}]", each) for place, each in enumerate(outputs)]
    return program_task(
        cases=list(zip(given, wanted, strict=True)),
        compare=fields.get("compare", "lines"),
        tolerance=tolerance,
        reference=fields.get("reference", ""),
    )


def called(name: object, tests: list[tuple[Any, Any]]) -> Task:
    """A function that is called as LiveCodeBench (inputs are texts) or APPS (lists) calls it."""
    function_name = identifier("fn_name", name)
    if not tests:
        refuse("inputs", "there are none, so every function would pass")
    if not all(isinstance(given, str) for given, _ in tests):
        spec = apps.function_spec(JsonRow("inputs", 0, {}), function_name, tests)
        return task_of("function", spec, apps.function_limits(len(tests)), "")
    texts = [(given, as_json(wanted)) for given, wanted in tests]
    for place, (given, wanted) in enumerate(texts):
        for line in given.split("\n"):
            json_of(f"inputs[{place}]", line)
        json_of(f"outputs[{place}]", wanted)
    made = livecodebench.function_task(LivecodebenchProblem("", function_name, texts))
    return task_of("function", function.Spec.model_validate(made.spec), made.limits, "")


def listed(field: str, value: object) -> list[Any]:
    """A list, or the JSON of one, or an array as tables have them."""
    found: Any = json_of(field, value) if isinstance(value, str) else value
    found = found.tolist() if hasattr(found, "tolist") else found
    if not isinstance(found, list | tuple):
        refuse(field, f"a list is expected, found {type(found).__name__}")
    return list(cast("list[Any]", found))


def lines(field: str, value: object) -> str:
    """A text, or lines of one."""
    parts = cast("list[object]", value) if isinstance(value, list) else [value]
    return "\n".join(text(field, each, may_be_empty=True) for each in parts)


def as_json(value: object) -> str:
    """The JSON of a value that may be there as such."""
    return value if isinstance(value, str) else json.dumps(value)


def json_of(field: str, value: str) -> object:
    """What a JSON text says; UsageError where it is none."""
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        refuse(field, f"no JSON: {error}")
