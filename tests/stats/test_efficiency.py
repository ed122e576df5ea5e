"""ENAMEL's and EvalPerf's rules against vectors made with their own code."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.stats.efficiency import dps, efficiency, efficiency_at_k, hodges_lehmann

quick = settings(max_examples=80, deadline=None, database=None)


def test_efficiency_equals_the_vectors(oracle):
    for row in oracle("efficiency_vectors.json")["enamel"]["eff"]:
        found = efficiency(row["elapsed"], row["ref"], row["timeout"])
        assert found == pytest.approx(row["eff"], abs=1e-12)


def test_efficiency_at_k_equals_the_vectors(oracle):
    for row in oracle("efficiency_vectors.json")["enamel"]["eff_at_k"]:
        assert efficiency_at_k(row["e"], row["k"]) == pytest.approx(row["eff_at_k"], rel=1e-12)


def test_hodges_lehmann_equals_the_vectors(oracle):
    for row in oracle("efficiency_vectors.json")["enamel"]["hodges_lehmann"]:
        assert hodges_lehmann(row["ts"]) == pytest.approx(row["hodges_lehmann"], rel=1e-12)


def test_dps_equals_the_vectors(oracle):
    for row in oracle("efficiency_vectors.json")["evalperf_dps_rule"]["vectors"]:
        found = dps(row["sample"], row["refs"], row["scores"])
        assert found.score == row["dps"]
        assert found.normalized == pytest.approx(row["dps_norm"])
        assert found.cluster == (None if row["cluster"] == -1 else row["cluster"])


@quick
@given(st.lists(st.floats(0, 2), min_size=1, max_size=8), st.data())
def test_efficiency_at_k_is_the_mean_of_the_best_of_all_draws(scores, data):
    k = data.draw(st.integers(1, len(scores)))
    draws = list(combinations(scores, k))
    wanted = sum(max(draw) for draw in draws) / len(draws)
    assert efficiency_at_k(scores, k) == pytest.approx(wanted, abs=1e-12)


def test_too_few_samples_have_no_efficiency():
    assert efficiency_at_k([0.5], 2) is None


@pytest.mark.parametrize(
    "call",
    [lambda: efficiency_at_k([1.0], 0), lambda: efficiency(1, 2, 2), lambda: hodges_lehmann([])],
)
def test_impossible_questions_are_refused(call):
    with pytest.raises(ValueError, match=r"at least 1|above the reference|no value"):
        call()
