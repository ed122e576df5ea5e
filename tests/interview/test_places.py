"""Where values are and where two contents differ, as text."""

from collections import OrderedDict
from typing import Any

import pytest
from prompt_classes import CLASSES, Point

from grader.sandboxes._slot.interview import places
from grader.sandboxes._slot.interview.places import InstanceAttributes, differences, is_within


def differing(old: Any, new: Any) -> set[str]:
    return differences("x: ", old, new, lambda one, other: one == other, CLASSES)


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ([1, 2], [1, 2], set()),
        ([1, 2], [1, 3], {"x: "}),
        ([1, 2], [1], {"x: "}),
        ([[1], [2, 3]], [[1], [3, 2]], {"x: [1]"}),
        ([[1], [[2]]], [[1], [[4]]], {"x: [1][0]"}),
        ({"a": 1, "b": [2]}, {"a": 1, "b": [3]}, {"x: ['b']"}),
        ({"a": 1}, {"a": 1, "b": 2}, {"x: "}),
        ({1: [0]}, {True: [1]}, {"x: "}),
        (InstanceAttributes(a=1, b=2), InstanceAttributes(a=1, b=3), {"x: .b"}),
        (InstanceAttributes(a=1), InstanceAttributes(a=1, c=3), {"x: .c"}),
        (InstanceAttributes(a=1, c=3), InstanceAttributes(a=1), {"x: .c"}),
        (({"k": 1},), ({"k": 2},), {"x: [0]['k']"}),
        ([[each] for each in range(40)], [[each + 1] for each in range(40)], {"x: "}),
        (b"a", b"b", {"x: "}),
        ({1}, {2}, {"x: "}),
    ],
    ids=repr,
)
def test_differences_are_named_by_their_place(old: Any, new: Any, found: set[str]) -> None:
    assert differing(old, new) == found


def test_other_order_of_the_same_rows_is_a_change_of_all() -> None:
    one, other = [1], [2]
    assert differing([one, other], [other, one]) == {"x: "}


def test_other_order_of_keys_is_a_change_of_all() -> None:
    assert differing(OrderedDict(a=1, b=2), OrderedDict(b=2, a=1)) == {"x: "}


def test_equal_row_in_the_place_of_another_is_no_change() -> None:
    assert differing([[1], [2]], [[1], [2]]) == set()


def test_keys_that_look_alike_hide_nothing() -> None:
    first, second = Point(1), Point(2)
    assert differing({first: 1, second: 2}, {first: 3, second: 2}) == {"x: "}


def test_long_key_has_a_short_name_of_its_own() -> None:
    old, new = {"a" * 99: 1, "a" * 98: 1}, {"a" * 99: 1, "a" * 98: 2}
    (found,) = differing(old, new)
    assert len(found) < 60
    assert found != differing(new, {"a" * 99: 2, "a" * 98: 2}).pop()


def test_walk_names_each_value_once() -> None:
    shared = [1]
    value = {"a": shared, "b": (shared, {2: Point([3])})}
    found = {
        place: type(each).__name__
        for place, each in places.walk([("", value)], CLASSES, exact=True)
    }
    assert found == {
        "": "dict", "['a']": "list", "['b']": "tuple", "['b'][1]": "dict", "['b'][1][2]": "Point",
        "['b'][1][2].x": "list",
    }  # fmt: skip


def test_walk_of_a_long_chain_ends_and_has_few_names() -> None:
    chain = None
    for _ in range(5000):
        chain = Point(chain)
    found = [place for place, _ in places.walk([("", chain)], CLASSES, exact=True)]
    assert len(found) == 5000
    assert len(set(found)) <= 10


@pytest.mark.parametrize(
    ("place", "other", "verdict"),
    [("a", "a", True), ("a[0]", "a", True), ("a.b", "a", True), ("ab", "a", False),
     ("a", "a[0]", False), ("a[01]", "a[0]", False), ("a.bc", "a.b", False)],
)  # fmt: skip
def test_place_lies_within_another(place: str, other: str, *, verdict: bool) -> None:
    assert is_within(place, ["z", other]) is verdict


def test_place_within_a_whole_argument() -> None:
    assert is_within("changes argument 0 of f(): .x", ["changes argument 0 of f(): "])
    assert not is_within("changes argument 1 of f(): .x", ["changes argument 0 of f(): "])
