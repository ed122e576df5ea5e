"""numpy's arrays and scalars as data. numpy is only imported where one arrives.

An array of objects is the tuple of its elements, each of which has to cross by itself.

Neither side needs numpy for anything else; where an array comes to a side that has none, it is
refused as any other value that is not known.
"""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# (values of unknown type are what this module is about)

import base64
import re
import sys
from operator import is_
from sys import getrefcount
from typing import Any

UNITS = "Y|M|W|D|h|m|s|ms|us|ns|ps|fs|as"
TIMES = rf"[mM]8(?:\[(?:[1-9][0-9]{{0,5}})?(?:{UNITS})\])?"
TYPE = re.compile(rf"[<>|=]?(?:[biufcSU][0-9]{{1,9}}|{TIMES})")
KINDS = "biufcSUmM"
ALL_KINDS = f"{KINDS}O"
"""With objects."""
OBJECTS = "|O"
CONTENT = 3
"""Type, shape, and bytes or elements."""
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
        return ("ndarray", contents(value)) if value.dtype.kind in ALL_KINDS else None
    if type(value) is getattr(numpy, "matrix", None):
        return ("matrix", contents(value)) if value.dtype.kind in KINDS else None
    if isinstance(value, numpy.generic) and getattr(numpy, type(value).__name__, 0) is type(value):
        dtype = value.dtype
        if dtype.kind in KINDS:
            return "scalar", (dtype.str, base64.b64encode(value.tobytes()).decode())
    return None


def contents(array: Any) -> tuple[str, tuple[int, ...], Any]:
    """Type, shape and bytes; of objects the elements."""
    kind = array.dtype.str
    if kind == OBJECTS:
        return kind, tuple(array.shape), tuple(array.flat)
    return kind, tuple(array.shape), base64.b64encode(array.tobytes()).decode()


def picture(array: Any) -> tuple[Any, ...]:
    """What it holds, for `is_as_before`."""
    kind, shape, data = contents(array)
    return ((kind, shape), *data) if kind == OBJECTS else ((kind, shape, data), None)


def is_as_before(now: tuple[Any, ...], before: tuple[Any, ...]) -> bool:
    """Whether two pictures show the same; no method of an element is called."""
    return len(now) == len(before) and now[0] == before[0] and all(map(is_, now[1:], before[1:]))


def array(dtype: Any, shape: Any, data: Any) -> Any:
    """An array of its own; ValueError where there is no such thing."""
    if dtype == OBJECTS:
        if type(data) is not tuple:
            raise ValueError("not elements")
        made = of_objects(shape, len(data))
        put_objects(made, data)
        return made
    size_of(shape)
    return _flat(dtype, data).reshape(shape).copy()


def matrix(dtype: Any, shape: Any, data: Any) -> Any:
    """The same of numpy's older class of two dimensions."""
    made = array(dtype, shape, data)
    import numpy as np  # noqa: PLC0415  imported by now

    if dtype == OBJECTS or made.ndim != 2:  # noqa: PLR2004
        raise ValueError("not a matrix")
    return made.view(np.matrix)


def of_objects(shape: Any, count: int) -> Any:
    """An array for so many objects, to be filled; ValueError where its shape has another number."""
    if size_of(shape) != count:
        raise ValueError("a shape that does not fit")
    try:
        import numpy as np  # noqa: PLC0415  heavy, and seldom needed
    except ImportError:
        raise ValueError("no numpy here") from None
    return np.empty(shape, object)


def put_objects(array: Any, elements: Any) -> None:
    """Put these in, one by one: each stays the object that it is."""
    flat = array.reshape(-1)
    for place, each in enumerate(elements):
        flat[place] = each


def size_of(shape: Any) -> int:
    """How many elements there are; ValueError where it is no shape."""
    if type(shape) is not tuple:
        raise ValueError("not a shape")
    size = 1
    for each in shape:
        if type(each) is not int or each < 0:
            raise ValueError("not a shape")
        size *= each
    return size


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
    dtype, shape, data = content
    if array.shape != shape:
        array.shape = shape
    if dtype == OBJECTS and array.flags.c_contiguous:
        put_objects(array, data)
    elif dtype == OBJECTS:
        for place, each in zip(sys.modules["numpy"].ndindex(*shape), data, strict=True):
            array[place] = each
    else:
        array[...] = _flat(dtype, data).reshape(shape)


def check(array: Any, content: Any) -> None:
    """ValueError unless `content` can be the array's."""
    if type(content) is not tuple or len(content) != CONTENT:
        raise ValueError("not an array's content")
    dtype, shape, data = content
    if dtype != array.dtype.str or size_of(shape) != array.size:
        raise ValueError("an array changed its type or size")
    if dtype == OBJECTS and type(data) is not tuple:
        raise ValueError("not elements")
    if len(data if dtype == OBJECTS else _flat(dtype, data)) != array.size:
        raise ValueError("an array changed its size")


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
