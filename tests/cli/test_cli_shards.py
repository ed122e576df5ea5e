"""An evaluation in parts: graded, put together, and given to a cluster."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cli_command import ROOT

TASKS = ("seat-blocks", "crop-grid", "tag-check")
PAIRS = [(task, marker) for task in TASKS for marker in ("done", "failed", "error")]


@pytest.fixture
def parts(dry, samples):
    path = samples(PAIRS)
    for number in (1, 2):
        assert dry(path, "--shard", f"{number}/2", "--out", f"part-{number}").status == 0
    return ["part-1", "part-2"]


def test_merge_shows_the_report_of_the_whole(grader, parts):
    done = grader("merge", *parts, "--out", "whole")
    assert done.status == 0, done.err
    assert "3 of 18 tasks, 9 samples" in done.out or "9 samples" in done.out
    assert "single results: grader show whole" in done.err
    assert grader("verify", "whole").status == 0


def test_merge_fails_under_a_threshold(grader, parts):
    done = grader("merge", *parts, "--out", "whole", "--fail-under", "0.9")
    assert done.status == 3
    assert "below --fail-under 0.9" in done.err


def test_merge_names_a_missing_part(grader, parts):
    done = grader("merge", parts[0], "--out", "whole")
    assert done.status == 2
    assert "1 of 2 shards are missing: 2" in done.err
    assert not Path("whole").exists()


def test_part_says_so_in_its_report(grader, parts):
    assert "only shard 1/2 was graded here" in " ".join(grader("report", parts[0]).out.split())


def test_compare_says_that_parts_cannot_be_compared(grader, parts):
    done = grader("compare", *parts)
    assert "NOT COMPARABLE" in done.out
    assert "shard 1/2" in done.out


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("0/2", "whole number from 1 up"),
        ("3/2", "there is no part 3/2"),
        ("2", "not a part as 3/16"),
        ("1/x", "whole number from 1 up"),
        ("-1/2", "expected one argument"),
    ],
)
def test_shard_that_is_none_is_refused(dry, samples, word, why):
    done = dry(samples(PAIRS), "--shard", word)
    assert done.status == 2
    assert why in done.err


def test_threshold_of_a_part_is_refused(dry, samples):
    done = dry(samples(PAIRS), "--shard", "1/2", "--fail-under", "0.5")
    assert done.status == 2
    assert "grader merge" in done.err


def test_slurm_script_grades_each_part_and_goes_on_with_it(grader, samples, tmp_path):
    words = ["folder", samples(PAIRS), "--sandbox", "null", "--allow-weak"]
    made = grader("cluster", "slurm", "--shards", "2", "--out", "a run", "--", *words)
    assert made.status == 0, made.err
    script = tmp_path / "array.sh"
    script.write_text(made.out)
    assert "#SBATCH --array=1-2\n" in made.out
    for number in (1, 2, 2):
        done = run_part(script, {"SLURM_ARRAY_TASK_ID": str(number), "SLURM_CPUS_PER_TASK": "1"})
        assert done.returncode == 0, done.stderr
    assert grader("merge", "a run/part-1", "a run/part-2", "--out", "a run/whole").status == 0


def test_kubernetes_job_grades_each_part(grader, samples, tmp_path):
    words = ["folder", samples(PAIRS), "--sandbox", "null", "--allow-weak"]
    made = grader("cluster", "kubernetes", "--shards", "2", "--out", "runs", "--", *words)
    job = json.loads(made.out.split("\n", 1)[1])
    assert job["spec"]["completionMode"] == "Indexed"
    shell, flag, text = job["spec"]["template"]["spec"]["containers"][0]["command"]
    assert (shell, flag) == ("/bin/bash", "-c")
    script = tmp_path / "pod.sh"
    script.write_text(text)
    for index in range(job["spec"]["completions"]):
        done = run_part(script, {"JOB_COMPLETION_INDEX": str(index)})
        assert done.returncode == 0, done.stderr
    assert grader("merge", "runs/part-1", "runs/part-2", "--out", "runs/whole").status == 0


def test_kubernetes_job_is_one_by_the_schema(grader, samples):
    kubernetes_validate = pytest.importorskip(
        "kubernetes_validate", reason="pip install kubernetes-validate brings the schemas"
    )
    made = grader("cluster", "kubernetes", "--shards", "9", "--out", "x", "--", "mbpp", "a.jsonl")
    job = json.loads(made.out.split("\n", 1)[1])
    kubernetes_validate.validate(job, kubernetes_validate.latest_version(), strict=True)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["humaneval", "a.jsonl", "--trsut", "shared"], "unknown option '--trsut'"),
        (["humaneval", "a.jsonl", "--shard", "1/2"], "the parts have their own"),
        (["humaneval", "a.jsonl", "--out=x"], "the parts have their own"),
        (["humaneval", "-"], "cannot be parted"),
    ],
)
def test_cluster_refuses_what_no_part_could_do(grader, words, why):
    done = grader("cluster", "slurm", "--shards", "2", "--out", "x", "--", *words)
    assert done.status == 2
    assert why in done.err


def run_part(script: Path, more: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """The script as a cluster runs it, where `grader` is a command."""
    command = script.parent / "bin" / "grader"
    command.parent.mkdir(exist_ok=True)
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m grader "$@"\n')
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    path = f"{command.parent}:{os.environ['PATH']}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PATH": path, **more}
    return subprocess.run(
        ["/bin/bash", str(script)], env=environment, capture_output=True, text=True, check=False
    )
