"""The standard library's value types that may cross: taken apart and put together.

Standard library only. Taking apart reads only exact types (never a subclass, whose methods would
be the sender's); putting together calls constructors with checked, plain parts.
"""

import base64
import builtins
import collections
import datetime
import decimal
import fractions
import keyword
import re
import sys
from collections import Counter, OrderedDict, defaultdict, deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.sandboxes.local.interview.codec import Decoder

MUTABLE = frozenset({bytearray, deque, Counter, OrderedDict, defaultdict})
FACTORIES = {kind.__name__: kind for kind in (int, float, str, list, dict, set, tuple, bool)}
TYPES = {
    kind.__name__: kind
    for kind in (
        bool, bytearray, bytes, complex, dict, float, frozenset, int, list, object, range, set,
        str, tuple, type, type(None),
    )
}  # fmt: skip
ERRORS = {
    name: kind
    for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, Exception)
}
NUMPY_KINDS = "biufcSU"
FIELDS = 256


class Match:
    """What a regular expression found, as data: the groups and where they were."""

    def __init__(
        self, groups: tuple[str | None, ...], spans: tuple[Any, ...], names: dict[str, int]
    ) -> None:
        """`groups[0]` is the whole match; `names` maps group names to numbers."""
        self._groups, self._spans, self._names = groups, spans, names

    def _number(self, group: int | str) -> int:
        return self._names[group] if isinstance(group, str) else group

    def group(self, *wanted: int | str) -> Any:
        """See `re.Match.group`."""
        found = tuple(self._groups[self._number(each)] for each in wanted or (0,))
        return found[0] if len(found) == 1 else found

    def __getitem__(self, group: int | str) -> Any:
        return self._groups[self._number(group)]

    def groups(self, default: Any = None) -> tuple[Any, ...]:
        """See `re.Match.groups`."""
        return tuple(default if each is None else each for each in self._groups[1:])

    def groupdict(self, default: Any = None) -> dict[str, Any]:
        """See `re.Match.groupdict`."""
        found = {name: self._groups[number] for name, number in self._names.items()}
        return {name: default if each is None else each for name, each in found.items()}

    def span(self, group: int | str = 0) -> tuple[int, int]:
        """See `re.Match.span`."""
        return self._spans[self._number(group)]

    def start(self, group: int | str = 0) -> int:
        """See `re.Match.start`."""
        return self.span(group)[0]

    def end(self, group: int | str = 0) -> int:
        """See `re.Match.end`."""
        return self.span(group)[1]


def take_apart(value: Any) -> tuple[str, tuple[Any, ...]] | None:
    """Name and plain parts of a value type; None for every other object."""
    kind = type(value)
    if kind is complex:
        return "complex", (value.real, value.imag)
    if kind is range:
        return "range", (value.start, value.stop, value.step)
    if value is Ellipsis:
        return "Ellipsis", ()
    if kind is bytearray:
        return "bytearray", (bytes(value),)
    if kind is deque:
        return "deque", (value.maxlen, list(value))
    if kind is Counter or kind is OrderedDict:
        return kind.__name__, (tuple(dict(value).items()),)
    if kind is defaultdict:
        factory = value.default_factory
        if factory is not None and FACTORIES.get(getattr(factory, "__name__", "")) is not factory:
            return "dict", (tuple(value.items()),)
        return "defaultdict", (factory and factory.__name__, tuple(value.items()))
    if kind is decimal.Decimal:
        return "Decimal", (str(value),)
    if kind is fractions.Fraction:
        return "Fraction", (value.numerator, value.denominator)
    if kind in _DATES:
        return _DATES[kind](value)
    if kind is re.Match:
        return _match_parts(value)
    if kind in (type({}.keys()), type({}.values()), type({}.items())):
        return kind.__name__, (list(value),)
    if kind is type:
        return ("type", (value.__name__,)) if TYPES.get(value.__name__) is value else None
    if kind in ERRORS.values():
        return "error", (kind.__name__, value.args)
    if isinstance(value, tuple) and hasattr(kind, "_fields") and kind.__bases__ == (tuple,):
        return "namedtuple", (kind.__name__, tuple(kind._fields), tuple(value))
    if isinstance(value, type) is False and kind.__module__ == "numpy":
        return _numpy_parts(value)
    return None


def _date_parts(value: Any) -> tuple[str, tuple[Any, ...]]:
    return "date", (value.year, value.month, value.day)


def _time_parts(value: Any) -> tuple[str, tuple[Any, ...]] | None:
    offset = _offset(value.tzinfo)
    if offset is False:
        return None
    clock = (value.hour, value.minute, value.second, value.microsecond, value.fold, offset)
    return "time", clock


