"""Whatever a candidate sends, the decoder gives a value of exact types or raises ValueError."""

import base64
import subprocess
import sys
import time
from collections import deque
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prompt_classes import CLASSES, Colour, Point, Slotted

from grader.sandboxes._slot.interview import codec, values
from grader.sandboxes._slot.interview.mirror import ObjectMirror

HERE = Path(__file__).parent
TAGS = st.sampled_from("tszdifuyvrhb")
NAMES = st.sampled_from(
    [*values._SIMPLE, *values._CONTAINERS, *(f".{name}" for name in CLASSES), ".None", "eval"]
)
WORDS = st.sampled_from(
    ["ValueError", "OSError", "ExceptionGroup", "UnicodeDecodeError", "int", "<f8", "<U1", "O", "V8",
     "0x1f", "1e9999999999", "__class__", "__dict__", "def", "_x", "AAAA", "nan", "callable"]
)  # fmt: skip
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 12), st.integers(), st.floats(allow_nan=False),
    st.text(max_size=4), WORDS, NAMES,
)  # fmt: skip
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.builds(lambda tag, content: {tag: content}, TAGS, inner),
        st.builds(lambda tag, content: {tag: content}, TAGS, st.lists(inner, max_size=4)),
        st.builds(lambda name, parts: {"v": [name, *parts]}, NAMES, st.lists(inner, max_size=4)),
        st.dictionaries(st.text(max_size=2), inner, max_size=3),
    ),
    max_leaves=20,
)


def decoded(tree: Any, **options: Any) -> Any:
    return codec.Decoder(classes=CLASSES, **options).decode(tree)


def mirror_of(known: list[Any]) -> ObjectMirror:
    mirror = ObjectMirror()
    mirror.add(list(known))
    return mirror


def array(kind: Any, shape: Any, data: bytes) -> Any:
    return {"v": ["ndarray", kind, {"t": shape}, base64.b64encode(data).decode()]}


@given(TREES)
@settings(max_examples=1500, deadline=None)
def test_random_tree_is_a_value_or_a_value_error(tree: Any) -> None:
    known: list[Any] = [[1], {2: 3}, Point(4)]
    decoder = codec.Decoder(
        mirror_of(known), handle=lambda number, kind: (number, kind), classes=CLASSES
    )
    try:
        value = decoder.decode(tree)
    except ValueError:
        return
    assert known[0] == [1]
    assert known[1] == {2: 3}
    codec.deeply(codec.Encoder(classes=CLASSES, handle=lambda _: {"h": [0, "x"]}).anew, value)


@given(
    st.one_of(
        st.binary(), st.text(alphabet='[]{}",:0123456789.eE-tsvrn\\u ', max_size=60).map(str.encode)
    )
)
@settings(max_examples=1500, deadline=None)
def test_random_bytes_are_a_tree_or_a_value_error(data: bytes) -> None:
    try:
        tree = codec.loads(data)
        decoded(tree)
    except ValueError:
        return


@pytest.mark.parametrize(
    "text",
    [b"NaN", b"Infinity", b"-Infinity", b"[NaN]", b"\xff", "é".encode(), b"", b"[", b'{"a":1}x',
     b"1" * 5000, b"[1,]", b"'a'", b"\x00"],
)  # fmt: skip
def test_text_that_is_no_json_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError):
        codec.loads(text)


@pytest.mark.parametrize(
    "tree",
    [
        {}, {"t": [], "s": []}, {"q": 1}, {"T": []}, {"": 1}, {"t": 1}, {"t": "ab"}, {"t": {"t": []}},
        {"t": None}, {"s": 5}, {"s": [[]]}, {"s": [{"d": []}]}, {"z": [[1]]}, {"z": "ab"},
        {"s": [{"r": 0}]}, {"d": 1}, {"d": [1]}, {"d": [[1]]}, {"d": [[1, 2, 3]]}, {"d": ["ab"]},
        {"d": [[[], 1]]}, {"d": [[{"t": [[]]}, 1]]}, {"d": [{"t": [1, 2]}]},
        {"i": 5}, {"i": "ten"}, {"i": "0x_1"}, {"i": " 0x1"}, {"i": "0X1"}, {"i": ""}, {"i": "-"},
        {"i": "0x"}, {"i": "--1"}, {"i": "\u0661"}, {"i": None}, {"i": ["1"]},
        {"f": "nan"}, {"f": ""}, {"f": 1.0}, {"f": "7ff8"}, {"f": "zz" * 8}, {"f": "7f" * 9},
        {"u": "abc"}, {"u": [-1]}, {"u": [0x110000]}, {"u": [10**30]}, {"u": [True]}, {"u": [1.0]},
        {"u": ["a"]}, {"u": None}, {"u": [[1]]},
        {"y": 1}, {"y": "a"}, {"y": "ab=c"}, {"y": "\u00e9"}, {"y": "AA A="}, {"y": None},
        {"r": 0}, {"r": -1}, {"r": 10**30}, {"r": True}, {"r": 0.0}, {"r": "0"}, {"r": None},
        {"h": [0, "callable"]}, {"h": 0}, {"b": 0}, {"b": None},
        {"v": []}, {"v": 1}, {"v": "int"}, {"v": [1]}, {"v": ["eval", "1"]}, {"v": ["__import__", "os"]},
        {"v": [None]}, {"v": [["complex"]]}, {"v": [".Nobody", {"d": []}]}, {"v": ["."]}, {"v": [""]},
    ],
    ids=repr,
)  # fmt: skip
def test_malformed_tree_is_refused(tree: Any) -> None:
    with pytest.raises(ValueError):
        decoded(tree)


