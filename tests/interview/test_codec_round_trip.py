"""Values cross as they are: equal, of exactly the same types, with the same sharing."""

import collections
import datetime as dt
import math
import re
import struct
from collections import Counter, OrderedDict, defaultdict, deque
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prompt_classes import CLASSES, Colour, Frozen, Listing, Place, Point, Slotted, Watched

from grader.sandboxes._slot.interview import codec, values
from grader.sandboxes._slot.interview.mirror import ObjectMirror

ALL_TEXT = st.text(st.characters(codec=None))
BITS = st.binary(min_size=8, max_size=8).map(lambda data: struct.unpack(">d", data)[0])
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(-(1 << 200), 1 << 200), BITS, ALL_TEXT,
    st.binary(), st.just(Ellipsis), st.complex_numbers(), st.decimals(), st.fractions(), st.dates(),
    st.times(), st.datetimes(), st.timedeltas(),
    st.datetimes(timezones=st.just(dt.timezone(dt.timedelta(minutes=-90)))),
    st.builds(range, st.integers(), st.integers(), st.integers(1, 9)),
)  # fmt: skip
HASHABLE = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), ALL_TEXT, st.binary(), st.fractions()),
    lambda inner: st.one_of(st.tuples(inner, inner), st.frozensets(inner, max_size=3)),
    max_leaves=4,
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner, inner),
        st.dictionaries(HASHABLE, inner, max_size=3),
        st.dictionaries(HASHABLE, inner, max_size=3).map(OrderedDict),
        st.dictionaries(HASHABLE, inner, max_size=3).map(lambda each: defaultdict(list, each)),
        st.lists(inner, max_size=4).map(lambda each: deque(each, 7)),
        st.sets(HASHABLE, max_size=3),
        st.lists(HASHABLE, max_size=4).map(Counter),
        st.binary().map(bytearray),
    ),
    max_leaves=12,
)


def crossed(value: Any, classes: dict[str, type] | None = None) -> Any:
    """What the peer gets; both sides must have numbered equally many containers."""
    encoder = codec.Encoder(classes=classes)
    text = codec.deeply(codec.dumps, codec.deeply(encoder.anew, value))
    decoder = codec.Decoder(classes=classes)
    result = codec.deeply(decoder.anew, codec.deeply(codec.loads, text))
    assert [type(each) for each in encoder.kept] == [type(each) for each in decoder.kept]
    return result


def mirror_of(container: Any) -> ObjectMirror:
    mirror = ObjectMirror()
    mirror.add([container])
    return mirror


def shape(value: Any) -> Any:
    """A form in which two values are equal if and only if nobody can tell them apart."""
    kind = type(value)
    if kind is float:
        return kind, struct.pack(">d", value)
    if kind is complex:
        return kind, struct.pack(">dd", value.real, value.imag)
    if kind is Decimal:
        return kind, value.as_tuple()
    if isinstance(value, dict):
        factory = getattr(value, "default_factory", None)
        return kind, factory, [(shape(key), shape(each)) for key, each in value.items()]
    if isinstance(value, set | frozenset):
        return kind, sorted(map(repr, map(shape, value)))
    if isinstance(value, list | tuple | deque):
        return kind, getattr(value, "maxlen", None), [shape(each) for each in value]
    if isinstance(value, dt.time | dt.datetime):
        return kind, value, value.tzinfo, value.fold
    return kind, value


@given(VALUES)
@settings(max_examples=400, deadline=None)
def test_value_crosses_exactly(value: Any) -> None:
    assert shape(crossed(value)) == shape(value)


@pytest.mark.parametrize(
    "bits", ["7ff8000000000001", "fff0000000000000", "8000000000000000", "7ff4deadbeef0001"]
)
def test_float_keeps_its_bits(bits: str) -> None:
    value = struct.unpack(">d", bytes.fromhex(bits))[0]
    assert struct.pack(">d", crossed([value])[0]).hex() in {bits, quiet(bits)}


def quiet(bits: str) -> str:
    """What the processor itself may make of a signalling NaN when it is copied."""
    return f"{int(bits, 16) | 1 << 51:016x}"


@pytest.mark.parametrize(
    "number", [2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 10**5000, -(10**5000)], ids=range(6)
)
def test_integer_of_any_size_crosses(number: int) -> None:
    assert crossed([number, number]) == [number, number]


def test_shared_list_stays_shared() -> None:
    inner = [1]
    first, second, third = crossed([inner, inner, [1]])
    assert first is second
    assert first is not third


def test_cycle_stays_a_cycle() -> None:
    value: list[Any] = [1]
    value.append({"self": value})
    result = crossed(value)
    assert result[1]["self"] is result


def test_cycle_through_every_container_stays() -> None:
    value: dict[str, Any] = OrderedDict()
    value["in"] = deque([defaultdict(list, {1: [value]})])
    result = crossed(value)
    assert result["in"][0][1][0] is result


