"""Every published data file given to every benchmark: read where it is its own, else named."""

import json
from itertools import islice

import pytest

from grader import plugins
from grader.benchmarks._foreign import READERS, refuse_foreign
from grader.engine import dataset
from grader.errors import UsageError

PLUS = tuple(f"humanevalplus/HumanEvalPlus{name}.jsonl" for name in ("", "-Mini", "-NoExtreme"))
OWN = {
    "bigcodebench": ("bigcodebench/BigCodeBench.hf",),
    "classeval": ("classeval/",),
    "code-contests": ("codecontests/coffe_codecontests_58", "codecontests/sandboxfusion_sample"),
    "cruxeval-input": ("cruxeval/", "sandboxfusion/code_eval_cruxeval.jsonl"),
    "cruxeval-output": ("cruxeval/", "sandboxfusion/code_eval_cruxeval.jsonl"),
    "humaneval": (
        "humaneval/HumanEval",
        "humaneval/example_problem",
        "humanevalplus/HumanEvalPlus-OriginFmt",
        "multipl-e/open_humaneval_python",
    ),
    "humanevalplus": PLUS,
    "humaneval-infilling": ("infilling/",),
    "humaneval-x": ("humaneval-x/",),
    "leetcode": ("leetcode-deepseek/",),
    "livecodebench": ("livecodebench/",),
    "mbpp": ("mbpp/mbpp",),
    "mbpp-sanitized": ("mbpp/sanitized",),
    "multipl-e": ("multipl-e/humaneval-", "multipl-e/mbpp-"),
    "scicode": ("scicode/problems", "scicode/first_problem"),
    "mbppplus": ("mbppplus/MbppPlus.jsonl", "mbppplus/MbppPlus-NoExtreme"),
}
"""Benchmark → beginnings of the files that it reads."""


@pytest.mark.parametrize("name", sorted(READERS))
def test_data_file_is_read_by_its_own_benchmark_and_named_by_all_others(shared, name):
    root = shared / "data/functions/tasks"
    benchmark = plugins.load("benchmarks", name).benchmark()
    for path in sorted(each for each in root.rglob("*") if each.is_file()):
        place = str(path.relative_to(root))
        if place.startswith(OWN.get(name, ())) and OWN.get(name):
            refuse_foreign(name, path)
            assert list(islice(benchmark.tasks(path), 3)), place
            continue
        with pytest.raises(UsageError) as caught:
            refuse_foreign(name, path)
        message = str(caught.value)
        assert message.startswith(f"{path}: this is no data of {name}, it seems to be "), place
        assert "\n" not in message
        assert message.isprintable()


def test_all_benchmarks_with_rows_are_in_the_matrix():
    assert set(plugins.names("benchmarks")) >= READERS
    assert {"humaneval", "mbpp", "apps", "swebench"} <= READERS


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"suffix": "", "entry_point": "f"}, "HumanEval-Infilling; 'humaneval-infilling'"),
        ({"base_input": [], "plus_input": [], "entry_point": "f"}, "HumanEval+; 'humanevalplus'"),
        ({"task_id": "BigCodeBench/1", "entry_point": "f"}, "BigCodeBench; no benchmark"),
    ],
)
def test_load_refuses_data_of_a_relative(tmp_path, row, words):
    usual = {"task_id": "HumanEval/0", "prompt": "", "canonical_solution": "", "test": "check"}
    path = tmp_path / "tasks.jsonl"
    path.write_text(json.dumps(usual | row) + "\n")
    with pytest.raises(UsageError) as caught:
        dataset.load("humaneval", path)
    assert words in str(caught.value)


def test_rows_of_humaneval_without_a_check_are_refused(tmp_path):
    path = tmp_path / "tasks.jsonl"
    row = {"task_id": "a/0", "prompt": "", "canonical_solution": "", "entry_point": "f"}
    path.write_text(json.dumps(row | {"test": "assert f()"}) + "\n")
    with pytest.raises(UsageError, match=r"tasks.jsonl:1: 'test' of 'a/0' defines no check\(\)"):
        dataset.load("humaneval", path)
