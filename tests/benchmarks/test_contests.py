"""CodeContests and APPS: rows of every layout become tasks, and programs are graded by output."""

import json
import time

import pytest

import grader
from grader.benchmarks import apps, code_contests
from grader.errors import UsageError
from grader.graders import function, program
from grader.record import journal

TESTS = {"input": ["1\n", "2\n"], "output": ["2\n", "4\n"]}
STDIN = {"inputs": ["1\n", ["2", "3"]], "outputs": ["2.5\n", ["4.5"]]}
CALLS = {"fn_name": "f", "inputs": [[[2, 1]], [[]]], "outputs": [[[1, 2]], []]}


def write(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def tasks_of(member, path):
    return {task.id: task for task in member.benchmark().tasks(path)}


def cases_of(task):
    spec = program.Spec.model_validate(task.spec)
    return [(case.stdin.decode(), case.stdout.decode()) for case in spec.all_cases()]


def verdicts(member, data, task_id, *bodies):
    run = data.with_name("run")
    rows = [{"task_id": task_id, "completion": body} for body in bodies]
    grader.evaluate(member.benchmark().name, rows, data=data, workers=1, out=run)
    found = sorted(journal.current(run / journal.NAME), key=lambda result: result.index)
    return [result.verdict.value for result in found]


@pytest.mark.parametrize(
    "row",
    [
        {"name": "7", "public_tests": TESTS, "private_tests": {"input": [], "output": []}},
        {"name": "7", "generated_tests": json.dumps(TESTS)},
        {"task_id": 7, "input_output": json.dumps(TESTS)},
        {
            "id": 7,
            "test": json.dumps([
                {"input": {"stdin": given}, "output": {"stdout": wanted}}
                for given, wanted in zip(TESTS["input"], TESTS["output"], strict=True)
            ]),
        },
    ],
)  # fmt: skip
def test_every_layout_of_code_contests_is_read(tmp_path, row):
    (task,) = tasks_of(code_contests, write(tmp_path / "rows.jsonl", row)).values()
    assert (task.id, task.kind) == ("7", "program")
    assert cases_of(task) == [("1\n", "2\n"), ("2\n", "4\n")]


def test_the_first_accepted_python_program_is_the_reference(tmp_path):
    solutions = {"language": [2, 3, 3], "solution": ["c++", "first", "second"]}
    row = {
        "name": "7",
        "public_tests": TESTS,
        "solutions": solutions,
        "memory_limit_bytes": 1 << 31,
    }
    (task,) = tasks_of(code_contests, write(tmp_path / "rows.jsonl", row)).values()
    assert program.Spec.model_validate(task.spec).reference == "first"
    assert task.limits.memory_mb == 2048


@pytest.mark.parametrize(
    ("member", "row", "message"),
    [
        (code_contests, {"name": "7"}, "no tests; everything would pass"),
        (code_contests, {"public_tests": TESTS}, "no 'name'"),
        (code_contests, {"name": "7", "public_tests": {"input": ["1"], "output": []}}, "has 1 inp"),
        (code_contests, {"name": "7", "test": "[{}]"}, "'input' must be an object"),
        (code_contests, {"name": "7", "input_output": "{"}, "does not hold JSON"),
        (apps, {"problem_id": 7, "input_output": {"inputs": [], "outputs": []}}, "no tests"),
        (apps, {"problem_id": 7, "input_output": {"inputs": [1], "outputs": ["1"]}}, "a number"),
        (apps, {"input_output": STDIN}, "no 'problem_id'"),
        (apps, {"id": 7, "input_output": {**CALLS, "fn_name": "a b"}}, "no name of a function"),
        (apps, {"id": 7, "input_output": {**CALLS, "inputs": [1, 2]}}, "a list of arguments"),
    ],
)
def test_a_malformed_row_is_named_with_its_line(tmp_path, member, row, message):
    path = write(tmp_path / "rows.jsonl", row)
    with pytest.raises(UsageError) as caught:
        tasks_of(member, path)
    assert str(caught.value).startswith(f"{path}:1: ")
    assert message in str(caught.value)


@pytest.mark.parametrize("member", [apps, code_contests])
def test_without_data_the_next_move_is_told(member):
    with pytest.raises(UsageError, match="needs --data: JSON lines"):
        member.benchmark().locate(None)


def test_code_contests_compares_words_in_any_case_and_close_numbers(tmp_path):
    tests = {"input": ["x"], "output": ["YES 1.5"]}
    data = write(tmp_path / "rows.jsonl", {"name": "7", "public_tests": tests})
    bodies = ("print('Yes\\n1.500001')", "print('yes 1.6')", "print('yes')", "print('1.5 yes')")
    assert verdicts(code_contests, data, "7", *bodies) == ["passed", "failed", "failed", "failed"]


def test_code_contests_keeps_integers_exact_where_none_has_a_fraction(tmp_path):
    tests = {"input": ["x"], "output": ["333333333333333333 7"]}
    data = write(tmp_path / "rows.jsonl", {"name": "7", "public_tests": tests})
    bodies = (
        "print('0333333333333333333', 7.0)",
        "print(333333333333333312, 7)",
        "print(333333333333333333, 7.000001)",
    )
    assert verdicts(code_contests, data, "7", *bodies) == ["passed", "failed", "failed"]
    found = journal.current(tmp_path / "run" / journal.NAME)
    assert {result.index: result.readings["compat"] for result in found} == {
        0: "passed", 1: "passed", 2: "passed"
    }  # fmt: skip


def test_code_contests_takes_no_output_for_more_exact_than_the_others(tmp_path):
    tests = {"input": ["1", "3"], "output": ["0.5", "2"]}
    data = write(tmp_path / "rows.jsonl", {"name": "7", "public_tests": tests})
    bodies = (
        "print((int(input()) + 1e-9) * 2 / 3 - 1e-9)",
        "n = int(input())\nprint(n / 2 + n // 3 / 2 - 1e-9)",
    )
    assert verdicts(code_contests, data, "7", *bodies) == ["failed", "passed"]


def test_a_long_word_is_judged_at_once(tmp_path):
    tests = {"input": [""], "output": ["5"]}
    data = write(tmp_path / "rows.jsonl", {"name": "w", "public_tests": tests})
    began = time.process_time()
    assert verdicts(code_contests, data, "w", "print('1' * 2_000_000 + 'L')") == ["failed"]
    assert time.process_time() - began < 5


def test_apps_keeps_the_order_of_words_and_integers_exact(tmp_path):
    row = {"problem_id": 7, "input_output": json.dumps(STDIN), "solutions": '["reference"]'}
    data = write(tmp_path / "rows.jsonl", row, {"problem_id": 8, "input_output": ""})
    (task,) = tasks_of(apps, data).values()
    assert cases_of(task) == [("1\n", "2.5\n"), ("2\n3", "4.5")]
    assert program.Spec.model_validate(task.spec).reference == "reference"
    exact = {"inputs": ["x"], "outputs": ["1000000 2"]}
    data = write(tmp_path / "exact.jsonl", {"problem_id": 9, "input_output": exact})
    bodies = ("print(1000000, 2)", "print(2, 1000000)", "print(1000001, 2)", "print(1000000.0, 2)")
    assert verdicts(apps, data, "9", *bodies) == ["passed", "failed", "failed", "failed"]


def test_apps_floats_may_be_close(tmp_path):
    data = write(tmp_path / "rows.jsonl", {"problem_id": 7, "input_output": STDIN})
    bodies = ("print(float(input()) + 1.500001 + 1 * 0)", "print(int(input()) + 1.5 + 5e-5)")
    good = "n = int(input())\nprint(n * 2 + 0.5 + 1e-6)"
    assert verdicts(apps, data, "7", good, *bodies)[0] == "passed"


def test_apps_functions_are_interviewed(tmp_path):
    data = write(tmp_path / "rows.jsonl", {"problem_id": 7, "input_output": CALLS})
    (task,) = tasks_of(apps, data).values()
    assert function.Spec.model_validate(task.spec).entry_point == "apps_call"
    assert verdicts(
        apps,
        data,
        "7",
        "def f(a):\n    a.sort()\n    return a",
        "class Solution:\n    def f(self, a):\n        return tuple(sorted(a))",
        "def f(a):\n    return a",
        "```python\ndef f(a):\n    return sorted(a)\n```\nThat is all.",
        "def g(a):\n    return a",
    ) == ["passed", "passed", "failed", "passed", "error"]


def test_the_local_problems_are_read(shared):
    folder = shared / "data/functions/tasks/codecontests"
    coffe = tasks_of(code_contests, folder / "coffe_codecontests_58.jsonl.gz")
    assert len(coffe) == 58
    assert all(program.Spec.model_validate(task.spec).reference for task in coffe.values())
    assert len(tasks_of(code_contests, folder / "sandboxfusion_sample.jsonl")) == 20


def test_a_right_program_runs_on_all_cases_and_a_wrong_one_is_stopped(tmp_path):
    many = {"input": [str(n) for n in range(50)], "output": [str(n) for n in range(50)]}
    data = write(tmp_path / "rows.jsonl", {"name": "7", "public_tests": many})
    run = tmp_path / "run"
    rows = [{"task_id": "7", "solution": body} for body in ("print(input())", "print(0)")]
    grader.evaluate("code-contests", rows, data=data, workers=1, out=run)
    results = sorted(journal.current(run / journal.NAME), key=lambda result: result.index)
    assert [result.verdict.value for result in results] == ["passed", "failed"]
    ran = [sum(test.outcome.value != "skipped" for test in result.tests) for result in results]
    assert ran == [50, 8]
