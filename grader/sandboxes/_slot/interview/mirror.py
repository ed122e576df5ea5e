"""Mutable values that both ends of a conversation have: what one changes, the other must see.

Standard library only. A container that crosses gets a number on both sides. While both could still
look at it, whoever sends a message says first how the container has changed since the last one. A
side forgets what nobody on it holds any more, and says so: that keeps the usual answer, a list that
its function has already let go, as cheap as a copy.
"""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# (values of unknown type are what this module is about)

from collections import Counter, deque
from collections.abc import Iterable
from itertools import chain
from operator import is_
from sys import getrefcount
from typing import Any

from grader.sandboxes._slot.interview import arrays, instances, science

SEQUENCES = frozenset({list, set, deque})
MOST_LOOKS = 1_000_000
"""Containers looked at in the middle of one question: some tenths of a second."""
TIDY_EVERY = 64
"""So many more containers than after the last time, and twice as many, are looked through for
cycles that nobody else holds: looking takes time in proportion to all that they hold."""


class ObjectMirror:
    """One side's table of what the other side has too."""

    def __init__(self) -> None:
        """Nothing has crossed yet."""
        self.objects: dict[int, Any] = {}
        self.numbers: dict[int, int] = {}
        """By `id`: safe as long as `objects` holds the object."""
        self.pictures: dict[int, Any] = {}
        """What a container held when the other side last heard of it."""
        self.count = 0
        self._fresh: list[int] = []
        self._looks = 0
        self._after_tidying = 0

    def add(self, containers: list[Any]) -> range:
        """The numbers of containers that have just crossed, in the order in which they were met."""
        start = self.count
        self.count = start + len(containers)
        for number, each in enumerate(containers, start):
            self.objects[number] = each
            self.numbers[id(each)] = number
        containers.clear()
        added = range(start, self.count)
        self._fresh.extend(added)
        return added

    def add_known(self, containers: list[Any], pictures: list[tuple[Any, ...]]) -> range:
        """The same for containers that crossed earlier, and held these then."""
        self.remember_all()
        added = self.add(containers)
        self._fresh.clear()
        self.pictures.update(zip(added, pictures, strict=True))
        return added

    def add_held(self, containers: list[Any]) -> list[int]:
        """The same where only those stay that something else holds: their numbers.

        `containers` has them in the order of an encoder, which puts what holds others first.
        """
        start = self.count
        self.count = start + len(containers)
        left: list[int] = []
        for place, each in enumerate(containers):
            containers[place] = None
            if getrefcount(each) <= HELD_HERE and not arrays.shares(each):
                del self.numbers[id(each)]
            else:
                self.objects[start + place] = each
                left.append(start + place)
        containers.clear()
        self._fresh.extend(left)
        return left

    def skip(self, containers: list[Any]) -> None:
        """Number what has just come and does not stay."""
        self.count += len(containers)
        containers.clear()

    def find(self, number: int) -> Any:
        """The container; ValueError where there is none of that number."""
        try:
            return self.objects[number]
        except KeyError:
            raise ValueError("no such container") from None

    def replace(self, number: int, container: Any) -> None:
        """From now on this one stands for the other side's."""
        del self.numbers[id(self.objects[number])]
        self.objects[number] = container
        self.numbers[id(container)] = number
        self.pictures.pop(number, None)

    def remember(self, numbers: Iterable[int]) -> None:
        """Take these as they are now for what the other side knows."""
        for number in numbers:
            self.pictures[number] = picture(self.objects[number])

    def remember_all(self) -> None:
        """The same for everything that has no picture yet."""
        if self._fresh:
            self.remember([each for each in self._fresh if each in self.objects])
            self._fresh.clear()

    def changed(self, *, nested: bool) -> list[int]:
        """What differs from its picture.

        `nested`, in the middle of another question: nothing any more after MOST_LOOKS, for a list
        of rows sorted by a callback would be looked through once for each of its rows.
        """
        self._looks = self._looks + len(self.pictures) if nested else 0
        if self._looks > MOST_LOOKS:
            return []
        return [
            number
            for number, before in self.pictures.items()
            if not _is_as_before(self.objects[number], before)
        ]

    def forget(self, numbers: Iterable[int]) -> None:
        """Stop watching these, if they are here."""
        for number in numbers:
            if number in self.objects:
                del self.numbers[id(self.objects[number])]
                del self.objects[number]
                self.pictures.pop(number, None)
        if not self.objects:
            self._fresh.clear()

    def let_go(self, numbers: Iterable[int]) -> tuple[list[int], list[int]]:
        """Forget those of `numbers` that nothing else holds: the rest, and the forgotten.

        In ascending order what held others goes first, unless it was made later.
        """
        left: list[int] = []
        gone: list[int] = []
        for number in numbers:
            if _is_held(self.objects, number):
                left.append(number)
            else:
                self.forget((number,))
                gone.append(number)
        return left, gone

    def tidy(self, only: set[int]) -> list[int]:
        """Forget those of `only` that nothing but unheld containers hold; now and then."""
        if len(self.objects) < TIDY_EVERY + 2 * self._after_tidying:
            return []
        self.remember_all()
        pictures = {number: each for number, each in self.pictures.items() if type(each) is tuple}
        inside = Counter(filter(self.numbers.__contains__, map(id, chain(*pictures.values()))))
        # An element is held by its container and by the container's picture.
        reached = [
            number
            for number in self.objects
            if _is_held(self.objects, number, 2 * inside[id(self.objects[number])])
        ]
        found = set(reached)
        while reached:
            for each in map(id, pictures.get(reached.pop(), ())):
                number = self.numbers.get(each)
                if number is not None and number not in found:
                    found.add(number)
                    reached.append(number)
        gone = [number for number in self.objects if number not in found and number in only]
        self.forget(gone)
        self._after_tidying = len(self.objects)
        return gone


