"""MultiPL-E: HumanEval and MBPP in eighteen other languages (Cassano et al. 2023, TSE 49(7)).

A task's id is its language and the data's own name (`js/HumanEval_2_truncate_number`), as one name
stands in the files of all languages.
"""

from collections.abc import Iterator
from pathlib import Path

from grader.benchmarks._many_files import located, rows_in
from grader.benchmarks._multipl_e_samples import full_id, multipl_e_samples
from grader.benchmarks._rows import JsonRow, shown, text_of, texts_of
from grader.benchmarks._translated import (
    TranslatedRow,
    language_named,
    languages_named,
    translated_task,
)
from grader.core.sample import Sample
from grader.core.task import Task
from grader.errors import UsageError

KEYS = frozenset({"name", "language", "prompt", "tests", "stop_tokens"})


class MultiplE:
    """The tasks of some or all languages, of HumanEval and MBPP as the data have them."""

    name = "multipl-e"
    version = "3"
    licence = "BSD-3-Clause-Clear"
    summary = "HumanEval and MBPP in 18 other languages (Northeastern University)"

    def __init__(self, languages: tuple[str, ...] = ()) -> None:
        """`languages`: those that are read, by their usual names; empty: all."""
        self.languages = languages

    def of_languages(self, names: tuple[str, ...]) -> "MultiplE":
        """The same in these languages alone; UsageError for a name that is none."""
        return MultiplE(languages_named(names))

    def locate(self, data: Path | None) -> Path:
        """`data`: one file of the data set, or a folder of some; there is no download of all."""
        if data is None:
            raise UsageError(
                "multipl-e needs --data: a file like humaneval-js.jsonl, or a folder of such (the"
                " data set nuprl/MultiPL-E: one JSON object or parquet row a problem)"
            )
        return located(data, self.name, ())

    def tasks(self, path: Path) -> Iterator[Task]:
        """Tasks in the files' order."""
        for row in rows_in(path, lambda row: row.keys() >= KEYS, hint="humaneval-js.jsonl.gz"):
            language = language_named(text_of(row, "language"))
            if not language:
                raise UsageError(f"{row.place}: unknown language {shown(text_of(row, 'language'))}")
            if not self.languages or language in self.languages:
                yield translated_task(translated(row, language), benchmark=self.name)

    def samples(self, source: str, tasks: dict[str, Task]) -> Iterator[Sample]:
        """Rows, MultiPL-E's files of completions or of results, or a folder of such.

        Samples of a language that was not asked for are left out.
        """
        return multipl_e_samples(source, tasks, wanted=self.languages)


def translated(row: JsonRow, language: str) -> TranslatedRow:
    """A row of the data."""
    name = text_of(row, "name")
    return TranslatedRow(
        id=full_id(language, name),
        language=language,
        family="multipl-e",
        name=name,
        prompt=text_of(row, "prompt"),
        tests=text_of(row, "tests"),
        stop=tuple(texts_of(row, "stop_tokens")),
    )


def benchmark() -> MultiplE:
    """The member that this module is."""
    return MultiplE()
