"""Problems whose rows hold whole lists of inputs and outputs: CodeContests and APPS."""

import json
from collections.abc import Iterator
from typing import Any, cast

from grader.benchmarks._rows import JsonRow, kind_of
from grader.errors import UsageError


def object_of(row: JsonRow, key: str) -> dict[str, Any]:
    """`row[key]`, an object or the JSON text of one."""
    value = _parsed(row, key)
    if isinstance(value, dict):
        return cast("dict[str, Any]", value)
    raise UsageError(f"{row.place}: '{key}' must hold an object, found {kind_of(value)}")


def list_of(row: JsonRow, key: str) -> list[Any]:
    """`row[key]`, a list or the JSON text of one."""
    value = _parsed(row, key)
    if isinstance(value, list):
        return cast("list[Any]", value)
    raise UsageError(f"{row.place}: '{key}' must hold a list, found {kind_of(value)}")


def pairs(row: JsonRow, key: str, inputs: object, outputs: object) -> list[tuple[Any, Any]]:
    """Each input with its output; UsageError unless both are lists of one length."""
    if not (isinstance(inputs, list) and isinstance(outputs, list)):
        raise UsageError(f"{row.place}: '{key}' needs a list of inputs and one of outputs")
    ins, outs = cast("list[object]", inputs), cast("list[object]", outputs)
    if len(ins) != len(outs):
        raise UsageError(f"{row.place}: '{key}' has {len(ins)} inputs and {len(outs)} outputs")
    return list(zip(ins, outs, strict=True))


def text_pairs(row: JsonRow, key: str, found: list[tuple[Any, Any]]) -> list[tuple[str, str]]:
    """The same, where both are texts or lists of lines."""
    return [(_text(row, key, given), _text(row, key, wanted)) for given, wanted in found]


def language_of(row: JsonRow) -> str:
    """What programs for the problem are written in, where its row says."""
    said: Any = row.value.get("language", "")
    return said if isinstance(said, str) else ""


def unfold(row: JsonRow) -> Iterator[JsonRow]:
    """Every sample is a program, whatever its key; none is `whole`: a call may be added to it."""
    value = row.value
    if "solution" in value:
        rest = {key: each for key, each in value.items() if key != "solution"}
        yield row._replace(value=rest | {"completion": value["solution"]})
    else:
        yield row


def _text(row: JsonRow, key: str, value: object) -> str:
    lines = cast("list[object]", value) if isinstance(value, list) else [value]
    if all(isinstance(line, str) for line in lines):
        return "\n".join(cast("list[str]", lines))
    odd = next(line for line in lines if not isinstance(line, str))
    raise UsageError(f"{row.place}: '{key}' has {kind_of(odd)} where text is expected")


def _parsed(row: JsonRow, key: str) -> object:
    value: object = row.value.get(key)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{row.place}: '{key}' does not hold JSON ({error})") from None
