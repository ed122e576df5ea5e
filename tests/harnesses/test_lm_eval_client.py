"""The real lm-eval, offline, on the tasks that `grader shim lm-eval` writes."""

import gzip
import json
from pathlib import Path

import pytest
from client_programs import run_client, run_program

from grader.cli.main import main
from grader.harnesses import lm_eval

PROGRAM = """
import json
import lm_eval
from lm_eval.api.model import LM
from lm_eval.tasks import TaskManager

ANSWERS = {answers!r}

class Right(LM):
    def generate_until(self, requests, disable_tqdm=False):
        return [self.answer(each.args[0]) for each in requests]
    def answer(self, prompt):
        for key, text in ANSWERS.items():
            if prompt.endswith(key) or key in prompt[-900:]:
                return text
        return "lol"
    def loglikelihood(self, requests): raise NotImplementedError
    def loglikelihood_rolling(self, requests): raise NotImplementedError

found = lm_eval.simple_evaluate(
    model=Right(), tasks=["grader_humaneval", "grader_mbpp"], limit=4,
    task_manager=TaskManager(include_path="tasks", include_defaults=False), bootstrap_iters=0,
)
print(json.dumps({{name: each["pass@1,answers"] for name, each in found["results"].items()}}))
"""


@pytest.fixture
def tasks(tmp_path: Path, shared: Path) -> Path:
    data = shared / "data" / "functions" / "tasks"
    words = ["--humaneval", str(data / "humaneval" / "HumanEval.jsonl.gz")]
    words += ["--mbpp", str(data / "mbpp" / "mbpp.jsonl")]
    folder = tmp_path / "tasks"
    assert main(["shim", "lm-eval", str(folder), *words]) == 0
    return folder


def rows(path: Path) -> list[dict[str, object]]:
    opened = gzip.open if path.suffix == ".gz" else Path.open
    with opened(path, "rt") as file:
        return [json.loads(line) for line in file]


def test_scores_are_those_of_the_benchmark_s_own_task(tasks: Path):
    problem = rows(tasks / "HumanEval.jsonl")[2]
    data, name = tasks / "HumanEval.jsonl", problem["task_id"]
    right, wrong = problem["canonical_solution"], "    return 3\n"
    assert lm_eval.scores("humaneval", data, [name], [[right]]) == {"pass@1": 1.0}
    assert lm_eval.scores("humaneval", data, [name], [[wrong, right]], [1, 2, 3]) == {
        "pass@1": 0.5,
        "pass@2": 1.0,
    }


def test_shim_asks_mbpp_s_official_split(tasks: Path):
    ids = [row["task_id"] for row in rows(tasks / "mbpp_test.jsonl")]
    assert (ids[0], ids[-1], len(ids)) == (11, 510, 500)
    assert [row["task_id"] for row in rows(tasks / "mbpp_prompt.jsonl")] == [2, 3, 4]


@pytest.mark.slow
@pytest.mark.timeout(550)
@pytest.mark.needs("lm_eval")
def test_lm_eval_counts_right_answers_and_its_dummy_s_none(tasks: Path, tmp_path: Path):
    problems, short = rows(tasks / "HumanEval.jsonl"), rows(tasks / "mbpp_test.jsonl")
    answers = {each["prompt"]: each["canonical_solution"] for each in problems[:3]}
    answers |= {each["text"]: each["code"] for each in short[:2]}
    printed = run_program(PROGRAM.format(answers=answers), tmp_path).splitlines()[-1]
    assert json.loads(printed) == {"grader_humaneval": 0.75, "grader_mbpp": 0.5}
    words = ["-m", "lm_eval", "run", "--model", "dummy", "--tasks", "grader_humaneval"]
    words += ["--include_path", "tasks", "--limit", "3"]
    assert "|pass@1" in run_client(words, tmp_path).stdout.replace(" ", "")
