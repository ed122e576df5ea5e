"""Function tasks in many languages: the form that HumanEval-X and MultiPL-E are read into."""

from collections.abc import Mapping
from typing import NamedTuple

from grader.core.task import Task
from grader.errors import UsageError
from grader.languages import base

KIND = "translated"
"""Name of the grader that owns the specs of such tasks."""
LANGUAGES = frozenset({
    "cpp", "cs", "d", "go", "java", "jl", "js", "lua", "php", "pl", "python", "r", "rb", "rkt",
    "rs", "scala", "sh", "swift", "ts",
})  # fmt: skip
"""Languages in which there are tasks, by the names that MultiPL-E gives them."""
OTHER_NAMES = {
    "c++": "cpp", "cxx": "cpp", "cc": "cpp", "csharp": "cs", "c#": "cs", "dlang": "d",
    "golang": "go", "go_test.go": "go", "julia": "jl", "javascript": "js", "node": "js",
    "nodejs": "js", "perl": "pl", "py": "python", "python3": "python", "ruby": "rb",
    "racket": "rkt", "rust": "rs", "bash": "sh", "shell": "sh", "typescript": "ts",
}  # fmt: skip
"""Other names of these → the usual one."""


class TranslatedRow(NamedTuple):
    """One task as a data set gives it."""

    id: str
    language: str
    family: str
    """`multipl-e` or `humaneval-x`: how prompt, solution and tests become a program."""
    name: str
    """The data's own id."""
    prompt: str
    tests: str
    setup: str = ""
    """What officially stands before the prompt."""
    stop: tuple[str, ...] = ()
    """Texts that ended a completion while it was drawn."""
    reference: str = ""
    known_broken: str = ""


def translated_task(row: TranslatedRow, *, benchmark: str) -> Task:
    """The row as a task; what its function is called is read from its prompt by the language."""
    language = base.named(row.language)
    spec = {
        "language": row.language,
        "family": row.family,
        "name": row.name,
        "prompt": row.prompt,
        "tests": row.tests,
        "entry_point": "",
        "setup": row.setup,
        "stop": list(row.stop),
        "reference": row.reference,
    }
    return Task(
        id=row.id,
        benchmark=benchmark,
        kind=KIND,
        limits=language.run_limits if language else base.RUN_LIMITS,
        spec=spec,
        known_broken=row.known_broken,
    )


def language_named(name: str) -> str:
    """The usual name of a language; empty for one in which there are no tasks."""
    plain = name.strip().lower()
    return plain if plain in LANGUAGES else OTHER_NAMES.get(plain, "")


def language_in(task_id: str) -> str:
    """What an id begins with (`js/HumanEval_0_add`, `Rust/0`); empty where it is no language."""
    before, slash, _ = task_id.partition("/")
    return language_named(before) if slash else ""


def languages_named(names: tuple[str, ...]) -> tuple[str, ...]:
    """The usual names, each once; UsageError for a name that no task's language has."""
    found: dict[str, None] = {}
    for name in names:
        usual = language_named(name)
        if not usual:
            known = ", ".join(sorted(LANGUAGES))
            raise UsageError(f"--language {name!a}: no tasks in such a language; known: {known}")
        found[usual] = None
    return tuple(found)


def language_of(task: Task) -> str:
    """The language of a task; Python where it names none."""
    return str(task.spec.get("language") or "python")


def only_language(tasks: Mapping[str, Task]) -> str:
    """The language that all tasks have; empty where they have several."""
    found = {language_of(task) for task in tasks.values()}
    return found.pop() if len(found) == 1 else ""
