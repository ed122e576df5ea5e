"""pass@k against exact rationals, the reference implementation's vectors and its own laws."""

import gzip
import json
import math
from collections import defaultdict
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.stats.passk import TaskCount, mean_pass_at_k, pass_at_k, pass_at_k_float

quick = settings(max_examples=150, deadline=None, database=None)


@st.composite
def tasks_and_k(draw):
    k = draw(st.integers(1, 12))
    sizes = draw(st.lists(st.integers(k, 40), min_size=1, max_size=12))
    return [TaskCount(n, draw(st.integers(0, n))) for n in sizes], k


@pytest.fixture(scope="module")
def vectors(shared):
    return json.loads((shared / "data" / "stats" / "passk_vectors.json").read_text())


def test_pass_at_k_equals_enumeration_of_all_draws():
    for n in range(1, 8):
        for c in range(n + 1):
            for k in range(1, n + 1):
                draws = list(combinations(range(n), k))
                hits = sum(any(i < c for i in draw) for draw in draws)
                assert pass_at_k(n, c, k) == Fraction(hits, len(draws))


@pytest.mark.parametrize(("n", "c", "k"), [(0, 0, 1), (1, 1, 2), (5, 0, 10), (5, 5, 6)])
def test_pass_at_k_is_undefined_below_k_samples(n, c, k):
    assert pass_at_k(n, c, k) is None
    assert pass_at_k_float(n, c, k) is None


@pytest.mark.parametrize(
    ("n", "c", "k"), [(3, 4, 1), (3, -1, 1), (3, 1, 0), (3, 1, -2), (-1, 0, 1)]
)
def test_pass_at_k_refuses_impossible_counts(n, c, k):
    for function in (pass_at_k, pass_at_k_float):
        with pytest.raises(ValueError, match=r"must be at least 1|cannot be"):
            function(n, c, k)


@pytest.mark.parametrize(("n", "c", "k"), [(3.0, 1, 1), (3, 1.5, 1), (3, 1, 2.0)])
def test_pass_at_k_refuses_floats(n, c, k):
    for function in (pass_at_k, pass_at_k_float):
        with pytest.raises(TypeError):
            function(n, c, k)


def test_pass_at_k_float_stays_right_where_the_product_is_too_long():
    n, c, k = 1_000_000, 20_000, 30_000
    assert pass_at_k_float(n, c, k) == 1.0
    n, c, k = 10**15, 20_000, 20_000
    expected = c * k / n
    assert pass_at_k_float(n, c, k) == pytest.approx(expected, rel=1e-6)
    assert 0 < pass_at_k_float(n, c, k) < 1


def test_pass_at_k_float_logarithmic_branch_agrees_with_the_exact_one(monkeypatch):
    cases = [(200, 10, 10), (1000, 5, 7), (5000, 40, 900), (10**6, 3, 100_000), (50, 49, 1)]
    exact = [pass_at_k_float(*case) for case in cases]
    monkeypatch.setattr("grader.stats.passk.EXACT_TERMS", 0)
    assert [pass_at_k_float(*case) for case in cases] == pytest.approx(exact, rel=1e-14)


@quick
@given(st.data())
def test_pass_at_k_float_is_the_nearest_float(data):
    n = data.draw(st.integers(1, 300))
    c, k = data.draw(st.integers(0, n)), data.draw(st.integers(1, n))
    assert pass_at_k_float(n, c, k) == float(pass_at_k(n, c, k))


@quick
@given(st.data())
def test_pass_at_k_grows_with_k_and_with_right_samples(data):
    n = data.draw(st.integers(2, 200))
    c, k = data.draw(st.integers(0, n - 1)), data.draw(st.integers(1, n - 1))
    assert pass_at_k(n, c, k) <= pass_at_k(n, c, k + 1)
    assert pass_at_k(n, c, k) <= pass_at_k(n, c + 1, k)


@quick
@given(st.data())
def test_pass_at_1_is_the_share(data):
    n = data.draw(st.integers(1, 500))
    c = data.draw(st.integers(0, n))
    assert pass_at_k(n, c, 1) == Fraction(c, n)


@quick
@given(tasks_and_k())
def test_mean_is_the_mean_of_exact_values(case):
    tasks, k = case
    exact = sum(pass_at_k(n, c, k) for n, c in tasks) / len(tasks)
    assert mean_pass_at_k(tasks, k).value == pytest.approx(float(exact), rel=1e-15, abs=1e-15)


