"""What the editions of MBPP share: ids, limits, and the order of a program's parts."""

import re

from grader.benchmarks._rows import JsonRow, kind_of, text_of
from grader.core.limits import Limits
from grader.core.task import Task
from grader.errors import UsageError
from grader.graders.function import Spec

LIMITS = Limits(cpu_s=10.0, wall_s=26.0, memory_mb=1024)
"""Task 123's reference needs 3.8 s of CPU."""
SPELLING = re.compile(r"(?:mbpp/)?([0-9]+)", re.IGNORECASE)
DEFINED = re.compile(r"^def[ \t]+(\w+)", re.MULTILINE)
CALLED = re.compile(r"[^\W\d]\w*")


def mbpp_id(spelling: str) -> str:
    """`MBPP/11` for `11`, `Mbpp/11` and the like; anything else unchanged."""
    match = SPELLING.fullmatch(spelling)
    return f"MBPP/{match[1]}" if match else spelling


def mbpp_task(row: JsonRow, *, benchmark: str, between: str, tests: list[str]) -> Task:
    """One problem: the code, then what stands `between` (set-up code or imports), then `tests`.

    Every other order loses references: the set-up code of tasks 367 and 927 needs the solution's
    classes, and the tests of ten sanitized tasks need the imports.
    """
    number = row.value.get("task_id")
    if type(number) is not int:
        raise UsageError(f"{row.place}: 'task_id' must be a number, found {kind_of(number)}")
    code = text_of(row, "code")
    spec = Spec(
        tests="\n".join([between, *tests] if between else tests),
        entry_point=entry_point(code, tests),
        reference=code,
    )
    return Task(
        id=f"MBPP/{number}",
        benchmark=benchmark,
        kind="function",
        limits=LIMITS,
        spec=spec.model_dump(),
    )


def entry_point(code: str, tests: list[str]) -> str:
    """Name the reference's function that the tests call first; empty where that is unclear."""
    defined = set(DEFINED.findall(code))
    called = (name for test in tests for name in CALLED.findall(test))
    return next((name for name in called if name in defined), "")
