"""Tasks without a reference: the tests alone say what a solution may need."""

import pytest

import grader
from grader.graders._own_wishes import wishes

STACK = (
    "class Stack:\n    def __init__(self): self.all = []\n"
    "    def push(self, x): self.all.append(x)\n    def pop(self): return self.all.pop()\n"
)
LIAR = (
    "class Any:\n    def __eq__(self, other): return True\n    __hash__ = None\n"
    "def f(*_): return Any()\n"
)
ALIAS = "def f(xs):\n    xs[:] = [1, 2]\n    return xs\n"


@pytest.fixture(scope="module")
def engine_without():
    with grader.open(workers=2) as engine:
        yield engine


@pytest.mark.parametrize(
    ("tests", "entry_point", "solution", "verdict", "trust"),
    [
        ("assert f([3, 1]) == [1, 3]", "f", "def f(x):\n    x.sort()\n    return x", "passed", "separated"),
        ("xs = [3, 1]\nf(xs)\nassert xs == [1, 3]", "f", "def f(x):\n    x.sort()", "passed", "separated"),
        ("xs = [3, 1]\nf(xs)\nassert xs == [1, 3]", "f", "def f(x):\n    pass", "failed", "separated"),
        ("s = Stack()\ns.push(3)\nassert s.pop() == 3", "Stack", STACK, "passed", "shared"),
        ("s = Stack()\ns.push(3)\nassert s.pop() == 4", "Stack", STACK, "failed", "shared"),
        ("assert f()(2) == 4", "f", "def f(): return lambda x: x * 2", "passed", "shared"),
        ("assert f(1) == 3", "f", LIAR, "failed", "separated"),
        ("import math\nassert math.isclose(f(1), 3)\nassert f(2) == [4]", "f", LIAR, "error", "separated"),
        ("assert f([3, 1]) == sorted([3, 1])", "f", ALIAS, "failed", "separated"),
    ],
)  # fmt: skip
def test_solution_is_believed_what_its_tests_ask_for(
    engine_without, tests, entry_point, solution, verdict, trust
):
    task = grader.function_task(tests=tests, entry_point=entry_point)
    result = engine_without.grade(task, {"solution": solution})
    assert (result.verdict, result.trust) == (verdict, trust), result.reason


def test_objects_are_not_believed_where_one_process_is_not_acceptable(engine_without):
    task = grader.function_task(
        tests="s = Stack()\ns.push(3)\nassert s.pop() == 3", entry_point="Stack"
    )
    result = engine_without.grade(task, {"solution": STACK}, trust="separated")
    assert result.verdict == "failed"


@pytest.mark.parametrize(
    ("tests", "more"),
    [
        ("assert f(1) == 2", False),
        ("import math\nassert math.isclose(f(1), 2.0)\nassert f('a').upper() == 'A'", False),
        ("def check(candidate):\n    assert candidate([1]) == 1\ncheck(f)", False),
        ("for given, wanted in [(1, 2)]:\n    assert f(given) == wanted", False),
        ("assert f(3).shape == (3,)", True),
        ("a = f(1)\nassert a.next.value == 2", True),
        ("g = f(2)\nassert g(3) == 6", True),
        ("@f\ndef g(x):\n    return x\nassert g(1) == 2", True),
        ("import asyncio\nassert asyncio.run(f(1)) == 1", True),
        ("for each in [f(1)]:\n    assert each.value == 1", True),
        ("def value(node):\n    return node.value\nassert value(f(1)) == 1", True),
        (
            "import unittest\nclass T(unittest.TestCase):\n    def test(self):\n        self.got = f(1)\n        self.assertEqual(self.got, 1)",
            False,
        ),
        (
            "import contextlib\nwith contextlib.suppress(ValueError):\n    f(1)\nassert f(2) == 2",
            False,
        ),
        ("try:\n    f(-1)\nexcept ValueError as error:\n    assert error.args", False),
        ("from collections import Counter\nassert Counter(f(1)).most_common(1) == [(1, 1)]", False),
        ("assert np.allclose(f(1), 2)", False),
        ("xs = [1]\nassert f(xs) == sorted(xs)", False),
        ("xs = [1]\nassert xs[f(xs, 3)] == 3", False),
        ("xs = [1]\ngot = f(xs)\nfor i in range(len(xs)):\n    assert got[i] == i", False),
        ("xs = [1]\nk = f(xs)\nassert xs[:k] == [1]", True),
        ("with f() as x:\n    pass", True),
        ("assert f(1)[0](2) == 3", True),
        ("xs = [1]\nf(xs)\nassert xs == []", True),
        ("got = f(1)\nif isinstance(got, tuple):\n    got = list(got)\nassert got == [1]", False),
        ("not python (", False),
    ],
)
def test_tests_that_ask_for_more_than_data_are_known_by_their_text(tests, more):
    found = wishes(tests, "f")
    assert (found.objects or found.changes) is more


