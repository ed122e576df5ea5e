"""The standard library's value types that may cross: taken apart and put together.

Standard library only; numpy's types are in `arrays`, those of other libraries in `science`. Taking
apart reads only exact types (never a subclass, whose methods would be the sender's); putting
together calls constructors with checked, plain parts.
"""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# (values of unknown type are what this module is about)

import collections
import datetime as dt
import keyword
import re
import sys
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from grader.sandboxes._slot.interview import arrays, errors, instances, science
from grader.sandboxes._slot.interview.crossing import exact

if TYPE_CHECKING:
    from grader.sandboxes._slot.interview.codec import Decoder

MUTABLE = frozenset({bytearray, deque, Counter, OrderedDict, defaultdict})
FACTORIES = {kind.__name__: kind for kind in (int, float, str, list, dict, set, tuple, bool)}
TYPES = {
    kind.__name__: kind
    for kind in (
        bool, bytearray, bytes, complex, dict, float, frozenset, int, list, object, range, set,
        str, tuple, type, type(None),
    )
}  # fmt: skip
ZONE = re.compile(r"[A-Za-z0-9_+-]{1,40}(?:/[A-Za-z0-9_+-]{1,40}){0,3}")
FIELDS = 256
PAIR = 2
LENGTH_LIMIT = 1 << 62

OF_NAMED_TUPLES = frozenset({
    *vars(collections.namedtuple("OF_NAMED_TUPLES", "")),  # noqa: PYI024  to look at  # pyright: ignore[reportUntypedNamedTuple]
    "__annotate__", "__annotate_func__", "__annotations__", "__annotations_cache__",
    "__classcell__", "__conditional_annotations__", "__firstlineno__", "__orig_bases__",
    "__static_attributes__",
})  # fmt: skip
"""What a class of named tuples has beside its fields, whatever its program says."""

Parts = tuple[str, tuple[Any, ...]]
"""A value's type, by name, and its parts."""


class Match:
    """What a regular expression found, as data: the groups and where they were."""

    def __init__(
        self, groups: tuple[str | None, ...], spans: tuple[Any, ...], names: dict[str, int]
    ) -> None:
        """`groups[0]` is the whole match; `names` maps group names to numbers."""
        self._groups, self._spans, self._names = groups, spans, names

    @property
    def parts(self) -> tuple[Any, ...]:
        """All that it is."""
        return self._groups, self._spans, self._names

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


def take_apart(value: Any) -> Parts | None:
    """Name and plain parts of a value type; None for every other object."""
    kind = type(value)
    reader = _READERS.get(kind) or _rare(kind)
    if reader is not None:
        return reader(value)
    if isinstance(value, Exception) and errors.known_name(kind):
        return "error", (errors.known_name(kind), value.args, errors.kept_by(value))
    if isinstance(value, tuple) and hasattr(kind, "_fields") and kind.__bases__ == (tuple,):
        return "namedtuple", (kind.__name__, tuple(kind._fields), tuple(value))
    if isinstance(value, type):
        return None
    return arrays.take_apart(value) if kind.__module__ == "numpy" else science.take_apart(value)


def has_more(kind: Any) -> bool:
    """Whether a class of named tuples has more than fields: methods, properties, own words."""
    own = vars(kind)
    is_worded = getattr(own.get("__repr__"), "__module__", "") != "collections"
    return is_worded or bool(own.keys() - OF_NAMED_TUPLES - {*kind._fields})


def _defaultdict_parts(value: Any) -> Parts:
    factory = value.default_factory
    if factory is not None and FACTORIES.get(getattr(factory, "__name__", "")) is not factory:
        return "dict", (tuple(value.items()),)
    return "defaultdict", (factory and factory.__name__, tuple(value.items()))


def _type_parts(value: Any) -> Parts | None:
    return ("type", (value.__name__,)) if TYPES.get(value.__name__) is value else None


def _time_parts(value: Any) -> Parts | None:
    offset = _offset(value.tzinfo)
    if offset is False:
        return None
    clock = (value.hour, value.minute, value.second, value.microsecond, value.fold, offset)
    return "time", clock


def _moment_parts(value: Any) -> Parts | None:
    clock = _time_parts(value.timetz())
    return clock and ("datetime", (value.year, value.month, value.day, *clock[1]))


