"""The beta distribution against scipy and its own laws."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.stats import beta

quick = settings(max_examples=150, deadline=None, database=None)
sizes = st.floats(0.5, 500)


@quick
@given(st.floats(0.001, 0.999), sizes, sizes)
def test_cumulative_equals_scipy(x, a, b):
    special = pytest.importorskip("scipy.special")
    assert beta.cumulative(x, a, b) == pytest.approx(special.betainc(a, b, x), abs=1e-11)


@quick
@given(st.floats(0.001, 0.999), sizes, sizes)
def test_quantile_inverts_cumulative(probability, a, b):
    assert beta.cumulative(beta.quantile(probability, a, b), a, b) == pytest.approx(
        probability, abs=1e-9
    )


@pytest.mark.parametrize("freedom", [1, 2, 11, 499, 10_000])
@pytest.mark.parametrize("statistic", [0.0, 0.3, -1.96, 4.2, 30.0])
def test_student_tail_equals_scipy(statistic, freedom):
    t = pytest.importorskip("scipy.stats").t
    expected = 2 * t.sf(abs(statistic), freedom)
    assert beta.student_tail(statistic, freedom) == pytest.approx(expected, rel=1e-9, abs=1e-300)


def test_student_tail_of_certainty_is_nothing():
    assert beta.student_tail(float("inf"), 5) == 0.0


def test_cumulative_ends_at_0_and_1():
    assert (beta.cumulative(0, 2, 3), beta.cumulative(1, 2, 3)) == (0.0, 1.0)
