"""Whose data a file is, by its first row: another benchmark's data are refused by name."""

import gzip
import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from grader.benchmarks._rows import json_rows
from grader.errors import UsageError

HEAD_BYTES, TAR_AT = 512, 257
Values = dict[str, Any]


class ForeignForm(NamedTuple):
    """One form in which data are published."""

    title: str
    keys: frozenset[str]
    """What a row of it has."""
    readers: str = ""
    """Benchmarks that read it, by name; empty where none does."""
    fits: Callable[[Values], bool] = bool
    """What its values have to be besides."""


def _kind(
    title: str, keys: str, readers: str = "", fits: Callable[[Values], bool] = bool
) -> ForeignForm:
    return ForeignForm(title, frozenset(keys.split()), readers, fits)


def _begins(key: str, start: str) -> Callable[[Values], bool]:
    return lambda row: str(row.get(key, "")).startswith(start)


def _has_inputs(name: str) -> Callable[[Values], bool]:
    """Whether `input_output`, an object or its text, has a list of that name."""
    return lambda row: f"'{name}'" in str(_parsed(row.get("input_output")))


def _parsed(value: object) -> object:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return value


KINDS = (
    _kind("HumanEval-Infilling", "suffix prompt canonical_solution test", "humaneval-infilling"),
    _kind("BigCodeBench", "complete_prompt instruct_prompt", "bigcodebench"),
    _kind("BigCodeBench", "task_id test", fits=_begins("task_id", "BigCodeBench/")),
    _kind("MultiPL-E", "stop_tokens tests language", "multipl-e"),
    _kind("HumanEval-X", "declaration example_test", "humaneval-x"),
    _kind("SciCode", "sub_steps problem_name", "scicode"),
    _kind("ClassEval", "skeleton", "classeval"),
    _kind("DeepSeek's LeetCode problems", "prompt_sft test", "leetcode"),
    _kind("HumanEval+", "base_input plus_input", "humanevalplus", _begins("task_id", "HumanEval/")),
    _kind("MBPP+", "base_input plus_input", "mbppplus", _begins("task_id", "Mbpp/")),
    _kind("EvoEval", "content labels", fits=_begins("id", "EvoEval")),
    _kind("LiveCodeBench", "content labels test", "livecodebench", _begins("test", "eJ")),
    _kind(
        "CodeContests", "content labels test", "code-contests",
        lambda row: isinstance(_parsed(row["test"]), list),
    ),
    _kind("a data set of SandboxFusion", "content labels"),
    _kind("CRUXEval-X", "code input output gt"),
    _kind("CRUXEval", "code input output id", "cruxeval-input cruxeval-output"),
    _kind("MBPP+ in the form for MBPP's tools", "code test test_list test_imports"),
    _kind("the sanitized MBPP", "code test_list test_imports", "mbpp-sanitized"),
    _kind("MBPP", "code test_list test_setup_code", "mbpp"),
    _kind("LiveCodeBench", "question_id public_test_cases", "livecodebench"),
    _kind("CodeContests", "public_tests private_tests", "code-contests"),
    _kind("CodeContests", "input_output", "code-contests", _has_inputs("input")),
    _kind("APPS", "input_output", "apps", _has_inputs("inputs")),
    _kind("HumanEval", "task_id prompt entry_point canonical_solution test", "humaneval"),
    _kind(
        "SWE-bench", "instance_id repo",
        "swebench swebench-lite swebench-verified swebench-multilingual swebench-multimodal"
        " swe-rebench",
    ),
    _kind("predictions for SWE-bench, not its tasks", "instance_id model_patch"),
    _kind("a file of samples, not of tasks", "task_id completion"),
    _kind("a file of samples, not of tasks", "task_id solution"),
)  # fmt: skip
"""What is special comes first: BigCodeBench's rows have all that HumanEval's have."""


READERS = frozenset(name for kind in KINDS for name in kind.readers.split())


def kind_of_data(row: Values) -> ForeignForm | None:
    """The form of a row; None where none is known."""
    return next((each for each in KINDS if each.keys <= row.keys() and each.fits(row)), None)


def refuse_foreign(name: str, path: Path) -> None:
    """UsageError where the file at `path` holds another benchmark's data than those of `name`.

    A form that nobody knows is left to the benchmark's own reader, and so is a benchmark that no
    form names.
    """
    if name not in READERS or not path.is_file() or path.suffix == ".parquet":
        return
    try:
        first = next(iter(json_rows(path)), None)
    except UsageError:
        if other := _no_rows(path):
            raise UsageError(
                f"{path}: this is no data of {name}, it seems to be {other}; --data takes its tasks"
            ) from None
        return
    found = kind_of_data(first.value) if first else None
    if found is None or name in found.readers.split():
        return
    readers = found.readers.split()
    move = f"'{readers[0]}' reads it" if readers else "no benchmark of grader's reads it"
    raise UsageError(f"{path}: this is no data of {name}, it seems to be {found.title}; {move}")


def _no_rows(path: Path) -> str:
    """What a file without rows seems to be; empty where that cannot be told."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path) if packed else path.open("rb") as file:
            start = file.read(HEAD_BYTES)
    except (OSError, EOFError, zlib.error):
        return ""
    if start[TAR_AT:].startswith(b"ustar"):
        return "a tar archive"
    if start.startswith(b"PK\x03\x04"):
        return "a zip archive"
    if start.lstrip().startswith(b"{") and b"\n" in start.strip()[:2]:
        return "one JSON object over many lines, not a row a line"
    if start.lstrip()[:1] not in {b"{", b"["}:
        return "no JSON at all"
    return ""
