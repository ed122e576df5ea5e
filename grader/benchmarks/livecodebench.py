"""LiveCodeBench, code generation (Jain et al. 2024, arXiv:2403.07974).

Programs run with real pipes, one process per test, where the official runner turns them into a
function with a mocked stdin. Functions are interviewed; the expected values stay with the checker.
Limits and comparison are the official ones.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from grader.benchmarks._livecodebench import LivecodebenchProblem, files, problems
from grader.benchmarks._rows import JsonRow, json_rows, kind_of
from grader.benchmarks._samples import read_samples
from grader.core.limits import Limits
from grader.core.sample import Sample
from grader.core.task import Task
from grader.errors import UsageError
from grader.graders import function, program
from grader.graders.program import OutputRule

CALL = "livecodebench_call"
TEST_CPU_S = 6.0
"""Official: 6 s of wall clock per test."""
MEMORY_MB = 4096
"""What the official runner speaks of; it sets no limit."""
STARS = (
    "string", "re", "datetime", "collections", "heapq", "bisect", "copy", "math", "random",
    "statistics", "itertools", "functools", "operator", "io", "sys", "json", "builtins", "typing",
)  # fmt: skip
MODULES = (*STARS[:-2],)
PRELUDE = "; ".join((
    *(f"from {name} import *" for name in STARS),
    *(f"import {name}" for name in MODULES),
    "sys.setrecursionlimit(50000)\n",
))  # fmt: skip
"""The official imports, in their order: solutions rely on them. One line, to keep line numbers."""
SUFFIX = '''


def {call}(text):
    """The official call: one JSON value a line."""
    import json
    import signal

    signal.setitimer(signal.ITIMER_PROF, {cpu_s})
    try:
        return livecodebench_method(*map(json.loads, text.split("\\n")))
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


livecodebench_method = Solution().{name} if "Solution" in globals() else {name}
'''
TESTS = """
import json

for number, (given, wanted) in enumerate({tests!r}, start=1):
    output = {call}(given)
    if isinstance(output, tuple):
        output = list(output)
    expected = json.loads(wanted)
    assert output == expected, f"test {{number}}: expected {{expected!r:.80}}, got {{output!r:.80}}"
"""
KNOWN_BROKEN = {
    **dict.fromkeys(
        (
            "abc311_c", "abc326_d", "abc327_b", "abc333_e", "abc343_e", "abc362_c",
            "find-words-containing-character", "find-the-peaks",
            "generate-binary-strings-without-adjacent-zeros",
        ),
        "several outputs are right, the tests know one",
    ),
    **dict.fromkeys(("abc337_e", "abc355_e"), "interactive: nothing can pass"),
    "abc350_c": "the tests are wrong",
}  # fmt: skip
"""From LiveCodeBench's ERRATA.md."""


class LiveCodeBench:
    """Contest problems by date. A sample is a whole program, or a class `Solution`."""

    name = "livecodebench"
    version = "release_v6"
    licence = "MIT"
    summary = "LiveCodeBench: contest problems, stdin programs and LeetCode methods"

    def locate(self, data: Path | None) -> Path:
        """`data`, a file or a directory with `test*.jsonl`: no single download holds a release."""
        if data is None:
            raise UsageError(
                "livecodebench needs --data: a test*.jsonl file of livecodebench/"
                "code_generation_lite, or the directory that holds them"
            )
        if not data.exists():
            raise UsageError(f"{data}: no such file or directory; --data takes test*.jsonl")
        if not files(data):
            raise UsageError(f"{data}: no test*.jsonl in it; --data takes the file itself too")
        return data

    def tasks(self, path: Path) -> Iterator[Task]:
        """Tasks in the files' order."""
        for problem in problems(path):
            yield task_of(problem)

    def prompts(self, path: Path) -> Iterator[tuple[str, str]]:
        """What a model is asked, by the task's id."""
        for file in files(path):
            for row in json_rows(file):
                name = row.value.get("question_id")
                said = [row.value.get(key) for key in ("question_content", "starter_code")]
                if isinstance(name, str):
                    yield name, "\n\n".join(text for text in said if isinstance(text, str) and text)

    def samples(self, source: str, tasks: dict[str, Task]) -> Iterator[Sample]:
        """Rows with `question_id` and `code_list` (the official form, as lines or as one list).

        Rows with `task_id` and `solution` or `completion` are read too.
        """
        return read_samples(source, tasks, unfold=unfold)


def benchmark() -> LiveCodeBench:
    """The member that this module is."""
    return LiveCodeBench()


def unfold(row: JsonRow) -> Iterator[JsonRow]:
    """One row per program. All go between the official imports and the call, so none is `whole`."""
    value = row.value
    codes: Any = value.get("code_list", [value.get("solution")])
    if not isinstance(codes, list):
        raise UsageError(f"{row.place}: 'code_list' must be a list, found {kind_of(codes)}")
    if "code_list" not in value and "solution" not in value:
        yield row
        return
    rest = {"task_id": value.get("question_id", value.get("task_id"))}
    rest |= {key: value[key] for key in ("model",) if key in value}
    for code in cast("list[object]", codes):
        yield row._replace(value=rest | {"completion": code})


def task_of(problem: LivecodebenchProblem) -> Task:
    """One problem as a task."""
    return function_task(problem) if problem.function else _program_task(problem)


def _program_task(problem: LivecodebenchProblem) -> Task:
    spec = program.Spec(
        packed=program.packed(problem.tests),
        rule=OutputRule.NUMBERS,
        compat=OutputRule.LIVECODEBENCH,
        prelude=PRELUDE,
    )
    limits = Limits(cpu_s=TEST_CPU_S, wall_s=4 * TEST_CPU_S, memory_mb=MEMORY_MB)
    return _task(problem, "program", limits, spec.model_dump())


def function_task(problem: LivecodebenchProblem) -> Task:
    """All tests share one interview, so its limit is that of all; each call has its own besides."""
    spec = function.Spec(
        prompt=PRELUDE,
        suffix=SUFFIX.format(call=CALL, name=problem.function, cpu_s=TEST_CPU_S),
        tests=TESTS.format(call=CALL, tests=problem.tests),
        entry_point=CALL,
        wraps_whole=True,
        call_cpu_s=TEST_CPU_S,
    )
    cpu_s = TEST_CPU_S * (len(problem.tests) + 1)
    limits = Limits(cpu_s=cpu_s, wall_s=cpu_s + 4 * TEST_CPU_S, memory_mb=MEMORY_MB)
    return _task(problem, "function", limits, spec.model_dump())


def _task(problem: LivecodebenchProblem, kind: str, limits: Limits, spec: dict[str, Any]) -> Task:
    return Task(
        id=problem.task_id,
        benchmark=LiveCodeBench.name,
        kind=kind,
        limits=limits,
        spec=spec,
        known_broken=KNOWN_BROKEN.get(problem.task_id, ""),
    )
