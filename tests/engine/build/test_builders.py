"""Tasks that callers have in hand: what they demand of a solution, and which argument is wrong."""

import math

import pytest

import grader
from grader.core.task import Image, Task

PASSES = {
    "asserts": ({"tests": "assert f(2) == 4"}, "def f(x): return 2 * x"),
    "several texts": (
        {"tests": ["assert f(2) == 4", "assert f(0) == 0"]},
        "def f(x): return x + x",
    ),
    "check": ({"tests": "def check(g):\n    assert g(1) == 2"}, "def f(x): return 2 * x"),
    "check called": (
        {"tests": "def check(g):\n    assert g(1) == 2\ncheck(f)"},
        "def f(x): return 2",
    ),
    "prompt": (
        {"tests": "assert f(2) == 4", "prompt": 'def f(x):\n    """Twice."""\n'},
        "    return 2 * x",
    ),
    "reference": (
        {"tests": "assert f(2) == 4", "reference": "def f(x): return 4"},
        "f = lambda x: 4",
    ),
}


@pytest.fixture(scope="module")
def graded():
    with grader.open(workers=2) as engine:
        yield engine


@pytest.mark.parametrize("name", PASSES)
def test_function_task_tells_right_from_wrong(graded, name):
    fields, right = PASSES[name]
    task = grader.function_task(entry_point="f", **fields)
    wrong = "    return x + 99" if "prompt" in fields else "def f(x): return x + 99"
    assert graded.rewards([(task, right), (task, wrong)]) == [1.0, 0.0]


