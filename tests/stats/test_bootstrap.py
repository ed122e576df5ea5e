"""The bootstrap: seeded, right on the vectors, and true to groups."""

import math

import pytest

from grader.stats.bootstrap import bootstrap_mean


@pytest.fixture
def gaps(verified, oracle):
    rows = dict(zip(verified.subjects, verified.rows, strict=True))
    wanted = oracle("ci_paired_vectors.json")["resampling"]
    pairs = zip(rows[wanted["a"]], rows[wanted["b"]], strict=True)
    return [float(a - b) for a, b in pairs], wanted["bootstrap"]


@pytest.mark.parametrize(("corrected", "key"), [(True, "BCa"), (False, "percentile")])
def test_interval_equals_the_vectors(gaps, corrected, key):
    values, wanted = gaps
    found = bootstrap_mean([[value] for value in values], corrected=corrected, draws=9999)
    assert (found.low, found.high) == pytest.approx(wanted[key], abs=0.002)
    assert found.error == pytest.approx(wanted["se"], rel=0.03)


def test_equal_seeds_give_equal_intervals_and_others_do_not():
    groups = [[float(i % 3 == 0)] for i in range(50)]
    first, again, other = (bootstrap_mean(groups, draws=500, seed=s) for s in (1, 1, 2))
    assert first == again
    assert first[:3] != other[:3]
    assert (first.draws, first.seed) == (500, 1)


def test_bca_equals_scipy_on_skewed_values():
    stats = pytest.importorskip("scipy.stats")
    numpy = pytest.importorskip("numpy")
    values = [math.exp(i / 7) for i in range(30)]
    found = bootstrap_mean([[value] for value in values], draws=20_000)
    wanted = stats.bootstrap(
        (values,), numpy.mean, n_resamples=20_000, rng=numpy.random.default_rng(3)
    )
    ends = wanted.confidence_interval
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high), rel=0.02)


def test_whole_groups_are_drawn():
    """Ten equal values in each of ten groups say no more than ten values do."""
    groups = [[float(i % 2)] * 10 for i in range(10)]
    alone = [[float(i % 2)] for i in range(10)]
    assert bootstrap_mean(groups, draws=3000).error == pytest.approx(
        bootstrap_mean(alone, draws=3000).error, rel=0.01
    )


def test_nested_draws_add_the_samples_own_chance():
    groups = [[0.0, 1.0]] * 40
    assert bootstrap_mean(groups, draws=300).error == 0
    assert bootstrap_mean(groups, nested=True, draws=2000).error == pytest.approx(
        math.sqrt(0.25 / 80), rel=0.06
    )


def test_groups_of_unequal_size_keep_their_weight():
    found = bootstrap_mean([[1.0] * 90, [0.0] * 10, [1.0] * 5], draws=2000)
    assert found.low < 95 / 105 <= found.high


@pytest.mark.parametrize("groups", [[], [[1.0]], [[1.0], []]])
def test_too_few_groups_are_refused(groups):
    with pytest.raises(ValueError, match="two groups"):
        bootstrap_mean(groups)
