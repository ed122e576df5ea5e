"""Values of pandas, SciPy and SymPy: which of them cross as data. Standard library only."""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# (values of unknown type are what this module is about)

from typing import Any

from grader.sandboxes._slot.interview import frames, sparse, symbols

TABLES = frames.MUTABLE
"""What is followed while both sides hold it, as lists are; all else is a copy."""
NAMES = frames.NAMES | sparse.NAMES | {symbols.NAME}
UNEQUAL = frozenset({"NaTType"})
TELLING = NAMES - UNEQUAL - {"Timestamp", "Timedelta", "Period", "Interval"}
"""Those that do more than compare: a table gives no truth value, an expression is no number."""
SCALARS = (bool, int, float, str, bytes, type(None))
_READERS = {
    "pandas": frames.take_apart,
    "scipy": sparse.take_apart,
    "sympy": symbols.take_apart,
}


def take_apart(value: Any) -> tuple[str, tuple[Any, ...]] | None:
    """Name and plain parts; None for every other object."""
    kind = type(value)
    module = kind.__module__ or type(kind).__module__  # a function that SymPy only knows by name
    reader = _READERS.get(module.partition(".")[0]) if type(module) is str else None
    return reader(value) if reader else None


def put_together(name: str, parts: list[Any]) -> Any:
    """The value; any exception where these are not its parts."""
    if name == symbols.NAME:
        (tree,) = parts
        return symbols.put_together(tree)
    if name in sparse.NAMES:
        return sparse.put_together(name, tuple(parts))
    return frames.put_together(name, tuple(parts))


def is_table(value: Any) -> bool:
    """Whether it is exactly pandas' table or column."""
    kind = type(value)
    return kind.__name__ in TABLES and frames.is_own(kind)


def kind_of(value: Any) -> str:
    """What a value of TELLING is called; nothing for others."""
    kind = type(value)
    root = (kind.__module__ or type(kind).__module__).partition(".")[0]
    if root == "sympy":
        return symbols.NAME
    is_known = root in _READERS and kind.__name__ in TELLING
    return kind.__name__ if is_known else ""


def is_as_before(now: Any, before: Any) -> bool:
    """Whether two tables' parts are the same; no method of what they hold is called."""
    if type(now) is not type(before):
        return False
    if type(now) is tuple:
        return len(now) == len(before) and all(map(is_as_before, now, before))
    return now is before or (type(now) in SCALARS and now == before)
