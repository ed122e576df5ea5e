"""Whether a question gives away what an earlier one should be answered. Standard library only.

Who sees `f("cba")` before answering `f("abc")` need not compute anything. Nor where the answer
comes in another form: in another order, as a text, in other letters, in a list or out of one, with
another sign. All these leave an answer's characters what they are, so these are compared.
What has to be computed from a later question is no answer that it brings.
"""

# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false
# (values of unknown type are what this module is about)

import re
from collections.abc import Iterator
from typing import Any

TRIFLE = 2
"""Numbers up to this, like truth values and what is empty, are guessed anyway."""
TELLING_CHARS = 3
"""Texts of so many say something where they stand in another."""
MARKS = re.compile(r"\.0\b|[\W_]+")
TELLING_DIGITS = 5
"""Numbers of so many are nobody's by chance."""


class ExpectedValues:
    """What the answers to earlier questions should be."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._forms: set[Any] = set()
        self._parts: set[Any] = set()
        self._texts: set[str] = set()

    def add(self, value: Any) -> None:
        """One more of them, or something that an answer is compared with."""
        flat = spelled(value)
        self._forms.update(_forms(value, flat))
        for each in within(value):
            self._parts.update(_forms(each, spelled(each)))
        if len(flat) >= TELLING_CHARS and not _is_trifle(value):
            self._texts.update((flat, flat[::-1]))

    def are_told_by(self, arguments: tuple[Any, ...]) -> bool:
        """Whether a question with these holds one of them, or asks with a part of one."""
        if not self._forms:
            return False
        if not self._parts.isdisjoint(
            form for each in arguments for form in _forms(each, spelled(each))
        ):
            return True
        whole = spelled(arguments)
        return any(text in whole for text in self._texts) or any(
            not self._forms.isdisjoint(_forms(each, spelled(each))) for each in within(arguments)
        )


def spelled(value: Any) -> str:
    """The characters of all that is in a value: letters small, numbers without signs and points."""
    if isinstance(value, dict):
        return "".join(f"{spelled(key)}{spelled(each)}" for key, each in value.items())
    if isinstance(value, (list, tuple, set, frozenset)):
        return "".join(map(spelled, value))
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    try:
        text = value if isinstance(value, str) else repr(value)
    except ValueError:  # an integer of too many digits
        text = f"{value:x}"
    return "".join(filter(str.isalnum, text.casefold())) or text


def within(value: Any) -> Iterator[Any]:
    """A value and everything in it."""
    yield value
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    if isinstance(value, (list, tuple, set, frozenset)):
        for each in value:
            yield from within(each)


def form_of(value: Any) -> str:
    """What a value has in common with the same in another form; nothing where that says little.

    For many questions at once, where a small number stands in one or other of them anyway. Of plain
    values only.
    """
    if _is_trifle(value):
        return ""
    try:
        text = repr(value).casefold()
    except ValueError:  # an integer of too many digits
        return ""
    flat = MARKS.sub("", text) or text
    least = TELLING_DIGITS if isinstance(value, (int, float)) else TELLING_CHARS
    return "".join(sorted(flat)) if len(flat) >= least else ""


def _forms(value: Any, flat: str) -> Iterator[str]:
    """What a value has in common with the same in another form; nothing for a trifle."""
    if _is_trifle(value):
        return
    yield "".join(sorted(flat))
    distinct = "".join(sorted(set(flat)))
    if len(distinct) >= TELLING_CHARS:
        yield f"each of {distinct}"


def _is_trifle(value: Any) -> bool:
    if isinstance(value, (int, float)):
        return abs(value) <= TRIFLE
    return value is None or value is ... or (not value and not isinstance(value, complex))
