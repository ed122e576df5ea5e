"""Variance split, bounds, flakiness and clusters."""

import math
from random import Random

import pytest

from grader.stats.bounds import bounds
from grader.stats.clusters import clusters_of
from grader.stats.flakiness import detection, disagreement, flakiness
from grader.stats.passk import TaskCount
from grader.stats.variance import split


def test_split_equals_the_vectors(oracle):
    terminal = {each["id"]: each for each in oracle("terminalbench2_trials.json")["subjects"]}
    crux = {each["config"]: each for each in oracle("cruxeval_counts.json")["configs"]}
    seen = 0
    for row in oracle("power_vectors.json")["variance_decomposition"]:
        if row["data"] == "cruxeval_counts":
            each = crux[row["model"]]
            counts = [TaskCount(n, c) for n, c in zip(each["n"], each["c"], strict=True)]
        elif row["data"] == "terminalbench2_trials":
            each = terminal[row["model"]]
            pairs = zip(each["trials"], each["successes"], strict=True)
            counts = [TaskCount(n, c) for n, c in pairs if n == row["K"]]
        else:
            continue
        if len(counts) != row["n"]:
            continue
        seen += 1
        found = split(counts)
        assert found.samples == pytest.approx(row["E_sigma2"], rel=1e-9)
        assert found.tasks == pytest.approx(row["var_x"], rel=1e-9)
        assert found.error == pytest.approx(row["se"], rel=1e-9)
        assert found.error_single == pytest.approx(row["se_if_K1"], rel=1e-9)
        assert found.error_floor == pytest.approx(row["se_if_K_inf"], rel=1e-9)
    assert seen >= 3


@pytest.mark.parametrize("counts", [[], [TaskCount(5, 2)], [TaskCount(5, 2), TaskCount(1, 1)]])
def test_split_needs_two_tasks_of_two_samples(counts):
    assert split(counts) is None


def test_split_finds_what_made_the_data():
    """Tasks of pass rate 0.2 or 0.8: variance 0.09 between, 0.16 within."""
    random = Random(5)
    rates = [0.2, 0.8] * 4000
    counts = [TaskCount(6, sum(random.random() < rate for _ in range(6))) for rate in rates]
    found = split(counts)
    assert found.tasks == pytest.approx(0.09, rel=0.05)
    assert found.samples == pytest.approx(0.16, rel=0.05)
    assert found.error_floor < found.error < found.error_single


def test_bounds_hold_all_failed_and_all_passed():
    assert bounds([TaskCount(2, 1), TaskCount(0, 0)], [0, 2], 1) == (0.25, 0.75)
    assert bounds([TaskCount(2, 1)], [0], 1) == (0.5, 0.5)
    assert bounds([TaskCount(1, 1)], [0], 2) is None


def test_disagreement_is_the_share_of_unequal_pairs():
    assert disagreement({"passed": 2, "failed": 2}) == pytest.approx(4 / 6)
    assert disagreement({"passed": 3}) == 0
    assert disagreement({"passed": 1}) is None


def test_flakiness_counts_samples_and_averages_chances():
    found = flakiness([{"passed": 2}, {"passed": 1, "failed": 1}, {"passed": 1}])
    assert found == (2, 1, 0.5)
    assert flakiness([{"passed": 1}]) == (0, 0, None)


@pytest.mark.parametrize("runs", [2, 3, 7])
def test_a_coin_is_found_flaky_with_the_known_chance(runs):
    assert detection(0.5, runs) == pytest.approx(1 - 2 ** (1 - runs))
    random = Random(9)
    draws = [sum(random.random() < 0.5 for _ in range(runs)) for _ in range(4000)]
    found = flakiness({"passed": hits, "failed": runs - hits} for hits in draws)
    assert found.flaky / 4000 == pytest.approx(detection(0.5, runs), abs=0.03)
    assert found.disagreement == pytest.approx(0.5, abs=0.02)


def test_clusters_are_the_repositories_of_real_tasks(verified, oracle):
    found = clusters_of(verified.items)
    sizes = oracle("ci_paired_vectors.json")["cluster_sizes"]
    assert {name: found.count(name) for name in set(found)} == sizes


@pytest.mark.parametrize(
    "names", [["HumanEval/0", "HumanEval/1"], ["a__b-1", "a__b-2"], ["a__b-1", "c"], []]
)
def test_tasks_without_several_repositories_have_no_clusters(names):
    assert clusters_of(names) is None


def test_clusters_are_found_where_names_end_in_commits():
    commit = "00c70ce7b0541cfc94afe567921d7668cdc8f4ac"
    names = [f"NodeBB__NodeBB-{commit}-v1", f"scikit-learn__scikit-learn-{commit}"]
    assert clusters_of(names) == ["NodeBB__NodeBB", "scikit-learn__scikit-learn"]


def test_errors_are_square_roots_of_the_parts():
    found = split([TaskCount(4, 1), TaskCount(4, 3), TaskCount(4, 4)])
    assert found.error_single == pytest.approx(math.sqrt((found.tasks + found.samples) / 3))
