"""HumanEval-X: HumanEval in six languages, with solutions (Zheng et al. 2023, arXiv:2303.17568)."""

import re
from collections.abc import Iterator
from pathlib import Path

from grader.benchmarks._data import DataOrigin
from grader.benchmarks._many_files import located, rows_in
from grader.benchmarks._rows import JsonRow, shown, text_of
from grader.benchmarks._samples import read_samples
from grader.benchmarks._translated import (
    TranslatedRow,
    language_named,
    languages_named,
    only_language,
    translated_task,
)
from grader.core.sample import Sample
from grader.core.task import Task
from grader.errors import UsageError
from grader.graders.function import Spec
from grader.languages.base import RUN_LIMITS

HOME = (
    "https://raw.githubusercontent.com/THUDM/CodeGeeX/"
    "2838420b7b4492cf3d16bce5320e26e65960c9e2/codegeex/benchmark/humaneval-x/"
)
FILES = {
    "cpp": "dcf2e280a1e91bbc3c5f90edb41397e8a9ac1ccc9f5d2b70082f0b0fbfb6dbb0",
    "go": "09126ef64ac68f87296c5f3781186aedc5dec799b114d9df99d6de4a715a7830",
    "java": "276f36db2eb7aeb864f36a19a2f4e1bb2460fb6e22ff100f0b5bedabe3799967",
    "js": "fe5d467f2c1a027b3f6f18d3729aca01f6458c1de2e2d1292a019c5aa9bed424",
    "python": "5752fb122efddb0e9b47c77907ae6ce9a15aac4dea14e44c46032c831e6b987a",
    "rust": "ae5cabbbfc8fe25244a608b04f09ac3b324c645ac969dfc033756c12f0f9924c",
}
PREFIXES = {
    "CPP": "cpp", "Go": "go", "Java": "java", "JavaScript": "js", "Python": "python", "Rust": "rs",
}  # fmt: skip
"""What ids begin with → the language."""
SPELLING = re.compile(r"(?P<prefix>[^/_]+)[/_](?P<number>\d+)")
KEYS = frozenset({"declaration", "example_test", "canonical_solution"})
CALLED = re.compile(r"^def[ \t]+(\w+)", re.MULTILINE)
KNOWN_BROKEN = {
    "JavaScript/112": "the reference returns only the last part of `(z, false)`, and fails",
    "JavaScript/155": "the reference answers [0, 0] for 0 where the tests want [1, 0], and fails",
}


class HumanEvalX:
    """The tasks of some or all of the six languages."""

    name = "humaneval-x"
    version = "2022-09-22"
    licence = "Apache-2.0"
    summary = "HumanEval in cpp, go, java, js, python and rust, 164 functions each (THUDM)"

    def __init__(self, languages: tuple[str, ...] = ()) -> None:
        """`languages`: those that are read, by their usual names; empty: all."""
        self.languages = languages

    def of_languages(self, names: tuple[str, ...]) -> "HumanEvalX":
        """The same in these languages alone; UsageError for a name that is none."""
        return HumanEvalX(languages_named(names))

    def locate(self, data: Path | None) -> Path:
        """`data`: one of the files, or a folder that holds some; else a download."""
        return located(data, self.name, origins(self.languages))

    def tasks(self, path: Path) -> Iterator[Task]:
        """Tasks in the files' order. Python's are graded as HumanEval's."""
        found = rows_in(path, lambda row: row.keys() >= KEYS, hint="humaneval_java.jsonl.gz")
        for row in found:
            language = language_of_row(row)
            if self.languages and language not in self.languages:
                continue
            if language == "python":
                yield python_task(row, self.name)
                continue
            yield translated_task(translated(row, language), benchmark=self.name)

    def samples(self, source: str, tasks: dict[str, Task]) -> Iterator[Sample]:
        """See `_samples.read_samples`; ids are `CPP/0`, `JavaScript/0` …, or `cpp/0`, `js/0` ….

        A bare number, or one of HumanEval's ids, is a task of the only language that there is.
        """
        language = only_language(tasks)

        def canonical(spelling: str) -> str:
            return usual_id(spelling, language)

        return read_samples(source, tasks, canonical=canonical)


def origins(languages: tuple[str, ...]) -> tuple[DataOrigin, ...]:
    """Where the files of some languages (all where there are none) are at home."""
    return tuple(
        DataOrigin(url=f"{HOME}{name}/data/humaneval_{name}.jsonl.gz", sha256=sha256)
        for name, sha256 in FILES.items()
        if not languages or language_named(name) in languages
    )


def language_of_row(row: JsonRow) -> str:
    """The language that a task's id begins with; UsageError where it begins with none."""
    task_id = text_of(row, "task_id")
    language = PREFIXES.get(task_id.partition("/")[0], "")
    if not language:
        raise UsageError(f"{row.place}: {shown(task_id)} names no language of HumanEval-X")
    return language


def translated(row: JsonRow, language: str) -> TranslatedRow:
    """A row of any language but Python."""
    task_id = text_of(row, "task_id")
    setup = {"go": "test_setup", "rs": "declaration"}.get(language)
    return TranslatedRow(
        id=task_id,
        language=language,
        family="humaneval-x",
        name=task_id,
        prompt=text_of(row, "prompt"),
        tests=text_of(row, "test"),
        setup=text_of(row, setup) if setup else "",
        reference=text_of(row, "canonical_solution"),
        known_broken=KNOWN_BROKEN.get(task_id, ""),
    )


def python_task(row: JsonRow, benchmark: str) -> Task:
    """A row of Python, whose tests call `check` themselves."""
    called = CALLED.findall(text_of(row, "declaration"))
    spec = Spec(
        prompt=text_of(row, "prompt"),
        tests=text_of(row, "test"),
        entry_point=called[-1] if called else "",
        reference=text_of(row, "canonical_solution"),
    )
    return Task(
        id=text_of(row, "task_id"),
        benchmark=benchmark,
        kind="function",
        limits=RUN_LIMITS,
        spec=spec.model_dump(),
    )


def usual_id(spelling: str, language: str) -> str:
    """`JavaScript/0` for `js/0` and `JavaScript_0`; for `HumanEval/0` and `0` in one language."""
    found = SPELLING.fullmatch(spelling)
    prefix = found["prefix"] if found else ""
    number = found["number"] if found else spelling if spelling.isdecimal() else ""
    wanted = language if prefix.lower() in {"", "humaneval"} else language_named(prefix)
    name = next((each for each, named in PREFIXES.items() if named == wanted), "")
    return f"{name}/{number}" if name and number else spelling


def benchmark() -> HumanEvalX:
    """The member that this module is."""
    return HumanEvalX()
