"""HumanEval+ rows become tasks."""

import gzip
import json

import pytest

from grader.benchmarks import humanevalplus
from grader.errors import UsageError
from grader.graders.cases import Spec, unpacked

ROW = {
    "task_id": "HumanEval/32",
    "prompt": "def find_zero(xs):\n",
    "entry_point": "find_zero",
    "canonical_solution": "    return 1.0\n",
    "base_input": [[[-1, 1]]],
    "plus_input": [[[-2, 2]], [[-3, 3]]],
    "atol": 0.0001,
}


def write(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def read(path):
    return list(humanevalplus.benchmark().tasks(path))


def test_a_row_becomes_a_task(tmp_path):
    (task,) = read(write(tmp_path / "rows.jsonl", ROW))
    spec = Spec.model_validate(task.spec)
    assert (task.id, task.benchmark, task.kind) == ("HumanEval/32", "humanevalplus", "cases")
    assert (spec.rule, spec.atol, spec.entry_point) == ("root", 0.0001, "find_zero")
    assert unpacked(spec.base) == ROW["base_input"]
    assert unpacked(spec.plus) == ROW["plus_input"]


def test_other_functions_are_judged_by_equality(tmp_path):
    (task,) = read(write(tmp_path / "rows.jsonl", {**ROW, "entry_point": "f", "atol": 0}))
    assert Spec.model_validate(task.spec).rule == "equal"


def test_a_compressed_file_is_read(tmp_path):
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(ROW).encode()))
    assert len(read(path)) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"task_id": "Mbpp/2"}, "rows.jsonl:2: task id 'Mbpp/2' does not begin with 'HumanEval/'"),
        ({"task_id": "HumanEval/32"}, "rows.jsonl:2: task 'HumanEval/32' was already on line 1"),
        ({"base_input": "[[1]]"}, "rows.jsonl:2: 'base_input' must be a list of lists"),
        ({"plus_input": [1]}, "rows.jsonl:2: 'plus_input' must be a list of lists"),
        ({"plus_input": {"a": 1}}, "rows.jsonl:2: 'plus_input' must be a list of lists"),
        ({"atol": "x"}, "rows.jsonl:2: 'atol' must be a number of 0 or more, found a string"),
        ({"atol": -1}, "rows.jsonl:2: 'atol' must be a number of 0 or more, found a number"),
        ({"prompt": 3}, "rows.jsonl:2: 'prompt' must be a string"),
    ],
)
def test_a_malformed_row_is_named_with_its_line(tmp_path, change, message):
    path = write(tmp_path / "rows.jsonl", ROW, {**ROW, "task_id": "HumanEval/33", **change})
    with pytest.raises(UsageError) as caught:
        read(path)
    assert message in str(caught.value)


def test_plain_humaneval_is_told_apart(tmp_path):
    row = {key: value for key, value in ROW.items() if not key.endswith("input")}
    with pytest.raises(UsageError, match="is it an EvalPlus file"):
        read(write(tmp_path / "rows.jsonl", row))


def test_the_published_file_has_164_tasks_in_little_memory(shared):
    path = shared / "data/functions/tasks/humanevalplus/HumanEvalPlus.jsonl.gz"
    tasks = read(path)
    inputs = [Spec.model_validate(task.spec) for task in tasks]
    assert len({task.id for task in tasks}) == 164
    assert sum(len(spec.base) + len(spec.plus) for spec in inputs) < 2_000_000
    assert humanevalplus.benchmark().locate(path.parent) == path


def test_both_forms_of_sample_are_read(tmp_path):
    tasks = {task.id: task for task in read(write(tmp_path / "rows.jsonl", ROW))}
    rows = [
        {"task_id": "HumanEval/32", "completion": "    return 1\n"},
        {"task_id": "HumanEval/32", "solution": "def find_zero(xs):\n    return 1\n"},
    ]
    source = write(tmp_path / "samples.jsonl", *rows)
    samples = list(humanevalplus.benchmark().samples(str(source), tasks))
    assert [(sample.index, sample.whole) for sample in samples] == [(0, False), (1, True)]
