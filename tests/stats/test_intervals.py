"""Intervals against statsmodels' and scipy's vectors, and never a pretended certainty."""

import csv
import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.stats.clusters import clusters_of, effective_number
from grader.stats.intervals import (
    SERIES_MAX,
    IntervalEstimate,
    NoInterval,
    clopper_pearson,
    clustered_error,
    clustered_t,
    over_tasks,
    student_t,
    wilson,
)

quick = settings(max_examples=150, deadline=None, database=None)
shares = st.lists(st.integers(0, 100).map(lambda hits: hits / 100), min_size=2, max_size=60)


@pytest.fixture(scope="module")
def vectors(shared):
    return json.loads((shared / "data" / "stats" / "ci_paired_vectors.json").read_text())


def test_student_t_equals_the_table():
    """Abramowitz & Stegun, table 26.10, and the closed forms for one and two degrees."""
    assert student_t(0.975, 1) == pytest.approx(math.tan(math.pi * 0.475), rel=1e-12)
    assert student_t(0.975, 2) == pytest.approx(0.95 * math.sqrt(2 / (1 - 0.95**2)), rel=1e-12)
    table = {4: 2.776, 10: 2.228, 30: 2.042, 60: 2.000, 120: 1.980}
    assert {freedom: round(student_t(0.975, freedom), 3) for freedom in table} == table


def test_student_t_equals_scipy():
    distribution = pytest.importorskip("scipy.stats").t
    for freedom in [*range(1, 2 * SERIES_MAX, 7), 1000, 10**6]:
        for probability in (0.6, 0.95, 0.975, 0.995):
            expected = distribution.ppf(probability, freedom)
            assert student_t(probability, freedom) == pytest.approx(expected, rel=1e-10)


def test_student_t_has_no_step_where_the_method_changes():
    below, at, above = (student_t(0.975, SERIES_MAX + step) for step in (-1, 0, 1))
    assert below > at > above
    assert (below - at) == pytest.approx(at - above, rel=0.02)


def test_wilson_equals_the_vectors(vectors):
    for row in vectors["binomial_ci_grid_95"]:
        low, high, method = wilson(row["k"], row["n"])
        assert (low, high) == pytest.approx(row["wilson"], abs=1e-12)
        assert method == "wilson"


def test_clustered_t_equals_the_vectors(shared, vectors):
    subjects = {row["subject"]: row for row in vectors["single_model"]}
    found = 0
    with (shared / "data" / "stats" / "swebench_verified_responses_head.csv").open() as file:
        reader = csv.reader(file)
        head = next(reader)
        for name, *cells in reader:
            if name not in subjects:
                continue
            found += 1
            values = [float(cell) for cell in cells]
            repositories = [task.rpartition("-")[0] for task in head[1:]]
            row = subjects[name]
            assert clustered_t(values)[:2] == pytest.approx(row["ci95_t"], abs=1e-10)
            low, high = row["ci95_t_cluster_inspect"]
            error, groups, _ = clustered_error(values, repositories)
            half = student_t(0.975, groups - 1) * error
            assert half == pytest.approx((high - low) / 2, abs=1e-10)
            assert over_tasks(values)[:2] == pytest.approx(row["ci95_wilson"], abs=1e-10)
    assert found == len(subjects)


def test_over_tasks_uses_wilson_for_binary_tasks():
    assert over_tasks([1.0] * 30 + [0.0] * 70) == wilson(30, 100)


def test_over_tasks_uses_t_for_fractional_tasks():
    values = [0.1, 0.5, 0.3, 0.9, 0.2, 0.7]
    assert over_tasks(values) == clustered_t(values)
    assert over_tasks(values).method == "Student's t"


def test_skewed_tasks_get_ends_that_are_missed_alike():
    values = [0.0] * 90 + [0.2, 0.4, 0.4, 0.6, 0.6, 0.8, 0.8, 1.0, 1.0, 1.0]
    found, plain = over_tasks(values), clustered_t(values)
    mean = math.fsum(values) / len(values)
    assert found.method == "Student's t, skewed scores"
    assert found.high - mean > 1.5 * (mean - found.low)
    assert plain.high - mean == pytest.approx(mean - plain.low)
    mirrored = over_tasks([1 - value for value in values])
    assert (mirrored.low, mirrored.high) == pytest.approx((1 - found.high, 1 - found.low))


@pytest.mark.parametrize(
    "values",
    [[0.2, 0.4, 0.6, 0.8] * 10, [0.0, 1.0, 1.0, 0.5, 1.0, 0.75], [0.2] * 250 + [0.4] * 250],
)
def test_tasks_that_are_not_skewed_keep_students_t(values):
    assert over_tasks(values) == clustered_t(values)


@pytest.mark.parametrize("values", [[], [0.5], [1.0]])
def test_over_tasks_says_why_without_two_tasks(values):
    interval = over_tasks(values)
    assert isinstance(interval, NoInterval)
    assert "task" in interval.why


@pytest.mark.parametrize("value", [0.0, 1.0, 0.5, 0.01])
def test_over_tasks_never_pretends_certainty_when_all_tasks_are_equal(value):
    interval = over_tasks([value] * 20)
    assert isinstance(interval, IntervalEstimate)
    assert interval.low <= value <= interval.high
    assert interval.high - interval.low > 0.1


