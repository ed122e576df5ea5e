"""`code_eval`: evaluate's call and answer, with honest verdicts."""

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest
from client_programs import run_program

from grader import harnesses
from grader.cli.main import main
from grader.errors import InfraError, UsageError
from grader.graders._free_names import free_names
from grader.harnesses import bigcode
from grader.harnesses.code_eval import compute

ADD, SUBTRACT = "def add(a, b):\n    return a + b", "def add(a, b):\n    return a - b"
TESTS = "assert add(2, 3) == 5"


def said(program: str, tests: str = TESTS, timeout: float = 3.0) -> str:
    _, results = compute([[program]], [tests], k=[1], timeout=timeout)
    [(place, told)] = results[0]
    assert (place, told["task_id"], told["completion_id"]) == (0, 0, 0)
    assert told["passed"] is (told["result"] == "passed")
    return told["result"]


def test_compute_answers_as_evaluate_does():
    scores, results = compute(
        predictions=[[ADD, SUBTRACT], [SUBTRACT, SUBTRACT]], references=[TESTS, TESTS], k=[1, 2, 10]
    )
    assert scores == {"pass@1": 0.25, "pass@2": 0.5}
    assert results[0][0] == (
        0,
        {"task_id": 0, "passed": True, "result": "passed", "completion_id": 0},
    )
    assert [[told["passed"] for _, told in results[n]] for n in (0, 1)] == [
        [True, False],
        [False, False],
    ]


@pytest.mark.parametrize(
    ("program", "result"),
    [
        (SUBTRACT, "failed: AssertionError (line 1)"),
        ("import os\nos._exit(0)", "failed: left with status 0 before the tests were over"),
        ("raise SystemExit", "failed: "),
        ("def add(a, b)", "failed: SyntaxError"),
        (f"```python\n{ADD}\n```", "failed: "),
        (f"{ADD}\nHope this helps!", "failed: "),
        ("class A:\n    __eq__ = lambda *_: True\nadd = lambda *_: A()", "failed: "),
        ("", "failed: "),
        ("\ud800", "failed: "),
    ],
)
def test_prediction_that_is_wrong_as_it_stands_has_failed(program, result):
    assert said(program).startswith(result)


def test_endless_prediction_is_timed_out():
    assert said("def add(a, b):\n    while True: pass", timeout=0.3) == "timed out"


@pytest.mark.parametrize(
    ("program", "tests"),
    [
        (f"{ADD}\ndef half(x): return x / 2", "assert half(add(2, 4)) == 3"),
        ("def first(xs):\n    xs.sort()\n    return xs[0]", "assert first([2, 1]) == 1"),
        (ADD, "def check(candidate):\n    assert candidate(1, 1) == 2\n\ncheck(add)"),
        ("class P:\n    def __init__(self, x): self.x = x", "assert P(3).x == 3"),
        ("LIMIT = 3\ndef f(): return LIMIT", "LIMIT += 1\nassert f() == 4"),
    ],
    ids=["two names", "sorts in place", "check", "class", "own global"],
)
def test_right_prediction_passes_whatever_its_tests_take(program, tests):
    assert said(program, tests) == "passed"


def test_names_that_tests_take_are_those_that_nobody_there_binds():
    tests = "import math as m\nxs = [f(x) for x in range(3)]\ntry:\n    g(xs, m.pi)\nexcept E as e:\n    print(e)"
    assert free_names(tests) == ["f", "g", "E"]
    assert free_names("check(candidate") == []


def test_k_may_be_a_number_and_is_left_out_where_there_are_fewer():
    assert compute([[ADD], [ADD, ADD]], [TESTS, TESTS], k=2)[0] == {}
    assert compute([], [], k=[1])[0] == {}


@pytest.mark.parametrize("predictions", [[ADD], [[ADD], [ADD]], [[1]], ADD])
def test_predictions_of_another_form_are_refused(predictions):
    with pytest.raises(UsageError, match="predictions"):
        compute(predictions, [TESTS])


def test_our_own_trouble_is_raised():
    harnesses.configure(workers=1, sandbox="null", allow_weak=True, retries=0)
    try:
        with pytest.raises(InfraError, match="our trouble"):
            compute([["# null: infra"]], [TESTS])
    finally:
        harnesses.configure(workers=2)


def test_bigcode_functions_are_replaced_wherever_they_were_imported(monkeypatch):
    def theirs():
        raise AssertionError

    for name in ("bigcode_eval", "bigcode_eval.tasks", "bigcode_eval.tasks.custom_metrics"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    names = ["bigcode_eval.tasks.custom_metrics.code_eval", "bigcode_eval.tasks.humaneval"]
    for name in names:
        module = ModuleType(name)
        module.compute_code_eval = theirs
        monkeypatch.setitem(sys.modules, name, module)
    assert bigcode.install() == names
    assert sys.modules[names[1]].compute_code_eval is compute


def test_shim_writes_the_metric_and_spares_what_is_there(tmp_path, capsys):
    assert main(["shim", "code-eval", str(tmp_path)]) == 0
    script = tmp_path / "code_eval" / "code_eval.py"
    compile(script.read_text(), "code_eval.py", "exec")
    assert capsys.readouterr().out == f"wrote {script}\n"
    assert main(["shim", "code-eval", str(tmp_path)]) == 0
    script.write_text("mine")
    assert main(["shim", "code-eval", str(tmp_path)]) == 2
    assert script.read_text() == "mine"
    assert main(["shim", "code-eval", str(tmp_path / "x"), "--mbpp", "y"]) == 2


PROGRAM = f"""
import json
import evaluate
metric = evaluate.load("code_eval")
scores, results = metric.compute(
    predictions=[[{ADD!r}, {SUBTRACT!r}, "import os; os._exit(0)"]], references=[{TESTS!r}], k=[1]
)
print(json.dumps([scores, [told["result"] for _, told in results[0]]]))
"""


@pytest.mark.slow
@pytest.mark.needs("evaluate")
def test_evaluate_loads_the_shim_offline(tmp_path: Path):
    assert main(["shim", "code-eval", str(tmp_path)]) == 0
    printed = run_program(PROGRAM, tmp_path).splitlines()[-1]
    scores, results = json.loads(printed)
    assert scores == {"pass@1": pytest.approx(1 / 3)}
    assert results[0] == "passed"
    assert results[2] == "failed: left with status 0 before the tests were over"
