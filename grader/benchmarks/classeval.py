"""ClassEval: 100 classes with unit tests of each method (Du et al., ICSE 2024).

Assembled as `classeval_evaluation/test_utils.py` does it: the row's imports, the answer with its
static methods marked anew, the tests. A task passes when all its classes of tests do.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from grader.benchmarks._data import given
from grader.benchmarks._rows import JsonRow, json_rows, shown, text_of, texts_of
from grader.benchmarks._samples import read_samples
from grader.core.limits import Limits
from grader.core.sample import Sample
from grader.core.task import Image, Task
from grader.errors import UsageError
from grader.graders.suite import Spec, with_statics

FILES = ("ClassEval_data.json", "ClassEval_data.json.gz")
ENVIRONMENT = "bigcodebench"
"""Its libraries are more than those that eight of the tasks import."""
SHOWN = frozenset({"numpy"})
"""What every slot has."""
DEFINED = re.compile(r"^class\s+(\w+)", re.MULTILINE)
LIMITS = Limits(cpu_s=10.0, wall_s=60.0, memory_mb=2048, disk_mb=512)
"""Officially 5 s of wall clock for each class of tests; a busy machine gets more."""


class ClassEval:
    """All tasks of the file."""

    name = "classeval"
    version = "0.1"
    licence = "MIT"
    summary = "100 Python classes, written whole, with unit tests of each method (Du et al.)"

    def locate(self, data: Path | None) -> Path:
        """`data`, which has to be given: there is no home with a checksum."""
        if data is None:
            raise UsageError(
                "classeval: pass --data ClassEval_data.json (in the benchmark's repository,"
                " FudanSELab/ClassEval, below data/)"
            )
        return given(data, *FILES)

    def tasks(self, path: Path) -> Iterator[Task]:
        """Tasks in the file's order."""
        seen: set[str] = set()
        for row in json_rows(path):
            task_id = text_of(row, "task_id")
            if task_id in seen:
                raise UsageError(f"{row.place}: task {shown(task_id)} is there twice; remove one")
            seen.add(task_id)
            yield self._task(row, task_id)

    def _task(self, row: JsonRow, task_id: str) -> Task:
        imports = "\n".join(texts_of(row, "import_statement")) + "\n"
        tests, solution = text_of(row, "test"), text_of(row, "solution_code")
        # One name of ClassEval_97 begins with a blank, for which officially no answer passes.
        classes = tuple(each.strip() for each in texts_of(row, "test_classes"))
        defined = DEFINED.findall(tests)
        missing = [each for each in classes if each not in defined]
        if missing or not classes:
            raise UsageError(
                f"{row.place}: 'test' of {shown(task_id)} has no class {shown(', '.join(missing))}"
            )
        spec = Spec(
            prompt=imports,
            before_completion="",
            head=imports,
            tests=tests,
            classes=classes,
            entry_point=text_of(row, "class_name"),
            entry_is_class=True,
            statics=True,
            reference=f"{imports}{with_statics(solution)}",
        )
        wanted = third_party(f"{imports}\n{solution}") | third_party(tests)
        return Task(
            id=task_id,
            benchmark=self.name,
            kind="suite",
            image=Image(environment=ENVIRONMENT if wanted - SHOWN else ""),
            limits=LIMITS,
            spec=spec.model_dump(),
        )

    def samples(self, source: str, tasks: dict[str, Task]) -> Iterator[Sample]:
        """Samples with `solution` or `completion`: the whole class either way."""
        return read_samples(source, tasks, canonical=classeval_id)


def third_party(program: str) -> frozenset[str]:
    """Top-level packages beyond the standard library that a program imports."""
    try:
        tree = ast.parse(program)
    except SyntaxError:
        return frozenset()
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(each.name.partition(".")[0] for each in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").partition(".")[0])
    return frozenset(found) - sys.stdlib_module_names


def classeval_id(spelling: str) -> str:
    """`ClassEval_0` for `0` and `ClassEval/0`; anything else unchanged."""
    number = spelling.rpartition("/")[2] if spelling.lower().startswith("classeval/") else spelling
    return f"ClassEval_{number}" if number.isascii() and number.isdecimal() else spelling


def benchmark() -> ClassEval:
    """The member that this module is."""
    return ClassEval()
