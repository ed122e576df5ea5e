"""Read LiveCodeBench's problems: their tests may be packed, in the last layer by pickle.

Nothing is unpickled: the pickle's instructions are read as data, and only texts are taken.
"""

import base64
import binascii
import json
import pickletools
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

from grader.benchmarks._rows import JsonRow, json_rows, kind_of, shown, text_of
from grader.errors import UsageError

UNPACKED_BYTES = 1 << 30
"""A problem whose tests take more is refused; the largest published one takes some 100 MiB."""
TEXTS = frozenset({"SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "UNICODE"})
BYTES = frozenset({"SHORT_BINBYTES", "BINBYTES", "BINBYTES8"})
HARMLESS = frozenset({
    "PROTO", "FRAME", "MEMOIZE", "PUT", "BINPUT", "LONG_BINPUT", "EMPTY_DICT", "SETITEM", "STOP",
})  # fmt: skip
"""What stands between texts; calls, imports and references are not among them."""
ENTRY = "input_output"


class LivecodebenchProblem(NamedTuple):
    """One problem with all its tests, public ones first."""

    task_id: str
    function: str
    """Method of `Solution`, or function, that is called; empty: a program that reads stdin."""
    tests: list[tuple[str, str]]
    """Input and output. A function's input has one JSON value a line; its output is one."""


def files(path: Path) -> list[Path]:
    """The releases `test.jsonl`, `test2.jsonl` … of a directory, or the file itself."""
    if not path.is_dir():
        return [path]
    found = [*path.glob("test*.jsonl"), *path.glob("test*.jsonl.gz")]
    return sorted(found, key=lambda file: (len(file.name), file.name))


def problems(path: Path) -> Iterator[LivecodebenchProblem]:
    """Problems in the files' order; UsageError names file and line of what is malformed.

    A row is one of the dataset's own, or one with `test` and `labels` (SandboxFusion's).
    """
    for file in files(path):
        for row in json_rows(file):
            yield _from_labels(row) if "labels" in row.value else _from_dataset(row)


def _from_dataset(row: JsonRow) -> LivecodebenchProblem:
    metadata = _object(row, "metadata", text_of(row, "metadata"))
    tests: list[tuple[str, str]] = []
    for key in ("public_test_cases", "private_test_cases"):
        text = text_of(row, key)
        is_plain = text.lstrip().startswith("[")
        listed = _json(row, key, text if is_plain else unpacked(row, key, text))
        tests += [_pair(row, key, test) for test in _list(row, key, listed)]
    function = _function(row, metadata.get("func_name"))
    return LivecodebenchProblem(text_of(row, "question_id"), function, _some(row, tests))


def _from_labels(row: JsonRow) -> LivecodebenchProblem:
    task_id: Any = _object(row, "labels", text_of(row, "labels")).get("task_id")
    if not isinstance(task_id, str):
        raise UsageError(f"{row.place}: 'labels' has no 'task_id'")
    said = _object(row, "test", unpacked(row, "test", text_of(row, "test")))
    inputs = _list(row, "test", said.get("inputs"))
    outputs = _list(row, "test", said.get("outputs"))
    if len(inputs) != len(outputs):
        raise UsageError(f"{row.place}: 'test' has {len(inputs)} inputs, {len(outputs)} outputs")
    pairs = zip(inputs, outputs, strict=True)
    tests = [_pair(row, "test", {"input": given, "output": wanted}) for given, wanted in pairs]
    name = task_id.rpartition("/")[2]
    return LivecodebenchProblem(name, _function(row, said.get("fn_name")), _some(row, tests))


def unpacked(row: JsonRow, key: str, text: str) -> str:
    """The text in base64 of zlib of a pickle of it (or of a dict with `input_output` alone)."""
    try:
        stream = zlib.decompressobj()
        data = stream.decompress(base64.b64decode(text, validate=True), UNPACKED_BYTES)
        if not stream.eof:
            raise ValueError("its zlib data end early, or are too large")
        return pickled_text(data)
    except (binascii.Error, zlib.error, ValueError) as error:
        raise UsageError(
            f"{row.place}: '{key}' is not base64 of zlib of a pickled text ({error})"
        ) from error


def pickled_text(data: bytes) -> str:
    """The one text that a pickle holds; ValueError where it holds anything else."""
    found: list[str] = []
    for instruction, argument, _ in pickletools.genops(data):
        if instruction.name in TEXTS:
            found.append(str(argument))
        elif instruction.name in BYTES:
            found.append(cast("bytes", argument).decode())
        elif instruction.name not in HARMLESS:
            raise ValueError(f"the pickle wants {instruction.name}")
    if len(found) == 1 or (len(found) > 1 and found[:-1] == [ENTRY]):
        return found[-1]
    raise ValueError("the pickle is not one text")


def _pair(row: JsonRow, key: str, test: object) -> tuple[str, str]:
    value = cast("dict[str, Any]", test) if isinstance(test, dict) else {}
    given, wanted = value.get("input"), value.get("output")
    if isinstance(given, str) and isinstance(wanted, str):
        return given, wanted
    raise UsageError(f"{row.place}: a test in '{key}' needs the texts 'input' and 'output'")


def _function(row: JsonRow, name: object) -> str:
    if not name:
        return ""
    if isinstance(name, str) and name.isidentifier():
        return name
    raise UsageError(f"{row.place}: {shown(str(name))} is no name of a function")


def _some(row: JsonRow, tests: list[tuple[str, str]]) -> list[tuple[str, str]]:
    if not tests:
        raise UsageError(f"{row.place}: no tests; a problem without tests would pass everything")
    return tests


def _object(row: JsonRow, key: str, text: str) -> dict[str, Any]:
    value = _json(row, key, text)
    if isinstance(value, dict):
        return cast("dict[str, Any]", value)
    raise UsageError(f"{row.place}: '{key}' must hold an object, found {kind_of(value)}")


def _list(row: JsonRow, key: str, value: object) -> list[object]:
    if isinstance(value, list):
        return cast("list[object]", value)
    raise UsageError(f"{row.place}: '{key}' must hold lists, found {kind_of(value)}")


def _json(row: JsonRow, key: str, text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{row.place}: '{key}' does not hold JSON ({error})") from None
