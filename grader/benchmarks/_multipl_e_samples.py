"""Samples for MultiPL-E: rows, and the files that its own programs write.

`NAME.json` (or `.json.gz`) holds a problem with its `completions`; `NAME.results.json` the programs
that were run: prompt, completion, a line break and the tests.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, cast

from grader.benchmarks._rows import STDIN, JsonRow
from grader.benchmarks._samples import read_samples
from grader.benchmarks._shapes.answers import rows_of
from grader.benchmarks._translated import language_in, language_named, only_language
from grader.core.sample import Sample
from grader.core.task import Task

FILE_ENDINGS = (".json", ".json.gz")
RESULT_ENDINGS = (".results.json", ".results.json.gz")
ANSWERS = "gpt_solution"
"""A chat answer that published files of tasks carry along."""


def full_id(language: str, name: str) -> str:
    """The task's id here."""
    return f"{language}/{name}"


def multipl_e_samples(
    source: str, tasks: Mapping[str, Task], *, wanted: tuple[str, ...] = ()
) -> Iterator[Sample]:
    """Samples of a file, of `-`, or of a folder of per-problem files.

    `wanted`: the languages asked for; samples that name another are left out. A bare name is a task
    of the row's `language`, or of the only language that there is.
    """
    language = only_language(tasks)
    files = problem_files(Path(source)) if source != STDIN else []
    read = partial(
        read_samples,
        tasks=tasks,
        canonical=partial(usual_id, tasks=tasks, language=language),
        unfold=unfold,
    )
    found = chain.from_iterable(read(str(file)) for file in files) if files else read(source)
    for sample in found:
        if not wanted or is_wanted(sample.task_id, wanted):
            yield sample


def is_wanted(task_id: str, wanted: tuple[str, ...]) -> bool:
    """Whether an id is of one of these languages, or of none that is known."""
    language = language_in(task_id)
    return not language or language in wanted


def problem_files(folder: Path) -> list[Path]:
    """MultiPL-E's files of completions below a folder; those of results where it holds no others.

    Empty where it is no folder, or another kind of folder.
    """
    if not folder.is_dir():
        return []
    found = sorted(each for each in folder.rglob("*") if each.name.endswith(FILE_ENDINGS))
    return [each for each in found if not each.name.endswith(RESULT_ENDINGS)] or found


def usual_id(spelling: str, *, tasks: Mapping[str, Task], language: str) -> str:
    """`js/HumanEval_2_truncate_number` for `javascript/…`, or for the bare name in one language."""
    before, slash, name = spelling.partition("/")
    if slash and (named := language_named(before)):
        return full_id(named, name)
    if language:
        return full_id(language, spelling)
    # A name of which only one language has a task needs no language.
    ending = f"/{spelling}"
    alike = [task_id for task_id in tasks if task_id.endswith(ending)]
    return alike[0] if len(alike) == 1 else spelling


def unfold(row: JsonRow) -> Iterator[JsonRow]:
    """A row with the full id; a problem's file as a row for each of its completions."""
    value = row.value
    name, told = value.get("task_id", value.get("name")), value.get("language")
    language = language_named(told) if isinstance(told, str) else ""
    if not isinstance(name, str):
        yield row
        return
    task_id = full_id(language, name) if language and "/" not in name else name
    listed = completions(value)
    if listed is not None:
        for text in listed:
            found = {"task_id": task_id, "completion": text}
            yield row._replace(value=found, shape="MultiPL-E's file of a problem")
    elif language:
        for each in rows_of({**value, "task_id": task_id}, str):
            yield row._replace(value=each)
    else:
        yield row


def completions(value: Mapping[str, Any]) -> list[Any] | None:
    """The completions that a problem's object lists or has run; None where it has neither."""
    listed: Any = value.get("completions")
    if isinstance(listed, list) and "completion" not in value:
        return cast("list[Any]", listed)
    results: Any = value.get("results")
    if isinstance(results, list):
        before, after = str(value.get("prompt", "")), "\n" + str(value.get("tests", ""))
        return [_completion(each, before, after) for each in cast("list[Any]", results)]
    if isinstance(value.get(ANSWERS), str) and "completion" not in value:
        return [value[ANSWERS]]
    return None


def _completion(result: Any, before: str, after: str) -> Any:
    """What stands between prompt and tests in a program that was run."""
    if not isinstance(result, dict):
        return None
    result = cast("dict[str, Any]", result)
    if "completion" in result:
        return result["completion"]
    program: Any = result.get("program")
    if not isinstance(program, str):
        return None
    return program.removeprefix(before).removesuffix(after)
