"""What has to go so that the rest fits, and what images take."""

import pytest

from grader.image.budget import EMPTY, HeldImage, evictions, layers_of, room_bytes, total_bytes


def held(name, used_at, **layers):
    return HeldImage(reference=name, id=name, layers=layers, used_at=used_at)


OLD, MIDDLE, NEW = (
    held("old", 1, base=50, a=10),
    held("middle", 2, base=50, b=20),
    held("new", 3, c=30),
)
ALL = [NEW, OLD, MIDDLE]


def names(budget, *spared):
    found = evictions(ALL, budget_bytes=budget, spare=lambda one: one.reference in spared)
    return [each.reference for each in found]


def test_shared_layers_count_once():
    assert total_bytes(ALL) == 50 + 10 + 20 + 30
    assert total_bytes([]) == 0


@pytest.mark.parametrize(
    ("budget", "spared", "gone"),
    [
        (110, (), []),
        (109, (), ["old"]),
        (100, (), ["old"]),
        (99, (), ["old", "middle"]),
        (0, (), ["old", "middle", "new"]),
        (99, ("old",), ["middle"]),
        (0, ("old", "middle", "new"), []),
        (40, ("middle",), ["old", "new"]),
    ],
)
def test_longest_unused_goes_first_and_what_is_needed_stays(budget, spared, gone):
    assert names(budget, *spared) == gone


def test_room_is_for_one_more_as_large_as_the_largest():
    assert room_bytes(ALL, 180) == 0
    assert room_bytes([], 5) == 5


def test_layers_are_matched_with_their_sizes_from_the_bottom():
    layers = ["sha256:1", EMPTY, "sha256:2"]
    history = [{"Size": 7}, {"Size": 0}, {"Size": 0}, {"Size": 100}]
    found = layers_of({"RootFS": {"Layers": layers}}, history)
    assert list(found.values()) == [100, 0, 7]
    assert next(iter(found)) == "sha256:1"
    assert len(set(found)) == 3


def test_same_layer_on_another_base_is_another():
    one = layers_of({"RootFS": {"Layers": ["a", "x"]}}, [{"Size": 2}, {"Size": 1}])
    other = layers_of({"RootFS": {"Layers": ["b", "x"]}}, [{"Size": 2}, {"Size": 1}])
    assert not set(one) & set(other)


def test_image_whose_layers_have_no_sizes_counts_as_one():
    found = layers_of({"Id": "i", "Size": 9, "RootFS": {"Layers": ["a", "b"]}}, [{"Size": 9}])
    assert found == {"i": 9}