VALUES = [
    ([1, 2], [2, 1]), ((1, "a"), ("a", 1)), ({1, 2}, {3}), ({"a": [1.5]}, {"a": 1}), (None, True),
    (b"\xff", b""), (2**80, -1), (complex(1, math.inf), 1j), (frozenset([1]), frozenset()), ((), []), ("\n'\"", 0), (1j, 2j),
    ({(1, 2): set()}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("value", "other"), VALUES)
def test_cases_task_carries_any_plain_value(graded, value, other):
    task = grader.cases_task(entry_point="f", inputs=[[value], [other]], outputs=[value, other])
    assert graded.rewards(
        [(task, "def f(x): return x"), (task, f"def f(x): return {other!r}")]
    ) == [
        1.0,
        0.0,
    ]


@pytest.mark.parametrize(
    ("got", "wanted", "tolerance", "right"),
    [
        ("0.1 + 0.2", 0.3, 1e-9, True),
        ("0.1 + 0.2", 0.3, 0, False),
        ("[1.0, (2.0000001,)]", [1, (2.0,)], 1e-6, True),
        ("1.1", 1.0, 1e-3, False),
        ("1000000.5", 1000000.0, 1e-6, True),
        ("float('nan')", math.nan, 0, True),
        ("float('inf')", math.inf, 1, True),
        ("-float('inf')", math.inf, 1, False),
        ("float('nan')", 1.0, 1e9, False),
        ("1", 1.0, 0, True),
        ("'1.0'", 1.0, 1, False),
        ("(1, 2)", [1, 2], 0, False),
        ("{'a': 1.0000001}", {"a": 1.0}, 1e-6, True),
        ("{'b': 1.0}", {"a": 1.0}, 1e-6, False),
        ("2", 1, 5, False),
    ],
)
def test_cases_task_compares_within_its_tolerance(graded, got, wanted, tolerance, right):
    task = grader.cases_task(entry_point="f", inputs=[[]], outputs=[wanted], tolerance=tolerance)
    assert graded.rewards([(task, f"def f(): return {got}")]) == [float(right)]


@pytest.mark.parametrize(
    ("name", "given", "wanted", "right", "wrong"),
    [
        ("zip", [[1, 2], [3, 4]], [(1, 3), (2, 4)], "(a, b): return [(a[0], b[0]), (a[1], b[1])]",
         "(a, b): return [(0, 0) for _ in a]"),
        ("all", [[1]], [1], "(a): return a", "(a): return [2]"),
        ("agree", [1], 1, "(x): return x", "(*_): return 7"),
        ("tolerance", [1], 1, "(x): return x", "(x): return 2"),
        ("inf", [1], math.inf, "(x): return float('inf')", "(x): return 2"),
        ("set", [1], set(), "(x): return {1} - {1}", "(x): return {1}"),
    ],
)  # fmt: skip
def test_solution_called_as_what_compares_does_not_compare(
    graded, name, given, wanted, right, wrong
):
    task = grader.cases_task(entry_point=name, inputs=[given], outputs=[wanted])
    jobs = [(task, f"def {name}{each}") for each in (right, wrong)]
    assert graded.rewards(jobs) == [1.0, 0.0]


def test_integer_of_any_length_is_carried(graded):
    task = grader.cases_task(entry_point="f", inputs=[[20_000]], outputs=[1 << 20_000])
    jobs = [(task, "def f(x): return 1 << x"), (task, "def f(x): return x")]
    assert graded.rewards(jobs) == [1.0, 0.0]


def test_cases_task_with_a_reference_asks_it(graded):
    task = grader.cases_task(entry_point="f", inputs=[[3], [4]], reference="def f(x): return x * x")
    assert task.kind == "cases"
    assert graded.rewards([(task, "def f(x): return x ** 2"), (task, "def f(x): return 9")]) == [
        1.0,
        0.0,
    ]


def test_program_task_compares_what_is_printed(graded):
    task = grader.program_task(cases=[("1 2\n", "3"), (b"5 6\n", b"11\n")])
    assert graded.rewards(
        [(task, "print(sum(map(int, input().split())))"), (task, "print(3)")]
    ) == [1.0, 0.0]


def test_program_task_knows_a_tolerance(graded):
    task = grader.program_task(cases=[("", "0.333333")], compare="tokens", tolerance=1e-5)
    assert graded.rewards([(task, "print(1 / 3)"), (task, "print(0.4)")]) == [1.0, 0.0]


def test_limits_of_a_task_are_its_own():
    task = grader.program_task(cases=[("", "")], limits={"cpu_s": 1.5})
    assert (task.limits.cpu_s, task.limits.memory_mb) == (1.5, grader.Limits().memory_mb)


def test_task_is_named_by_its_content():
    one, same, other = (
        grader.function_task(tests=f"assert f() == {n}", entry_point="f") for n in (1, 1, 2)
    )
    assert one.id == same.id != other.id
    assert grader.function_task(tests="assert f()", entry_point="f", id="mine").id == "mine"


ROW = {
    "instance_id": "a__b-1", "repo": "a/b", "base_commit": "c0ffee", "patch": "", "test_patch": "",
    "FAIL_TO_PASS": '["t"]', "PASS_TO_PASS": "[]", "eval_script": "#!/bin/bash\ntrue\n",
    "log_parser": "pytest", "eval_type": "pass_and_fail", "version": "1",
}  # fmt: skip


def test_repository_task_is_made_of_a_row():
    task = grader.repository_task(ROW)
    assert (task.id, task.kind) == ("a__b-1", "repo")


def test_repository_task_is_refused_where_there_are_no_images(graded):
    with pytest.raises(grader.UsageError, match="sandbox='docker'"):
        graded.grade(grader.repository_task(ROW), "")


@pytest.mark.parametrize("kind", ["harbor", "logged", "function"])
def test_task_in_an_image_of_its_own_is_refused_where_there_are_none(graded, kind):
    task = Task(id="t", benchmark="b", kind=kind, image=Image(name="x:1"), spec={})
    with pytest.raises(grader.UsageError, match="sandbox='docker'"):
        graded.grade(task, "")


F = {"tests": "assert f()", "entry_point": "f"}
C = {"entry_point": "f", "inputs": [[1]], "outputs": [1]}
WRONG = [
    (grader.function_task, {**F, "tests": ""}, "tests: it is empty"),
    (grader.function_task, {**F, "tests": "x = 1\nassert ("}, "tests: line 2"),
    (grader.function_task, {**F, "tests": "import os\nx = 1"}, "tests: they test nothing"),
    (grader.function_task, {**F, "tests": "pass"}, "tests: they test nothing"),
    (grader.function_task, {**F, "tests": "assert g()"}, "tests: they never ask f"),
    (grader.function_task, {**F, "tests": [1]}, r"tests\[0\]: a text is expected, found int"),
    (grader.function_task, {**F, "tests": "(" * 5000}, "tests: "),
    (grader.function_task, {**F, "entry_point": "a b"}, "entry_point: 'a b'"),
    (grader.function_task, {**F, "entry_point": "for"}, "entry_point: 'for'"),
    (grader.function_task, {**F, "prompt": None}, "prompt: a text is expected"),
    (grader.function_task, {**F, "prompt": "\ud800"}, "prompt: a lone surrogate at character 0"),
    (grader.function_task, {**F, "reference": "def g(): pass"}, "reference: it does not define f"),
    (grader.function_task, {**F, "reference": "def f(:"}, "reference: line 1"),
    (grader.function_task, {**F, "limits": {"cpu_s": -1}}, r"limits\.cpu_s=-1: "),
    (grader.function_task, {**F, "limits": {"cpus": 1}}, r"limits\.cpus=1: "),
    (grader.function_task, {**F, "limits": 3}, "limits: .*found int"),
    (grader.function_task, {**F, "id": 3}, "id: a text is expected"),
    (grader.cases_task, {**C, "inputs": []}, "inputs: there are none"),
    (grader.cases_task, {**C, "inputs": [1]}, r"inputs\[0\]: a list of arguments"),
    (grader.cases_task, {**C, "outputs": []}, "outputs: 0 for 1 inputs"),
    (grader.cases_task, {**C, "outputs": [object()]}, r"outputs\[0\]: object is no plain data"),
    (grader.cases_task, {**C, "tolerance": -1}, "tolerance: "),
    (grader.cases_task, {**C, "tolerance": math.nan}, "tolerance: "),
    (
        grader.cases_task,
        {"entry_point": "f", "inputs": [[1]]},
        "outputs: give them, or a reference",
    ),
    (
        grader.cases_task,
        {"entry_point": "f", "inputs": [[(1,)]], "reference": "def f(x): pass"},
        r"inputs\[0\]: JSON has no tuple",
    ),
    (grader.cases_task, {**C, "tolerance": 10**400}, "tolerance: "),
    (grader.cases_task, {**C, "reference": 5}, "reference: a text is expected"),
    (grader.cases_task, {**C, "reference": "def g(): pass"}, "reference: it does not define f"),
    (
        grader.cases_task,
        {"entry_point": "f", "inputs": [[1]], "reference": "def f(:"},
        "reference: line 1",
    ),
    (
        grader.cases_task,
        {"entry_point": "f", "inputs": [[10**5000]], "reference": "def f(x): pass"},
        r"inputs\[0\]: an integer of more",
    ),
    (grader.repository_task, {"row": ROW, "rule": []}, "rule: 'v5' or 'v4'"),
    (grader.program_task, {"cases": []}, "cases: there are none"),
    (grader.program_task, {"cases": [("a",)]}, r"cases\[0\]: a pair"),
    (grader.program_task, {"cases": [("a", 1)]}, r"cases\[0\]\[1\]: a text is expected, found int"),
    (grader.program_task, {"cases": "ab"}, "cases: a list"),
    (grader.program_task, {"cases": [("", "")], "compare": "same"}, "compare: one of lines, "),
    (
        grader.program_task,
        {"cases": [("", "")], "tolerance": 1},
        "tolerance: only compare='tokens'",
    ),
    (grader.repository_task, {"row": {}}, "row: .*instance_id"),
    (grader.repository_task, {"row": []}, "row: a mapping is expected"),
    (grader.repository_task, {"row": {**ROW, "FAIL_TO_PASS": 3}}, "row: .*FAIL_TO_PASS"),
    (grader.repository_task, {"row": ROW, "rule": "v9"}, "rule: 'v5' or 'v4'"),
]


@pytest.mark.parametrize(("build", "fields", "words"), WRONG)
def test_builder_names_the_argument_that_is_wrong(build, fields, words):
    with pytest.raises(grader.UsageError, match=words):
        build(**fields)