def test_over_tasks_is_wide_when_nearly_all_tasks_are_equal():
    """t alone gives a width of 0.0002 here and misses the mean in a third of such cases."""
    interval = over_tasks([0.01] + [0.0] * 163)
    assert interval.method == "wilson, tasks hardly differ"
    assert interval.high > 0.02


@quick
@given(shares)
def test_over_tasks_holds_the_mean_within_0_and_1(values):
    interval = over_tasks(values)
    mean = math.fsum(values) / len(values)
    assert 0 <= interval.low <= mean + 1e-12
    assert mean - 1e-12 <= interval.high <= 1
    assert interval.low < interval.high


@quick
@given(shares, st.randoms(use_true_random=False))
def test_over_tasks_does_not_depend_on_the_order(values, random):
    shuffled = list(values)
    random.shuffle(shuffled)
    assert over_tasks(shuffled)[:2] == pytest.approx(over_tasks(values)[:2], abs=1e-12)


def test_wilson_narrows_with_more_trials():
    widths = [high - low for low, high, _ in (wilson(n // 2, n) for n in (10, 100, 1000))]
    assert widths == sorted(widths, reverse=True)


def test_clopper_pearson_equals_the_vectors(vectors):
    for row in vectors["binomial_ci_grid_95"]:
        low, high, method = clopper_pearson(row["k"], row["n"])
        assert (low, high) == pytest.approx(row["beta"], abs=1e-10)
        assert method == "clopper-pearson"


@quick
@given(st.integers(1, 300), st.data())
def test_clopper_pearson_holds_the_share_and_is_wider_than_wilson_at_the_ends(trials, data):
    hits = data.draw(st.integers(0, trials))
    exact = clopper_pearson(hits, trials)
    assert exact.low <= hits / trials <= exact.high
    assert exact.high - exact.low > 0


def test_clusters_widen_the_interval_and_are_named(verified):
    values = [float(cell) for cell in verified.rows[-1]]
    clusters = clusters_of(verified.items)
    found = over_tasks(values, clusters)
    assert found.method == "clustered t, 12 clusters, 3.9 effective, few clusters"
    assert found.high - found.low > 0.03


def test_few_clusters_are_said_to_be_few():
    found = over_tasks([0.0, 1.0] * 20, [number % 4 for number in range(40)])
    assert found.method == "clustered t, 4 clusters, 4 effective, few clusters"


def test_one_large_cluster_among_small_ones_counts_as_few():
    sizes = [231, 75, 44, 34, 32, 22, 22, 19, 10, 8, 2, 1]
    clusters = [place for place, size in enumerate(sizes) for _ in range(size)]
    assert effective_number(clusters) == pytest.approx(500**2 / sum(n * n for n in sizes))
    assert effective_number(list(range(12)) * 5) == pytest.approx(12)


def test_clusters_of_equal_means_do_not_pretend_certainty():
    values, clusters = [0.0, 1.0] * 20, [number // 4 for number in range(40)]
    found = over_tasks(values, clusters)
    assert found.high - found.low > 0.25


def test_few_deviating_tasks_of_one_cluster_widen_the_interval():
    values = [1.0] * 4 + [0.0] * 36
    spread, together = ([number % 4 for number in range(40)], [n // 10 for n in range(40)])
    assert over_tasks(values, together).high > over_tasks(values, spread).high
    assert over_tasks(values, spread).low <= wilson(4, 40).low


@pytest.mark.parametrize("sizes", [(499, 1), (19, 1), (2, 1)])
def test_one_cluster_and_a_stray_task_say_little(sizes):
    values = [float(number % 2) for number in range(sum(sizes))]
    clusters = [place for place, size in enumerate(sizes) for _ in range(size)]
    found = over_tasks(values, clusters)
    assert (found.low, found.high) == pytest.approx((0, 1), abs=0.05)
    assert "effective, few clusters" in found.method


def test_student_t_of_fractional_freedom_equals_scipy():
    distribution = pytest.importorskip("scipy.stats").t
    for freedom in (0.5, 1.3, 2.87, 9.99, 55.5, 199.9, 200.5):
        expected = distribution.ppf(0.975, freedom)
        assert student_t(0.975, freedom) == pytest.approx(expected, rel=1e-9)
    assert student_t(0.975, 0.0) == student_t(0.975, 1e-6) == math.inf


def test_clusters_do_not_pretend_certainty_where_all_tasks_are_equal():
    assert over_tasks([1.0] * 20, [number % 4 for number in range(20)]) == wilson(20, 20)


def test_median_cluster_error_of_real_systems_is_as_measured(verified, vectors):
    clusters = clusters_of(verified.items)
    ratios = [
        clustered_error(row, clusters).error / clustered_error(row).error / math.sqrt(12 / 11)
        for row in verified.rows
    ]
    wanted = vectors["cluster_se_over_clt_se_all134"]["median"]
    assert sorted(ratios)[67] == pytest.approx(wanted, rel=0.01)


def test_wilson_covers_as_published(shared):
    """Exact coverage against 20,000 draws, for each n and p of the table."""
    rows = json.loads((shared / "data" / "stats" / "ci_coverage.json").read_text())["rows"]
    methods = {"wilson": wilson, "beta": clopper_pearson}
    for row in rows:
        n, p = row["n"], row["p"]
        if n > 60:
            continue
        for name, method in methods.items():
            covered = sum(
                math.comb(n, k) * p**k * (1 - p) ** (n - k)
                for k in range(n + 1)
                if method(k, n).low <= p <= method(k, n).high
            )
            assert covered == pytest.approx(row[name], abs=0.006)