def test_class_is_known_by_its_name():
    assert wishes("assert Vector(1) + Vector(2) == Vector(3)", "Vector").objects
    assert wishes("assert len(Bag([1])) == 1", "Bag").objects
    assert wishes("class Sub(Base): pass\nassert Sub() == Sub()", "Base").objects
    assert not wishes("assert Fibonacci(5) == 5", "Fibonacci").objects
    assert not wishes("assert Sum_Of(1) == 2", "Sum_Of").objects


LIAR = "class Liar:\n    def __eq__(self, other): return True\ndef f(x): return Liar()\n"


@pytest.mark.parametrize(
    "tests",
    [
        "got = f([2, 1])\nif isinstance(got, tuple):\n    got = list(got)\nassert got == [1, 2]",
        "for xs in [[2, 1], [3]]:\n    assert f(xs) == sorted(xs)",
        "xs = [2, 1]\nassert f(xs) == [1, 2]\nassert xs == [2, 1]",
    ],
)
def test_object_that_equals_everything_passes_no_tests_that_want_data(engine_without, tests):
    task = grader.function_task(tests=tests, entry_point="f")
    assert engine_without.grade(task, {"solution": LIAR}).verdict == "failed"


TWO_FACED = (
    "import sys\nclass Liar:\n    def __eq__(self, other): return True\n"
    "def f(xs):\n    if 'Liar' in sys._getframe(1).f_globals: return Liar()\n    xs.append(9)\n"
)
"""Changes what it is given when it is interviewed, and lies in one process with its tests."""
EMPTIED = "def f(xs):\n    xs.clear()\n    return xs\n"


@pytest.mark.parametrize(
    ("tests", "solution"),
    [
        ("xs = [3, 1]\nf(xs)\nassert xs == [1, 3]", TWO_FACED),
        ("xs = [3, 1]\nassert f(xs) == [1, 3]\nassert xs == [3, 1]", TWO_FACED),
        ("xs = [3, 1]\nassert f(xs) == sorted(xs)", TWO_FACED),
        ("xs = [3, 1]\nassert f(xs) == sorted(xs)", EMPTIED),
        ("for xs in [[3, 1], [2]]:\n    got = f(xs)\n    want = sorted(xs)\n    assert got == want", EMPTIED),
        ("case = {'in': [3, 1]}\nassert f(case['in']) == sorted(case['in'])", EMPTIED),
        ("def same(one, other):\n    assert one == other\nxs = [3]\nsame(f(xs), xs[:1])", EMPTIED),
        ("xs = [3, 1]\ngot = f(xs)\nassert all(got[i] == i for i in range(len(xs)))", EMPTIED),
        ("xs = [3, 1]\nassert len(f(xs)) == len(xs)", EMPTIED),
        ("xs = [3, 1]\ngot, want = f(xs), sorted(xs)\nassert got == want", EMPTIED),
        ("def run(xs):\n    return f(xs), sorted(xs)\ngot, want = run([3, 1])\nassert got == want", EMPTIED),
        ("xs = [5, 3]\nassert xs[f(xs)] == 3", "def f(xs):\n    xs[0] = 3\n    return 0"),
        ("a = f(1)\nb = f(2)\nassert a == [2]", "kept = []\ndef f(x):\n    kept.append(x)\n    out.append(x)\n    out[:] = [x]\n    return out\nout = []"),
    ],
)  # fmt: skip
def test_change_of_an_argument_makes_no_answer_right(engine_without, tests, solution):
    result = engine_without.grade(
        grader.function_task(tests=tests, entry_point="f"), {"solution": solution}
    )
    assert result.verdict == "failed", result.trust


UNIT = (
    "import unittest\nclass T(unittest.TestCase):\n    def test(self):\n"
    "        self.assertEqual(f(1), 3)\nsuite = unittest.defaultTestLoader.loadTestsFromTestCase(T)\n"
    "assert unittest.TextTestRunner().run(suite).wasSuccessful()"
)


