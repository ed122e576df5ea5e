"""Ratings against two reference implementations, and where there are none."""

import math

import pytest

from grader.stats.bradley_terry import CENTRE, SCALE, ratings


def pairs(names, wins, ties=None):
    found = {}
    for i, a in enumerate(names):
        for j, b in enumerate(names):
            if i != j:
                found[a, b] = wins[i][j] + (ties[i][j] / 2 if ties else 0)
    return found


def centred(values):
    middle = sum(values) / len(values)
    return [value - middle for value in values]


def test_ratings_equal_both_references(oracle):
    vectors = oracle("bradley_terry_vectors.json")
    names = vectors["models"]
    for key, ties in (("fastchat_bt_ties_half", vectors["ties"]), ("fastchat_bt_no_ties", None)):
        found = ratings(names, pairs(names, vectors["wins"], ties))
        wanted = [vectors[key][name] for name in names]
        assert centred(found) == pytest.approx(centred(wanted), abs=0.01)
    found = ratings(names, pairs(names, vectors["wins"]))
    wanted = vectors["choix_opt_no_ties_log_strength"]
    logs = [(value - CENTRE) / SCALE for value in found]
    assert centred(logs) == pytest.approx(centred(wanted), abs=1e-3)


def test_ratings_with_ties_order_as_scores_do(oracle):
    vectors = oracle("bradley_terry_vectors.json")
    names = vectors["models"]
    found = ratings(names, pairs(names, vectors["wins"], vectors["ties"]))
    order = sorted(range(len(names)), key=lambda i: -found[i])
    assert order == sorted(range(len(names)), key=lambda i: -vectors["accuracy"][i])


def test_the_small_vector(oracle):
    small = oracle("bradley_terry_vectors.json")["small"]
    found = ratings("abc", pairs("abc", small["wins"]))
    assert [(value - CENTRE) / SCALE for value in found] == pytest.approx(small["choix"], abs=1e-3)


def test_odds_are_those_of_two_players():
    first, second = ratings("ab", {("a", "b"): 30, ("b", "a"): 10})
    assert (first - second) / SCALE == pytest.approx(math.log(3), abs=1e-9)
    assert first + second == pytest.approx(2 * CENTRE)


@pytest.mark.parametrize("wins", [{}, {("a", "b"): 3.0}, {("a", "b"): 1.0, ("b", "a"): 1.0}])
def test_without_a_way_between_all_there_are_no_ratings(wins):
    assert ratings("abc", wins) is None
