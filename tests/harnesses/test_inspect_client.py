"""The real Inspect: its own checks of a sandbox, and a scorer that nobody talks into a pass."""

import json
import re
from pathlib import Path

import pytest
from client_programs import run_client, run_program

CHECKS = """
import pytest
from inspect_ai.util._sandbox.registry import registry_find_sandboxenv
from inspect_ai.util._sandbox.self_check import *

@pytest.fixture
async def sandbox_env():
    kind = registry_find_sandboxenv("grader")
    environments = await kind.sample_init("task", None, {})
    yield environments["default"]
    await kind.sample_cleanup("task", None, environments, False)
"""
EXCEPTIONS = ["test_exec_as_user"]
"""The sandbox has one user, who may make no others: `SandboxUserUnsupportedError`."""
CHECKED = 44
EVAL = """
import json
from inspect_ai import Task, eval, score
from inspect_ai.dataset import Sample
from inspect_ai.scorer import precomputed_scores
from inspect_ai.solver import solver
from grader import harnesses
from grader.harnesses import inspect

@solver
def given():
    async def solve(state, generate):
        state.output.completion = state.input_text
        return state
    return solve

TESTS = {"tests": "assert add(1, 2) == 3", "entry_point": "add"}
TEXTS = [
    "```python\\ndef add(a, b):\\n    return a + b\\n```",
    "def add(a, b):\\n    return a - b",
    "import os\\nos._exit(0)",
]

def scores(texts):
    samples = [Sample(input=text, metadata=TESTS) for text in texts]
    [log] = eval(
        Task(dataset=samples, solver=given(), scorer=inspect.scorer()), model=None,
        display="none", log_dir="logs",
    )
    values = [next(iter(each.scores.values())).value for each in log.samples]
    return log, (values, log.results.scores[0].metrics["accuracy"].value)

def again(log, scorer):
    last = score(log, scorer, action="append").results.scores[-1]
    return "accuracy", last.metrics["accuracy"].value, last.unscored_samples

log, first = scores(TEXTS)
found = [first, again(log, inspect.scorer(timeout_s=2)), again(log, precomputed_scores("scores.jsonl"))]
harnesses.configure(workers=1, sandbox="null", allow_weak=True, retries=0)
found.append(scores(["# null: infra", "# null: done"])[1])
print(json.dumps(found))
"""
BOXED = """
import json
from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.scorer import includes
from inspect_ai.solver import solver
from inspect_ai.util import sandbox

@solver
def working():
    async def solve(state, generate):
        await sandbox().write_file("notes/a.txt", state.input_text)
        done = await sandbox().exec(["sh", "-c", "cat notes/a.txt; ls /home /root 2>&1; id -u"])
        state.output.completion = done.stdout
        return state
    return solve

samples = [Sample(input=f"text {n}", target=f"text {n}") for n in range(6)]
[log] = eval(
    Task(dataset=samples, solver=working(), scorer=includes(), sandbox="grader"), model=None,
    display="none", log_dir="logs",
)
print(json.dumps([log.status, log.results.scores[0].metrics["accuracy"].value]))
"""


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.needs("inspect_ai")
def test_sandbox_passes_inspect_s_own_checks_but_those_of_several_users(tmp_path: Path):
    (tmp_path / "test_checks.py").write_text(CHECKS)
    words = ["-m", "pytest", "-q", "-o", "asyncio_mode=auto", "-p", "no:cacheprovider", "."]
    told = run_client(words, tmp_path, status=1).stdout
    assert re.findall(r"^FAILED \S+::(\w+)", told, re.MULTILINE) == EXCEPTIONS
    assert f"{CHECKED - len(EXCEPTIONS)} passed" in told


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.needs("inspect_ai")
def test_scorer_counts_one_of_right_wrong_and_left_early_and_scores_no_trouble_of_ours(tmp_path):
    rows = [{"id": 1, "epoch": 1, "value": "C"}, {"id": 2, "epoch": 1, "value": "I"}]
    (tmp_path / "scores.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    graded, rescored, given, troubled = json.loads(run_program(EVAL, tmp_path).splitlines()[-1])
    assert graded == [["C", "I", "I"], pytest.approx(1 / 3)]
    assert troubled[1] == 1.0
    assert troubled[0][0] not in ("C", "I", 0)
    assert rescored == ["accuracy", pytest.approx(1 / 3), 0]
    assert given[:2] == ["accuracy", 0.5]  # of the two that have a record


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.needs("inspect_ai")
def test_samples_work_in_the_sandbox_that_inspect_finds_by_its_name(tmp_path):
    assert json.loads(run_program(BOXED, tmp_path).splitlines()[-1]) == ["success", 1.0]
