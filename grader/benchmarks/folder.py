"""Tasks kept as directories: your own, or the bundled ones.

A task directory holds `task.toml`, `instruction.md` (the statement), `tests/` and, if there is one,
`solution/solution.py` (a whole reference program). Kind `function` adds `prompt.py` (signature and
docstring, what the model continues) and has `tests/test.py`; kind `program` has pairs
`tests/<case>.in` and `tests/<case>.out`, and may have `language` in `[task]`: then the reference is
`solution/solution.<extension>`. Kind `answer` has `tests/answer.txt`, the right answers.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.benchmarks._samples import read_samples
from grader.benchmarks._task_toml import TaskKind, TaskToml, read_task_toml
from grader.core.record import bytes_to_text
from grader.core.sample import Sample
from grader.core.task import Task
from grader.errors import UsageError
from grader.graders import answer
from grader.graders._written_in import other_language

SUITES = "suites"
"""Name of the one subdirectory that holds selections and no task."""


class FolderBenchmark:
    """A directory of task directories."""

    name = "folder"
    version = "1"
    licence = "as stated by the tasks' author"
    summary = "task directories: your own (--data DIR), or the bundled ones"

    def locate(self, data: Path | None) -> Path:
        """`data`, which must hold task directories, or the bundled tasks."""
        path = bundled() if data is None else data
        if not path.is_dir():
            raise UsageError(f"{path}: not a directory; --data takes a directory of tasks")
        if not task_directories(path):
            raise UsageError(f"{path}: no <task>/task.toml in it; point --data at their parent")
        return path

    def tasks(self, path: Path) -> Iterator[Task]:
        """Tasks in the order of their directories' names; UsageError names the file at fault."""
        seen: dict[str, Path] = {}
        for directory in task_directories(path):
            task = read_task(directory)
            if task.id in seen:
                raise UsageError(
                    f"{directory / 'task.toml'}: id '{task.id}' is also that of"
                    f" {seen[task.id]}; change one"
                )
            seen[task.id] = directory
            yield task

    def prompts(self, path: Path) -> Iterator[tuple[str, str]]:
        """What a model is asked, by the task's id: the instruction, and what it continues."""
        for directory in task_directories(path):
            begun = directory / "prompt.py"
            texts = [
                _read_text(each) for each in (directory / "instruction.md", begun) if each.is_file()
            ]
            yield read_task_toml(directory / "task.toml").task.id, "\n".join(texts)

    def samples(self, source: str, tasks: dict[str, Task]) -> Iterator[Sample]:
        """Read `completion` (continues prompt.py) or `solution` (a whole program)."""
        return read_samples(source, tasks)


def benchmark() -> FolderBenchmark:
    """The member that this module is."""
    return FolderBenchmark()