def _offset(zone: Any) -> Any:
    """What `_zone` reads: None for a naive time, False for a zone that cannot cross."""
    if zone is None:
        return None
    kind = type(zone)
    if kind is dt.timezone:
        seconds, *name = _fixed_parts(zone)[1]
        return (seconds, *name) if name else seconds
    if kind is getattr(sys.modules.get("zoneinfo"), "ZoneInfo", None):
        return zone.key if type(zone.key) is str and ZONE.fullmatch(zone.key) else False
    return False


def _fixed_parts(zone: dt.timezone) -> Parts:
    """Seconds east of UTC, and the name where it has one of its own."""
    offset, name = zone.utcoffset(None), zone.tzname(None)
    own = () if name == dt.timezone(offset).tzname(None) else (name,)
    return "timezone", (offset.total_seconds(), *own)


def _place_parts(zone: Any) -> Parts | None:
    return ("ZoneInfo", (zone.key,)) if _offset(zone) is not False else None


def _match_parts(value: Any) -> Parts:
    count = value.re.groups + 1
    groups = tuple(value.group(number) for number in range(count))
    spans = tuple(value.span(number) for number in range(count))
    return "Match", (groups, spans, dict(value.re.groupindex))


def _listed(value: Any) -> Parts:
    return type(value).__name__, (list(value),)


def _paired(value: Any) -> Parts:
    return type(value).__name__, (tuple(dict.items(value)),)


_READERS: dict[type, Callable[[Any], Parts | None]] = {
    complex: lambda value: ("complex", (value.real, value.imag)),
    range: lambda value: ("range", (value.start, value.stop, value.step)),
    type(Ellipsis): lambda _: ("Ellipsis", ()),
    bytearray: lambda value: ("bytearray", (bytes(value),)),
    deque: lambda value: ("deque", (value.maxlen, list(value))),
    Counter: _paired,
    OrderedDict: lambda value: ("OrderedDict", (tuple(value.items()),)),
    defaultdict: _defaultdict_parts,
    dt.date: lambda value: ("date", (value.year, value.month, value.day)),
    dt.time: _time_parts,
    dt.datetime: _moment_parts,
    dt.timedelta: lambda value: ("timedelta", (value.days, value.seconds, value.microseconds)),
    re.Match: _match_parts,
    Match: lambda value: ("Match", value.parts),
    type({}.keys()): _listed,
    type({}.values()): _listed,
    type({}.items()): _listed,
    type: _type_parts,
    dt.timezone: _fixed_parts,
}


_RARE_READERS: dict[tuple[str, str], Callable[[Any], Parts | None]] = {
    ("decimal", "Decimal"): lambda value: ("Decimal", (str(value),)),
    ("zoneinfo", "ZoneInfo"): _place_parts,
    ("fractions", "Fraction"): lambda value: ("Fraction", (value.numerator, value.denominator)),
}


def _rare(kind: type) -> Callable[[Any], Parts | None] | None:
    """The reader of a type whose module is not imported before somebody uses it."""
    for (module, name), reader in _RARE_READERS.items():
        if kind is getattr(sys.modules.get(module), name, None):
            return reader
    return None


def put_together(decoder: "Decoder", name: str, parts: list[Any], depth: int) -> Any:
    """The value `name` with these encoded parts; ValueError for anything else."""
    if name.startswith("."):
        return _instance(decoder, name[1:], parts, depth)
    if name in _CONTAINERS:
        return _CONTAINERS[name](decoder, parts, depth)
    maker = _SIMPLE.get(name)
    if maker is None and name in science.NAMES:
        return _make_science(decoder, name, parts, depth)
    if maker is None:
        raise ValueError("an unknown kind of value")
    decoded = [decoder.decode(part, depth) for part in parts]
    return collect(lambda made: maker(*made), decoded)


