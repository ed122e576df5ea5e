"""CodeContests (Li et al. 2022, arXiv:2203.07814): programs that read stdin and write stdout.

Programs run with real pipes, one process per test. Words are compared as officially, but for large
integers, which are equal there to any other that is the same float; problems with several right
answers have no checkers of their own in the data, so that right programs may fail, and generated
tests may let wrong ones through.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from grader.benchmarks._contest import language_of, list_of, object_of, pairs, text_pairs, unfold
from grader.benchmarks._rows import JsonRow, json_rows, kind_of
from grader.benchmarks._samples import read_samples
from grader.core.limits import Limits
from grader.core.sample import Sample
from grader.core.task import Task
from grader.errors import UsageError
from grader.graders._numbers import has_fraction
from grader.graders.program import OutputRule, Spec, packed

LIMITS = Limits(cpu_s=10.0, wall_s=40.0, memory_mb=1024, output_kb=65536)
"""Official defaults: 10 s, 64 MiB of output; its 256 MiB of address space are too few for some
right Python programs, so resident memory gets more."""
PARTS = ("public_tests", "private_tests", "generated_tests")
PYTHON3 = 3
"""`PYTHON3` among the dataset's languages."""


class CodeContests:
    """All problems of a file. A sample is a whole program."""

    name = "code-contests"
    version = "2022-02"
    licence = "CC-BY-4.0"
    summary = "CodeContests: competition problems, judged by what a program prints"

    def locate(self, data: Path | None) -> Path:
        """`data`: the original is a set of binary records, so there is nothing to download."""
        if data is None:
            raise UsageError(
                "code-contests needs --data: JSON lines with name, public_tests, private_tests and"
                " generated_tests (deepmind/code_contests)"
            )
        if not data.is_file():
            raise UsageError(f"{data}: no such file; --data takes a .jsonl file")
        return data

    def tasks(self, path: Path) -> Iterator[Task]:
        """Tasks in the file's order; rows may also be COFFE's or SandboxFusion's."""
        for row in json_rows(path):
            tests = _tests(row)
            if not tests:
                raise UsageError(f"{row.place}: no tests; everything would pass")
            spec = Spec(
                packed=packed(tests),
                rule=_rule(tests),
                compat=OutputRule.CODECONTESTS,
                reference=_reference(row),
                language=language_of(row),
            )
            yield Task(
                id=_id(row),
                benchmark=self.name,
                kind="program",
                limits=_limits(row),
                spec=spec.model_dump(),
            )

    def samples(self, source: str, tasks: dict[str, Task]) -> Iterator[Sample]:
        """Rows with `task_id`, and `solution` or `completion`: a whole program either way."""
        return read_samples(source, tasks, unfold=unfold)


def benchmark() -> CodeContests:
    """The member that this module is."""
    return CodeContests()


def _rule(tests: list[tuple[str, str]]) -> OutputRule:
    """Numbers may be off where the task's outputs are no integers; the official rule says always.

    An output of such a task that happens to be written as an integer is no more exact than others.
    """
    may = any(has_fraction(wanted.encode()) for _, wanted in tests)
    return OutputRule.NEAR if may else OutputRule.VALUES


def _id(row: JsonRow) -> str:
    for key in ("name", "task_id", "id"):
        value = row.value.get(key)
        if type(value) is str or type(value) is int:
            return str(value)
    raise UsageError(f"{row.place}: no 'name' (nor 'task_id' or 'id'); wrong file for --data?")


def _tests(row: JsonRow) -> list[tuple[str, str]]:
    if "input_output" in row.value:
        said = object_of(row, "input_output")
        found = pairs(row, "input_output", said.get("input"), said.get("output"))
        return text_pairs(row, "input_output", found)
    if "test" in row.value:
        listed = list_of(row, "test")
        found = [(_inner(row, each, "input"), _inner(row, each, "output")) for each in listed]
        return text_pairs(row, "test", found)
    tests: list[tuple[str, str]] = []
    for part in PARTS:
        if part in row.value:
            said = object_of(row, part)
            found = pairs(row, part, said.get("input"), said.get("output"))
            tests += text_pairs(row, part, found)
    return tests


def _inner(row: JsonRow, test: Any, key: str) -> Any:
    """`{"input": {"stdin": …}, "output": {"stdout": …}}`."""
    value = cast("dict[str, Any]", test).get(key) if isinstance(test, dict) else None
    if not isinstance(value, dict):
        raise UsageError(f"{row.place}: a test's '{key}' must be an object")
    return cast("dict[str, Any]", value).get("stdin" if key == "input" else "stdout")


def _reference(row: JsonRow) -> str:
    """The first accepted Python 3 program, if there is one."""
    said: Any = row.value.get("solutions")
    if isinstance(said, dict):
        languages = cast("dict[str, Any]", said)
        found = pairs(row, "solutions", languages.get("language"), languages.get("solution"))
        said = [text for language, text in found if language in {PYTHON3, "PYTHON3"}]
    if said is None:
        return ""
    if not isinstance(said, list):
        raise UsageError(f"{row.place}: 'solutions' must be a list, found {kind_of(said)}")
    first = next(iter(cast("list[object]", said)), "")
    return first if isinstance(first, str) else ""


def _limits(row: JsonRow) -> Limits:
    given: Any = row.value.get("memory_limit_bytes")
    if type(given) is not int or given <= 0:
        return LIMITS
    return LIMITS.model_copy(update={"memory_mb": max(LIMITS.memory_mb, given >> 20)})
