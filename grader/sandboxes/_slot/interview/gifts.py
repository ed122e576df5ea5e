"""What a candidate gives beside plain data. Standard library only."""

from types import GeneratorType
from typing import Any

from grader.sandboxes._slot.interview import arrays, science
from grader.sandboxes._slot.interview.derived import DERIVED, DerivedValues
from grader.sandboxes._slot.interview.remotes import RemoteObject

OF_GENERATORS = frozenset(dir(GeneratorType))


def is_mere_iterator(kind: type) -> bool:
    """Whether elements are all that its instances give: a stream or a reader has methods too."""
    own = {name for name in dir(kind) if not name.startswith("_")}
    return hasattr(kind, "__next__") and own <= OF_GENERATORS


def kind_of(gift: Any) -> str:
    """What a gift of a decoder's is called; nothing for a value that equals nothing."""
    if isinstance(gift, DerivedValues):
        return DERIVED
    if isinstance(gift, RemoteObject):
        return type(gift).grader_kind
    if isinstance(gift, type):
        return "type"
    kind = type(gift).__name__
    if kind == "matrix" or arrays.is_array(gift):
        return kind
    return science.kind_of(gift)
