"""pandas' tables, columns, indexes and moments as data. pandas is only imported where one arrives.

Taken apart each is a name and plain parts, in which an array is a tuple (`arrays.contents`) and an
index within a table is one too: `(name, *parts)`. Only exact types are taken apart; others, and
columns of kinds that are not known here, stay where they are. Putting together checks each part
before anything is made of it: no type's name comes from the sender but those listed here.
"""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# (values of unknown type are what this module is about)

import importlib
import re
import sys
from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter
from typing import Any

from grader.sandboxes._slot.interview import arrays
from grader.sandboxes._slot.interview.crossing import Uncrossable, exact

MOST_ROWS = 1 << 26
"""Of an index that needs no memory to be told: a table of so many rows takes half a gigabyte."""
FREQUENCY = re.compile(r"-?[0-9]{0,9}[A-Za-z]{1,6}(?:-[A-Z]{3})?")
ZONE = re.compile(r"[A-Za-z0-9_+:-]{1,40}(?:/[A-Za-z0-9_+-]{1,40}){0,3}")
UNITS = frozenset({"s", "ms", "us", "ns"})
SIDES = frozenset({"left", "right", "both", "neither"})
MASKED = frozenset(
    {f"{sign}Int{bits}" for sign in ("", "U") for bits in (8, 16, 32, 64)}
    | {"Float32", "Float64", "boolean"}
)
"""Types of columns that hold their missing values apart, by pandas' names."""
STORAGES = frozenset({"python", "pyarrow"})
"""Who keeps the texts of a column of texts; with pyarrow at hand it does by default (pandas 3)."""
RATED = frozenset({"DatetimeIndex", "TimedeltaIndex"})
MUTABLE = frozenset({"DataFrame", "Series"})
Parts = tuple[str, tuple[Any, ...]]


def take_apart(value: Any) -> Parts | None:
    """Name and plain parts of one of pandas' own values; None for any other object."""
    name = type(value).__name__
    reader = _READERS.get(name)
    if reader is None or not is_own(type(value)):
        return None
    try:
        return name, reader(value)
    except Uncrossable:
        return None


def put_together(name: str, parts: tuple[Any, ...]) -> Any:
    """The value; ValueError, TypeError, KeyError or OverflowError where these are not its parts."""
    try:
        pd: Any = importlib.import_module("pandas")  # heavy, and seldom needed
    except ImportError:
        raise ValueError("no pandas here") from None
    return _MAKERS[name](pd, *parts)


def become(table: Any, other: Any) -> None:
    """Make the same object hold what another one of its type does."""
    object.__setattr__(table, "_mgr", other.copy()._mgr)  # noqa: SLF001
    caches: Any = getattr(table, "_item_cache", None)
    if isinstance(caches, dict):
        caches.clear()
    if type(table).__name__ == "Series":
        object.__setattr__(table, "_name", other.name)


def is_own(kind: type) -> bool:
    """Whether a type is exactly the one of its name in pandas."""
    pandas, name = sys.modules.get("pandas"), kind.__name__
    if name in {"NaTType", "NAType"}:
        return kind is type(getattr(pandas, name.removesuffix("Type"), None))
    return getattr(pandas, name, None) is kind


# Taking apart.


def _frame_parts(value: Any) -> tuple[Any, ...]:
    columns = tuple(_column_parts(value.iloc[:, place].array) for place in range(value.shape[1]))
    return _index(value.index), _index(value.columns), columns


def _series_parts(value: Any) -> tuple[Any, ...]:
    return _index(value.index), _column_parts(value.array), value.name


def _index(value: Any) -> tuple[Any, ...]:
    """An index as part of something else."""
    found = take_apart(value)
    if found is None:
        raise Uncrossable(type(value).__name__)
    return (found[0], *found[1])


def _column_parts(values: Any) -> tuple[Any, ...]:
    """What a column holds, by the kind of its array."""
    kind = type(values).__name__
    reader = _COLUMNS.get(kind)
    if reader is None:
        raise Uncrossable(kind)
    return reader(values)


def _contents(values: Any) -> tuple[Any, ...]:
    if not arrays.is_array(values) or values.dtype.kind not in arrays.ALL_KINDS:
        raise Uncrossable("an array of another kind")
    return arrays.contents(values)


