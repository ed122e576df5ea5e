"""Paired differences and tests against statsmodels' and scipy's vectors."""

from fractions import Fraction
from itertools import product
from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.stats import paired
from grader.stats.clusters import clusters_of
from grader.stats.paired import difference, mcnemar, sign_flip

quick = settings(max_examples=80, deadline=None, database=None)


@pytest.fixture(scope="module")
def pairs(verified, oracle):
    rows = dict(zip(verified.subjects, verified.rows, strict=True))
    found = oracle("ci_paired_vectors.json")["paired"]
    return [(rows[each["a"]], rows[each["b"]], each) for each in found]


def test_difference_and_errors_equal_the_vectors(pairs, verified):
    clusters = clusters_of(verified.items)
    for a, b, row in pairs:
        plain = difference(a, b)
        assert plain.mean == pytest.approx(row["diff"], abs=1e-12)
        assert plain.error == pytest.approx(row["se_paired"], abs=1e-12)
        clustered = difference(a, b, clusters)
        assert clustered.error == pytest.approx(row["se_paired_cluster_corrected"], abs=1e-12)
        assert clustered.groups == 12


def test_difference_equals_scipys_paired_t_test(pairs):
    stats = pytest.importorskip("scipy.stats")
    for a, b, row in pairs:
        if row["diff"] == 0:
            continue
        wanted = stats.ttest_rel(a, b)
        found = difference(a, b)
        assert found.p == pytest.approx(wanted.pvalue, rel=1e-8)
        ends = wanted.confidence_interval()
        assert (found.low, found.high) == pytest.approx((ends.low, ends.high), abs=1e-10)


def test_mcnemar_equals_the_vectors(pairs):
    for _, _, row in pairs:
        found = mcnemar(row["table"]["n10"], row["table"]["n01"])
        assert found.exact == pytest.approx(row["mcnemar_exact_p"], rel=1e-12)
        assert found.mid == pytest.approx(row["mcnemar_midp"], rel=1e-12)
        assert found.chi2 == pytest.approx(row["mcnemar_chi2"][1], rel=1e-10)
        assert found.chi2_corrected == pytest.approx(row["mcnemar_chi2_corrected"][1], rel=1e-10)


def test_mcnemar_equals_statsmodels():
    tables = pytest.importorskip("statsmodels.stats.contingency_tables")
    for n10, n01 in product((0, 1, 7, 40), (1, 3, 25)):
        wanted = tables.mcnemar([[5, n10], [n01, 5]], exact=True).pvalue
        assert mcnemar(n10, n01).exact == pytest.approx(wanted, rel=1e-12)


def test_nothing_to_tell_apart_is_no_evidence():
    assert mcnemar(0, 0) == (1.0, 1.0, 1.0, 1.0)
    assert difference([1, 0], [1, 0])[:5] == (0.0, 0.0, 0.0, 0.0, 1.0)
    assert sign_flip([Fraction(0)] * 3).p == 1.0
    assert sign_flip([]).p == 1.0


def test_a_constant_difference_is_certain():
    assert difference([1, 1, 1], [0, 0, 0]).p == 0.0


def test_sign_flip_of_0_and_1_is_the_exact_mcnemar_test(pairs):
    for a, b, row in pairs:
        found = sign_flip([Fraction(x - y) for x, y in zip(a, b, strict=True)])
        assert found.exact
        assert found.p == pytest.approx(row["signflip_exact_p"], rel=1e-12)
        assert found.p == pytest.approx(row["mcnemar_exact_p"], rel=1e-12)


@quick
@given(st.lists(st.integers(-6, 6), min_size=1, max_size=9), st.integers(1, 12))
def test_sign_flip_counts_every_flip(numerators, denominator):
    gaps = [Fraction(n, denominator) for n in numerators]
    observed = abs(sum(gaps))
    flips = list(product((1, -1), repeat=len(gaps)))
    as_far = sum(
        abs(sum(s * g for s, g in zip(signs, gaps, strict=True))) >= observed for signs in flips
    )
    assert sign_flip(gaps).p == pytest.approx(as_far / len(flips))


def test_sign_flip_by_draws_agrees_with_counting(monkeypatch, pairs):
    a, b, _ = pairs[4]
    gaps = [Fraction(x - y, 3) for x, y in zip(a, b, strict=True)]
    exact = sign_flip(gaps)
    monkeypatch.setattr(paired, "EXACT_BITS", 0)
    drawn = sign_flip(gaps, draws=4000, seed=1)
    assert drawn.p == pytest.approx(exact.p, abs=0.03)
    assert (drawn.exact, drawn.draws, drawn.seed) == (False, 4000, 1)
    assert sign_flip(gaps, draws=4000, seed=1) == drawn


def test_sign_flip_by_draws_is_never_zero(monkeypatch):
    monkeypatch.setattr(paired, "EXACT_BITS", 0)
    assert sign_flip([Fraction(1)] * 60, draws=99).p == 0.01


def test_permutation_p_equals_the_vectors(verified, oracle):
    wanted = oracle("ci_paired_vectors.json")["resampling"]
    rows = dict(zip(verified.subjects, verified.rows, strict=True))
    pairs = zip(rows[wanted["a"]], rows[wanted["b"]], strict=True)
    assert sign_flip([Fraction(a - b) for a, b in pairs]).p == pytest.approx(
        wanted["perm_p"], abs=0.01
    )


def test_pairing_shrinks_the_error_as_measured(verified, oracle):
    wanted = oracle("ci_paired_vectors.json")["paired_se_over_unpaired_se_top25"]
    top = sorted(verified.rows, key=sum, reverse=True)[:25]
    ratios = []
    for place, a in enumerate(top):
        for b in top[place + 1 :]:
            apart = sum(sum(x) / 500 * (1 - sum(x) / 500) / 499 for x in (a, b))
            ratios.append(difference(a, b).error / sqrt(apart))
    assert sorted(ratios)[150] == pytest.approx(wanted["median"], rel=0.01)


def test_one_cluster_says_nothing():
    with pytest.raises(ValueError, match="no spread"):
        difference([1, 0], [0, 0], ["a", "a"])