@pytest.mark.parametrize(
    "parts",
    [
        ["complex", 1, 2], ["complex", "1", "2"], ["complex", 1.0], ["complex", True, 0.0],
        ["range", 0, 1, 0], ["range", 0.0, 1, 1], ["range", True, 1, 1], ["range", 1], ["range", "0", 1, 1],
        ["Ellipsis", 1], ["Decimal", 1], ["Decimal", "x"], ["Decimal"], ["Decimal", {"t": [0, {"t": [1]}, 2]}],
        ["Decimal", "1e99999999999999999999"], ["Fraction", 1, 0], ["Fraction", 1.0, 2], ["Fraction", "1/2"],
        ["Fraction", True, 2], ["Fraction", "1", "2"],
        ["date", 2020, 13, 1], ["date", 2020.0, 1, 1], ["date", 0, 1, 1], ["date", True, 1, 1],
        ["date", {"y": base64.b64encode(b"\x07\xe5\x01\xff").decode()}], ["date", 10**30, 1, 1], ["date", 1, 1],
        ["time", {"y": base64.b64encode(b"\x00" * 6).decode()}], ["time", 24, 0, 0, 0, 0, None],
        ["time", 1, 2, 3, 4, 2, None], ["time", 1, 2, 3, 4, 0, 90000.0], ["time", 1, 2, 3, 4, 0, 1],
        ["time"], ["datetime", {"y": base64.b64encode(b"\x07\xe5\x01\xff" + b"\x00" * 6).decode()}],
        ["datetime", 2020, 1, 1, 0, 0, 0, 0, 0, 1e308], ["datetime", 2020, 1, 1, 0, 0, 0, 0, 0, "../UTC"],
        ["datetime", 2020, 2, 30, 0, 0, 0, 0, 0, None], ["datetime"],
        ["timedelta", 10**12, 0, 0], ["timedelta", 1.5, 0, 0], ["timedelta", 10**400, 0, 0], ["timedelta"],
        ["timedelta", "1", 0, 0], ["type", "eval"], ["type", 1], ["type", "Exception"], ["type", []],
        ["error", "BaseException", {"t": []}, {"d": []}], ["error", "SystemExit", {"t": []}, {"d": []}], ["error", "open", {"t": []}, {"d": []}],
        ["error", "UnicodeDecodeError", {"t": [1]}, {"d": []}], ["error", "OSError", {"t": [[], "x"]}, {"d": []}], ["error", 1, {"t": []}, {"d": []}],
        ["error", "ExceptionGroup", {"t": ["a", []]}, {"d": []}], ["error", "ValueError", [], {"d": []}], ["error", {"t": []}, {"t": []}, {"d": []}],
        ["namedtuple", "P", {"t": ["x", "x"]}, {"t": [1, 2]}], ["namedtuple", "P", {"t": ["_x"]}, {"t": [1]}],
        ["namedtuple", "P", {"t": ["def"]}, {"t": [1]}], ["namedtuple", "class", {"t": []}, {"t": []}],
        ["namedtuple", "P", {"t": ["x=__import__('os')"]}, {"t": [1]}], ["namedtuple", "P", {"t": ["x"]}, {"t": []}],
        ["namedtuple", "P", {"t": ["\ufb01", "fi"]}, {"t": [1, 2]}], ["namedtuple", "P", "xy", {"t": [1, 2]}],
        ["namedtuple", "P", {"t": [f"x{n}" for n in range(300)]}, {"t": [0] * 300}], ["namedtuple", 1, {"t": []}, {"t": []}],
        ["Match", {"t": []}, {"t": []}, {"d": []}], ["Match", {"t": ["a"]}, {"t": []}, {"d": []}],
        ["Match", {"t": ["a"]}, {"t": [1]}, {"d": []}], ["Match", {"t": ["a"]}, {"t": [{"t": [0]}]}, {"d": []}],
        ["Match", {"t": [[]]}, {"t": [{"t": [0, 1]}]}, {"d": []}], ["Match", {"t": ["a"]}, {"t": [{"t": [0, 1]}]}, {"d": [["n", 7]]}],
        ["Match", {"t": ["a"]}, {"t": [{"t": [0, 1]}]}, {"d": [[1, 0]]}], ["Match", {"t": ["a"]}, {"t": [{"t": [0, 1]}]}, 1],
        ["dict_keys", [[]]], ["dict_keys", {"t": []}], ["dict_keys", 1], ["dict_items", [1]], ["dict_items", [[1, 2, 3]]],
        ["dict_items", [[[], 1]]], ["dict_values", {"d": []}], ["scalar"], ["scalar", "<f8"], ["scalar", "O", "AAAAAAAAAAA="],
        ["bytearray"], ["bytearray", "x"], ["bytearray", [1]], ["bytearray", 10**9],
        ["deque", -1, []], ["deque", 10**30, []], ["deque", 1 << 63, []], ["deque", 1.0, []], ["deque", None, {"t": []}],
        ["deque", True, []], ["deque", None], ["Counter", []], ["Counter", {"t": [1]}], ["Counter", {"t": [{"t": [[], 1]}]}],
        ["Counter", {"t": [{"t": [1]}]}], ["OrderedDict", 1], ["dict", {"t": ["ab"]}],
        ["defaultdict", "eval", {"t": []}], ["defaultdict", 1, {"t": []}], ["defaultdict", [], {"t": []}], ["defaultdict", None],
    ],
    ids=repr,
)  # fmt: skip
def test_malformed_value_type_is_refused(parts: list[Any]) -> None:
    with pytest.raises(ValueError):
        decoded({"v": parts})