def _plain_column(values: Any) -> tuple[Any, ...]:
    return "plain", _contents(values.to_numpy())


def _moments_column(values: Any) -> tuple[Any, ...]:
    return "moments", _contents(values.asi8), values.unit, _zone(values.tz)


def _spans_column(values: Any) -> tuple[Any, ...]:
    return "spans", _contents(values.asi8), values.unit


def _categories_column(values: Any) -> tuple[Any, ...]:
    return "categories", _contents(values.codes), _index(values.categories), bool(values.ordered)


def _masked_column(values: Any) -> tuple[Any, ...]:
    name = values.dtype.name
    if name not in MASKED:
        raise Uncrossable(name)
    return "masked", name, _contents(values._data), _contents(values._mask)  # noqa: SLF001


def _texts_column(values: Any) -> tuple[Any, ...]:
    """Texts, None for what is missing, whether that is NaN and not pandas' own, who keeps them."""
    if values.dtype.storage not in STORAGES:
        raise Uncrossable(values.dtype.storage)
    is_missing = values.isna()
    texts = tuple(
        None if gone else str(each) for each, gone in zip(values, is_missing, strict=True)
    )
    is_nan = getattr(values.dtype, "na_value", None) is not _pandas().NA
    return "texts", texts, is_nan, values.dtype.storage


def _periods_column(values: Any) -> tuple[Any, ...]:
    return "periods", _contents(values.asi8), _frequency(values)


def _intervals_column(values: Any) -> tuple[Any, ...]:
    return "intervals", _index(values.left), _index(values.right), values.closed


def _pandas() -> Any:
    return sys.modules["pandas"]


def _rate(index: Any) -> str | None:
    """How far its moments are apart, where an index knows it; of others a part of their type."""
    freq = index.freq if type(index).__name__ in RATED else None
    return None if freq is None else _frequency(freq)


def _frequency(freq: Any) -> str:
    text = freq.freqstr
    if not FREQUENCY.fullmatch(text):
        raise Uncrossable(text)
    return text


def _zone(zone: Any) -> str | None:
    if zone is None:
        return None
    text = str(zone)
    if not ZONE.fullmatch(text) or str(_timezone(text)) != text:
        raise Uncrossable(text)
    return text


def _range_parts(value: Any) -> tuple[Any, ...]:
    return value.start, value.stop, value.step, value.name


def _index_parts(value: Any) -> tuple[Any, ...]:
    return _column_parts(value.array), value.name, _rate(value)


def _multi_parts(value: Any) -> tuple[Any, ...]:
    levels = tuple(_index(each) for each in value.levels)
    codes = tuple(_contents(each.astype("int64")) for each in value.codes)
    return levels, codes, tuple(value.names)


def _moment_parts(value: Any) -> tuple[Any, ...]:
    if value.fold and value.tz is not None:
        raise Uncrossable("the second of two equal hours")
    unit = getattr(value, "unit", "ns")
    return int(value.asm8.astype("int64")), unit, _zone(value.tz)


def _span_parts(value: Any) -> tuple[Any, ...]:
    return int(value.asm8.astype("int64")), getattr(value, "unit", "ns")


def _period_parts(value: Any) -> tuple[Any, ...]:
    return int(value.ordinal), _frequency(value)


def _interval_parts(value: Any) -> tuple[Any, ...]:
    return value.left, value.right, value.closed


_READERS: dict[str, Callable[[Any], tuple[Any, ...]]] = {
    "DataFrame": _frame_parts, "Series": _series_parts, "RangeIndex": _range_parts,
    "Index": _index_parts, "DatetimeIndex": _index_parts, "TimedeltaIndex": _index_parts,
    "PeriodIndex": _index_parts, "CategoricalIndex": _index_parts, "IntervalIndex": _index_parts,
    "MultiIndex": _multi_parts, "Categorical": lambda value: (_categories_column(value),),
    "Timestamp": _moment_parts, "Timedelta": _span_parts, "Period": _period_parts,
    "Interval": _interval_parts, "NaTType": lambda _: (), "NAType": lambda _: (),
}  # fmt: skip
_COLUMNS: dict[str, Callable[[Any], tuple[Any, ...]]] = {
    "PandasArray": _plain_column, "NumpyExtensionArray": _plain_column,
    "DatetimeArray": _moments_column, "TimedeltaArray": _spans_column,
    "Categorical": _categories_column, "IntegerArray": _masked_column,
    "FloatingArray": _masked_column, "BooleanArray": _masked_column,
    "StringArray": _texts_column, "ArrowStringArray": _texts_column, "PeriodArray": _periods_column,
    "IntervalArray": _intervals_column,
}  # fmt: skip