@quick
@given(tasks_and_k(), st.randoms(use_true_random=False))
def test_mean_does_not_depend_on_the_order_of_tasks(case, random):
    tasks, k = case
    shuffled = list(tasks)
    random.shuffle(shuffled)
    assert mean_pass_at_k(shuffled, k).value == mean_pass_at_k(tasks, k).value


def test_mean_is_undefined_and_counts_the_tasks_with_too_few_samples():
    mean = mean_pass_at_k([TaskCount(10, 3), TaskCount(4, 4), TaskCount(0, 0)], 5)
    assert (mean.value, mean.values, mean.too_few) == (None, (), 2)


def test_mean_of_no_tasks_is_undefined():
    assert mean_pass_at_k([], 1).value is None


def test_pass_at_k_equals_the_vectors(vectors):
    for row in vectors["vectors"]:
        n, c, k = row["n"], row["c"], row["k"]
        assert math.isclose(pass_at_k_float(n, c, k), row["exact"], rel_tol=3e-16), row
        if row["exact_num_over_den"]:
            assert pass_at_k(n, c, k) == Fraction(row["exact_num_over_den"]), row
    for n, c, k, value in vectors["grid_n_le_12"]["rows"]:
        assert pass_at_k_float(n, c, k) == pytest.approx(value, abs=2e-16)


def test_pass_at_k_is_undefined_where_the_vectors_say_so(vectors):
    for row in vectors["undefined"]:
        assert pass_at_k(row["n"], row["c"], row["k"]) is row["recommended"] is None


def test_mean_equals_the_dataset_vectors(vectors):
    rows = vectors["dataset_mean"]
    tasks = [TaskCount(n, c) for n, c in zip(rows["n"], rows["c"], strict=True)]
    assert mean_pass_at_k(tasks, 1).value == pytest.approx(rows["pass@1"], rel=1e-15)
    assert mean_pass_at_k(tasks, 5).value == pytest.approx(rows["pass@5"], rel=1e-15)
    assert mean_pass_at_k(tasks, 10) == (None, (), 1)


def test_mean_equals_published_figures_with_unequal_trials(shared):
    folder = shared / "data" / "stats"
    wanted = json.loads((folder / "passk_real_terminalbench2.json").read_text())["rows"]
    trials = json.loads((folder / "terminalbench2_trials.json").read_text())["subjects"]
    subjects = {subject["id"]: subject for subject in trials}
    for row in wanted:
        pairs = zip(subjects[row["id"]]["trials"], subjects[row["id"]]["successes"], strict=True)
        counts = [TaskCount(n, c) for n, c in pairs if n]
        for k in (1, 2, 3, 5):
            if f"pass@{k}" not in row:
                continue
            mean = mean_pass_at_k(counts, k)
            assert mean.value == (row[f"pass@{k}"] and pytest.approx(row[f"pass@{k}"], rel=1e-13))
            assert mean.too_few == row[f"undefined_tasks_k{k}"]


def test_mean_equals_the_official_figures_of_real_samples(shared):
    path = shared / "data" / "functions" / "samples" / "he_codegen16b_n100.jsonl.gz"
    counts = defaultdict(lambda: [0, 0])
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            counts[row["task_id"]][0] += 1
            counts[row["task_id"]][1] += row["official_passed"]
    tasks = [TaskCount(n, c) for n, c in counts.values()]
    figures = [round(mean_pass_at_k(tasks, k).value, 4) for k in (1, 10, 100)]
    assert figures == [0.2210, 0.5037, 0.7378]


def test_mean_equals_figures_published_for_cruxeval_and_refuses_the_impossible_ones(shared):
    """134 configurations; 12 were printed with pass@5 = 100 from fewer than five samples."""
    path = shared / "data" / "stats" / "cruxeval_counts.json"
    refused = 0
    for row in json.loads(path.read_text())["configs"]:
        tasks = [TaskCount(n, c) for n, c in zip(row["n"], row["c"], strict=True)]
        first = mean_pass_at_k(tasks, 1).value
        assert first * 100 == pytest.approx(row["ref_pass_at_1"], abs=1e-9)
        fifth = mean_pass_at_k(tasks, 5).value
        if fifth is None:
            refused += 1
            assert row["ref_pass_at_5"] == 100.0
        else:
            assert fifth * 100 == pytest.approx(row["ref_pass_at_5"], abs=1e-9)
    assert refused == 12
