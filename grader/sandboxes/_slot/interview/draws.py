"""The state of the random generators, so that two processes draw as one would.

Standard library only. With tests that seed a generator for the solution (`Interview.draws`), each
message brings the state of `random` and of numpy's global generator where it has changed since the
other side last heard of it: before a call, after it, and in callbacks.
"""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# (values of unknown type are what this module is about)

import base64
import math
import random
import struct
import sys
from contextlib import suppress
from typing import Any

WORDS = 624
LAYOUT = struct.Struct(f"<{WORDS}I")
VERSION = 3
PLAIN, NUMPY = "p", "n"
KEY = "d"
FIELDS = 3
TWISTER = "MT19937"


class SharedDraws:
    """One end's view of both generators."""

    def __init__(self) -> None:
        """The other side has heard of nothing yet."""
        self.known: dict[str, Any] = {}

    def put(self, message: dict[str, Any]) -> dict[str, Any]:
        """The message, with what has changed since the last one."""
        now = _states()
        news = {name: state for name, state in now.items() if self.known.get(name) != state}
        if not news:
            return message
        self.known.update(news)
        return {**message, KEY: {name: list(state) for name, state in news.items()}}

    def take(self, message: dict[str, Any]) -> None:
        """Go on from where the other side is; ValueError where that is no state."""
        told = message.pop(KEY, None)
        if told is None:
            return
        if type(told) is not dict or not {PLAIN, NUMPY}.issuperset(told):
            raise ValueError("not generators")
        for name, state in told.items():
            _SETTERS[name](*_checked(state))
        self.known.update(_states())


def shared(request: dict[str, Any]) -> SharedDraws | None:
    """What an interview wants of its two ends."""
    return SharedDraws() if request.get("draws") else None


def _states() -> dict[str, Any]:
    """Words, place in them, and the number that a pair of normal ones has left over."""
    version, words, left = random.getstate()
    found: dict[str, Any] = {}
    if version == VERSION:
        found[PLAIN] = (_packed(words[:-1]), words[-1], left)
    numbers = sys.modules.get("numpy.random")
    if numbers is not None:
        kind, key, place, has_left, over = numbers.get_state()
        if kind == TWISTER:
            found[NUMPY] = (_packed(key.tolist()), int(place), float(over) if has_left else None)
    return found


def _packed(words: Any) -> str:
    return base64.b64encode(LAYOUT.pack(*words)).decode()


def _checked(state: Any) -> tuple[tuple[int, ...], int, float | None]:
    """The C code of both generators believes its place: it must be one."""
    if type(state) is not list or len(state) != FIELDS or type(state[0]) is not str:
        raise ValueError("not a generator's state")
    data = base64.b64decode(state[0], validate=True)
    if len(data) != LAYOUT.size or type(state[1]) is not int or not 0 <= state[1] <= WORDS:
        raise ValueError("not a generator's state")
    left = state[2]
    if left is not None and (type(left) is not float or not math.isfinite(left)):
        raise ValueError("not a number")
    return LAYOUT.unpack(data), state[1], left


def _set_plain(words: tuple[int, ...], place: int, left: float | None) -> None:
    random.setstate((VERSION, (*words, place), left))


def _set_numpy(words: tuple[int, ...], place: int, left: float | None) -> None:
    with suppress(ImportError):  # a side without it draws nothing from it
        import numpy as np  # noqa: PLC0415  heavy, and seldom needed

        key = np.array(words, "u4")
        np.random.set_state((TWISTER, key, place, int(left is not None), left or 0.0))  # noqa: NPY002


_SETTERS = {PLAIN: _set_plain, NUMPY: _set_numpy}
