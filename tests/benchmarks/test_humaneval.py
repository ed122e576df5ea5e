"""HumanEval: the program is assembled as the official grader does it."""

import gzip
import json

import pytest

from grader import plugins
from grader.benchmarks._data import sha256_of
from grader.benchmarks.humaneval import KNOWN_BROKEN, ORIGIN, benchmark
from grader.core.job import Job
from grader.core.sample import Sample
from grader.errors import UsageError
from grader.graders import function

ROW = {
    "task_id": "HumanEval/0",
    "prompt": "def one():\n",
    "entry_point": "one",
    "canonical_solution": "    return 1\n",
    "test": "def check(candidate):\n    assert candidate() == 1\n",
}


@pytest.fixture(scope="module")
def path(shared):
    return benchmark().locate(shared / "data/functions/tasks/humaneval")


@pytest.fixture(scope="module")
def tasks(path):
    return {task.id: task for task in benchmark().tasks(path)}


def source(task, body):
    sample = Sample(task_id=task.id, index=0, body=body)
    job = Job(task=task, sample=sample, trust="shared")
    return function.plan(job).steps[0].action.source


def test_humaneval_is_found_by_its_file_name():
    assert plugins.load("benchmarks", "humaneval").benchmark().name == "humaneval"


def test_humaneval_program_is_prompt_completion_tests_and_call(tmp_path):
    (tmp_path / "HumanEval.jsonl").write_text(json.dumps(ROW))
    (task,) = benchmark().tasks(tmp_path / "HumanEval.jsonl")
    assert source(task, "    return 2") == (
        f"{ROW['prompt']}    return 2\n{ROW['test']}\ncheck(one)"
    )


@pytest.mark.parametrize("key", ["task_id", "prompt", "entry_point", "canonical_solution", "test"])
def test_humaneval_file_without_a_key_is_refused_with_its_line(tmp_path, key):
    path = tmp_path / "tasks.jsonl"
    path.write_text(json.dumps(ROW) + "\n" + json.dumps({k: v for k, v in ROW.items() if k != key}))
    with pytest.raises(UsageError, match=rf"tasks.jsonl:2: no '{key}' \(found: "):
        list(benchmark().tasks(path))


def test_humaneval_file_with_a_wrong_type_is_refused_with_its_line(tmp_path):
    path = tmp_path / "tasks.jsonl"
    path.write_text(json.dumps({**ROW, "prompt": ["x"]}))
    with pytest.raises(UsageError, match=r"tasks.jsonl:1: 'prompt' must be a string, found a list"):
        list(benchmark().tasks(path))


def test_humaneval_has_164_tasks_in_order(tasks):
    assert list(tasks) == [f"HumanEval/{n}" for n in range(164)]
    assert {t.limits.cpu_s for t in tasks.values()} == {3.0}


def test_humaneval_known_broken_tasks_exist_and_are_marked(tasks):
    assert {i for i, t in tasks.items() if t.known_broken} == set(KNOWN_BROKEN)


def test_humaneval_programs_equal_the_official_assembly(path, tasks):
    with gzip.open(path, "rt") as file:
        for line in file:
            row = json.loads(line)
            official = (
                row["prompt"]
                + row["canonical_solution"]
                + "\n"
                + row["test"]
                + "\n"
                + f"check({row['entry_point']})"
            )
            task = tasks[row["task_id"]]
            assert source(task, function.reference(task).body) == official


def test_humaneval_references_compile(tasks):
    for task in tasks.values():
        compile(source(task, function.reference(task).body), task.id, "exec")


def test_humaneval_checksum_is_that_of_the_real_file(path):
    assert sha256_of(path) == ORIGIN.sha256