def picture(container: Any) -> Any:
    """What it holds: a tuple of its very elements, or a copy where it holds bytes."""
    kind = type(container)
    if kind in SEQUENCES:
        return tuple(container)
    if isinstance(container, dict):
        return (*container.keys(), *container.values())
    if kind is bytearray:
        return bytes(container)
    if arrays.is_array(container):
        return arrays.picture(container)
    if science.is_table(container):
        return science.take_apart(container)
    parts = instances.take_apart(container)
    return (*parts, *parts.values()) if type(parts) is dict else None


def _is_as_before(container: Any, before: Any) -> bool:
    """Whether it still holds the very same elements; no method of an element is called."""
    kind = type(container)
    if kind in SEQUENCES:
        return len(container) == len(before) and all(map(is_, container, before))
    now = picture(container)
    if kind is bytearray:
        return bool(now == before)
    if now is None or before is None:
        return False
    if len(now) == len(before) and all(map(is_, now, before)):
        return True  # the usual case, before anybody asks for an array or a table
    if arrays.is_array(container):
        return arrays.is_as_before(now, before)
    return science.is_table(container) and science.is_as_before(now, before)


def _is_held(objects: dict[int, Any], number: int, known: int = 0) -> bool:
    """Whether something else than the table, and than `known` others, holds a container."""
    return _references(objects, number) > ALONE + known or arrays.shares(objects[number])


def _references(objects: dict[int, Any], number: int) -> int:
    held = objects[number]
    return getrefcount(held)


def _references_in_loop(containers: list[Any]) -> int:
    for place, each in enumerate(containers):
        containers[place] = None
        return getrefcount(each)
    return 0


HELD_HERE = _references_in_loop([[]])
"""References to a container that only the loop over a list of them holds."""
ALONE = _references({0: []}, 0)
"""References to a container that only a table of containers holds, counted by this interpreter."""
