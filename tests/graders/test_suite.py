"""Functions by classes of unit tests: apart, together and twisted, in real sandboxes."""

import pytest

from grader.core.job import Job
from grader.core.limits import Limits
from grader.core.result import Trust, Verdict
from grader.core.sample import Sample
from grader.core.task import Task
from grader.engine.grading import open_grading
from grader.engine.options import EngineOptions
from grader.graders.suite import Spec, with_statics

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


NO_PROGRAMS = {
    "a broken head": "def task_func(:\n    pass\n",
    "an indented line": "    return 1\n",
    "prose": "Here is the function that you asked for.\n",
    "a null byte": "def task_func(n):\n    return '\0'\n",
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
    return await graded_task(task_of(tests, **changes), bodies)


async def graded_task(task, bodies):
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


@pytest.mark.parametrize("tests", [PLAIN, MOCKED], ids=["plain", "mocked"])
async def test_what_is_no_program_is_an_error_of_the_sample(tests):
    found = await graded(tests, [RIGHT, *NO_PROGRAMS.values()])
    assert [each.verdict for each in found] == [Verdict.PASSED, *[Verdict.ERROR] * len(NO_PROGRAMS)]


async def test_objects_inside_what_is_given_prove_nothing():
    tests = MOCKED.replace("    def test_two", """    def test_inner(self):
        import json
        self.assertEqual(task_func(3)[0], 3)
        self.assertEqual(vars(task_func).get("kept", 5), 5)
    def test_two""")  # fmt: skip
    liar = RIGHT + LIAR + "task_func.kept = Liar()\n"
    right, wrong = await graded(tests, [RIGHT, liar])
    assert right.verdict is Verdict.PASSED
    assert wrong.verdict is Verdict.FAILED
    assert "a class of its own" in wrong.reason


CLASS_TESTS = """
import unittest
class CounterTestAdd(unittest.TestCase):
    def test_add(self):
        counter = Counter()
        counter.add(2)
        self.assertEqual(counter.add(3), 5)
        self.assertEqual(counter.total, 5)
class CounterTestDouble(unittest.TestCase):
    def test_double(self):
        self.assertEqual(Counter.double(4), 8)
        self.assertEqual(Counter().double(5), 10)
"""
CLASS_MOCKED = CLASS_TESTS.replace("import unittest\n", "import unittest\nfrom unittest.mock import patch\n").replace(
    "        counter.add(2)\n", "        with patch('builtins.print'):\n            counter.add(2)\n", 1
)  # fmt: skip
COUNTER = """
class Counter:
    def __init__(self):
        self.total = 0
    def add(self, n):
        self.total += n
        return self.total
    def double(n):
        return 2 * n
"""
WRONG_CLASSES = {
    "one method is wrong": COUNTER.replace("2 * n", "n + 4"),
    "an attribute is missing": COUNTER.replace("self.total", "self.sum"),
    "a method gives what equals all": LIAR + COUNTER.replace("return 2 * n", "return Liar()"),
    "an attribute equals all": LIAR
    + COUNTER.replace("return self.total", "found, self.total = self.total, Liar(); return 5"),
    "it is a liar itself": COUNTER.replace(
        "class Counter:", LIAR.replace("Liar", "Counter")
    ).replace("return 2 * n", "return Counter()"),
    "it leaves": COUNTER.replace("return 2 * n", "import os; os._exit(0)"),
    "a metaclass gives anything": LIAR
    + "class M(type):\n    def __getattr__(self, name): return lambda *a: Liar()\n"
    "class Counter(metaclass=M):\n    def __getattr__(self, name): return lambda *a: Liar()\n",
    "there is none": "class Other: pass\n",
}


@pytest.mark.parametrize("tests", [CLASS_TESTS, CLASS_MOCKED], ids=["plain", "mocked"])
async def test_class_is_judged_by_all_its_classes_of_tests(tests):
    spec = Spec(
        prompt="",
        before_completion="",
        tests=tests,
        classes=("CounterTestAdd", "CounterTestDouble"),
        entry_point="Counter",
        entry_is_class=True,
        statics=True,
        reference=with_statics(COUNTER),
    )
    limits = Limits(cpu_s=5, wall_s=30)
    task = Task(id="T/0", benchmark="own", kind="suite", limits=limits, spec=spec.model_dump())
    right, *others = await graded_task(task, [COUNTER, *WRONG_CLASSES.values()])
    assert (right.verdict, right.reason) == (Verdict.PASSED, "")
    verdicts = {name: each.verdict for name, each in zip(WRONG_CLASSES, others, strict=True)}
    bad = {Verdict.PASSED, Verdict.UNGRADED}
    assert {name: found for name, found in verdicts.items() if found in bad} == {}


def test_methods_without_self_become_static():
    code = "class A:\n    @staticmethod\n    def f(x):\n        pass\n    def g(self): pass\n"
    assert with_statics(code) == (
        "class A:\n    @staticmethod\n    def f(x):\n        pass\n    def g(self): pass\n"
    )
    assert with_statics("class A:\n    def f(x): pass") == (
        "class A:\n    @staticmethod\n    def f(x): pass"
    )
