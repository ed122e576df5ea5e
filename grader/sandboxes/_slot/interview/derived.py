"""Values of classes derived from plain ones, such as an `IntEnum`'s members. Standard library only.

What crosses is the plain value inside, a handle, and the words that the class has for it. The tests
get a value of a class derived from the same plain one: it is equal to what the plain value is equal
to, whatever the sender's class says, and asks the sender only for what plain values do not have.
"""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false, reportUnknownLambdaType=false
# (values of unknown type are what this module is about)

import copy
import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from sys import getrefcount
from typing import Any

NAME_CHARS = 200
DERIVED = "derived"
"""The word for it where others are an instance, a class, …: see `remotes.KINDS`."""
PLAIN: dict[type, Callable[[Any], Any]] = {
    int: int.__int__,
    float: float.__float__,
    complex: complex.__complex__,
    str: str.__str__,
    bytes: lambda value: bytes.__getitem__(value, slice(None)),
    tuple: lambda value: tuple.__getitem__(value, slice(None)),
    dt.datetime: lambda value: dt.datetime.combine(
        dt.datetime.date(value), dt.datetime.time(value), value.tzinfo
    ),
    dt.date: lambda value: dt.date.fromordinal(dt.date.toordinal(value)),
    dt.timedelta: lambda value: dt.timedelta(value.days, value.seconds, value.microseconds),
    frozenset: lambda value: frozenset(frozenset.__iter__(value)),
    list: list.copy,
    dict: dict.copy,
    set: lambda value: set(set.__iter__(value)),
}
"""The plain classes that others derive from, and how to get what is plain by no method of those."""
CONTAINERS = frozenset({list, dict, set})
"""What crosses is a copy, which nobody changes over here: only such as have no methods of their own
and that a function gives. Others are objects with a state, and stay where they are."""
WORDS: dict[str, Callable[[Any], str]] = {"__str__": str, "__repr__": repr, "__format__": format}


class DerivedValues:
    """What such values add to the plain ones, as the tests see them."""

    grader_remote: Any
    grader_words: dict[str, str]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.grader_remote, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.grader_remote, name, value)

    def __str__(self) -> str:
        own = self.grader_words.get("__str__")
        return super().__str__() if own is None else own

    def __repr__(self) -> str:
        own = self.grader_words.get("__repr__")
        return super().__repr__() if own is None else own

    def __format__(self, wanted: str) -> str:
        own = None if wanted else self.grader_words.get("__format__")
        return super().__format__(wanted) if own is None else own

    def __copy__(self) -> Any:
        base = type(self).__bases__[-1]
        return PLAIN[base](self) if base in CONTAINERS else self

    def __deepcopy__(self, memo: Any) -> Any:
        plain = self.__copy__()
        return self if plain is self else copy.deepcopy(plain, memo)


def _remade(kind: Any, value: Any) -> Any:
    """A value of `kind`, which derives from this plain one's class."""
    if isinstance(value, dt.datetime):
        return kind.combine(value.date(), value.time(), value.tzinfo)
    if isinstance(value, dt.date):
        return kind.fromordinal(value.toordinal())
    if isinstance(value, dt.timedelta):
        return kind(value.days, value.seconds, value.microseconds)
    return tuple.__new__(kind, value) if isinstance(value, tuple) else kind(value)


def base_of(kind: type, *, opens: bool) -> type | None:
    """The plain class that `kind` derives from, if it is another one; `opens`: a container too."""
    if kind in PLAIN:
        return None
    base = next((each for each in PLAIN if each in kind.__mro__), None)
    if base not in CONTAINERS:
        return base
    return base if opens and not has_methods(kind) else None


def has_methods(kind: type) -> bool:
    """Whether a class has functions that programs call by name."""
    return any(
        callable(found) and not name.startswith("__")
        for each in kind.__mro__
        if each.__module__ != "builtins"
        for name, found in vars(each).items()
    )


def words_of(value: Any, base: type) -> dict[str, str]:
    """How a class' own methods word a value, where they do; they may do anything."""
    found: dict[str, str] = {}
    for name, ask in WORDS.items():
        if getattr(type(value), name) is not getattr(base, name):
            with suppress(Exception):  # boundary: then it has no words
                found[name] = str.__str__(ask(value))
    return found


def make(remote: Any, name: Any, value: Any, words: Any) -> Any:
    """What stands for such a value; the same for the same handle. ValueError where it is none."""
    base = type(value)
    is_named = base.__bases__ == (tuple,) and hasattr(base, "_fields")
    if "_derived" in remote.__dict__ and _stays(remote, value):
        return remote.__dict__["_derived"]
    if not (base in PLAIN or is_named) or type(name) is not str or not name.isidentifier():
        raise ValueError("not a derived value")
    if type(words) is not dict or not WORDS.keys() >= words.keys():
        raise ValueError("not a value's words")
    made = _remade(_class(name[:NAME_CHARS], base), value)
    made.__dict__.update(grader_remote=remote, grader_words=words)
    remote.__dict__["_derived"] = made
    return made


def _stays(remote: Any, value: Any) -> bool:
    """Whether the same object stands for it, with what is in it now; ValueError where none can.

    What tests hold on is a value of theirs: the checker notes that it changes, and may keep that
    from them.
    """
    is_held = getrefcount(remote.__dict__["_derived"]) > ALONE
    found = remote.__dict__["_derived"]
    base = type(found).__bases__[-1]
    if base not in CONTAINERS:
        return True
    if type(value) is not base:
        raise ValueError("not the kind that it was")
    place = f"later: result of {remote.__dict__['_origin']}: "
    if is_held and not remote.__dict__["_talk"].may_become(place, PLAIN[base](found), value):
        return False
    if base is list:
        found[:] = value
    else:
        found.clear()
        found.update(value)
    return True


def _references() -> int:
    class Alone:
        """Stands for a handle."""

    remote = Alone()
    remote.__dict__["_derived"] = []
    return getrefcount(remote.__dict__["_derived"])


ALONE = _references()
"""References to a value that only its handle holds, counted by this interpreter."""


@lru_cache(maxsize=64)
def _class(name: str, base: type) -> Any:
    return type(name, (DerivedValues, base), {"__module__": "solution"})
