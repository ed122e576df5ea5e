"""pass^k and G-Pass@k against the reference's vectors, enumeration and their own laws."""

from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.stats.passhat import g_pass_at_k, mean_g_pass, mean_pass_hat_k, pass_hat_k
from grader.stats.passk import TaskCount, pass_at_k

quick = settings(max_examples=150, deadline=None, database=None)


@st.composite
def counts(draw):
    n = draw(st.integers(1, 60))
    return n, draw(st.integers(0, n)), draw(st.integers(1, n))


def test_pass_hat_k_equals_enumeration_of_all_draws():
    for n in range(1, 8):
        for c in range(n + 1):
            for k in range(1, n + 1):
                draws = list(combinations(range(n), k))
                hits = sum(all(i < c for i in draw) for draw in draws)
                assert pass_hat_k(n, c, k) == Fraction(hits, len(draws))


def test_pass_hat_k_equals_the_vectors(oracle):
    for row in oracle("passhatk_vectors.json")["pass_hat_k"]:
        found = pass_hat_k(row["n"], row["c"], row["k"])
        assert float(found) == pytest.approx(row["exact"], rel=1e-15)
        if row["frac"]:
            assert found == Fraction(row["frac"])


def test_g_pass_equals_the_vectors(oracle):
    for row in oracle("passhatk_vectors.json")["g_pass_at_k"]:
        case = row["n"], row["c"], row["k"]
        for share in ("0.0", "0.25", "0.5", "0.75", "1.0"):
            found = float(g_pass_at_k(*case, share=Fraction(share)))
            assert found == pytest.approx(row[f"tau={share}"], abs=1e-12)
        assert float(mean_g_pass(*case)) == pytest.approx(row["mG"], abs=1e-12)


def test_mean_equals_published_figures_with_unequal_trials(oracle):
    subjects = {each["id"]: each for each in oracle("terminalbench2_trials.json")["subjects"]}
    seen = 0
    for row in oracle("passk_real_terminalbench2.json")["rows"]:
        each = subjects[row["id"]]
        pairs = zip(each["trials"], each["successes"], strict=True)
        tasks = [TaskCount(n, c) for n, c in pairs if n]
        for k in (1, 2, 3, 5):
            if f"pass^{k}" in row:
                seen += 1
                wanted = row[f"pass^{k}"]
                found = mean_pass_hat_k(tasks, k).value
                assert found == (wanted if wanted is None else pytest.approx(wanted, rel=1e-13))
    assert seen > 50


@pytest.mark.parametrize("function", [pass_hat_k, mean_g_pass])
def test_undefined_below_k_samples(function):
    assert function(3, 3, 4) is None
    assert g_pass_at_k(3, 3, 4, share=Fraction(1)) is None
    assert mean_pass_hat_k([TaskCount(3, 3), TaskCount(4, 4)], 4) == (None, (), 1)


@pytest.mark.parametrize("case", [(3, 4, 1), (3, -1, 1), (3, 1, 0)])
def test_impossible_counts_are_refused(case):
    with pytest.raises(ValueError, match=r"cannot be|at least 1"):
        pass_hat_k(*case)
    with pytest.raises(ValueError, match="from 0 to 1"):
        g_pass_at_k(3, 2, 1, share=Fraction(2))


@quick
@given(counts())
def test_all_right_is_rarer_than_one_right_and_than_any(case):
    n, c, k = case
    assert pass_hat_k(n, c, k) <= pass_hat_k(n, c, 1) == pass_at_k(n, c, 1) <= pass_at_k(n, c, k)


@quick
@given(counts())
def test_all_right_means_that_no_failure_is_drawn(case):
    n, c, k = case
    assert pass_hat_k(n, c, k) == 1 - pass_at_k(n, n - c, k)


@quick
@given(counts())
def test_g_pass_runs_from_pass_at_k_down_to_pass_hat_k(case):
    shares = [Fraction(i, 8) for i in range(9)]
    values = [g_pass_at_k(*case, share=share) for share in shares]
    assert values == sorted(values, reverse=True)
    assert (values[0], values[-1]) == (pass_at_k(*case), pass_hat_k(*case))
