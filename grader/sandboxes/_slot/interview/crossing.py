"""What cannot cross, text that can, and the exact types that do. Standard library only."""

from collections.abc import Mapping
from typing import Any

Classes = Mapping[str, type]
"""The prompt's classes, by name: their instances cross whole."""

HASTY = "asked in haste"
"""What a checker says of an interview that has to be held again, with one question at a time. No
exception has such a name."""


class Uncrossable(TypeError):  # noqa: N818  a state of the conversation more than an error
    """A value that has no plain form and may not be a handle here."""


def clean(text: str) -> str:
    """The same without lone surrogates."""
    return text.encode(errors="backslashreplace").decode()


def exact(value: Any, kind: type) -> Any:
    """The same; ValueError where it is of another type, a subclass too."""
    if type(value) is not kind:
        raise ValueError(f"not a {kind.__name__}")
    return value
