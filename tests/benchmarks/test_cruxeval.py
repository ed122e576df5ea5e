"""CRUXEval: answers are expressions, and what they are compared with stays with the checker."""

import json

import pytest

import grader
from grader.benchmarks import _cruxeval, cruxeval_input, cruxeval_output
from grader.benchmarks._rows import JsonRow
from grader.errors import UsageError
from grader.record import journal

ROWS = (
    {"id": "sample_0", "code": "def f(x):\n    return x + x", "input": "'ab'", "output": "'abab'"},
    {
        "id": "sample_1",
        "code": "def f(n, step=1):\n    return n if n < 2 else f(n - 2, step)",
        "input": "7",
        "output": "1",
    },
)
EQUALS_ALL = "type('E', (), {'__eq__': lambda s, o: True, '__ne__': lambda s, o: False})()"


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "cruxeval.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return path


def read(member, path, *rows):
    tasks = {task.id: task for task in member.benchmark().tasks(path)}
    source = path.with_name("samples.jsonl")
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return list(member.benchmark().samples(str(source), tasks))


def verdicts(member, data, *answers):
    """Verdict of each answer to `sample_0`, by the whole engine."""
    run = data.with_name("run")
    rows = [{"task_id": "sample_0", "completion": answer} for answer in answers]
    name = member.benchmark().name
    grader.evaluate(name, rows, data=data, workers=1, out=run)
    results = sorted(journal.current(run / journal.NAME), key=lambda result: result.index)
    return [result.verdict.value for result in results]


@pytest.mark.parametrize("member", [cruxeval_output, cruxeval_input])
def test_official_generations_and_plain_rows_are_read(data, member):
    samples = read(
        member,
        data,
        {"sample_0": ["'a'", "'b'"], "sample_1": ["1"]},
        {"id": "sample_0", "generations": ["'c'"], "scored": [False]},
        {"task_id": "sample_1", "solution": "2"},
        {"task_id": "sample_1", "completion": "3"},
    )
    found = [(sample.task_id, sample.index, sample.body, sample.whole) for sample in samples]
    assert found == [
        ("sample_0", 0, "'a'", False),
        ("sample_0", 1, "'b'", False),
        ("sample_1", 0, "1", False),
        ("sample_0", 2, "'c'", False),
        ("sample_1", 1, "2", False),
        ("sample_1", 2, "3", False),
    ]


def test_generations_that_are_no_list_are_named(data):
    with pytest.raises(UsageError, match=r"samples\.jsonl:1: a list of answers is expected"):
        read(cruxeval_output, data, {"id": "sample_0", "generations": "'a'"})


def test_a_list_of_rows_is_read_from_one_json_list(data):
    source = data.with_name("samples.json")
    source.write_text(json.dumps([{"id": "sample_0", "generations": ["1", "2"]}]))
    tasks = {task.id: task for task in cruxeval_output.benchmark().tasks(data)}
    samples = list(cruxeval_output.benchmark().samples(str(source), tasks))
    assert [(sample.body, sample.index) for sample in samples] == [("1", 0), ("2", 1)]


def test_a_row_of_another_kind_passes_through_unchanged():
    row = JsonRow("x", 1, {"task_id": "sample_0", "completion": "1"})
    assert list(_cruxeval.unfold(row)) == [row]


def test_outputs_are_judged_as_values(data):
    answers = ("'abab'", "'ab' * 2  # twice", "'aba'", EQUALS_ALL, "f('ab')", "'abab", "1/0")
    assert verdicts(cruxeval_output, data, *answers) == [
        "passed", "passed", "failed", "failed", "error", "error", "error",
    ]  # fmt: skip


def test_inputs_are_judged_by_the_checkers_own_function(data):
    answers = (
        "f('ab')",
        "f(f('a')[:1] + 'b')",
        "f(x='ab')",
        "f('abc')",
        "f('abc') or True",
        f"f({EQUALS_ALL})",
        "'abab'",
        "[last_call.append(((1,), {})), f(2)]",
    )
    assert verdicts(cruxeval_input, data, *answers) == [
        "passed", "passed", "passed", "failed", "failed", "error", "error", "failed",
    ]  # fmt: skip


def test_rows_of_a_caller_may_say_solution(data):
    rows = [{"task_id": "sample_0", "solution": "'abab'"}]
    run = data.with_name("run")
    report = grader.evaluate("cruxeval-output", rows, data=data, workers=1, out=run)
    assert report.counts == {"passed": 1}


def test_recursive_functions_keep_the_outer_call(data):
    run = data.with_name("run")
    rows = [{"task_id": "sample_1", "completion": answer} for answer in ("f(7)", "f(8)", "f(9, 2)")]
    report = grader.evaluate("cruxeval-input", rows, data=data, workers=1, out=run)
    assert report.counts == {"passed": 2, "failed": 1}
    assert report.trust == {"separated": 3}


def test_every_published_problem_becomes_a_task(shared):
    path = shared / "data/functions/tasks/cruxeval/cruxeval.jsonl"
    for member in (cruxeval_output, cruxeval_input):
        tasks = list(member.benchmark().tasks(path))
        assert len({task.id for task in tasks}) == 800
        assert member.benchmark().locate(path.parent) == path
