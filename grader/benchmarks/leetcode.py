"""DeepSeek's LeetCode problems: methods of a class `Solution`, of contests from July 2023 on.

Assembled as `Evaluation/LeetCode/human_eval/evaluation.py` of DeepSeek-Coder does it: fixed
imports, the answer, the tests. The tests' one object is made where the answer runs, and they call
it there: only plain values come back to what compares them.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from grader.benchmarks._data import given
from grader.benchmarks._rows import JsonRow, json_rows, shown, text_of
from grader.benchmarks._samples import read_samples
from grader.core.limits import Limits
from grader.core.sample import Sample
from grader.core.task import Task
from grader.errors import UsageError
from grader.graders.function import Spec

FILES = ("20240121-Jul.jsonl", "20240121-Jul.jsonl.gz", "20240121-Jul-zh.jsonl")
IMPORTS = (
    "import math; import re; import sys; import copy; import datetime; import itertools;"
    " import collections; import heapq; import functools; import hashlib; import numpy;"
    " import numpy as np; import string; from typing import *; from collections import *;"
    " from functools import *\n"
)
"""The official ones, in their order. One line, to keep line numbers."""
LIMITS = Limits(cpu_s=10.0, wall_s=40.0, memory_mb=1024)
"""Officially 10 s of wall clock; a busy machine gets more."""
CALL = "leetcode_call"
MADE = re.compile(r"^my_solution = Solution\(\)[ \t]*$", re.MULTILINE)
CALLED = re.compile(r"\bmy_solution\.(\w+)\(")
LISTS = re.compile(r"^(_f1|_f2) = lambda .*$", re.MULTILINE)
"""How two of the tests make a linked list out of a plain one, and the other way round."""
SUFFIX = """

{lists}
leetcode_solution = Solution()


def {call}(**given):
    return {out}(leetcode_solution.{name}(**{into}))
"""


class LeetCode:
    """All problems of the file."""

    name = "leetcode"
    version = "20240121"
    licence = "MIT"
    summary = "180 LeetCode problems of weekly contests (DeepSeek)"

    def locate(self, data: Path | None) -> Path:
        """`data`, which has to be given: there is no home with a checksum."""
        if data is None:
            raise UsageError(
                "leetcode: pass --data 20240121-Jul.jsonl (in the repository"
                " deepseek-ai/DeepSeek-Coder, below Evaluation/LeetCode/data/)"
            )
        return given(data, *FILES)

    def tasks(self, path: Path) -> Iterator[Task]:
        """Tasks in the file's order."""
        seen: set[str] = set()
        for row in json_rows(path):
            task_id = text_of(row, "task_id")
            if task_id in seen:
                raise UsageError(f"{row.place}: task {shown(task_id)} is there twice; remove one")
            seen.add(task_id)
            yield Task(
                id=task_id,
                benchmark=self.name,
                kind="function",
                limits=LIMITS,
                spec=spec_of(row).model_dump(),
            )

    def prompts(self, path: Path) -> Iterator[tuple[str, str]]:
        """What a model is asked, by the task's id."""
        for row in json_rows(path):
            yield text_of(row, "task_id"), text_of(row, "prompt_sft")

    def samples(self, source: str, tasks: dict[str, Task]) -> Iterator[Sample]:
        """Samples with `solution`, `completion` or `generation`: the whole class either way."""
        return read_samples(source, tasks)


def spec_of(row: JsonRow) -> Spec:
    """A row's tests, with the object that they call on the answer's side."""
    tests = text_of(row, "test")
    names = set(CALLED.findall(tests))
    if len(MADE.findall(tests)) != 1 or len(names) != 1:
        raise UsageError(
            f"{row.place}: 'test' does not make one 'my_solution' and call one method of it;"
            " is it DeepSeek's LeetCode file?"
        )
    lists = "\n".join(match[0] for match in LISTS.finditer(tests))
    suffix = SUFFIX.format(
        call=CALL,
        name=names.pop(),
        lists=lists,
        out="_f2" if lists else "",
        into="{key: _f1(value) for key, value in given.items()}" if lists else "given",
    )
    asked = LISTS.sub(r"\1 = list", CALLED.sub(f"{CALL}(", MADE.sub("", tests)))
    return Spec(prompt=IMPORTS, suffix=suffix, wraps_whole=True, tests=asked, entry_point=CALL)


def benchmark() -> LeetCode:
    """The member that this module is."""
    return LeetCode()