@pytest.mark.parametrize(
    "tree",
    [
        array("O", [1], bytes(8)), array("V8", [1], bytes(8)), array("<f8", [2], bytes(8)),
        array("<f8", [10**30], bytes(8)), array("<f8", [-1], bytes(8)), array("<f8", [1] * 100, bytes(8)),
        array("<f8", [1.0], bytes(8)), array("<f8", [True], bytes(8)), array("i4,O", [1], bytes(12)),
        array("(2,)i4", [1], bytes(8)), array("U1000000000", [1], bytes(8)), array("<U1", [1], b"\xff" * 4),
        array(">U1", [1], b"\x7f" * 4), array("|b1", [1], b"\x02"), array("<f8", [1], bytes(7)), array(5, [1], bytes(8)),
        array("<M8[q]", [1], bytes(8)), array("float64", [1], bytes(8)), array("<f7", [1], bytes(7)),
        array("S0", [1], b""), array("<f8", [0, 1 << 62, 1 << 62], b""), array("", [0], b""), array("<f8", ["1"], bytes(8)),
        {"v": ["ndarray", "<f8", [1], "AAAAAAAAAAA="]}, {"v": ["ndarray", "<f8", {"t": [1]}, "junk"]}, {"v": ["ndarray"]},
    ],
    ids=repr,
)  # fmt: skip
def test_malformed_array_is_refused(tree: Any) -> None:
    pytest.importorskip("numpy")
    with pytest.raises(ValueError):
        decoded(tree)


@pytest.mark.parametrize(
    "name", ["__class__", "__dict__", "__eq__", "__reduce_ex__", "__deepcopy__", "__weakref__"]
)
@pytest.mark.parametrize("value", [1, {"v": ["type", "int"]}, {"d": []}], ids=repr)
def test_special_attribute_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ValueError):
        decoded({"v": [".Point", {"d": [[name, value]]}]})


@pytest.mark.parametrize(
    "parts",
    [
        [".Point"], [".Point", 1], [".Point", []], [".Point", {"d": [[1, 2]]}], [".Point", {"d": []}, 1],
        [".Point", {"v": ["Counter", {"t": []}]}], [".Slotted", {"d": [["new", 1]]}], [".Listing", {"d": []}],
        [".Colour", "GREEN"], [".Colour", {"d": [["_value_", 1]]}], [".Colour", "__class__"], [".Colour", 1],
        [".Place", {"t": [1]}], [".Place", [1, 2]], [".Place", {"t": [1, 2, 3]}], [".Place", {"d": []}],
    ],
    ids=repr,
)  # fmt: skip
def test_malformed_instance_is_refused(parts: list[Any]) -> None:
    with pytest.raises(ValueError):
        decoded({"v": parts})


def test_member_of_an_enumeration_cannot_be_changed() -> None:
    assert decoded({"v": [".Colour", "RED"]}) is Colour.RED
    assert Colour.RED.value == 1