# Putting together.


def _one_of(value: Any, wanted: frozenset[str]) -> Any:
    if type(value) is not str or value not in wanted:
        raise ValueError("not one of what there is")
    return value


def _text(value: Any, form: re.Pattern[str]) -> Any:
    if type(value) is not str or not form.fullmatch(value):
        raise ValueError("not such a text")
    return value


def _array(content: Any, dtype: str = "") -> Any:
    """An array of one dimension, of this type where one is named."""
    made = arrays.array(*exact(content, tuple))
    if made.ndim != 1 or (dtype and made.dtype.str != dtype):
        raise ValueError("not a column")
    return made


@lru_cache(maxsize=64)
def _timezone(name: str) -> Any:
    pd = sys.modules["pandas"]
    return pd.DatetimeIndex([], tz=name).tz


def _known_zone(name: Any) -> Any:
    return None if name is None else _timezone(_text(name, ZONE))


def _freq(text: Any) -> Any:
    return None if text is None else _text(text, FREQUENCY)


def _make_column(pd: Any, parts: Any) -> Any:
    """The values of a column: an array of numpy's or of pandas'."""
    kind, *rest = exact(parts, tuple)
    return _COLUMN_MAKERS[exact(kind, str)](pd, *rest)


def _plain(_pd: Any, content: Any) -> Any:
    return _array(content)


def _moments(pd: Any, content: Any, unit: Any, zone: Any) -> Any:
    raw = _array(content, "<i8").view(f"<M8[{_one_of(unit, UNITS)}]")
    made = pd.DatetimeIndex(raw)
    if zone is not None:
        made = made.tz_localize("UTC").tz_convert(_known_zone(zone))
    return made.array


def _spans(pd: Any, content: Any, unit: Any) -> Any:
    return pd.TimedeltaIndex(_array(content, "<i8").view(f"<m8[{_one_of(unit, UNITS)}]")).array


def _categories(pd: Any, codes: Any, categories: Any, ordered: Any) -> Any:
    index = _make_index(pd, categories)
    return pd.Categorical.from_codes(_array(codes), index, ordered=exact(ordered, bool))


def _masked(pd: Any, name: Any, data: Any, mask: Any) -> Any:
    dtype = pd.array([], dtype=_one_of(name, MASKED)).dtype
    kind = dtype.construct_array_type()
    values, gone = _array(data), _array(mask, "|b1")
    if values.dtype != dtype.numpy_dtype or len(values) != len(gone):
        raise ValueError("not a column with missing values")
    return kind(values, gone)


def _texts(pd: Any, texts: Any, is_nan: Any, storage: Any) -> Any:
    if set(map(type, exact(texts, tuple))) - {str, type(None)} or type(is_nan) is not bool:
        raise ValueError("not texts")
    missing = {"na_value": float("nan")} if is_nan else {}  # pandas before 2.3 has no such choice
    dtype = pd.StringDtype(_one_of(storage, STORAGES), **missing)
    return pd.array(list(texts), dtype=dtype)


def _periods(pd: Any, content: Any, freq: Any) -> Any:
    ordinals = _array(content, "<i8")
    dtype = pd.PeriodDtype(_text(freq, FREQUENCY))
    return pd.arrays.PeriodArray(ordinals, dtype=dtype)


def _intervals(pd: Any, left: Any, right: Any, closed: Any) -> Any:
    ends = _make_index(pd, left), _make_index(pd, right)
    return pd.arrays.IntervalArray.from_arrays(*ends, closed=_one_of(closed, SIDES))


_COLUMN_MAKERS: dict[str, Callable[..., Any]] = {
    "plain": _plain, "moments": _moments, "spans": _spans, "categories": _categories,
    "masked": _masked, "texts": _texts, "periods": _periods, "intervals": _intervals,
}  # fmt: skip