def _moment_parts(value: Any) -> tuple[str, tuple[Any, ...]] | None:
    clock = _time_parts(value.timetz())
    return clock and ("datetime", (value.year, value.month, value.day, *clock[1]))


def _delta_parts(value: Any) -> tuple[str, tuple[Any, ...]]:
    return "timedelta", (value.days, value.seconds, value.microseconds)


_DATES = {
    datetime.date: _date_parts,
    datetime.time: _time_parts,
    datetime.datetime: _moment_parts,
    datetime.timedelta: _delta_parts,
}


def _offset(zone: Any) -> Any:
    """Seconds east of UTC, None for a naive time, False for a zone that is not a fixed offset."""
    if zone is None:
        return None
    return zone.utcoffset(None).total_seconds() if type(zone) is datetime.timezone else False


def _match_parts(value: Any) -> tuple[str, tuple[Any, ...]]:
    count = value.re.groups + 1
    groups = tuple(value.group(number) for number in range(count))
    spans = tuple(value.span(number) for number in range(count))
    return "Match", (groups, spans, dict(value.re.groupindex))


def _numpy_parts(value: Any) -> tuple[str, tuple[Any, ...]] | None:
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return None
    if isinstance(value, numpy.generic) and type(value).__module__ == "numpy":
        plain = value.item()
        return ("plain", (plain,)) if type(plain).__module__ == "builtins" else None
    if type(value) is numpy.ndarray and value.dtype.kind in NUMPY_KINDS:
        data = base64.b64encode(value.tobytes()).decode()
        return "ndarray", (value.dtype.str, tuple(value.shape), data)
    return None


def put_together(decoder: "Decoder", name: str, parts: list[Any], depth: int) -> Any:
    """The value `name` with these encoded parts; ValueError for anything else."""
    if name in decoder.classes:
        return _instance(decoder, decoder.classes[name], parts, depth)
    if name in _CONTAINERS:
        return _CONTAINERS[name](decoder, parts, depth)
    maker = _SIMPLE.get(name)
    if maker is None:
        raise ValueError("an unknown kind of value")
    try:
        return maker(*[decoder.decode(part, depth) for part in parts])
    except (TypeError, OverflowError, ArithmeticError, LookupError, AttributeError) as error:
        raise ValueError(f"not a {name}: {error}") from None


def _instance(decoder: "Decoder", kind: type, parts: list[Any], depth: int) -> Any:
    """An instance of one of the prompt's own classes, from its attributes; no code of it runs."""
    if len(parts) != 1:
        raise ValueError("not an instance")
    made = object.__new__(kind)
    decoder.kept.append(made)
    attributes = decoder.decode(parts[0], depth)
    if type(attributes) is not dict or any(type(key) is not str for key in attributes):
        raise ValueError("not attributes")
    for key, value in attributes.items():
        try:
            object.__setattr__(made, key, value)
        except (AttributeError, TypeError):
            raise ValueError("no such attribute") from None
    return made


def _make_bytearray(decoder: "Decoder", parts: list[Any], depth: int) -> Any:
    made = bytearray()
    decoder.kept.append(made)
    (data,) = _count(parts, 1)
    made += _exact(decoder.decode(data, depth), bytes)
    return made


def _make_deque(decoder: "Decoder", parts: list[Any], depth: int) -> Any:
    limit, items = _count(parts, 2)
    if limit is not None and (type(limit) is not int or limit < 0):
        raise ValueError("not a maximum length")
    made: deque[Any] = deque(maxlen=limit)
    decoder.kept.append(made)
    made.extend(_exact(decoder.decode(items, depth), list))
    return made


def _make_mapping(made: Any) -> Any:
    def make(decoder: "Decoder", parts: list[Any], depth: int) -> Any:
        mapping = made()
        decoder.kept.append(mapping)
        (pairs,) = _count(parts, 1)
        _fill(mapping, decoder.decode(pairs, depth))
        return mapping

    return make


def _make_defaultdict(decoder: "Decoder", parts: list[Any], depth: int) -> Any:
    name, pairs = _count(parts, 2)
    if name is not None and (type(name) is not str or name not in FACTORIES):
        raise ValueError("not a factory")
    made: defaultdict[Any, Any] = defaultdict(FACTORIES[name] if name else None)
    decoder.kept.append(made)
    _fill(made, decoder.decode(pairs, depth))
    return made


