"""What cannot cross, and text that can. Standard library only."""

from collections.abc import Mapping

Classes = Mapping[str, type]
"""The prompt's classes, by name: their instances cross whole."""


class Uncrossable(TypeError):  # noqa: N818  a state of the conversation more than an error
    """A value that has no plain form and may not be a handle here."""


def clean(text: str) -> str:
    """The same without lone surrogates."""
    return text.encode(errors="backslashreplace").decode()