def _make_index(pd: Any, parts: Any) -> Any:
    name, *rest = exact(parts, tuple)
    if type(name) is not str or name not in _INDEXES:
        raise ValueError("not an index")
    return _INDEXES[name](pd, *rest)


def _range_index(pd: Any, start: Any, stop: Any, step: Any, name: Any) -> Any:
    if len(range(*(exact(each, int) for each in (start, stop, step)))) > MOST_ROWS:
        raise ValueError("more rows than anybody has")
    return pd.RangeIndex(start, stop, step, name=_name(name))


def _index_of(kind: str) -> Callable[..., Any]:
    def make(pd: Any, column: Any, name: Any, freq: Any) -> Any:
        values = _make_column(pd, column)
        dtype = values.dtype if kind == "Index" else None
        made = pd.Index(values, dtype=dtype, name=_name(name), tupleize_cols=False)
        if type(made).__name__ != kind:
            raise ValueError("not such an index")
        if kind in RATED:
            made.freq = _freq(freq)
        return made

    return make


def _multi_index(pd: Any, levels: Any, codes: Any, names: Any) -> Any:
    made = [_make_index(pd, each) for each in exact(levels, tuple)]
    places = [_array(each, "<i8") for each in exact(codes, tuple)]
    called = [_name(each) for each in exact(names, tuple)]
    if not len(made) == len(places) == len(called):
        raise ValueError("not the levels of an index")
    return pd.MultiIndex(levels=made, codes=places, names=called, verify_integrity=True)


_INDEXES: dict[str, Callable[..., Any]] = {
    "RangeIndex": _range_index,
    "MultiIndex": _multi_index,
} | {
    name: _index_of(name)
    for name in (
        "Index", "DatetimeIndex", "TimedeltaIndex", "PeriodIndex", "CategoricalIndex",
        "IntervalIndex",
    )
}  # fmt: skip


def _name(name: Any) -> Any:
    hash(name)
    return name


def _make_frame(pd: Any, index: Any, columns: Any, values: Any) -> Any:
    rows, names = _make_index(pd, index), _make_index(pd, columns)
    made = [_make_column(pd, each) for each in exact(values, tuple)]
    if len(made) != len(names) or any(len(each) != len(rows) for each in made):
        raise ValueError("not a table")
    table = pd.DataFrame(
        {place: pd.Series(each, index=rows, copy=False) for place, each in enumerate(made)},
        index=rows,
        copy=True,
    )
    table.columns = names
    return table


def _make_series(pd: Any, index: Any, column: Any, name: Any) -> Any:
    values, rows = _make_column(pd, column), _make_index(pd, index)
    if len(values) != len(rows):
        raise ValueError("not a column with its index")
    return pd.Series(values, index=rows, dtype=values.dtype, name=_name(name))


def _moment(pd: Any, value: Any, unit: Any, zone: Any) -> Any:
    import numpy as np  # noqa: PLC0415  pandas has it

    found = pd.Timestamp(np.datetime64(exact(value, int), _one_of(unit, UNITS)))
    if zone is None:
        return found
    return found.tz_localize("UTC").tz_convert(_known_zone(zone))


def _span(pd: Any, value: Any, unit: Any) -> Any:
    import numpy as np  # noqa: PLC0415  pandas has it

    return pd.Timedelta(np.timedelta64(exact(value, int), _one_of(unit, UNITS)))


def _period(pd: Any, ordinal: Any, freq: Any) -> Any:
    return pd.Period(ordinal=exact(ordinal, int), freq=_text(freq, FREQUENCY))


def _interval(pd: Any, left: Any, right: Any, closed: Any) -> Any:
    return pd.Interval(left, right, closed=_one_of(closed, SIDES))


_MAKERS: dict[str, Callable[..., Any]] = {
    **_INDEXES,
    "DataFrame": _make_frame, "Series": _make_series, "Timestamp": _moment, "Timedelta": _span,
    "Period": _period, "Interval": _interval, "NaTType": attrgetter("NaT"),
    "NAType": attrgetter("NA"), "Categorical": _make_column,
}  # fmt: skip
NAMES = frozenset(_MAKERS)
