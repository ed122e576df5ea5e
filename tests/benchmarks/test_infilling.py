"""HumanEval-Infilling: what stands before and behind a sample."""

import json

import pytest

import grader
from grader.benchmarks.humaneval_infilling import infilling_id
from grader.engine import dataset

ROW = {
    "task_id": "SingleLineInfilling/HumanEval/0/L1",
    "entry_point": "twice",
    "prompt": "def once(x):\n    return x\n\n\ndef twice(x):\n",
    "suffix": "    return y\n",
    "canonical_solution": "    y = once(x) + x\n",
    "test": "def check(candidate):\n    assert candidate(2) == 2 * once(2)\n",
}


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "HumanEval-SingleLineInfilling.jsonl"
    path.write_text(json.dumps(ROW) + "\n")
    return path


def verdicts(data, *rows):
    path = data.with_name("samples.jsonl")
    path.write_text("".join(json.dumps({"task_id": ROW["task_id"], **row}) + "\n" for row in rows))
    run = data.with_name("run")
    grader.evaluate("humaneval-infilling", path, data=data, out=run, workers=1)
    lines = (run / "results.jsonl").read_text().splitlines()
    found = [json.loads(line) for line in lines]
    found.sort(key=lambda each: each["index"])
    return [each["verdict"] for each in found]


def test_sample_stands_between_prompt_and_suffix(data):
    right, wrong = "    y = x + x\n", "    y = x\n"
    leaves = "    return 4\n\n\ndef three(y):\n"
    assert verdicts(data, *({"completion": each} for each in (right, wrong, leaves))) == [
        "passed",
        "failed",
        "passed",
    ]


@pytest.mark.parametrize(
    "spelling",
    ["singlelineinfilling/humaneval/0/L1", "HumanEval-SingleLineInfilling_HumanEval_0_L1"],
)
def test_ids_are_known_in_other_spellings(data, spelling):
    loaded = dataset.load("humaneval-infilling", data)
    path = data.with_name("s.jsonl")
    path.write_text(json.dumps({"task_id": spelling, "completion": ""}) + "\n")
    (found,) = loaded.benchmark.samples(str(path), loaded.tasks)
    assert found.task_id == ROW["task_id"]


def test_other_ids_stay_as_they_are():
    assert infilling_id("HumanEval/0") == "HumanEval/0"


def test_four_published_files_are_one_benchmark(shared):
    tasks = dataset.load("humaneval-infilling", shared / "data/functions/tasks/infilling").tasks
    assert len(tasks) == 8652
