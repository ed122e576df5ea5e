"""Values of pandas, SciPy and SymPy: which of them cross as data. Standard library only.

A library is a module beside this one with `NAMES`, `take_apart` and `put_together`, and a line in
`LIBRARIES`; numpy, which more values need, has its own place in `values`.
"""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# (values of unknown type are what this module is about)

from typing import Any

from grader.sandboxes._slot.interview import sparse, symbols, tables

LIBRARIES: dict[str, Any] = {"pandas": tables, "scipy": sparse, "sympy": symbols}
"""By the package of their types."""
_READERS = {package: library.take_apart for package, library in LIBRARIES.items()}
_MAKERS = {name: each.put_together for each in LIBRARIES.values() for name in each.NAMES}
TABLES = tables.MUTABLE
"""What is followed while both sides hold it, as lists are; all else is a copy."""
NAMES = frozenset(_MAKERS)
UNEQUAL = frozenset({"NaTType"})
TELLING = NAMES - UNEQUAL - {"Timestamp", "Timedelta", "Period", "Interval"}
"""Those that do more than compare: a table gives no truth value, an expression is no number."""
SCALARS = (bool, int, float, str, bytes, type(None))


def take_apart(value: Any) -> tuple[str, tuple[Any, ...]] | None:
    """Name and plain parts; None for every other object."""
    kind = type(value)
    module = kind.__module__ or type(kind).__module__  # a function that SymPy only knows by name
    reader = _READERS.get(module.partition(".")[0]) if type(module) is str else None
    return reader(value) if reader else None


def put_together(name: str, parts: list[Any]) -> Any:
    """The value; any exception where these are not its parts."""
    return _MAKERS[name](name, tuple(parts))


def is_table(value: Any) -> bool:
    """Whether it is exactly pandas' table or column."""
    kind = type(value)
    return kind.__name__ in TABLES and tables.is_own(kind)


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