def collect(make: Callable[[list[Any]], Any], items: list[Any]) -> Any:
    """`make(items)`; ValueError where it refuses them, as a set refuses what has no hash.

    The prompt's own `__hash__` and `__eq__` may run here, and may raise anything.
    """
    try:
        return make(items)
    except (RecursionError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001  boundary: see above
        raise ValueError(f"not such a value: {type(error).__name__}") from None


def put(mapping: Any, key: Any, value: Any) -> None:
    """`mapping[key] = value`; ValueError where the key has no hash."""
    try:
        mapping[key] = value
    except (RecursionError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001  boundary: the prompt's own `__hash__` or `__eq__`
        raise ValueError(f"not a key: {type(error).__name__}") from None


def _instance(decoder: "Decoder", name: str, parts: list[Any], depth: int) -> Any:
    """An instance of one of the prompt's own classes; no code of it runs."""
    kind = decoder.classes.get(name)
    if kind is None:
        raise ValueError("an unknown class")
    (content,) = _count(parts, 1)
    if not instances.is_numbered(kind):
        return instances.member(kind, decoder.decode(content, depth))
    made = instances.empty(kind)
    decoder.kept.append(made)
    instances.fill(made, decoder.decode(content, depth))
    return made


def _make_bytearray(decoder: "Decoder", parts: list[Any], depth: int) -> Any:
    made = bytearray()
    decoder.kept.append(made)
    (data,) = _count(parts, 1)
    made += exact(decoder.decode(data, depth), bytes)
    return made


def _make_deque(decoder: "Decoder", parts: list[Any], depth: int) -> Any:
    limit, items = _count(parts, 2)
    if limit is not None and (type(limit) is not int or not 0 <= limit < LENGTH_LIMIT):
        raise ValueError("not a maximum length")
    made: deque[Any] = deque(maxlen=limit)
    decoder.kept.append(made)
    made.extend(exact(decoder.decode(items, depth), list))
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
    for pair in exact(pairs, tuple):
        if type(pair) is not tuple or len(pair) != PAIR:
            raise ValueError("not a pair")
        put(mapping, pair[0], pair[1])


def _count(parts: list[Any], count: int) -> list[Any]:
    if len(parts) != count:
        raise ValueError("wrong number of parts")
    return parts


def _complex(real: Any, imaginary: Any) -> complex:
    return complex(exact(real, float), exact(imaginary, float))


def _decimal(text: Any) -> Any:
    import decimal  # noqa: PLC0415  few programs use it

    return decimal.Decimal(exact(text, str))


def _fraction(numerator: Any, denominator: Any) -> Any:
    import fractions  # noqa: PLC0415  few programs use it

    return fractions.Fraction(exact(numerator, int), exact(denominator, int))


def _range(start: Any, stop: Any, step: Any) -> range:
    return range(exact(start, int), exact(stop, int), exact(step, int))


def _integers(numbers: tuple[Any, ...], count: int) -> tuple[Any, ...]:
    """Exactly so many; dates have other constructors for bytes, which check nothing."""
    if len(numbers) != count or set(map(type, numbers)) - {int}:
        raise ValueError("not integers")
    return numbers


def _zone(zone: Any) -> dt.tzinfo | None:
    """What `_offset` wrote: nothing, a place, or seconds (and a name)."""
    if zone is None:
        return None
    if type(zone) is str:
        return _place(zone)
    return _fixed(*zone) if type(zone) is tuple else _fixed(zone)


def _fixed(offset: Any, *names: Any) -> dt.timezone:
    seconds = dt.timedelta(seconds=exact(offset, float))
    return dt.timezone(seconds, *[exact(each, str) for each in names])


def _place(key: Any) -> dt.tzinfo:
    if not ZONE.fullmatch(exact(key, str)):
        raise ValueError("not a time zone")
    import zoneinfo  # noqa: PLC0415  few programs use it

    return zoneinfo.ZoneInfo(key)


def _date(*fields: Any) -> dt.date:
    return dt.date(*_integers(fields, 3))


def _time(*fields: Any) -> dt.time:
    hour, minute, second, micro, fold = _integers(fields[:-1], 5)
    return dt.time(hour, minute, second, micro, _zone(fields[-1]), fold=fold)


def _moment(*fields: Any) -> dt.datetime:
    year, month, day, hour, minute, second, micro, fold = _integers(fields[:-1], 8)
    zone = _zone(fields[-1])
    return dt.datetime(year, month, day, hour, minute, second, micro, zone, fold=fold)


def _duration(*fields: Any) -> dt.timedelta:
    return dt.timedelta(*_integers(fields, 3))


def _match(groups: Any, spans: Any, names: Any) -> Match:
    if len(exact(groups, tuple)) != len(exact(spans, tuple)) or not groups:
        raise ValueError("not groups")
    if set(map(type, groups)) - {str, bytes, type(None)}:
        raise ValueError("not groups")
    for span in spans:
        _integers(exact(span, tuple), PAIR)
    for name, number in exact(names, dict).items():
        if type(name) is not str or type(number) is not int or not 0 < number < len(groups):
            raise ValueError("not group names")
    return Match(groups, spans, names)


def _type(name: Any) -> type:
    return TYPES[exact(name, str)]


def _error(name: Any, arguments: Any, attributes: Any) -> BaseException:
    kind = errors.known_kind(exact(name, str))
    if not issubclass(kind, Exception) or set(map(type, exact(attributes, dict))) - {str}:
        raise ValueError("not an exception")
    return errors.make(kind, exact(arguments, tuple), attributes)


def _namedtuple(name: Any, fields: Any, contents: Any) -> Any:
    names = exact(fields, tuple)
    if len(names) != len(exact(contents, tuple)) or len(names) > FIELDS:
        raise ValueError("fields do not fit")
    for each in (*names, name):
        if type(each) is not str or not each.isidentifier() or keyword.iskeyword(each):
            raise ValueError("not a field name")
    return tuple.__new__(_named(name, names), contents)


@lru_cache(maxsize=64)
def _named(name: str, fields: tuple[str, ...]) -> type:
    """The class of equal named tuples: making one takes longer than the tuples themselves."""
    return collections.namedtuple(name, fields)  # noqa: PYI024  the fields are data  # pyright: ignore[reportUntypedNamedTuple]


def _view(kind: str) -> Any:
    def make(items: Any) -> Any:
        if kind == "keys":
            return dict.fromkeys(exact(items, list)).keys()
        if kind == "items":
            return dict(exact(items, list)).items()
        return dict(enumerate(exact(items, list))).values()

    return make


def _make_array(decoder: "Decoder", parts: list[Any], depth: int) -> Any:
    if parts[:1] == [arrays.OBJECTS]:
        _, shape, elements = _count(parts, 3)
        return _make_objects(decoder, shape, elements, depth)
    decoded = [decoder.decode(part, depth) for part in parts]
    made = collect(lambda found: arrays.array(*found), decoded)
    decoder.kept.append(made)
    return made


def _make_objects(decoder: "Decoder", shape: Any, elements: Any, depth: int) -> Any:
    """An array of objects, numbered before its elements: it may hold itself."""
    items = elements.get("t") if type(elements) is dict and len(elements) == 1 else None
    count = len(exact(items, list))
    made = collect(lambda found: arrays.of_objects(found[0], count), [decoder.decode(shape, depth)])
    decoder.kept.append(made)
    arrays.put_objects(made, decoder.elements(items, depth))
    return made


def _make_science(decoder: "Decoder", name: str, parts: list[Any], depth: int) -> Any:
    """A table is numbered after what it holds: it cannot hold itself."""
    decoded = [decoder.decode(part, depth) for part in parts]
    made = collect(lambda found: science.put_together(name, found), decoded)
    if name in science.TABLES:
        decoder.kept.append(made)
    return made


_CONTAINERS: dict[str, Any] = {
    "bytearray": _make_bytearray,
    "deque": _make_deque,
    "Counter": _make_mapping(Counter),
    "OrderedDict": _make_mapping(OrderedDict),
    "dict": _make_mapping(dict),
    "defaultdict": _make_defaultdict,
    "ndarray": _make_array,
}
_SIMPLE: dict[str, Any] = {
    "complex": _complex, "range": _range, "Ellipsis": lambda: Ellipsis, "Decimal": _decimal,
    "Fraction": _fraction, "date": _date, "time": _time, "datetime": _moment,
    "timedelta": _duration,
    "Match": _match, "type": _type, "error": _error, "namedtuple": _namedtuple,
    "dict_keys": _view("keys"), "dict_values": _view("values"), "dict_items": _view("items"),
    "scalar": arrays.scalar, "matrix": arrays.matrix, "timezone": _fixed, "ZoneInfo": _place,
}  # fmt: skip
