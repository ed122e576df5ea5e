"""SciPy's sparse matrices as data. SciPy is only imported where one arrives.

The rows and columns of what arrives are checked before SciPy's C code follows them: that code
believes every index.
"""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# (values of unknown type are what this module is about)

import importlib
import sys
from typing import Any

from grader.sandboxes._slot.interview import arrays

FORMATS = ("bsr", "coo", "csc", "csr", "dia", "dok", "lil")
COMPRESSED = frozenset({"bsr", "csc", "csr"})
NAMES = frozenset(f"{each}_{kind}" for each in FORMATS for kind in ("matrix", "array"))
INDEXES = "iu"
NUMBERS = "biufc"
PAIR = 2
MOST_CELLS = 1 << 24


def take_apart(value: Any) -> tuple[str, tuple[Any, ...]] | None:
    """Name, shape and arrays of one of SciPy's own; None for any other object."""
    name = type(value).__name__
    if name not in NAMES or type(value) is not getattr(_scipy(), name, None):
        return None
    if len(value.shape) != PAIR or value.dtype.kind not in NUMBERS:
        return None
    shape = tuple(int(each) for each in value.shape)
    if value.format in COMPRESSED:
        parts = (value.data, value.indices, value.indptr)
    else:
        told = value.tocoo()
        parts = (told.data, told.row, told.col)
    return name, (shape, *(arrays.contents(each) for each in parts))


def put_together(name: str, parts: tuple[Any, ...]) -> Any:
    """The matrix; ValueError or TypeError where these are not its parts."""
    try:
        sparse: Any = importlib.import_module("scipy.sparse")  # heavy, and seldom needed
    except ImportError:
        raise ValueError("no scipy here") from None
    shape, *told = parts
    arrays.size_of(shape)
    data, first, second = (arrays.array(*_tuple(each)) for each in told)
    if len(shape) != PAIR or data.dtype.kind not in NUMBERS:
        raise ValueError("not a matrix of numbers")
    if {first.dtype.kind, second.dtype.kind} - set(INDEXES) or first.ndim != 1 or second.ndim != 1:
        raise ValueError("not places")
    kind: Any = getattr(sparse, name, None)
    if kind is None:
        raise ValueError("no such matrix here")
    if name[:3] in COMPRESSED:
        _check_compressed(name[:3], shape, data.shape[1:], (data, first, second))
        made = kind((data, first, second), shape=shape)
        made.check_format(full_check=True)
        return made
    _check_places(data, first, second, shape)
    if name.startswith("lil"):
        _bound(shape[0])
    if name.startswith("dia"):
        _bound(shape[1] * len(set((second.astype("i8") - first).tolist())))
    return kind(sparse.coo_matrix((data, (first, second)), shape=shape))


def _check_compressed(form: str, shape: Any, blocks: Any, told: tuple[Any, Any, Any]) -> None:
    """Each index in range, and each row's part in order."""
    data, indices, starts = told
    rows, columns = shape
    if form == "bsr":
        if len(blocks) != PAIR or 0 in blocks or rows % blocks[0] or columns % blocks[1]:
            raise ValueError("not its blocks")
        rows, columns = rows // blocks[0], columns // blocks[1]
    elif blocks:
        raise ValueError("not its numbers")
    elif form == "csc":
        rows, columns = columns, rows
    if len(starts) != rows + 1 or len(indices) != len(data) or starts[0] != 0:
        raise ValueError("not its places")
    if starts[-1] != len(indices) or (starts[1:] < starts[:-1]).any():
        raise ValueError("places out of order")
    if len(indices) and not 0 <= indices.min() <= indices.max() < columns:
        raise ValueError("a place outside")


def _check_places(data: Any, rows: Any, columns: Any, shape: Any) -> None:
    if data.ndim != 1 or not len(data) == len(rows) == len(columns):
        raise ValueError("not its places")
    for places, most in ((rows, shape[0]), (columns, shape[1])):
        if len(places) and not 0 <= places.min() <= places.max() < most:
            raise ValueError("a place outside")


def _bound(size: int) -> None:
    """ValueError for what would take more room here than it took to tell."""
    if size > MOST_CELLS:
        raise ValueError("larger than anybody needs")


def _tuple(value: Any) -> Any:
    if type(value) is not tuple or len(value) != arrays.CONTENT:
        raise ValueError("not an array")
    return value


def _scipy() -> Any:
    return sys.modules.get("scipy.sparse")
