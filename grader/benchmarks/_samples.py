"""Read samples one at a time from a file, standard input or a folder.

A row is `{"task_id", "completion"}` (continues the prompt) or `{"task_id", "solution"}` (a whole
program; wins where both stand); other keys are ignored but for `model`. Null is an empty sample. In
a folder each `HumanEval_0/0.py` is a whole program for task `HumanEval/0`. What other tools write
is turned into such rows first (`_shapes`).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from grader.benchmarks._rows import STDIN, JsonRow, keys_of, kind_of
from grader.benchmarks._shapes.documents import UNPLACED, ReadingContext
from grader.benchmarks._shapes.folders import sample_files
from grader.benchmarks._shapes.reading import Unfold, sample_rows
from grader.core.sample import NO_TEXT, Sample, SampleSource
from grader.core.task import Task
from grader.errors import UsageError

SURROGATE = re.compile("[\ud800-\udfff]")
REPLACEMENT = "\ufffd"
KNOWN_SPELLINGS = 8192
"""Spellings of ids that are remembered with the task that they stand for."""

Canonical = Callable[[str], str]


def read_samples(
    source: str,
    tasks: Mapping[str, Task],
    *,
    canonical: Canonical = str,
    unfold: Unfold | None = None,
) -> Iterator[Sample]:
    """Samples from a path or `-`, in reading order; `index` counts those of one task from 0.

    `tasks` are all tasks of the benchmark, selected or not; what names another comes too, and the
    caller decides about it. `canonical` turns another spelling of a task id into the usual one (an
    integer id arrives as its digits). Memory does not grow with the file, but where it is one JSON
    text.

    Raises UsageError naming file, line and the next move.
    """
    if source != STDIN and Path(source).is_dir():
        found = _from_folder(Path(source), tasks, canonical)
    else:
        of = ReadingContext(
            tasks, lru_cache(KNOWN_SPELLINGS)(partial(_known, tasks=tasks, canonical=canonical))
        )
        found = _from_rows(sample_rows(source, of, unfold), tasks, canonical)
    empty = True
    for sample in found:
        empty = False
        yield sample
    if empty and source != STDIN and Path(source).is_dir():
        raise UsageError(f"{source}: no samples in it; a folder <task>/ holds 0.py, 1.py and so on")
    if empty:
        raise UsageError(
            f"{'<stdin>' if source == STDIN else source}: no samples in it; one JSON object"
            ' per line is expected: {"task_id": …, "completion": …}'
        )


def _from_rows(
    rows: Iterator[JsonRow], tasks: Mapping[str, Task], canonical: Canonical
) -> Iterator[Sample]:
    known: dict[str, str] = {}
    counts: dict[str, int] = {}
    for row in rows:
        raw = _raw_id(row)
        if raw == UNPLACED:
            raise UsageError(
                f"{row.place}: {row.shape}, but it cannot be told which text is which task's;"
                ' write them as rows: {"task_id": …, "completion": …}'
            )
        task_id = known.get(raw) or _known(raw, tasks, canonical) or canonical(raw)
        known[raw] = task_id
        index = counts.get(task_id, 0)
        counts[task_id] = index + 1
        yield _sample(row, task_id, index)


def _raw_id(row: JsonRow) -> str:
    raw: Any = row.value.get("task_id")
    if type(raw) is str:
        return raw
    if type(raw) is int:
        return str(raw)
    if "task_id" in row.value:
        raise UsageError(f"{row.place}: 'task_id' must be a string, found {kind_of(raw)}")
    raise UsageError(
        f"{row.place}: no 'task_id' (found: {keys_of(row.value)}); a sample is"
        ' {"task_id": …, "completion": …}; to convert:'
        f" jq -c '{{task_id: .ID, completion: .TEXT}}' {row.file.partition('[')[0]} > samples.jsonl"
    )


def _sample(row: JsonRow, task_id: str, index: int) -> Sample:
    value = row.value
    key = "solution" if "solution" in value else "completion"
    if value.get(key) is None and type(value.get("completion")) is str:
        key = "completion"
    body: Any = value.get(key)
    model: Any = value.get("model", "")
    language: Any = value.get("language", "")
    defect = ""
    if body is None and key in value:
        body, defect = "", NO_TEXT
    if type(body) is not str:
        raise _no_body(row, key)
    if not body.isascii():
        body, defect = without_surrogates(body)
    return Sample(
        task_id=task_id,
        index=index,
        body=body,
        whole=key == "solution",
        defect=defect,
        language=language if type(language) is str else "",
        source=SampleSource(
            file=row.file,
            line=row.line,
            model=without_surrogates(model)[0] if type(model) is str else "",
            shape=row.shape,
        ),
    )


def without_surrogates(text: str) -> tuple[str, str]:
    """`text` with lone surrogates replaced, and the defect that they are (empty: none)."""
    found = SURROGATE.search(text)
    if found is None:
        return text, ""
    code = ord(found.group())
    return (
        SURROGATE.sub(REPLACEMENT, text),
        f"the text holds a lone surrogate (U+{code:04X}) and cannot be written as UTF-8",
    )


def _no_body(row: JsonRow, key: str) -> UsageError:
    if key in row.value:
        kind = kind_of(row.value[key])
        more = "; give each sample a line of its own" if kind == "a list" else ""
        return UsageError(f"{row.place}: '{key}' must be a string, found {kind}{more}")
    return UsageError(
        f"{row.place}: neither 'completion' nor 'solution' (found: {keys_of(row.value)});"
        " rename the key that holds the model's text:"
        f" jq -c '{{task_id, completion: .KEY}}' {row.file.partition('[')[0]} > samples.jsonl"
    )


def _from_folder(root: Path, tasks: Mapping[str, Task], canonical: Canonical) -> Iterator[Sample]:
    by_name = {task_id.replace("/", "_"): task_id for task_id in tasks}

    def task_of(name: str) -> str:
        return by_name.get(name) or _known(name.replace("_", "/", 1), tasks, canonical)

    counts: dict[str, int] = {}
    for name, file, is_program in sample_files(root, task_of):
        task_id = name if name in tasks else canonical(name.replace("_", "/", 1))
        index = counts.get(task_id, 0)
        counts[task_id] = index + 1
        body, defect = without_surrogates(_text(file)) if task_id in tasks else ("", "")
        yield Sample(
            task_id=task_id,
            index=index,
            body=body,
            whole=is_program,
            defect=defect,
            source=SampleSource(file=str(file)),
        )


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode()
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror or error})") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise UsageError(
            f"{file}:{line}: byte {error.start + 1} is not UTF-8; save the file as UTF-8"
        ) from None


def _known(raw: str, tasks: Mapping[str, Task], canonical: Canonical) -> str:
    """The task id that `raw` stands for; empty where there is none.

    Upper and lower case count alike where no two tasks differ in that alone.
    """
    if raw in tasks:
        return raw
    usual = canonical(raw)
    if usual in tasks:
        return usual
    alike = [task_id for task_id in tasks if task_id.lower() == usual.lower()]
    return alike[0] if len(alike) == 1 else ""
