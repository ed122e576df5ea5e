"""Figures over sets of predictions: scikit-learn's and SciPy's to 1e-12, where they are here."""

import json
import math
from random import Random

import pytest

from grader.stats.predictions import METRICS, NoFigure, Prediction

CASES = [(labels, count, seed) for labels in (2, 3) for count in (2, 9, 300) for seed in range(4)]


def drawn(labels, count, seed):
    random = Random(seed)
    wanted = [str(random.randrange(labels)) for _ in range(count)]
    given = [w if random.random() < 0.7 else str(random.randrange(labels)) for w in wanted]
    return [Prediction(w, g) for w, g in zip(wanted, given, strict=True)]


def numbers(count, seed):
    random = Random(seed)
    wanted = [round(random.uniform(0, 5), 1) for _ in range(count)]
    return [Prediction(str(w), str(round(w + random.gauss(0, 1), 2))) for w in wanted]


def oracle(name, items):
    """What the official script's own library says."""
    sklearn = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")
    scipy = pytest.importorskip("scipy.stats", reason="SciPy is not installed")
    wanted, given = [each.wanted for each in items], [each.given for each in items]
    if name in {"pearson", "spearman"}:
        way = scipy.pearsonr if name == "pearson" else scipy.spearmanr
        return way([float(each) for each in given], [float(each) for each in wanted])[0]
    return {
        "accuracy": lambda: sklearn.accuracy_score(wanted, given),
        "f1": lambda: sklearn.f1_score(wanted, given, pos_label="1", zero_division=0),
        "macro f1": lambda: sklearn.f1_score(wanted, given, average="macro", zero_division=0),
        "matthews": lambda: sklearn.matthews_corrcoef(wanted, given),
    }[name]()


@pytest.mark.parametrize("name", ["accuracy", "f1", "macro f1", "matthews"])
def test_figures_of_labels_are_the_official_ones(name):
    for labels, count, seed in CASES:
        if name == "f1" and labels > 2:
            continue
        items = drawn(labels, count, seed)
        assert METRICS[name](items) == pytest.approx(oracle(name, items), abs=1e-12)


@pytest.mark.parametrize("name", ["pearson", "spearman"])
def test_correlations_are_the_official_ones(name):
    for count in (3, 20, 1500):
        for seed in range(4):
            items = numbers(count, seed)
            assert METRICS[name](items) == pytest.approx(oracle(name, items), abs=1e-12)


FIXED = {
    "accuracy": 0.625,
    "f1": 0.6666666666666666,
    "macro f1": 0.6190476190476191,
    "matthews": 0.2581988897471611,
}
"""By hand from the table of hits: three of four ones found, two of four zeros."""


@pytest.mark.parametrize("name", FIXED)
def test_figures_of_a_small_table(name):
    pairs = [("1", "1")] * 3 + [("1", "0")] + [("0", "0")] * 2 + [("0", "1")] * 2
    items = [Prediction(wanted, given) for wanted, given in pairs]
    assert METRICS[name](items) == pytest.approx(FIXED[name], abs=1e-15)


def test_spearman_gives_equal_values_their_mean_rank():
    items = [Prediction(w, g) for w, g in [("1", "2"), ("2", "2"), ("3", "5"), ("4", "4")]]
    ranks_given, ranks_wanted = (1.5, 1.5, 4, 3), (1, 2, 3, 4)
    dx, dy = [r - 2.5 for r in ranks_given], [r - 2.5 for r in ranks_wanted]
    by_hand = sum(a * b for a, b in zip(dx, dy, strict=True)) / math.sqrt(
        sum(a * a for a in dx) * sum(b * b for b in dy)
    )
    assert METRICS["spearman"](items) == pytest.approx(by_hand, abs=1e-15)


def test_correlation_of_what_does_not_vary_is_none():
    for name in ("pearson", "spearman"):
        assert isinstance(METRICS[name]([Prediction("1", "0.1"), Prediction("2", "0.1")]), NoFigure)
        assert isinstance(METRICS[name]([Prediction("1", "1")]), NoFigure)


@pytest.mark.parametrize("name", ["pearson", "spearman"])
@pytest.mark.parametrize("given", ["nan", "inf", "-inf", "1e400", "three", ""])
def test_what_is_no_number_has_no_correlation(name, given):
    items = [Prediction("1", "1.5"), Prediction("2", given), Prediction("3", "0.2")]
    with pytest.raises(ValueError, match=given or "''"):
        METRICS[name](items)


def test_matthews_of_one_label_is_nought():
    assert METRICS["matthews"]([Prediction("1", "1"), Prediction("0", "1")]) == 0


def test_questions_count_whole_and_pairs_count_alike():
    items = [
        Prediction("1", "1", "q1"), Prediction("0", "0", "q1"),
        Prediction("1", "1", "q2"), Prediction("1", "0", "q2"),
    ]  # fmt: skip
    assert METRICS["whole questions"](items) == 0.5
    assert METRICS["parity"](items) == 0.0
    assert json.dumps(METRICS["accuracy"](items)) == "0.75"
