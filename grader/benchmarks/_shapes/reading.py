"""Rows of `task_id` and `completion` or `solution` from a file in any of the known shapes."""

from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import Any

from grader.benchmarks._rows import JsonRow
from grader.benchmarks._shapes.answers import rows_of
from grader.benchmarks._shapes.contents import VALUE, contents
from grader.benchmarks._shapes.documents import ReadingContext, document_of, placed_rows

LOOK_AHEAD_ROWS = 500
"""Rows that are looked at before numbers are taken for places in the benchmark."""
MOST_DIGITS = 9
ORDER = "texts in the tasks' order"
USUAL = ("solution", "completion")
LOG_SAMPLES = {"doc", "resps"}
"""Keys of a row that lm-eval writes with `--log_samples`."""

Unfold = Callable[[JsonRow], Iterator[JsonRow]]
"""Turns a row of a benchmark's own format into the usual ones, a row for each sample."""


def sample_rows(source: str, of: ReadingContext, unfold: Unfold | None) -> Iterator[JsonRow]:
    """Usual rows in reading order; `JsonRow.shape` says how they were written where not so.

    source: a path or `-`. A row in which neither id nor text is found comes as it is.
    """
    opened = contents(source)
    rows = usual_rows(opened.values, of, unfold)
    for row in numbered(rows, of):
        yield row if row.shape or not opened.shape else row._replace(shape=opened.shape)


def usual_rows(
    found: Iterator[JsonRow], of: ReadingContext, unfold: Unfold | None
) -> Iterator[JsonRow]:
    """Each value as the rows that it stands for, in the benchmark's own last form."""
    for row in found:
        if VALUE in row.value:
            rest = [each.value.get(VALUE, each.value) for each in found]
            for value in placed_rows([row.value[VALUE], *rest], of):
                yield from last_form(JsonRow(row.file.split("[")[0], 0, value, ORDER), unfold)
            return
        for each in usual(row, of, unfold):
            yield from last_form(each, unfold)


def usual(row: JsonRow, of: ReadingContext, unfold: Unfold | None) -> Iterator[JsonRow]:
    """The usual rows of one value."""
    value = row.value
    key = next((each for each in USUAL if each in value), "")
    if "task_id" in value and (type(value.get(key)) is str or value.get(key, "") is None):
        yield row
        return
    own = list(unfold(row)) if unfold else [row]
    if own != [row]:
        yield from own
        return
    document = document_of(value, of)
    if document is not None:
        for each in document.rows(value, of):
            yield row._replace(value=each, shape=document.name)
        return
    for each in rows_of(value, of.known):
        yield row if each is value else row._replace(value=each, shape=shape_of(value))


def shape_of(value: dict[str, Any]) -> str:
    """What rows with other keys are called."""
    if set(value) >= LOG_SAMPLES:
        return "samples logged by lm-eval"
    if "custom_id" in value and "response" in value:
        return "OpenAI batch output"
    keys = ", ".join(ascii(key) for key in list(value)[:4])
    return f"rows of {keys}"


def last_form(row: JsonRow, unfold: Unfold | None) -> Iterator[JsonRow]:
    """The benchmark's own last form of a usual row; its shape stays."""
    if unfold is None:
        yield row
        return
    for each in unfold(row):
        yield each._replace(shape=row.shape)


def numbered(rows: Iterator[JsonRow], of: ReadingContext) -> Iterator[JsonRow]:
    """Rows that name tasks by their number from 0 on, in the benchmark's order, get the tasks' ids.

    Only where no number is an id itself and 0 is among the first rows: others are rather the ids of
    another benchmark.
    """
    names = list(of.tasks)
    first = list(islice(rows, 1))
    if first and number_of(first[0]) is not None and not of.known(str(number_of(first[0]))):
        first += islice(rows, LOOK_AHEAD_ROWS)
    numbers = [number_of(row) for row in first]
    is_by_number = (
        0 in numbers
        and None not in numbers
        and not any(of.known(str(number)) for number in numbers)
        and max(number or 0 for number in numbers) < len(names)
    )
    for row in chain(first, rows):
        number = number_of(row) if is_by_number else None
        if number is None or number >= len(names):
            yield row
        else:
            shape = row.shape or "tasks by their number"
            yield row._replace(value=row.value | {"task_id": names[number]}, shape=shape)


def number_of(row: JsonRow) -> int | None:
    """The number that stands for a row's task; None for any other id."""
    raw: Any = row.value.get("task_id")
    if type(raw) is int:
        return raw if raw >= 0 else None
    return (
        int(raw)
        if type(raw) is str and raw.isdecimal() and raw.isascii() and len(raw) <= MOST_DIGITS
        else None
    )