def test_deep_value_crosses() -> None:
    value: Any = []
    for _ in range(1400):
        value = [value]
    result, depth = crossed(value), 0
    while result:
        result, depth = result[0], depth + 1
    assert depth == 1400


def test_value_beyond_the_depth_is_refused() -> None:
    value: Any = ()
    for _ in range(codec.DEPTH + 2):
        value = (value,)
    with pytest.raises(codec.Uncrossable):
        codec.deeply(codec.Encoder().anew, value)


def test_large_value_crosses() -> None:
    value = [list(range(1000)) for _ in range(1000)]
    assert crossed(value) == value


def test_order_of_a_dict_stays() -> None:
    ordered = OrderedDict([(1, 2), (3, 4)])
    ordered.move_to_end(1)
    assert list(crossed(ordered).items()) == [(3, 4), (1, 2)]
    assert list(crossed({"z": 1, "a": 2})) == ["z", "a"]


def test_boolean_does_not_become_an_integer() -> None:
    assert list(map(type, crossed([True, 1, 1.0]))) == [bool, int, float]


def test_named_tuple_keeps_names() -> None:
    kind = collections.namedtuple("Pair", "left right")
    result = crossed(kind(1, [2]))
    assert (result, result.left, type(result).__name__) == ((1, [2]), 1, "Pair")


def test_named_tuples_of_one_class_stay_of_one_class() -> None:
    kind = collections.namedtuple("Pair", "left right")
    first, second = crossed([kind(1, 2), kind(3, 4)])
    assert type(first) is type(second)


def test_match_answers_as_it_did() -> None:
    found = re.search(r"(?P<a>b+)(x)?", "abbc")
    assert found
    result = crossed(found)
    assert (result.group(), result["a"], result.groups(), result.span("a")) == (
        "bb",
        "bb",
        ("bb", None),
        (1, 3),
    )
    assert result.groupdict() == found.groupdict()


def test_match_crosses_twice() -> None:
    found = re.search("b", "abc")
    assert crossed(crossed(found)).span() == (1, 2)


@pytest.mark.parametrize("view", [{1: 2, 3: 4}.keys(), {1: 2}.items()])
def test_view_of_a_dict_crosses(view: Any) -> None:
    result = crossed(view)
    assert (type(result), result) == (type(view), view)


def test_values_of_a_dict_cross() -> None:
    result = crossed({1: 5, 2: 6}.values())
    assert (type(result), list(result)) == (type({}.values()), [5, 6])


@pytest.mark.parametrize(
    "error",
    [OSError(), FileNotFoundError("no file"), FileNotFoundError(2, "no", "f"), OSError(1, "a", "b", None, "c")],
    ids=repr,
)  # fmt: skip
def test_error_of_the_system_reads_as_it_did(error: OSError) -> None:
    assert str(crossed(error)) == str(error)


@pytest.mark.parametrize(
    "error", [ValueError("a", 1), KeyError(), OSError(2, "no"), StopIteration(5)]
)
def test_exception_crosses_as_a_value(error: Exception) -> None:
    result = crossed(error)
    assert (type(result), result.args) == (type(error), error.args)


@pytest.mark.parametrize("kind", [int, list, type(None), type, object])
def test_builtin_class_crosses_as_itself(kind: type) -> None:
    assert crossed([kind])[0] is kind


def test_signalling_decimal_crosses() -> None:
    assert crossed(Decimal("sNaN123")).as_tuple() == Decimal("sNaN123").as_tuple()


def test_instance_of_the_prompt_crosses_with_its_sharing() -> None:
    inner = Point([1])
    first, second = crossed([inner, Point(inner)], CLASSES)
    assert type(first) is Point
    assert first.x == [1]
    assert second.x is first


def test_instance_may_hold_itself() -> None:
    node = Point(1)
    node.y = node
    result = crossed(node, CLASSES)
    assert result.y is result


def test_instance_with_slots_crosses() -> None:
    result = crossed(Slotted(3), CLASSES)
    assert (type(result), result.x, result.hidden()) == (Slotted, 3, [3])


def test_empty_slot_stays_empty() -> None:
    value = Slotted(3)
    del value.x
    assert not hasattr(crossed(value, CLASSES), "x")


def test_frozen_instance_crosses() -> None:
    assert crossed(Frozen(1, (2,)), CLASSES) == Frozen(1, (2,))


def test_property_does_not_run() -> None:
    assert crossed(Watched(3), CLASSES).size == 3


def test_member_of_an_enumeration_stays_itself() -> None:
    assert crossed([Colour.RED, Colour.BLUE], CLASSES) == [Colour.RED, Colour.BLUE]


def test_named_tuple_of_the_prompt_keeps_its_class() -> None:
    assert type(crossed(Place(1, 2), CLASSES)) is Place


