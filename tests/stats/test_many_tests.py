"""Many comparisons at once: adjusted p-values, rank bands, power."""

from itertools import combinations, pairwise
from math import ceil, inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.stats import multiplicity
from grader.stats.paired import difference, mcnemar
from grader.stats.power import (
    detectable,
    tasks_needed,
    tasks_needed_apart,
    variance_of_difference,
)
from grader.stats.ranks import rank_bands

quick = settings(max_examples=100, deadline=None, database=None)
METHODS = {
    "bonferroni": multiplicity.bonferroni,
    "holm": multiplicity.holm,
    "fdr_bh": multiplicity.benjamini_hochberg,
    "fdr_by": multiplicity.benjamini_yekutieli,
}
shares = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@pytest.mark.parametrize("method", METHODS)
def test_adjusted_values_equal_the_vectors(oracle, method):
    vectors = oracle("ci_paired_vectors.json")
    small, large = vectors["multipletests_small"], vectors["multiple_testing"]
    assert METHODS[method](small["p"]) == pytest.approx(small[method], abs=1e-12)
    found = METHODS[method](large["pvalues"])
    assert found == pytest.approx(large[method], abs=1e-12)
    assert sum(p <= 0.05 for p in found) == large["rejected"][method]


@quick
@given(shares)
def test_adjusting_keeps_the_order_and_never_helps(values):
    for adjust in METHODS.values():
        found = adjust(values)
        assert all(p >= value - 1e-12 for p, value in zip(found, values, strict=True))
        order = sorted(range(len(values)), key=values.__getitem__)
        assert [found[i] for i in order] == pytest.approx(sorted(found), abs=1e-12)


@quick
@given(shares)
def test_holm_is_between_bonferroni_and_the_raw_values(values):
    bonferroni, holm = multiplicity.bonferroni(values), multiplicity.holm(values)
    assert all(h <= b for h, b in zip(holm, bonferroni, strict=True))


def test_no_values_need_no_adjustment():
    assert [adjust([]) for adjust in METHODS.values()] == [[], [], [], []]


def test_no_neighbours_on_the_real_leaderboard_differ(verified, oracle):
    ranked = sorted(verified.rows, key=sum, reverse=True)
    values = []
    for a, b in pairwise(ranked):
        gaps = [x - y for x, y in zip(a, b, strict=True)]
        values.append(mcnemar(gaps.count(1), gaps.count(-1)).exact)
    wanted = oracle("ci_paired_vectors.json")["adjacent_pairs"]
    assert len(values) == wanted["n"]
    assert sum(p < 0.05 for p in values) == wanted["p_lt_05"]
    assert sum(p <= 0.05 for p in multiplicity.holm(values)) == wanted["holm"]
    assert sum(p <= 0.05 for p in multiplicity.benjamini_hochberg(values)) == wanted["bh"]


def test_rank_bands_leave_room_for_all_that_are_not_told_apart():
    p_values = {(0, 1): 0.9, (0, 2): 0.01, (1, 2): 0.2}
    assert rank_bands([0.9, 0.8, 0.5], p_values) == [(1, 2), (1, 3), (2, 3)]


def test_rank_bands_are_ranks_where_all_differ():
    scores = [0.1, 0.9, 0.5]
    p_values = dict.fromkeys(combinations(range(3), 2), 0.0)
    assert rank_bands(scores, p_values) == [(3, 3), (1, 1), (2, 2)]


def test_equal_scores_share_their_ranks():
    assert rank_bands([0.5, 0.5], {(0, 1): 0.0}) == [(1, 2), (1, 2)]


def test_power_equals_the_vectors(oracle):
    vectors = oracle("power_vectors.json")
    for row in vectors["vectors"]:
        variance = variance_of_difference(
            row["omega2"],
            noise_a=row["sigma2_A"],
            noise_b=row["sigma2_B"],
            samples_a=row["K_A"],
            samples_b=row["K_B"],
        )
        needed = tasks_needed(variance, row["delta"], alpha=row["alpha"], power=row["power"])
        assert needed == pytest.approx(row["n"], rel=1e-9)
        assert ceil(needed) == row["n_ceil"]
        assert detectable(variance, 1000) == pytest.approx(row["mde_at_n1000"], rel=1e-9)
    for row in vectors["unpaired_two_proportion"]:
        found = tasks_needed_apart(row["p1"], row["p2"])
        assert found == pytest.approx(row["n_per_arm_statsmodels"], rel=1e-4)


def test_detectable_difference_of_the_real_leaderboard(verified, oracle):
    wanted = oracle("power_vectors.json")["swebench_verified_top25_pairs"]
    top = sorted(verified.rows, key=sum, reverse=True)[:25]
    variances = sorted(difference(a, b).error ** 2 * 500 for a, b in combinations(top, 2))
    median = (variances[149] + variances[150]) / 2
    assert median == pytest.approx(wanted["median_var_diff"], rel=1e-9)
    assert detectable(median, 500) == pytest.approx(wanted["mde_paired_n500"], rel=1e-9)
    assert tasks_needed(median, 0.02) == pytest.approx(wanted["n_for_2pt"], rel=1e-9)


def test_no_difference_is_never_found():
    assert tasks_needed(0.1, 0.0) == inf
    assert tasks_needed_apart(0.5, 0.5) == inf
