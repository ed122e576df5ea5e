"""Functions by classes of unit tests: apart, together and twisted, in real sandboxes."""

import pytest

from grader.core.job import Job
from grader.core.limits import Limits
from grader.core.result import Trust, Verdict
from grader.core.sample import Sample
from grader.core.task import Task
from grader.engine.grading import open_grading
from grader.engine.options import EngineOptions
from grader.graders.suite import Spec

pytestmark = pytest.mark.anyio

PROMPT = "import os\ndef task_func(n):\n    pass\n"
PLAIN = """
import unittest
class TestCases(unittest.TestCase):
    def test_one(self):
        self.assertEqual(task_func(1), [1, 2])
    def test_two(self):
        self.assertTrue(task_func(0) == [0, 1])
        with self.assertRaises(ValueError):
            task_func(-1)
"""
MOCKED = PLAIN.replace("    def test_one", """    def test_place(self):
        with patch("os.getcwd", return_value="/there"):
            self.assertEqual(task_func(7), "/there")
    def test_one""").replace("import unittest", "import unittest\nfrom unittest.mock import patch")  # fmt: skip
RIGHT = """
import os
def task_func(n):
    if n < 0:
        raise ValueError(n)
    return os.getcwd() if n == 7 else [n, n + 1]
"""
LIAR = "class Liar:\n    def __eq__(self, other): return True\n    def __ne__(self, other): return True\n"
ATTACKS = {
    "leaves early": "import os\nos._exit(0)\n",
    "leaves in the call": "import os\ndef task_func(n):\n    os._exit(0)\n",
    "raises SystemExit": "def task_func(n):\n    raise SystemExit(0)\n",
    "equals all": f"{LIAR}def task_func(n):\n    return Liar()\n",
    "equals all inside": f"{LIAR}def task_func(n):\n    return [Liar(), Liar()]\n",
    "a list that equals all": "class L(list):\n    def __eq__(self, other): return True\n"
    "def task_func(n):\n    return L()\n",
    "a text that equals all": "class T(str):\n    def __eq__(self, other): return True\n    __hash__ = str.__hash__\n"
    "def task_func(n):\n    return T()\n",
    "tests that do nothing": "import unittest\nunittest.TestCase.run = lambda self, result=None: result\n"
    "def task_func(n): pass\n",
    "assertions that do nothing": "import unittest\nfor name in dir(unittest.TestCase):\n"
    "    if name.startswith('assert'):\n"
    "        try: setattr(unittest.TestCase, name, lambda *a, **k: None)\n"
    "        except Exception: pass\n"
    "def task_func(n): pass\n",
    "results without failures": "import unittest\nunittest.TestResult.addFailure = unittest.TestResult.addError ="
    " lambda *a: None\nunittest.TestResult.wasSuccessful = lambda self: True\ndef task_func(n): pass\n",
    "another module for unittest": "import sys, types\nm = types.ModuleType('unittest')\n"
    "class TestCase:\n    def __init__(self, *a): pass\n    def run(self, r): pass\nm.TestCase = TestCase\n"
    "sys.modules['unittest'] = m\ndef task_func(n): pass\n",
    "tests of its own": "import unittest\nclass TestCases(unittest.TestCase):\n    def test_x(self): pass\n"
    "def task_func(n): pass\n",
    "the frames' runner replaced": "import sys\nf = sys._getframe()\nwhile f:\n"
    "    for space in (f.f_globals, f.f_locals):\n"
    "        if '_grader_suite' in space:\n"
    "            space['_grader_suite'] = lambda *a, **k: [['test_one', 'ok', ''], ['test_place', 'ok', ''], ['test_two', 'ok', '']]\n"
    "    f = f.f_back\ndef task_func(n): pass\n",
    "the main module's runner replaced": "import sys\nfor m in list(sys.modules.values()):\n"
    "    if hasattr(m, '_grader_suite'):\n"
    "        m._grader_suite = lambda *a, **k: [['test_one', 'ok', ''], ['test_place', 'ok', ''], ['test_two', 'ok', '']]\n"
    "def task_func(n): pass\n",
    "classes found by the collector": "import gc\nfor each in gc.get_objects():\n"
    "    if isinstance(each, type) and each.__name__ == 'TestCase':\n"
    "        for name in dir(each):\n"
    "            if name.startswith('assert'):\n"
    "                try: setattr(each, name, lambda *a, **k: None)\n"
    "                except Exception: pass\n"
    "def task_func(n): pass\n",
    "an assertion error that is none": "import builtins\nbuiltins.AssertionError = ValueError\ndef task_func(n):\n"
    "    raise ValueError\n",
    "looks for the answer in the frames": "import sys\ndef task_func(n):\n    f = sys._getframe()\n"
    "    while f:\n        for c in f.f_code.co_consts:\n            if type(c) is tuple: return list(c)\n"
    "        f = f.f_back\n",
    "all that compares is patched": "import operator, builtins\nbuiltins.isinstance = lambda *a: True\n"
    "operator.eq = lambda a, b: True\ndef task_func(n): pass\n",
}