def test_instance_of_a_builtin_subclass_becomes_a_handle() -> None:
    with pytest.raises(codec.Uncrossable):
        crossed(Listing([1]), CLASSES)
    assert codec.Encoder(handle=lambda _: {"h": [0, "instance"]}, classes=CLASSES).encode(
        Listing()
    ) == {"h": [0, "instance"]}


def test_class_named_like_a_value_type_is_kept_apart() -> None:
    kind = type("Fraction", (), {})
    result = crossed([kind(), Fraction(1, 2)], {"Fraction": kind})
    assert [type(each) for each in result] == [kind, Fraction]


@pytest.mark.parametrize(
    "value",
    [
        object(),
        lambda: 1,
        iter([]),
        math,
        type("Own", (), {}),
        type("Own", (int,), {})(3),
        type("Own", (str,), {})("a"),
    ],
)
def test_object_has_no_plain_form(value: Any) -> None:
    with pytest.raises(codec.Uncrossable):
        codec.Encoder().encode(value)


@pytest.mark.parametrize("text", ["1.5", "[1, 2]", "(3,)"])
def test_array_crosses(text: str) -> None:
    numpy = pytest.importorskip("numpy")
    value = numpy.array(eval(text))
    result = crossed(value)
    assert (type(result), result.dtype, result.shape, result.tobytes()) == (
        numpy.ndarray,
        value.dtype,
        value.shape,
        value.tobytes(),
    )


@pytest.mark.parametrize("shape_", [(0,), (0, 3), (), (2, 1, 2)])
@pytest.mark.parametrize("kind", ["<f8", ">i4", "|b1", "<U3", "|S2", "<c16"])
def test_array_of_any_shape_crosses(shape_: tuple[int, ...], kind: str) -> None:
    numpy = pytest.importorskip("numpy")
    value = numpy.zeros(shape_, kind)
    result = crossed(value)
    assert (result.dtype.str, result.shape) == (kind, shape_)
    assert numpy.array_equal(result, value)


@pytest.mark.parametrize(
    "text",
    ["float64(1.5)", "float64('nan')", "float32(0.1)", "float16(2)", "int8(-1)", "uint64(2**63)",
     "int32(7)", "complex128(1+2j)", "str_('a')", "str_('')", "bytes_(b'x')", "bool_(True)",
     "bool_(False)", "datetime64('2020-02-03')", "datetime64('NaT', 's')", "timedelta64(5, 'ms')"],
)  # fmt: skip
def test_scalar_of_numpy_stays_one(text: str) -> None:
    numpy = pytest.importorskip("numpy")
    value = eval(f"numpy.{text}", {"numpy": numpy})
    result, twice = crossed([value, {"again": value}])
    assert type(result) is type(value)
    assert repr(result) == repr(value) == repr(twice["again"])


def test_arrays_are_shared_as_lists_are() -> None:
    numpy = pytest.importorskip("numpy")
    value = numpy.zeros(3)
    first, second = crossed([value, value])
    assert first is second


@pytest.mark.parametrize(
    "zone",
    [dt.UTC, dt.timezone(dt.timedelta(hours=-3), "HERE"), ZoneInfo("Asia/Tokyo"),
     ZoneInfo("UTC")],
    ids=str,
)  # fmt: skip
def test_time_zone_stays_what_it_is(zone: dt.tzinfo) -> None:
    moment = dt.datetime(2020, 7, 1, 5, fold=1, tzinfo=zone)
    result, itself = crossed([moment, zone])
    assert (result, result.tzname(), result.utcoffset()) == (
        moment, moment.tzname(), moment.utcoffset(),
    )  # fmt: skip
    assert type(result.tzinfo) is type(itself) is type(zone)


def test_known_containers_cross_as_references() -> None:
    held: list[Any] = [1]
    encoder = codec.Encoder(mirror_of(held))
    decoder = codec.Decoder(mirror_of(held))
    assert decoder.decode(encoder.encode((held, held)))[0] is held


@pytest.mark.parametrize(
    "container", [[1, [2]], {1: [2]}, {3}, deque([4], 9), bytearray(b"5"), Counter("a"), Point(6)]
)
def test_contents_of_a_container_cross(container: Any) -> None:
    encoder = codec.Encoder(mirror_of(container), classes=CLASSES)
    kind, content = encoder.contents(container)
    assert kind in "ldsyo"
    assert type(content) in {list, dict}


def test_second_attempt_numbers_like_the_first() -> None:
    shared_list = [1]
    encoder = codec.Encoder()
    first = encoder.anew([shared_list, shared_list])
    assert encoder.anew([shared_list, shared_list]) == first


def test_value_types_have_readers_and_makers() -> None:
    assert not set(values._SIMPLE) & set(values._CONTAINERS)
