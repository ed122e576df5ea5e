"""Which values both sides watch, and when one of them has changed."""

from collections import Counter, OrderedDict, defaultdict, deque
from typing import Any

import pytest
from prompt_classes import Point, Slotted

from grader.sandboxes._slot.interview.mirror import TIDY_EVERY, ObjectMirror


def pointed() -> Point:
    return Point(1)


CONTAINERS: list[Any] = [
    [1, [2]], {1: 2}, {3}, deque([4]), bytearray(b"5"), Counter("a"), OrderedDict(a=1),
    defaultdict(list, {1: []}), Point(6), Slotted(7),
]  # fmt: skip


@pytest.mark.parametrize("container", CONTAINERS, ids=lambda each: type(each).__name__)
def test_container_is_as_before_until_it_changes(container: Any) -> None:
    mirror = ObjectMirror()
    mirror.add([container])
    mirror.remember_all()
    assert mirror.changed(nested=False) == []
    match container:
        case list() | deque() | bytearray():
            container.append(1)
        case set():
            container.add(1)
        case dict():
            container["new"] = 1
        case _:
            container.x = 2
    assert mirror.changed(nested=False) == [0]
    mirror.remember([0])
    assert mirror.changed(nested=False) == []


def test_equal_element_of_another_type_is_a_change() -> None:
    items: list[Any] = [1]
    mirror = ObjectMirror()
    mirror.add([items])
    mirror.remember_all()
    items[0] = True
    assert mirror.changed(nested=False) == [0]


def test_element_in_place_of_another_is_a_change() -> None:
    array = pytest.importorskip("numpy").zeros(2)
    mirror = ObjectMirror()
    mirror.add([array])
    mirror.remember_all()
    assert mirror.changed(nested=False) == []
    array[1] = 5
    assert mirror.changed(nested=False) == [0]


def test_value_that_nothing_else_holds_is_let_go() -> None:
    mirror, held = ObjectMirror(), [0]
    value = [held, [1, [2]]]
    crossed: list[Any] = [value, value[0], value[1], value[1][1]]
    mirror.numbers.update({id(each): number for number, each in enumerate(crossed)})
    del value
    assert mirror.add_held(crossed) == [1]
    assert list(mirror.objects.values()) == [held]
    assert set(mirror.numbers) == {id(held)}
    del held
    assert mirror.let_go([1]) == ([], [1])
    assert not mirror.objects
    assert not mirror.numbers


def test_view_of_held_memory_is_held() -> None:
    numpy = pytest.importorskip("numpy")
    mirror, base = ObjectMirror(), numpy.zeros(4)
    mirror.add([base[:2], numpy.arange(4).reshape(2, 2)])
    assert mirror.let_go([0, 1]) == ([0], [1])


def test_cycles_that_nobody_holds_are_let_go_some_time() -> None:
    mirror = ObjectMirror()
    held: list[Any] = []
    held.append({"self": held})
    numbers = set(mirror.add([held, held[0]]))
    for _ in range(TIDY_EVERY):
        node, other = Point(1), Point(2)
        node.y, other.y = other, node
        numbers |= set(mirror.add([node, other]))
    del node, other
    mirror.remember_all()
    mirror.let_go(sorted(numbers))
    assert len(mirror.objects) > TIDY_EVERY
    mirror.tidy(numbers)
    assert list(mirror.objects) == [0, 1]


def test_only_what_may_go_is_tidied_away() -> None:
    mirror = ObjectMirror()
    for _ in range(TIDY_EVERY):
        node = Point(1)
        node.y = node
        mirror.add([node])
    del node
    assert mirror.tidy({1, 2}) == [1, 2]
