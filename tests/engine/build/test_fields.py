"""Tasks as data sets spell them: right passes, wrong fails, and what is wrong with a row is named."""

import json

import pytest

import grader
from grader.engine.build.fields import task_of_fields
from grader.errors import UsageError

ADD, SUBTRACT = "def add(a, b):\n    return a + b\n", "def add(a, b):\n    return a - b\n"
METHOD = "class Solution:\n    def add(self, a, b):\n        return a + b\n"
ROWS = {
    "tests": ({"tests": "assert add(1, 2) == 3", "entry_point": "add"}, ADD, SUBTRACT),
    "listed tests": ({"tests": ["assert add(1, 2) == 3"], "entry_point": "add"}, ADD, SUBTRACT),
    "benchmark": (
        {"benchmark": "folder", "task_id": "tag-check"},
        None,
        "def is_balanced(text):\n    return None\n",
    ),
    "program": (
        {"inputs": ["1 2", ["3", "4"]], "outputs": ["3\n", "7"]},
        "import sys\nprint(sum(map(int, sys.stdin.read().split())))",
        "print(3)",
    ),
    "program as JSON": (
        {"inputs": '["1"]', "outputs": '["1"]', "compare": "exact"},
        "print(input(), end='')",
        "print(input())",
    ),
    "arguments": (
        {"inputs": [[1, 2]], "outputs": [3], "entry_point": "add"},
        ADD,
        SUBTRACT,
    ),
    "as LiveCodeBench": (
        {"inputs": ["1\n2"], "outputs": ["3"], "fn_name": "add"},
        METHOD,
        SUBTRACT,
    ),
    "as APPS": ({"inputs": [[1, 2]], "outputs": [[3]], "fn_name": "add"}, ADD, SUBTRACT),
}


@pytest.fixture(scope="module")
def engine_of_rows():
    with grader.open(workers=2) as engine:
        yield engine


@pytest.mark.parametrize("name", ROWS)
def test_task_of_fields_tells_right_from_wrong(engine_of_rows, name):
    row, right, wrong = ROWS[name]
    task = task_of_fields(row)
    if right is None:
        right = task.spec["reference"]
    jobs = [(task, right), (task, wrong)]
    assert engine_of_rows.rewards(jobs) == [1.0, 0.0]
    assert task_of_fields(json.dumps({**row, "question": "any", "timeout_s": None})) == task


def test_task_of_fields_takes_limits():
    row = ROWS["tests"][0]
    limits = task_of_fields({**row, "timeout_s": 1.5, "memory_mb": 300}).limits
    assert (limits.cpu_s, limits.memory_mb) == (1.5, 300)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({}, "row: tests and entry_point, "),
        ({"answer": "3"}, "found answer"),
        ("[1]", "row: "),
        ("{", "row: no JSON"),
        ("[" * 100_000, "row: no JSON"),
        ({"tests": "assert add(1, 2) == 3"}, "entry_point: it is empty"),
        ({"tests": "assert add(", "entry_point": "add"}, "tests: line 1: no Python"),
        ({"benchmark": "folder"}, "has no task ''"),
        ({"benchmark": 3, "task_id": "x"}, "benchmark: a text is expected"),
        ({"inputs": ["1"], "outputs": []}, "outputs: 0 for 1 inputs"),
        ({"inputs": [], "outputs": []}, "there are none, so every program would pass"),
        ({"inputs": [], "outputs": [], "fn_name": "f"}, "there are none, so every function"),
        ({"inputs": 3, "outputs": []}, "inputs: a list is expected, found int"),
        ({"inputs": [3], "outputs": ["3"]}, "inputs[0]: a text is expected, found int"),
        ({"inputs": ["1\n{"], "outputs": ["3"], "fn_name": "f"}, "inputs[0]: no JSON"),
        ({"inputs": ["1"], "outputs": ["x"], "fn_name": "f"}, "outputs[0]: no JSON"),
        ({"inputs": ["1"], "outputs": ["1"], "fn_name": "not a name"}, "fn_name: "),
        ({"inputs": ["1"], "outputs": ["1"], "compare": "set"}, "compare: one of"),
        ({**ROWS["tests"][0], "timeout_s": "soon"}, "timeout_s: a number"),
        ({**ROWS["tests"][0], "timeout_s": 0}, "limits.cpu_s"),
        ({**ROWS["tests"][0], "memory_mb": -1}, "limits.memory_mb"),
    ],
)
def test_task_of_fields_names_what_is_wrong(row, told):
    with pytest.raises(UsageError) as caught:
        task_of_fields(row)
    assert told in str(caught.value)
