"""DeepSeek's LeetCode problems: methods called where the answer runs."""

import json

import pytest

import grader
from grader.engine import dataset
from grader.errors import UsageError

DATA = "data/functions/tasks/leetcode-deepseek/20240121-Jul.jsonl.gz"
ROW = {
    "task_id": "weekly-contest-1-twice",
    "prompt_sft": "Write it.",
    "test": '\nmy_solution = Solution()\n\ntest_input = { "n": 2, "add": [1] }\n'
    'assert my_solution.twice(**test_input) == [4, 1]\n\ntest_input = { "n": 3, "add": [] }\n'
    "assert my_solution.twice(**test_input) == [6]\n",
}
LINKED = {
    "task_id": "weekly-contest-1-turned",
    "prompt_sft": "Write it.",
    "test": "\nmy_solution = Solution()\n\n"
    "_f1 = lambda lst: ListNode(lst[0], _f1(lst[1:])) if lst else None\n"
    "_f2 = lambda node: [node.val] + _f2(node.next) if node else []\n\n\n"
    'test_input = { "head": _f1([1,2,3]) }\n'
    "assert _f2(my_solution.turned(**test_input)) == [3,2,1]\n",
}
RIGHT = "class Solution:\n    def twice(self, n: int, add: List[int]) -> List[int]:\n        return [2 * n, *add]\n"
LIAR = "class Liar:\n    def __eq__(self, other): return True\n"
NODE = "class ListNode:\n    def __init__(self, val=0, next=None):\n        self.val = val\n        self.next = next\n"
TURNED = (
    NODE
    + "class Solution:\n    def turned(self, head: Optional[ListNode]) -> Optional[ListNode]:\n"
    "        last = None\n        while head:\n            head.next, last, head = last, head, head.next\n"
    "        return last\n"
)
WRONG = {
    "another value": RIGHT.replace("2 * n", "3 * n"),
    "equals all": LIAR + RIGHT.replace("[2 * n, *add]", "Liar()"),
    "equals all inside": LIAR + RIGHT.replace("2 * n", "Liar()"),
    "a list that equals all": "class L(list):\n    def __eq__(self, other): return True\n"
    + RIGHT.replace("[2 * n, *add]", "L()"),
    "leaves": RIGHT.replace("return", "import os; os._exit(0)\n        return"),
    "no such class": "def twice(n, add):\n    return [2 * n, *add]\n",
    "no program": "class Solution(:\n",
    "calls itself the tests": "my_solution = None\ndef leetcode_call(**given): return [4, 1]\n"
    "class Solution:\n    twice = lambda self, n, add: [4, 1]\n",
}


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "20240121-Jul.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in (ROW, LINKED)))
    return path


def verdicts(data, rows):
    path = data.with_name("samples.jsonl")
    path.write_text("".join(json.dumps(each) + "\n" for each in rows))
    run = data.with_name("run")
    grader.evaluate("leetcode", path, data=data, out=run, workers=2)
    lines = [json.loads(line) for line in (run / "results.jsonl").read_text().splitlines()]
    return {(each["task_id"], each["index"]): (each["verdict"], each["trust"]) for each in lines}


def test_right_answers_pass_apart_from_the_tests(data):
    rows = [
        {"task_id": ROW["task_id"], "solution": RIGHT},
        {"task_id": ROW["task_id"], "generation": f"Here it is:\n```python\n{RIGHT}```\n"},
        {"task_id": LINKED["task_id"], "solution": TURNED},
    ]
    assert set(verdicts(data, rows).values()) == {("passed", "separated")}


def test_wrong_answers_fail(data):
    rows = [{"task_id": ROW["task_id"], "solution": each} for each in WRONG.values()]
    rows += [
        {"task_id": LINKED["task_id"], "solution": each}
        for each in (
            TURNED.replace("return last", "return head"),
            LIAR + TURNED.replace("return last", "return Liar()"),
            LIAR + TURNED.replace("return last", "last.val = Liar(); return last"),
        )
    ]
    found = verdicts(data, rows)
    assert len(found) == len(rows)
    assert {key: each for key, each in found.items() if each[0] in {"passed", "ungraded"}} == {}


def test_tests_of_another_shape_are_named(tmp_path):
    path = tmp_path / "20240121-Jul.jsonl"
    path.write_text(json.dumps({**ROW, "test": "assert twice(1) == 2"}) + "\n")
    with pytest.raises(UsageError, match="does not make one 'my_solution'"):
        dataset.load("leetcode", path)


def test_every_real_problem_is_graded(shared, tmp_path):
    tasks = dataset.load("leetcode", shared / DATA).tasks
    assert len(tasks) == 180
    name = "weekly-contest-381-minimum-number-of-pushes-to-type-word-i"
    pushes = (
        "class Solution:\n    def minimumPushes(self, word: str) -> int:\n"
        "        return sum(i // 8 + 1 for i in range(len(word)))\n"
    )
    rows = [{"task_id": each, "solution": "class Solution:\n    pass\n"} for each in tasks]
    path = tmp_path / "samples.jsonl"
    path.write_text(
        "".join(json.dumps(each) + "\n" for each in [*rows, {"task_id": name, "solution": pushes}])
    )
    grader.evaluate("leetcode", path, data=shared / DATA, out=tmp_path / "run", workers=2)
    lines = [json.loads(line) for line in (tmp_path / "run/results.jsonl").read_text().splitlines()]
    passed = [(each["task_id"], each["index"]) for each in lines if each["verdict"] == "passed"]
    assert passed == [(name, 1)]
    assert {each["verdict"] for each in lines} <= {"passed", "error", "failed"}
