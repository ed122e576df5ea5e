"""Quantiles in little memory: right to one percent, in any order."""

import math
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.stats.sketch import ACCURACY, QuantileSketch

quick = settings(max_examples=80, deadline=None, database=None)
values = st.lists(st.floats(1e-4, 1e5), min_size=1, max_size=200)


def filled(numbers):
    sketch = QuantileSketch()
    for number in numbers:
        sketch.add(number)
    return sketch.spread()


@quick
@given(values)
def test_median_and_p95_are_right_to_one_percent(numbers):
    found, ordered = filled(numbers), sorted(numbers)
    for share, value in ((0.5, found.median), (0.95, found.p95)):
        exact = ordered[max(1, math.ceil(share * len(ordered))) - 1]
        assert value == pytest.approx(exact, rel=ACCURACY * 1.001)
    assert found.max == pytest.approx(ordered[-1], rel=ACCURACY * 1.001)
    assert found.mean == pytest.approx(sum(numbers) / len(numbers), rel=1e-2)


@quick
@given(values, st.randoms(use_true_random=False))
def test_order_does_not_matter_and_taking_back_leaves_nothing(numbers, random):
    shuffled = list(numbers)
    random.shuffle(shuffled)
    assert filled(shuffled) == filled(numbers)
    sketch = QuantileSketch()
    for number in numbers:
        sketch.add(number)
    for number in numbers:
        sketch.add(number, -1)
    assert sketch.spread() is None
    assert sketch.total == 0


@quick
@given(values)
def test_bars_hold_every_value_once(numbers):
    found = filled([*numbers, 0.0])
    assert sum(count for _, _, count in found.bins) == found.count == len(numbers) + 1
    assert len(found.bins) <= 42


def test_interval_of_the_median_covers_as_it_says():
    random = Random(8)
    covered = 0
    for _ in range(600):
        found = filled([random.expovariate(1) for _ in range(60)])
        covered += found.median_low <= math.log(2) <= found.median_high
    assert 0.93 <= covered / 600 <= 0.99


def test_few_values_have_no_interval():
    found = filled([1.0, 2.0])
    assert (found.median_low, found.median_high, found.p95_high) == (None,) * 3


def test_zeros_are_values():
    found = filled([0.0, 0.0, 0.0, 5.0])
    assert (found.count, found.median) == (4, 0.0)
    assert found.bins[0][2] == 3
    assert filled([0.0]).max == 0.0
