"""Rows that do not say how their tests run: version 4 of the official harness had tables for them.

The tables are that package's, where it is installed; they are asked in a process of its own, which
loads none of its dependencies but unidiff.
"""

import json
import subprocess
import sys
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from grader.benchmarks._rows import JsonRow, text_of
from grader.errors import UsageError

CHILD = Path(__file__).with_name("classic_child.py")
ASKED = ("instance_id", "repo", "version", "base_commit", "test_patch")


def with_scripts(rows: Iterable[JsonRow]) -> Iterator[JsonRow]:
    """`rows`, the classic ones with their script; UsageError for one that has none."""
    with asking() as tables:
        for row in rows:
            yield with_script(row, tables) if is_classic(row) else row


def is_classic(row: JsonRow) -> bool:
    """Whether a row leaves unsaid how its tests run."""
    return not row.value.get("eval_script") and not isinstance(row.value.get("recipe"), dict)


def with_script(row: JsonRow, tables: "ClassicTablesProcess") -> JsonRow:
    """The row with its script."""
    answer = tables.answer({key: text_of(row, key) for key in ASKED})
    if isinstance(answer, str):
        raise UsageError(
            f"{row.place}: {row.value['instance_id']} has neither 'eval_script' (rows of SWE-bench"
            f" 5) nor 'recipe', and {answer}; or give the rows of the newer dataset"
        )
    return row._replace(value={**row.value, "eval_script": "\n".join(answer)})


class ClassicTablesProcess:
    """The process that knows the tables; started when it is first asked."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def answer(self, row: dict[str, str]) -> list[str] | str:
        """A script's lines, or why there is none."""
        if self._process is None:
            # -P: a file beside the script is called as the package is.
            self._process = subprocess.Popen(
                [sys.executable, "-P", str(CHILD)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        asked, told = self._process.stdin, self._process.stdout
        assert asked is not None  # noqa: S101  both are pipes
        assert told is not None  # noqa: S101
        try:
            asked.write(json.dumps(row) + "\n")
            asked.flush()
            line = told.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            return f"swebench's tables cannot be used ({self._last_words()})"
        return cast("list[str] | str", json.loads(line))

    def _last_words(self) -> str:
        assert self._process is not None  # noqa: S101  it has just been asked
        lines = self._process.communicate()[1].strip().splitlines()
        return lines[-1] if lines else "they say nothing"

    def close(self) -> None:
        """End the process; safe to call twice."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


@contextmanager
def asking() -> Generator[ClassicTablesProcess]:
    """Tables, ended at the end."""
    tables = ClassicTablesProcess()
    try:
        yield tables
    finally:
        tables.close()
