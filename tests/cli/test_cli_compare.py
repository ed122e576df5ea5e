"""`grader compare` on real runs in the sandbox that runs nothing."""

import json
import shutil
from pathlib import Path

import pytest

from grader.benchmarks.folder import bundled

GOOD = [("seat-blocks", "done"), ("crop-grid", "done"), ("tag-check", "done")]
BAD = [("seat-blocks", "failed"), ("crop-grid", "done"), ("tag-check", "failed")]


@pytest.fixture
def runs(dry, samples):
    for name, pairs in (("good", GOOD), ("bad", BAD)):
        assert dry(samples(pairs, f"{name}.jsonl"), "--out", f"runs/{name}").status == 0
    return Path("runs/good"), Path("runs/bad")


def test_compare_says_who_is_ahead_and_how_sure(grader, runs):
    done = grader("compare", *runs)
    assert done.status == 0
    assert "pass@1 on 3 common tasks" in done.out
    assert "inconclusive: good is ahead of bad by 66.7 points" in " ".join(done.out.split())
    assert "exact McNemar, p = 0.5" in done.out


def test_compare_json_is_the_same(grader, runs):
    made = json.loads(grader("compare", *runs, "--json").out)
    assert [side["name"] for side in made["sides"]] == ["good", "bad"]
    assert made["pairs"][0]["p"] == 0.5
    assert made["pairs"][0]["decision"] == "inconclusive"


def test_compare_of_three_lists_the_pairs(grader, runs, dry, samples):
    assert dry(samples(GOOD, "third.jsonl"), "--out", "runs/third").status == 0
    out = grader("compare", *runs, "runs/third").out
    assert "0 of 3 pairs can be told apart" in out
    assert "1-3" in out


def test_compare_of_one_run_says_what_it_needs(grader, runs):
    done = grader("compare", runs[0])
    assert done.status == 2
    assert "name two or more" in done.err


def test_compare_of_a_run_with_itself_is_refused(grader, runs):
    done = grader("compare", runs[0], runs[0])
    assert done.status == 2
    assert "named twice" in done.err


def test_compare_without_enough_samples_names_the_k(grader, runs):
    done = grader("compare", *runs, "-k", "2")
    assert done.status == 2
    assert "2 graded samples in every run; pass a smaller -k" in done.err


def test_compare_of_different_data_is_refused(grader, runs, tmp_path, samples):
    folder = Path("mine")
    shutil.copytree(bundled() / "crop-grid", folder / "crop-grid")
    words = ["--sandbox", "null", "--allow-weak", "--out", "runs/other", "--data", folder]
    assert grader("evaluate", "folder", samples([("crop-grid", "done")]), *words).status == 0
    done = grader("compare", runs[0], "runs/other")
    assert done.status == 2
    assert "only runs of the same data" in done.err


def test_compare_of_no_run_names_the_folder(grader, runs):
    done = grader("compare", runs[0], "nowhere")
    assert done.status == 2
    assert "nowhere" in done.err


def test_compare_says_first_that_runs_were_not_asked_the_same(grader, runs, dry, samples):
    assert dry(samples(GOOD, "long.jsonl"), "--timeout", "60", "--out", "runs/long").status == 0
    out = " ".join(grader("compare", *runs, "runs/long").out.split())
    assert "NOT COMPARABLE: these runs were not asked the same, so none is ranked" in out
    assert (
        "time limit: the tasks' own in good, bad; 60 CPU s in long (more time solves more)" in out
    )
    assert out.index("NOT COMPARABLE") < out.index("95 % CI")
    assert "not comparable: bad and long are 66.7 points apart" in out
    made = json.loads(grader("compare", *runs, "runs/long", "--json").out)
    assert made["unlike"][0]["values"] == {
        "good": "the tasks' own", "bad": "the tasks' own", "long": "60 CPU s"
    }  # fmt: skip
