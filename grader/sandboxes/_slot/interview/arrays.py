"""numpy's arrays and scalars as data. numpy is only imported where one arrives.

Neither side needs numpy for anything else; where an array comes to a side that has none, it is
refused as any other value that is not known.
"""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# (values of unknown type are what this module is about)

import base64
import re
import sys
from sys import getrefcount
from typing import Any

UNITS = "Y|M|W|D|h|m|s|ms|us|ns|ps|fs|as"
TIMES = rf"[mM]8(?:\[(?:[1-9][0-9]{{0,5}})?(?:{UNITS})\])?"
TYPE = re.compile(rf"[<>|=]?(?:[biufcSU][0-9]{{1,9}}|{TIMES})")
KINDS = "biufcSUmM"
BASE_ALONE = 2
"""References to what only one array looks into: the array's, and the one that asks."""
EMPTY = frozenset({"U0", "S0"})
"""Types of an empty text, which numpy gives a character of its own when it is asked for bytes."""


def is_array(value: Any) -> bool:
    """Whether it is exactly numpy's array."""
    kind = type(value)
    return kind.__name__ == "ndarray" and kind is getattr(sys.modules.get("numpy"), "ndarray", None)


def shares(value: Any) -> bool:
    """Whether it is an array that looks into memory which something else holds too."""
    return is_array(value) and value.base is not None and getrefcount(value.base) > BASE_ALONE


def take_apart(value: Any) -> tuple[str, tuple[Any, ...]] | None:
    """Name and parts of an array or a scalar of plain numbers, texts or times; else None."""
    numpy = sys.modules.get("numpy")
    if numpy is None or value.__class__ is not type(value):
        return None
    if is_array(value):
        return ("ndarray", contents(value)) if value.dtype.kind in KINDS else None
    if isinstance(value, numpy.generic) and getattr(numpy, type(value).__name__, 0) is type(value):
        dtype = value.dtype
        if dtype.kind in KINDS:
            return "scalar", (dtype.str, base64.b64encode(value.tobytes()).decode())
    return None


def contents(array: Any) -> tuple[str, tuple[int, ...], str]:
    """Type, shape and bytes."""
    return array.dtype.str, tuple(array.shape), base64.b64encode(array.tobytes()).decode()


def array(dtype: Any, shape: Any, data: Any) -> Any:
    """An array of its own; ValueError where there is no such thing."""
    if type(shape) is not tuple or any(type(each) is not int or each < 0 for each in shape):
        raise ValueError("not a shape")
    return _flat(dtype, data).reshape(shape).copy()


def scalar(dtype: Any, data: Any) -> Any:
    """One of numpy's own numbers, texts or times."""
    if type(dtype) is str and dtype[-2:] in EMPTY:
        return _flat(dtype, "").dtype.type()
    flat = _flat(dtype, data)
    if flat.shape != (1,):
        raise ValueError("not one value")
    return flat[0]


def fill(array: Any, content: Any) -> None:
    """Make this the array's content; ValueError where it is of another type or size."""
    check(array, content)
    new = _flat(content[0], content[2])
    if array.shape != content[1]:
        array.shape = content[1]
    array[...] = new.reshape(content[1])


def check(array: Any, content: Any) -> None:
    """ValueError unless `content` can be the array's."""
    if type(content) is not tuple or len(content) != 3 or type(content[1]) is not tuple:  # noqa: PLR2004
        raise ValueError("not an array's content")
    size = 1
    for each in content[1]:
        if type(each) is not int or each < 0:
            raise ValueError("not a shape")
        size *= each
    if content[0] != array.dtype.str or size != array.size or _flat(*content[::2]).size != size:
        raise ValueError("an array changed its type or size")


def _flat(dtype: Any, data: Any) -> Any:
    if type(dtype) is not str or type(data) is not str or not TYPE.fullmatch(dtype):
        raise ValueError("not an array's type")
    try:
        import numpy as np  # noqa: PLC0415  heavy, and seldom needed
    except ImportError:
        raise ValueError("no numpy here") from None
    raw = base64.b64decode(data, validate=True)
    try:
        kind = np.dtype(dtype)
        made = np.frombuffer(raw, kind) if raw else np.empty(0, kind)
    except TypeError:
        raise ValueError("not an array's type") from None
    # Bytes that are no truth value, and code points that are none, make numpy contradict itself.
    if kind.kind == "b" and raw and max(raw) > 1:
        raise ValueError("not truth values")
    if kind.kind == "U" and raw:
        points = np.frombuffer(raw, np.dtype(np.uint32).newbyteorder(kind.byteorder))
        if points.max() > sys.maxunicode:
            raise ValueError("not texts")
    return made
