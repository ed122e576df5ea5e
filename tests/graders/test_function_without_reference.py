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
        ("xs = [3, 1]\nf(xs)\nassert xs == [1, 3]", "f", "def f(x):\n    x.sort()", "passed", "shared"),
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
        ("with f() as x:\n    pass", True),
        ("assert f(1)[0](2) == 3", True),
        ("xs = [1]\nf(xs)\nassert xs == []", True),
        ("got = f(1)\nif isinstance(got, tuple):\n    got = list(got)\nassert got == [1]", False),
        ("not python (", False),
    ],
)
def test_tests_that_ask_for_more_than_data_are_known_by_their_text(tests, more):
    assert any(wishes(tests, "f")) is more


def test_class_is_known_by_its_name():
    assert wishes("assert Vector(1) + Vector(2) == Vector(3)", "Vector").objects
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
