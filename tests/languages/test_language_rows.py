"""Samples in many languages whose verdicts were seen outside any grader, and forgeries."""

from functools import cache

import pytest

from grader.benchmarks.humaneval_x import HumanEvalX
from grader.benchmarks.multipl_e import MultiplE
from grader.languages import base
from tests.languages.conftest import rows
from tests.machine import SHARED

DATA = SHARED / "data" / "languages"
TASKS = SHARED / "data" / "functions" / "tasks"
ROWS = [
    row for path in sorted(DATA.glob("*.jsonl")) if path.stem != "attacks" for row in rows(path)
]
ATTACKS = rows(DATA / "attacks.jsonl")
EVERY = [row for row in (*ROWS, *ATTACKS) if base.named(row["language"])]
pytestmark = pytest.mark.slow


def called(row):
    return f"{row['language']}-{row['task_id']}-{EVERY.index(row)}"


@cache
def tasks_of(benchmark, language):
    """Tasks by the data's own id."""
    member = HumanEvalX() if benchmark == "humaneval-x" else MultiplE()
    name = {"rs": "rust"}.get(language, language)
    file = {
        "humaneval-x": f"humaneval-x/humaneval_{name}.jsonl.gz",
        "multipl-e": f"multipl-e/humaneval-{language}.jsonl.gz",
        "multipl-e-mbpp": f"multipl-e/mbpp-{language}.jsonl.gz",
    }[benchmark]
    return {task.spec["name"]: task for task in member.tasks(TASKS / file)}


@pytest.mark.share(12)
@pytest.mark.parametrize("row", EVERY, ids=called)
def test_rows_have_their_verdicts(grading, row):
    check(grading, row)


@pytest.mark.share(20)
@pytest.mark.parametrize("row", [row for row in EVERY if row in ATTACKS], ids=called)
def test_attacks_fail_in_fresh_namespaces(fresh_grading, row):
    check(fresh_grading, row)


def check(grading, row):
    task = tasks_of(row["benchmark"], base.load(row["language"]).name)[row["task_id"]]
    found = grading.verdict(task, row["completion"]).verdict.value
    wanted = row["expected_verdict"]
    if wanted == "not passed":
        assert found not in {"passed", "ungraded"}
    else:
        assert found == wanted or (wanted, found) == ("memory", "error")