def test_half_made_instance_has_no_say_in_hashing() -> None:
    class Keyed:
        def __hash__(self) -> int:
            return hash(self.x)  # type: ignore[attr-defined]

    decoder = codec.Decoder(classes={"Keyed": Keyed})
    with pytest.raises(ValueError):
        decoder.decode({"v": [".Keyed", {"d": [["y", {"s": [{"r": 0}]}]]}]})


def test_class_without_a_hash_is_refused_as_a_key() -> None:
    class Odd:
        def __hash__(self) -> int:
            raise RuntimeError("odd")

    with pytest.raises(ValueError):
        codec.Decoder(classes={"Odd": Odd}).decode({"d": [[{"v": [".Odd", {"d": []}]}, 1]]})


def test_handle_of_an_odd_number_is_refused() -> None:
    for number in (-1, 1 << 31, 1.0, True, "0", None):
        with pytest.raises(ValueError):
            decoded({"h": [number, "callable"]}, handle=lambda number, kind: (number, kind))
    for kind in (1, None, ["callable"], {"t": []}):
        with pytest.raises(ValueError):
            decoded({"h": [0, kind]}, handle=lambda number, kind: (number, kind))


def test_reference_reaches_only_what_was_seen() -> None:
    held: list[Any] = [1]
    assert codec.Decoder(mirror_of([held])).decode({"r": 0}) is held
    with pytest.raises(ValueError):
        codec.Decoder(mirror_of([held])).decode([{"r": 2}])


def test_huge_range_and_decimal_are_harmless() -> None:
    assert decoded({"v": ["range", 0, {"i": "0x1" + "0" * 50}, 1]})[5] == 5
    assert decoded({"v": ["Decimal", "1e999999999"]}) != 5


def test_bounded_deque_takes_what_fits() -> None:
    assert decoded({"v": ["deque", (1 << 62) - 1, [1]]}) == deque([1])


@pytest.mark.parametrize(
    "text",
    ['"[" * 100000', '"[" * 6000 + "]" * 6000', "'{\"t\":[' * 50000", "'{\"t\":[' * 1400 + ']}' * 1400",
     "'{\"z\":[' * 1400 + ']}' * 1400", "'{\"v\":[\"deque\",null,[' * 700 + '1' + ']]}' * 700",
     "'{\"d\":[[1,' * 1200 + '1' + ']]}' * 1200", "'{\"v\":[\".Point\",{\"d\":[[\"x\",' * 700 + '1' + ']]}]}' * 700",
     "'{\"v\":[\"error\",\"KeyError\",{\"t\":[' * 900 + '1' + ']},{\"d\":[]}]}' * 900"],
)  # fmt: skip
def test_deep_text_cannot_break_the_process(text: str) -> None:
    """In a process of its own: what would break is the C stack."""
    program = (
        f"import sys; sys.path.insert(0, {str(HERE.parent.parent)!r})\n"
        "from grader.sandboxes._slot.interview import codec\n"
        "from prompt_classes import CLASSES\n"
        "decoder = codec.Decoder(classes=CLASSES)\n"
        "try:\n"
        f"    tree = codec.deeply(codec.loads, ({text}).encode())\n"
        "    value = codec.deeply(decoder.anew, tree)\n"
        "    value == codec.deeply(decoder.anew, tree)\n"
        "except (ValueError, RecursionError):\n"
        "    pass\n"
        "print('survived')\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=HERE
    )
    assert (ended.returncode, ended.stdout) == (0, "survived\n"), ended.stderr[-500:]


def test_wide_value_takes_time_in_proportion() -> None:
    tree = {"t": [{"v": ["Fraction", number, 7]} for number in range(1, 20000)]}
    begun = time.process_time()
    decoded(tree)
    assert time.process_time() - begun < 5


def test_named_tuples_in_numbers_take_little_time() -> None:
    each = {"v": ["namedtuple", "P", {"t": ["x", "y"]}, {"t": [1, 2]}]}
    begun = time.process_time()
    decoded([each] * 20000)
    assert time.process_time() - begun < 5


def test_odd_fields_do_not_reach_other_named_tuples() -> None:
    first = decoded({"v": ["namedtuple", "P", {"t": ["x"]}, {"t": [1]}]})
    second = decoded({"v": ["namedtuple", "P", {"t": ["y"]}, {"t": [1]}]})
    assert first._fields == ("x",)
    assert second._fields == ("y",)


def test_instance_cannot_reach_the_class() -> None:
    value = decoded({"v": [".Slotted", {"d": [["x", 1]]}]})
    assert type(value) is Slotted
    assert decoded({"v": [".Point", {"d": [["x", 1], ["y", 2]]}]}).__dict__ == {"x": 1, "y": 2}
    assert Point(1).y is None