def bundled() -> Path:
    """Where the tasks that come with the engine are, in a wheel or in a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "_bundled" / "tasks"
    return installed if installed.is_dir() else package.parent / "tasks"


def task_directories(path: Path) -> list[Path]:
    """Subdirectories of `path`, each of which must have a `task.toml`."""
    found = sorted(
        entry
        for entry in path.iterdir()
        if entry.is_dir() and not entry.name.startswith((".", "_")) and entry.name != SUITES
    )
    with_settings = [entry for entry in found if (entry / "task.toml").is_file()]
    if with_settings and len(with_settings) < len(found):
        stray = next(entry for entry in found if entry not in with_settings)
        raise UsageError(f"{stray}: a task directory without task.toml; add it or move it away")
    return with_settings


def read_task(directory: Path) -> Task:
    """One task directory as a task."""
    settings = read_task_toml(directory / "task.toml")
    _read_text(directory / "instruction.md")
    read = {
        TaskKind.FUNCTION: _function_spec,
        TaskKind.PROGRAM: _program_spec,
        TaskKind.ANSWER: _answer_spec,
    }[settings.task.kind]
    spec = read(directory, settings)
    return Task(
        id=settings.task.id,
        benchmark=FolderBenchmark.name,
        kind=settings.task.kind.value,
        limits=settings.engine_limits(),
        spec=spec,
        known_broken=settings.metadata.known_broken,
    )


def _function_spec(directory: Path, settings: TaskToml) -> dict[str, Any]:
    entry_point = settings.task.entry_point
    prompt_path, tests_path = directory / "prompt.py", directory / "tests" / "test.py"
    prompt, tests = _read_text(prompt_path), _read_text(tests_path)
    if entry_point not in _definitions(_parse(prompt, prompt_path)):
        raise UsageError(f"{prompt_path}: does not define '{entry_point}', the entry_point")
    return {
        "prompt": prompt,
        "tests": _with_call(tests, tests_path, entry_point),
        "entry_point": entry_point,
        "reference": _solution(directory),
        "reference_whole": True,
    }


def _program_spec(directory: Path, settings: TaskToml) -> dict[str, Any]:
    inputs = sorted((directory / "tests").glob("*.in"))
    if not inputs:
        raise UsageError(f"{directory / 'tests'}: no <case>.in; add pairs of .in and .out files")
    for output in sorted((directory / "tests").glob("*.out")):
        if output.with_suffix(".in") not in inputs:
            raise UsageError(f"{output}: has no {output.stem}.in beside it")
    cases = [
        {
            "name": path.stem,
            "stdin": bytes_to_text(_read_bytes(path)),
            "stdout": bytes_to_text(_read_bytes(path.with_suffix(".out"))),
        }
        for path in inputs
    ]
    language = other_language(settings.task.language)
    reference = _solution(directory, language.extension if language else "py")
    more = {"language": language.name} if language else {}
    return {"cases": cases, "reference": reference} | more | settings.compare.model_dump()


def _answer_spec(directory: Path, settings: TaskToml) -> dict[str, Any]:
    """Right answers: one a line, or the whole file where an answer has several lines itself."""
    path = directory / "tests" / "answer.txt"
    text = _read_text(path)
    is_whole = settings.answer.rule in {"json", "list", "ordered list"}
    targets = [text.strip()] if is_whole else [line.strip() for line in text.splitlines()]
    targets = [each for each in targets if each]
    if not targets:
        raise UsageError(f"{path}: no answer in it; write each right one on a line of its own")
    for target in targets:
        _check_target(path, settings, target)
    return {"targets": targets, **settings.answer.model_dump()}


def _check_target(path: Path, settings: TaskToml, target: str) -> None:
    """UsageError for an answer that no text could match, itself included."""
    spec = answer.Spec(targets=(target,), **settings.answer.model_dump())
    if answer.score_of(spec, target) < 1:
        raise UsageError(f"{path}: '{target[:40]}' is no answer by rule '{spec.rule}'")


def _with_call(tests: str, path: Path, entry_point: str) -> str:
    """The test text, with `check(entry_point)` added where it is defined but not called.

    A test file that would test nothing passes everything, so it is refused.
    """
    tree = _parse(tests, path)
    if "check" in _definitions(tree):
        return tests if _calls_check(tree) else f"{tests}\ncheck({entry_point})\n"
    inert = ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom | ast.Assign
    if all(isinstance(statement, inert) or _is_text(statement) for statement in tree.body):
        raise UsageError(f"{path}: tests nothing; define check(candidate) or add asserts")
    return tests


def _calls_check(tree: ast.Module) -> bool:
    calls = (
        statement.value.func
        for statement in tree.body
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
    )
    return any(isinstance(function, ast.Name) and function.id == "check" for function in calls)


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _definitions(tree: ast.Module) -> set[str]:
    return {
        statement.name
        for statement in tree.body
        if isinstance(statement, ast.FunctionDef | ast.ClassDef)
    }


def _parse(text: str, path: Path) -> ast.Module:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError) as error:
        line = error.lineno if isinstance(error, SyntaxError) else 1
        raise UsageError(f"{path}:{line}: not valid Python: {error}") from error


def _solution(directory: Path, extension: str = "py") -> str:
    """The reference program; empty where the task has none."""
    path = directory / "solution" / f"solution.{extension}"
    return _read_text(path) if path.exists() else ""


def _read_text(path: Path) -> str:
    try:
        return _read_bytes(path).decode()
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8: {error}") from error


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}; a task needs this file") from error