def task_of(tests, *, reference=RIGHT):
    spec = Spec(
        prompt=PROMPT,
        before_completion="",
        tests=tests,
        entry_point="task_func",
        reference=reference,
    )
    limits = Limits(cpu_s=5, wall_s=30)
    return Task(id="T/0", benchmark="own", kind="suite", limits=limits, spec=spec.model_dump())


async def graded(tests, bodies, **changes):
    task = task_of(tests, **changes)
    async with open_grading(EngineOptions(workers=2, allow_weak=True), "suite") as engine:
        jobs = [
            Job(task=task, sample=Sample(task_id="T/0", index=index, body=body, whole=True))
            for index, body in enumerate(bodies)
        ]
        return [await engine.attempt(job) for job in jobs]


@pytest.mark.parametrize(
    ("tests", "trust"), [(PLAIN, Trust.SEPARATED), (MOCKED, Trust.KEYED)], ids=["plain", "mocked"]
)
async def test_right_solution_passes_and_no_attack_does(tests, trust):
    right, *others = await graded(tests, [RIGHT, *ATTACKS.values()])
    assert (right.verdict, right.trust, right.reason) == (Verdict.PASSED, trust, "")
    verdicts = {name: each.verdict for name, each in zip(ATTACKS, others, strict=True)}
    assert [name for name, verdict in verdicts.items() if verdict is Verdict.PASSED] == []
    assert [name for name, verdict in verdicts.items() if verdict is Verdict.UNGRADED] == []


@pytest.mark.parametrize("tests", [PLAIN, MOCKED], ids=["plain", "mocked"])
async def test_wrong_solution_fails_by_the_test_that_says_so(tests):
    (wrong,) = await graded(tests, [RIGHT.replace("n + 1", "n + 2")])
    assert wrong.verdict is Verdict.FAILED
    assert "test_one: AssertionError" in wrong.reason


@pytest.mark.parametrize("tests", [PLAIN, MOCKED], ids=["plain", "mocked"])
async def test_tests_that_a_sample_makes_skip_are_no_pass(tests):
    skips = "if task_func(3) != [3, 4]:\n            self.skipTest('no')\n        "
    one = "self.assertEqual(task_func(1), [1, 2])"
    other = RIGHT.replace("[n, n + 1]", "[n, n + 1 + (n == 3)]")
    right, skipping = await graded(tests.replace(one, skips + one), [RIGHT, other])
    assert right.verdict is Verdict.PASSED
    assert skipping.verdict is Verdict.FAILED
    assert "skip" in skipping.reason


async def test_task_whose_own_solution_fails_here_is_unrunnable_and_blames_nobody():
    (found,) = await graded(PLAIN, [RIGHT], reference="import nowhere_at_all\n")
    assert found.verdict is Verdict.UNGRADED
    assert "unrunnable here" in found.reason
    assert "nowhere_at_all" in found.reason


async def test_solution_that_rests_on_an_import_of_the_tests_passes():
    rests = RIGHT.replace("return os", "return ''.join(digits[:0]) or os")
    tests = PLAIN.replace("import unittest", "import unittest\nfrom string import digits")
    (found,) = await graded(tests, [rests], reference=rests.replace("n < 0", "n < int(digits[0])"))
    assert (found.verdict, found.reason) == (Verdict.PASSED, "")
