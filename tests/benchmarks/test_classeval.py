"""ClassEval: rows as tasks, answers as they are assembled officially."""

import json
import random

import pytest

import grader
from grader.benchmarks.classeval import classeval_id, third_party
from grader.engine import dataset
from grader.errors import UsageError
from tests import shares

DATA = "data/functions/tasks/classeval/ClassEval_data.json.gz"
WITHOUT_LUCK = {"ClassEval_17", "ClassEval_48", "ClassEval_51"}
"""The date of a day gone by, somebody's host name, a function that numpy 2 has no more."""
ROW = {
    "task_id": "ClassEval_0",
    "skeleton": "import math\nclass Circle: ...\n",
    "import_statement": ["import math"],
    "class_name": "Circle",
    "solution_code": "import math\nclass Circle:\n    def __init__(self, r):\n        self.r = r\n"
    "    def area(self):\n        return math.pi * self.r ** 2\n"
    "    @staticmethod\n    def unit():\n        return Circle(1)\n",
    "test_classes": ["TestArea", " TestUnit"],
    "test": "import unittest\nclass TestArea(unittest.TestCase):\n    def test_one(self):\n"
    "        self.assertAlmostEqual(Circle(2).area(), 12.566370614359172)\n"
    "class  TestUnit(unittest.TestCase):\n    def test_two(self):\n"
    "        self.assertEqual(Circle.unit().r, 1)\n",
}


def written(tmp_path, **changes):
    path = tmp_path / "ClassEval_data.json"
    path.write_text(json.dumps([{**ROW, **changes}]))
    return path


def verdicts(data, samples, tmp_path, **options):
    path = tmp_path / "samples.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in samples))
    grader.evaluate("classeval", path, data=data, out=tmp_path / "run", **options)
    lines = (tmp_path / "run/results.jsonl").read_text().splitlines()
    found = sorted((json.loads(line) for line in lines), key=lambda each: each["index"])
    return [each["verdict"] for each in found]


def test_class_is_assembled_as_officially(tmp_path):
    own = ROW["solution_code"]
    bodies = [
        own,
        own.replace("import math\n", "").replace("    @staticmethod\n", ""),  # both are put there
        f"```python\n{own}```",
        own.replace("** 2", "** 3"),
        own.replace("return Circle(1)", "return Circle(2)"),
        "class Circle(:\n    pass\n",
        "import os\nos._exit(0)\n",
    ]
    found = verdicts(
        written(tmp_path),
        [{"task_id": "ClassEval_0", "solution": each} for each in bodies],
        tmp_path,
    )
    assert found == ["passed"] * 3 + ["failed"] * 2 + ["error"] * 2


def test_row_without_a_class_of_its_tests_is_named(tmp_path):
    path = written(tmp_path, test_classes=["TestArea", "TestOther"])
    with pytest.raises(UsageError, match="no class 'TestOther'"):
        dataset.load("classeval", path)


def test_ids_are_known_in_other_spellings():
    assert [classeval_id(each) for each in ("7", "ClassEval/7", "ClassEval_7", "x")] == [
        "ClassEval_7", "ClassEval_7", "ClassEval_7", "x",
    ]  # fmt: skip


def test_libraries_are_what_no_python_has():
    assert third_party("import os.path, docx\nfrom bs4 import x\nfrom . import y") == {
        "docx",
        "bs4",
    }
    assert third_party("def broken(:") == frozenset()


def test_solutions_of_real_tasks_pass_and_emptied_ones_do_not(shared, tmp_path):
    loaded = dataset.load("classeval", shared / DATA)
    assert len(loaded.tasks) == 100
    plain = {name: each for name, each in loaded.tasks.items() if not each.image.environment}
    assert len(plain) == 92
    names = sorted(set(plain) - WITHOUT_LUCK)
    chosen = random.Random(shares.SEED).sample(names, 12)
    bodies = [plain[name].spec["reference"] for name in chosen]
    empty = [f"class {plain[name].spec['entry_point']}:\n    pass\n" for name in chosen]
    rows = [
        {"task_id": name, "solution": body}
        for name, body in zip(chosen * 2, bodies + empty, strict=True)
    ]
    path = tmp_path / "samples.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in rows))
    names = tuple(chosen)
    grader.evaluate("classeval", path, data=shared / DATA, out=tmp_path / "run", tasks=names)
    found = {
        (each["task_id"], each["index"]): each["verdict"]
        for each in map(json.loads, (tmp_path / "run/results.jsonl").read_text().splitlines())
    }
    assert {key: found[key] for key in found if key[1] == 0 and found[key] != "passed"} == {}
    assert {
        key: found[key] for key in found if key[1] and found[key] in {"passed", "ungraded"}
    } == {}
