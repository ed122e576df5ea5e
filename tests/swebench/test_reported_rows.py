"""Instances of images that nobody has: read whole, and refused where they are to be run."""

import json
import subprocess
import sys

import pytest

from grader import plugins
from grader.core.job import Job
from grader.core.plan import Command
from grader.core.sample import Sample
from grader.engine.attempt import plan_of
from grader.errors import UsageError

FAMILY = ("swebench", "swebench_lite", "swebench_verified", "swebench_multilingual")


@pytest.fixture
def path(shared):
    return shared / "data" / "reports" / "rows.jsonl"


@pytest.mark.parametrize("name", FAMILY)
def test_reported_rows_are_read_as_they_are(name, path):
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    tasks = list(plugins.load("benchmarks", name).benchmark().tasks(path))
    assert [task.id for task in tasks] == [row["instance_id"] for row in rows]
    for task, row in zip(tasks, rows, strict=True):
        assert task.image.name == row["image"]
        assert list(task.spec["fail_to_pass"]) == json.loads(row["FAIL_TO_PASS"])
        assert not task.spec.get("pass_to_pass")
        given = {key: task.spec[key] for key in ("log_parser", "patch", "test_patch")}
        assert given == {key: row[key] for key in given}
        before, _, after = row["eval_script"].partition(": '>>>>> Start Test Output'\n")
        assert task.spec["eval_script"].startswith(before)
        assert after.splitlines()[0] in task.spec["eval_script"].splitlines()


def test_reported_rows_have_a_plan_in_their_own_image(path):
    for task in plugins.load("benchmarks", "swebench").benchmark().tasks(path):
        sample = Sample(task_id=task.id, index=0, body=task.spec["patch"], whole=True)
        plan = plan_of(Job(task=task, sample=sample, reading="parity"))
        assert plan.image.name == task.image.name
        assert any(isinstance(step.action, Command) for step in plan.steps)


def test_another_family_says_what_it_misses_in_the_first_row(path):
    with pytest.raises(UsageError, match=r"rows\.jsonl:1: no object under 'install_config'"):
        list(plugins.load("benchmarks", "swe_rebench").benchmark().tasks(path))


def test_reported_rows_are_not_run_where_there_are_no_images(path):
    predictions = str(path.parent / "preds" / "ok.jsonl")
    words = ["-m", "grader", "evaluate", "swebench", predictions, "--data", str(path)]
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pass --sandbox docker" in done.stderr
