"""APPS (Hendrycks et al. 2021, arXiv:2105.09938): programs that read stdin, and functions.

Programs run with real pipes, one process per test; functions are interviewed. The official
comparison ends in sets of words, so that it accepts permuted output; here order counts.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.benchmarks._contest import language_of, list_of, object_of, pairs, text_pairs, unfold
from grader.benchmarks._rows import JsonRow, json_rows, shown
from grader.benchmarks._samples import read_samples
from grader.core.limits import Limits
from grader.core.sample import Sample
from grader.core.task import Task
from grader.errors import UsageError
from grader.graders import function, program
from grader.graders.program import OutputRule

TEST_CPU_S = 4.0
"""Official: 4 s of wall clock per test."""
LIMITS = Limits(cpu_s=TEST_CPU_S, wall_s=4 * TEST_CPU_S, memory_mb=2048)
CALL = "apps_call"
SUFFIX = """


def {call}(text):
    import ast
    import signal

    signal.setitimer(signal.ITIMER_PROF, {cpu_s})
    try:
        return apps_function(*ast.literal_eval(text))
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


apps_function = Solution().{name} if "Solution" in globals() else {name}
"""
TESTS = '''
def plain(value):
    """Tuples as lists and keys as texts, as JSON has them."""
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {{str(key): plain(each) for key, each in value.items()}}
    return value


def restored(value):
    """An argument whose keys were numbers before JSON made them texts."""
    if isinstance(value, dict) and value and all(key.lstrip("-").isdigit() for key in value):
        return {{int(key): each for key, each in value.items()}}
    return value


for number, (given, expected) in enumerate({tests!r}, start=1):
    output = plain({call}(repr([restored(each) for each in given])))
    is_right = output == expected or (
        isinstance(expected, list) and expected and output == expected[0]
    )
    assert is_right, f"test {{number}}: expected {{expected!r:.80}}, got {{output!r:.80}}"
'''


class AppsBenchmark:
    """All problems of a file. A sample is a whole program."""

    name = "apps"
    version = "2021"
    licence = "MIT"
    summary = "APPS: 10,000 programming problems of three difficulties"

    def locate(self, data: Path | None) -> Path:
        """`data`: the published archive holds a directory per problem, so there is no download."""
        if data is None:
            raise UsageError(
                "apps needs --data: JSON lines with problem_id (or id) and input_output"
                " (codeparrot/apps, test.jsonl)"
            )
        if not data.is_file():
            raise UsageError(f"{data}: no such file; --data takes a .jsonl file")
        return data

    def tasks(self, path: Path) -> Iterator[Task]:
        """Tasks in the file's order; problems without tests are left out, as officially."""
        for row in json_rows(path):
            if row.value.get("input_output") not in ("", None):
                yield _task(row)

    def samples(self, source: str, tasks: dict[str, Task]) -> Iterator[Sample]:
        """Rows with `task_id`, and `solution` or `completion`: a whole program either way."""
        return read_samples(source, tasks, unfold=unfold)


def benchmark() -> AppsBenchmark:
    """The member that this module is."""
    return AppsBenchmark()


def _task(row: JsonRow) -> Task:
    said = object_of(row, "input_output")
    found = pairs(row, "input_output", said.get("inputs"), said.get("outputs"))
    if not found:
        raise UsageError(f"{row.place}: no tests; everything would pass")
    name: Any = said.get("fn_name")
    limits, kind = LIMITS, "program"
    if name:
        kind, spec = "function", function_spec(row, name, found)
        limits = function_limits(len(found))
    else:
        tests = text_pairs(row, "input_output", found)
        packed = program.packed(tests)
        spec = program.Spec(
            packed=packed,
            rule=OutputRule.FLOATS,
            reference=_reference(row),
            language=language_of(row),
        )
    return Task(
        id=_id(row), benchmark=AppsBenchmark.name, kind=kind, limits=limits, spec=spec.model_dump()
    )


def function_limits(tests: int) -> Limits:
    """All tests share one interview, so its limit is that of all."""
    cpu_s = TEST_CPU_S * (tests + 1)
    return LIMITS.model_copy(update={"cpu_s": cpu_s, "wall_s": cpu_s + LIMITS.wall_s})


def function_spec(row: JsonRow, name: object, found: list[tuple[Any, Any]]) -> function.Spec:
    """A function that is called with each input; UsageError says what is wrong with the row."""
    if not (isinstance(name, str) and name.isidentifier()):
        raise UsageError(f"{row.place}: {shown(str(name))} is no name of a function")
    if not all(isinstance(given, list) for given, _ in found):
        raise UsageError(f"{row.place}: each input of a function is a list of arguments")
    return function.Spec(
        suffix=SUFFIX.format(call=CALL, name=name, cpu_s=TEST_CPU_S),
        tests=TESTS.format(call=CALL, tests=found),
        entry_point=CALL,
        wraps_whole=True,
        call_cpu_s=TEST_CPU_S,
        reference=_reference(row),
    )


def _id(row: JsonRow) -> str:
    for key in ("problem_id", "id"):
        value = row.value.get(key)
        if type(value) is str or type(value) is int:
            return str(value)
    raise UsageError(f"{row.place}: no 'problem_id' (nor 'id'); wrong file for --data?")


def _reference(row: JsonRow) -> str:
    """The first solution, if there is one."""
    if not row.value.get("solutions"):
        return ""
    first = next(iter(list_of(row, "solutions")), "")
    return first if isinstance(first, str) else ""
