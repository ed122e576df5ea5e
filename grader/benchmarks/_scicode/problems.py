"""SciCode's problems as tasks, one a step: what is asked, what comes before, what tests use.

A step's program is the dependencies, the code of the steps before it and the answer, joined by line
breaks. Some steps are never asked: their code is in a file named after them (`13.6.txt`).
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

from grader.benchmarks._rows import JsonRow, kind_of, text_of, texts_of
from grader.errors import UsageError

NAMES = re.compile(r"^(def|class)[ \t]+(\w+)", re.MULTILINE)
STEP = re.compile(r"\d+\.\d+")
OFFICIAL_WALL_S = 1800.0


class StepRow(NamedTuple):
    """One step as the data have it."""

    id: str
    header: str
    tests: tuple[str, ...]
    gold: str
    given: str
    """Code that the benchmark gives in place of an answer."""

    @property
    def is_asked(self) -> bool:
        """Whether it is graded."""
        return not self.given and bool(self.tests)

    @property
    def names(self) -> list[tuple[str, str]]:
        """`def` or `class` and the name of what the step defines, at the margin."""
        return [(each[1], each[2]) for each in NAMES.finditer(f"{self.header}\n{self.given}")]


class ProblemRow(NamedTuple):
    """A problem with its steps in order."""

    id: str
    dependencies: str
    steps: tuple[StepRow, ...]


def problems(rows: Iterator[JsonRow], folder: Path) -> Iterator[ProblemRow]:
    """Problems in the file's order; `folder`: where code that the benchmark gives may be."""
    for row in rows:
        problem, told = text_of(row, "problem_id"), cast("object", row.value.get("sub_steps"))
        if not isinstance(told, list):
            raise UsageError(
                f"{row.place}: 'sub_steps' must be a list, found {kind_of(told)}; is this a file"
                " of SciCode's problems?"
            )
        steps = tuple(
            _step(row._replace(value=each), folder)
            for each in cast("list[Any]", told)
            if type(each) is dict
        )
        yield ProblemRow(problem, text_of(row, "required_dependencies"), steps)


def _step(row: JsonRow, folder: Path) -> StepRow:
    number = text_of(row, "step_number")
    if not STEP.fullmatch(number):
        raise UsageError(f"{row.place}: 'step_number' must be like 10.2, found {number[:20]!a}")
    gold: Any = row.value.get("ground_truth_code", "")
    return StepRow(
        id=number,
        header=text_of(row, "function_header"),
        tests=tuple(texts_of(row, "test_cases")) if row.value.get("test_cases") else (),
        gold=gold if type(gold) is str else "",
        given=_given(folder, number),
    )


def _given(folder: Path, number: str) -> str:
    file = folder / f"{number}.txt"
    try:
        return file.read_text(encoding="utf-8") if file.is_file() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: cannot be read ({error})") from error


def before(problem: ProblemRow, place: int, codes: dict[str, str]) -> str:
    """Dependencies and the code of the steps before the one at `place`.

    `codes`: answers by step; a step that is given is itself, one without an answer the data's own
    code, where they have it.
    """
    earlier = [each.given or codes.get(each.id, each.gold) for each in problem.steps[:place]]
    return "\n".join((problem.dependencies, *filter(None, earlier)))
