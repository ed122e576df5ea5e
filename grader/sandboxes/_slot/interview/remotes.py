"""The candidate's objects, as the tests see them. Standard library only.

A handle is an object with an identity and nothing else of its own: equality, hashing and truth are
never asked of the other side. That a test wanted them is noted: only one process has the answer.
"""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# (values of unknown type are what this module is about)

from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.sandboxes._slot.interview.checker import CheckerEnd

MOST_CHARS = 160
MOST_ELEMENTS = 100_000
"""Asked for at once where the reference gives a list: some seconds."""
LOOKED_AT = " is looked at"
"""What a checker notes of an object whose own equality, hash or truth a test has wanted."""

BUFFERS = ("__array", "__arrow", "__cuda_array", "__dataframe", "__dlpack", "_mpf_", "_mpmath_")
"""Attributes by which numpy and others find the memory of an object, or what it is made of. A
candidate could name the memory of the tests' own process, where expected values are."""

SHOWS = " shows whole in one process only"
"""The same of a value of a class of the candidate's own, or of one that equals nothing."""


class RemoteObject:
    """One of the candidate's objects."""

    grader_kind = "instance"
    _used: str
    """What is noted where tests ask for more than elements, or than what is plain in a value: that
    makes it an instance, for it may be worked out later than the value came. Not always set."""

    def __init__(self, talk: "CheckerEnd", number: int, origin: str) -> None:
        """`number` is the candidate's handle; `origin`: which question gave it first."""
        object.__setattr__(self, "_talk", talk)
        object.__setattr__(self, "_number", number)
        object.__setattr__(self, "_origin", origin)

    def _ask(self, what: str, step: str, *arguments: Any, **named: Any) -> Any:
        talk: CheckerEnd = object.__getattribute__(self, "_talk")
        number = object.__getattribute__(self, "_number")
        asked = stepped(object.__getattribute__(self, "_origin"), step)
        answer = talk.request(f"h.{what}", number, arguments, named, asked)
        if what != "next" and "_used" in self.__dict__:
            talk.note(self.__dict__["_used"])
        return answer

    def _look(self) -> None:
        talk: CheckerEnd = object.__getattribute__(self, "_talk")
        talk.note(f"{object.__getattribute__(self, '_origin')}{LOOKED_AT}")

    def __bool__(self) -> bool:
        self._look()
        return True

    def __eq__(self, other: object) -> bool:
        self._look()
        return self is other

    def __hash__(self) -> int:
        self._look()
        return object.__hash__(self)

    def __getattr__(self, name: str) -> Any:
        if name.startswith(BUFFERS):
            raise AttributeError(name)
        return self._ask("get", f".{name}", name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._ask("set", f".{name}", name, value)

    def __repr__(self) -> str:
        return f"<the candidate's {type(self).grader_kind}>"


class RemoteCallable(RemoteObject):
    """A function, or an object that can be called."""

    grader_kind = "callable"

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call it over there."""
        return self._ask("call", "()", *arguments, **named)


class RemoteClass(RemoteCallable):
    """A class: calling it makes an instance over there."""

    grader_kind = "class"


class RemoteIterator(RemoteObject):
    """A generator or another iterator: its elements come one by one."""

    grader_kind = "iterator"

    def __iter__(self) -> "RemoteIterator":
        """Itself."""
        return self

    def __next__(self) -> Any:
        """The next element."""
        if "_ready" not in self.__dict__:
            return self._ask("next", ".next()")
        if self.__dict__["_ready"]:
            return self.__dict__["_ready"].popleft()
        raise self.__dict__["_end"]

    def grader_complete(self) -> None:
        """Ask for all elements now, so that none can come of what is asked later."""
        if "_ready" in self.__dict__:
            return
        ready: deque[Any] = deque()
        self.__dict__.update(_ready=ready, _end=StopIteration())
        try:
            while len(ready) < MOST_ELEMENTS:
                ready.append(self._ask("next", ".next()"))
        except Exception as error:  # noqa: BLE001  boundary: raised again where it belongs
            self.__dict__["_end"] = error
        else:
            talk: CheckerEnd = self.__dict__["_talk"]
            talk.note(f"{self.__dict__['_origin']} gives more than {MOST_ELEMENTS} elements")


class RemoteInstance(RemoteObject):
    """An instance of a class of the candidate's."""

    def __len__(self) -> int:
        """Its own length."""
        length = self._ask("len", ".len()")
        if type(length) is not int:
            raise TypeError("a length is an integer")
        return length

    def __getitem__(self, key: Any) -> Any:
        return self._ask("item", "[]", key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._ask("put", "[]", key, value)

    def __contains__(self, key: Any) -> bool:
        return self._ask("in", ".in()", key) is True

    def __iter__(self) -> Any:
        return self._ask("iter", ".iter()")

    def __str__(self) -> str:
        text = self._ask("str", ".str()")
        if type(text) is not str:
            raise TypeError("__str__ returned non-string")
        return text


KINDS: dict[str, type[RemoteObject]] = {
    "callable": RemoteCallable,
    "class": RemoteClass,
    "iterator": RemoteIterator,
    "instance": RemoteInstance,
}


def stepped(origin: str, step: str) -> str:
    """The question that takes a step from what `origin` gave.

    The same step twice has one name: a walk along a chain of nodes asks one question many times.
    """
    asked = origin if origin.endswith(step) else f"{origin}{step}"
    return asked if len(asked) <= MOST_CHARS else f"{asked[:20]}…{asked[21 - MOST_CHARS :]}"