@pytest.mark.parametrize(
    "tests",
    [
        UNIT,
        "import contextlib\nwith contextlib.suppress(ValueError):\n    f(1)\nassert f(1) == 3",
        "try:\n    f(-1)\nexcept ValueError as error:\n    assert error.args\nassert f(1) == 3",
        "import re\nassert f(1) == re.match('a', 'a').group(0)",
        "import numpy as np\nassert np.allclose(1, 1) and f(1) == 3",
    ],
)
def test_objects_of_the_tests_own_are_no_wish_for_a_solutions(engine_without, tests):
    task = grader.function_task(tests=tests, entry_point="f")
    result = engine_without.grade(task, {"solution": LIAR})
    assert (result.verdict, result.trust) == ("failed", "separated")


@pytest.mark.parametrize(
    ("tests", "solution", "trust"),
    [
        ("xs = [1, 1, 2]\nk = f(xs)\nassert k == 2\nfor i in range(k):\n    assert xs[i] == [1, 2][i]", "def f(x):\n    s = sorted(set(x)); x[:len(s)] = s\n    return len(s)", "separated"),
        ("xs = [1, 1, 2]\nwant = [1, 2, 0]\nk = f(xs)\nassert xs[:k] == want[:k]", "def f(x):\n    s = sorted(set(x)); x[:len(s)] = s\n    return len(s)", "separated"),
        ("xs = [2, 1]\ngot = f(xs)\nassert got is xs and xs == [1, 2]", "def f(x):\n    x.sort()\n    return x", "separated"),
        ("xs = [2, 1]\nassert f(xs) is None\nassert all(xs[i] <= xs[i + 1] for i in range(len(xs) - 1))", "def f(x): x.sort()", "separated"),
        ("for xs in [[2, 1], [3]]:\n    assert f(xs) == sorted(xs)", "def f(x):\n    x.sort()\n    return x", "separated"),
        ("g = f(2)\nassert g(3) == 6", "def f(a): return lambda b: a * b", "shared"),
        ("import io\nassert f(io.StringIO('ab')) == 'ab'", "def f(s): return s.read()", "shared"),
        ("class P:\n    def __init__(self, x): self.x = x\nassert f(P(3)) == 3", "def f(p): return p.x", "shared"),
        ("import asyncio\nassert asyncio.run(f(1)) == 1", "async def f(x): return x", "shared"),
    ],
)  # fmt: skip
def test_right_solution_passes_however_its_tests_look_at_it(engine_without, tests, solution, trust):
    task = grader.function_task(tests=tests, entry_point="f")
    result = engine_without.grade(task, {"solution": solution})
    assert (result.verdict, result.trust) == ("passed", trust), result.reason


@pytest.mark.needs("numpy")
@pytest.mark.parametrize(
    ("tests", "solution", "verdict"),
    [
        ("assert np.allclose(f(2), [0, 0])", "np.zeros(n)", "passed"),
        ("np.testing.assert_array_equal(f(2), np.eye(2))", "np.eye(n)", "passed"),
        ("assert np.all(f(3) == [1])", "np.array([])", "failed"),
    ],
)
def test_arrays_are_believed_where_only_numpy_looks_at_them(
    engine_without, tests, solution, verdict
):
    task = grader.function_task(tests=f"import numpy as np\n{tests}", entry_point="f")
    made = f"import numpy as np\ndef f(n): return {solution}\n"
    result = engine_without.grade(task, {"solution": made})
    assert (result.verdict, result.trust) == (verdict, "separated"), result.reason


OWN_ERROR = "class NoMoney(Exception): pass\ndef f(x):\n    if x < 0: raise NoMoney\n    return x\n"
ASKS_ERROR = "try:\n    f(-1)\n    assert False\nexcept NoMoney:\n    pass\nassert f(1) == 1"


@pytest.mark.parametrize(
    ("tests", "solution", "verdict", "trust"),
    [
        (ASKS_ERROR, OWN_ERROR, "passed", "shared"),
        (ASKS_ERROR, OWN_ERROR.replace("return x", "return 2"), "failed", "shared"),
        ("assert f(1) == 1\nassert f.calls == 1", "def f(x):\n    f.calls += 1\n    return x\nf.calls = 0", "passed", "shared"),
        ("class Sub(f): pass\nassert Sub().one() == 1", "class f:\n    def one(self): return 1", "passed", "shared"),
        ("assert f(1) == 3", "class Liar:\n    def __eq__(self, other): return True\ndef f(x):\n    if __name__ == '__main__': return Liar()\n    raise NameError('x')", "error", "separated"),
    ],
)  # fmt: skip
def test_names_that_only_a_solution_has_need_one_process(
    engine_without, tests, solution, verdict, trust
):
    task = grader.function_task(tests=tests, entry_point="f")
    result = engine_without.grade(task, {"solution": solution})
    assert (result.verdict, result.trust) == (verdict, trust), result.reason
