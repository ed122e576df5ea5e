"""Instances of the prompt's own classes, as their attributes. Standard library only.

No method of the class runs: neither `__init__` nor a property, nor anything that the sender might
have put there. What only looks like such an instance is refused.
"""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# (values of unknown type are what this module is about)

import enum
from collections.abc import Iterable
from functools import cached_property, lru_cache
from types import MemberDescriptorType
from typing import Any

HEAP_TYPE = 1 << 9
"""The flag of a class that a program defines (CPython's Py_TPFLAGS_HEAPTYPE)."""


def take_apart(value: Any) -> Any:
    """A dict of attributes; a text for an enumeration's member; a tuple for a named tuple.

    None where the instance is more than that, such as a subclass of list.
    """
    kind = type(value)
    if issubclass(kind, enum.Enum):
        name = value._name_
        return name if name in kind.__members__ else None
    if kind.__bases__ == (tuple,):
        return tuple(value)
    if not _is_plain(kind):
        return None
    slots, computed = _slots(kind), _computed(kind)
    found = {name: slot.__get__(value) for name, slot in slots.items() if _is_set(slot, value)}
    if _has_dict(kind):
        found |= object.__getattribute__(value, "__dict__")
    return {name: found[name] for name in found if name not in computed} if computed else found


def is_numbered(kind: type) -> bool:
    """Whether instances are containers, whose numbers both sides count."""
    return not issubclass(kind, enum.Enum) and kind.__bases__ != (tuple,)


def empty(kind: type) -> Any:
    """An instance without attributes; ValueError where the class has no such instances."""
    if not _is_plain(kind):
        raise ValueError("not a class whose instances are attributes")
    return object.__new__(kind)


def member(kind: type, parts: Any) -> Any:
    """An enumeration's member or a named tuple; ValueError where there is none."""
    if issubclass(kind, enum.Enum):
        if type(parts) is not str or parts not in kind.__members__:
            raise ValueError("not a member")
        return kind.__members__[parts]
    wanted = getattr(kind, "_fields", None)
    if type(parts) is not tuple or (wanted is not None and len(parts) != len(wanted)):
        raise ValueError("not its fields")
    return tuple.__new__(kind, parts)


def fill(instance: Any, attributes: Any) -> None:
    """Make these the instance's only attributes; ValueError where they cannot be."""
    check(instance, attributes)
    kind = type(instance)
    slots = _slots(kind)
    for name, slot in slots.items():
        if name not in attributes and _is_set(slot, instance):
            slot.__delete__(instance)
    if _has_dict(kind):
        object.__getattribute__(instance, "__dict__").clear()
    for name, value in attributes.items():
        if name in slots:
            slots[name].__set__(instance, value)
        else:
            object.__getattribute__(instance, "__dict__")[name] = value


def check(instance: Any, attributes: Any) -> None:
    """ValueError unless these can be the instance's attributes."""
    if type(attributes) is not dict:
        raise ValueError("not attributes")
    kind = type(instance)
    slots, open_ended = _slots(kind), _has_dict(kind)
    for name in attributes:
        if not open_ended and name not in slots:
            raise ValueError("no such attribute")
    check_names(kind, [name for name in attributes if name not in slots])


def check_names(kind: type, names: Iterable[Any]) -> None:
    """ValueError where an attribute of an instance would hide what its class defines.

    A test that calls a method would call what the sender put there. Default values of fields, and
    others that are no functions, are there to be hidden.
    """
    for name in names:
        if type(name) is not str or (name.startswith("__") and name.endswith("__")):
            raise ValueError("not an attribute's name")
        hidden = _of_class(kind, name)
        is_code = callable(hidden) or hasattr(type(hidden), "__get__")
        if is_code and not _is_field(kind, name):
            raise ValueError("an attribute that hides one of its class")


def _of_class(kind: type, name: str) -> Any:
    return next((vars(base)[name] for base in kind.__mro__ if name in vars(base)), None)


def _is_field(kind: type, name: str) -> bool:
    """Whether the class declares instances to have a value of that name."""
    return any(name in vars(base).get("__annotations__", ()) for base in kind.__mro__)


@lru_cache(maxsize=64)
def _computed(kind: type) -> frozenset[str]:
    """What instances keep from a first call: whoever wants it computes it again."""
    return frozenset(
        name
        for base in kind.__mro__
        for name, found in vars(base).items()
        if type(found) is cached_property
    )


def _is_plain(kind: type) -> bool:
    """Whether no base but `object` comes from C code."""
    return all(base is object or base.__flags__ & HEAP_TYPE for base in kind.__mro__)


def _has_dict(kind: type) -> bool:
    return kind.__dictoffset__ != 0


def _is_set(slot: Any, instance: Any) -> bool:
    try:
        slot.__get__(instance)
    except AttributeError:
        return False
    return True


@lru_cache(maxsize=64)
def _slots(kind: type) -> dict[str, Any]:
    return {
        name: found
        for base in kind.__mro__
        for name, found in vars(base).items()
        if type(found) is MemberDescriptorType
    }