def _fill(mapping: Any, pairs: Any) -> None:
    for pair in _exact(pairs, tuple):
        if type(pair) is not tuple or len(pair) != 2:
            raise ValueError("not a pair")
        try:
            dict.__setitem__(mapping, pair[0], pair[1]) if type(mapping) is Counter else (
                mapping.__setitem__(pair[0], pair[1])
            )
        except TypeError:
            raise ValueError("not hashable") from None


def _count(parts: list[Any], count: int) -> list[Any]:
    if len(parts) != count:
        raise ValueError("wrong number of parts")
    return parts


def _exact(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise ValueError(f"not a {kind.__name__}")
    return value


def _complex(real: Any, imaginary: Any) -> complex:
    return complex(_exact(real, float), _exact(imaginary, float))


def _decimal(text: Any) -> decimal.Decimal:
    return decimal.Decimal(_exact(text, str))


def _fraction(numerator: Any, denominator: Any) -> fractions.Fraction:
    return fractions.Fraction(_exact(numerator, int), _exact(denominator, int))


def _range(start: Any, stop: Any, step: Any) -> range:
    return range(_exact(start, int), _exact(stop, int), _exact(step, int))


def _zone(offset: Any) -> datetime.timezone | None:
    if offset is None:
        return None
    return datetime.timezone(datetime.timedelta(seconds=_exact(offset, float)))


def _time(hour: Any, minute: Any, second: Any, micro: Any, fold: Any, offset: Any) -> datetime.time:
    return datetime.time(hour, minute, second, micro, _zone(offset), fold=fold)


def _moment(
    year: Any,
    month: Any,
    day: Any,
    hour: Any,
    minute: Any,
    second: Any,
    micro: Any,
    fold: Any,
    offset: Any,
) -> datetime.datetime:
    zone = _zone(offset)
    return datetime.datetime(year, month, day, hour, minute, second, micro, zone, fold=fold)


def _match(groups: Any, spans: Any, names: Any) -> Match:
    if len(_exact(groups, tuple)) != len(_exact(spans, tuple)) or not groups:
        raise ValueError("not groups")
    if any(
        type(number) is not int or not 0 < number < len(groups)
        for number in _exact(names, dict).values()
    ):
        raise ValueError("not group names")
    return Match(groups, spans, names)


def _type(name: Any) -> type:
    return TYPES[_exact(name, str)]


def _error(name: Any, arguments: Any) -> Exception:
    return ERRORS[_exact(name, str)](*_exact(arguments, tuple))


def _namedtuple(name: Any, fields: Any, contents: Any) -> Any:
    names = _exact(fields, tuple)
    if len(names) != len(_exact(contents, tuple)) or len(names) > FIELDS:
        raise ValueError("fields do not fit")
    for each in (*names, name):
        if type(each) is not str or not each.isidentifier() or keyword.iskeyword(each):
            raise ValueError("not a field name")
    return collections.namedtuple(name, names)(*contents)


def _view(kind: str) -> Any:
    def make(items: Any) -> Any:
        if kind == "keys":
            return dict.fromkeys(_exact(items, list)).keys()
        if kind == "items":
            return dict(_exact(items, list)).items()
        return dict(enumerate(_exact(items, list))).values()

    return make


def _plain(value: Any) -> Any:
    return value


def _ndarray(dtype: Any, shape: Any, data: Any) -> Any:
    import numpy as np

    kind = np.dtype(_exact(dtype, str))
    if kind.kind not in NUMPY_KINDS or any(
        type(each) is not int or each < 0 for each in _exact(shape, tuple)
    ):
        raise ValueError("not an array")
    raw = base64.b64decode(_exact(data, str), validate=True)
    return np.frombuffer(raw, dtype=kind).reshape(shape).copy()


_CONTAINERS: dict[str, Any] = {
    "bytearray": _make_bytearray,
    "deque": _make_deque,
    "Counter": _make_mapping(Counter),
    "OrderedDict": _make_mapping(OrderedDict),
    "dict": _make_mapping(dict),
    "defaultdict": _make_defaultdict,
}
_SIMPLE: dict[str, Any] = {
    "complex": _complex, "range": _range, "Ellipsis": lambda: Ellipsis, "Decimal": _decimal,
    "Fraction": _fraction, "date": datetime.date, "time": _time, "datetime": _moment,
    "timedelta": lambda days, seconds, micro: datetime.timedelta(days, seconds, micro),
    "Match": _match, "type": _type, "error": _error, "namedtuple": _namedtuple,
    "dict_keys": _view("keys"), "dict_values": _view("values"), "dict_items": _view("items"),
    "ndarray": _ndarray, "plain": _plain,
}  # fmt: skip
