"""Classes as prompts define them."""

import dataclasses
import enum
from typing import Any, NamedTuple


class Point:
    """As a prompt would define it."""

    def __init__(self, x: Any, y: Any = None) -> None:
        self.x, self.y = x, y


class Slotted:
    __slots__ = ("__hidden", "x")

    def __init__(self, x: Any) -> None:
        self.x = x
        self.__hidden = [x]

    def hidden(self) -> Any:
        return self.__hidden


@dataclasses.dataclass(frozen=True)
class Frozen:
    x: int
    items: tuple[int, ...] = ()


class Watched:
    """An attribute behind a property whose setter must not run."""

    def __init__(self, size: int) -> None:
        self._size = size

    @property
    def size(self) -> int:
        return self._size

    @size.setter
    def size(self, value: int) -> None:
        raise AssertionError("no code of the class may run")


class Colour(enum.Enum):
    RED = 1
    BLUE = "b"


class Place(NamedTuple):
    east: int
    north: int


class Listing(list[int]):
    pass


CLASSES = {
    kind.__name__: kind for kind in (Point, Slotted, Frozen, Watched, Colour, Place, Listing)
}
