"""Plain values as JSON text and back, with exact builtin types. Standard library only.

JSON's own types stand for themselves; everything else is an object with exactly one key:

    {"t": […]} tuple   {"s": […]} set   {"z": […]} frozenset   {"d": [[k, v], …]} dict
    {"i": hex} big int   {"f": hex of the 8 bytes} NaN and infinities   {"u": …} odd strings
    {"y": base64} bytes   {"v": [type name, …]} a value type (see `values`)
    {"r": n} the n-th container seen before   {"h": [n, kind]} a handle   {"b": n} the peer's own
    {"k": [n, class name, plain value, words]} a value of a class derived from a plain one

Mutable containers are numbered in the order in which both sides meet them, so that shared
references and cycles survive. The decoder is strict: it builds only exact types, and a text that
no encoder writes is a ValueError.
"""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# (values of unknown type are what this module is about)

import base64
import json
import math
import struct
import sys
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from grader.sandboxes._slot.interview import arrays, derived, instances, science, values
from grader.sandboxes._slot.interview.crossing import Uncrossable
from grader.sandboxes._slot.interview.mirror import ObjectMirror

DEPTH = 1500
"""Levels of nesting. Each costs three Python frames: see `deeply`."""
SMALL = 1 << 63
SCALARS = frozenset({int, float, str, bool, type(None)})
PAIR, DERIVED_PARTS = 2, 4
FLOAT_BYTES = 8
HEX = frozenset("0123456789abcdef")
TELLING = frozenset({"ndarray", "matrix", "type"}) | science.TELLING
"""Plain values that do more than compare: an array gives no truth value, a type can be called."""
UNEQUAL = frozenset({"complex", "Decimal", "scalar"}) | science.UNEQUAL
"""Other kinds of values, beside floats, of which some equal nothing, not even themselves."""


class Encoder:
    """One message's state: which containers were met, and how objects become handles."""

    def __init__(
        self,
        mirror: ObjectMirror | None = None,
        handle: Callable[[Any], dict[str, Any]] | None = None,
        classes: Mapping[str, type] | None = None,
    ) -> None:
        """`mirror`: containers that the peer has, too. What is new is in `kept` afterwards.

        Instances of `classes` (exactly these) cross as their attributes.
        """
        self.seen: dict[int, int] = mirror.numbers if mirror else {}
        self.kept: list[Any] = []
        self._start = mirror.count if mirror else 0
        self.handle = handle
        self.classes = classes or {}
        self.opens = False
        """Whether containers of classes of its own cross as what they hold."""
        self.unequal = False
        """Whether a value was met that does not equal itself: its identity does not cross."""

    def forget(self) -> None:
        """Forget what a broken attempt numbered."""
        self.back_to(0)

    def back_to(self, mark: int) -> None:
        """Forget all but the first `mark` new containers."""
        for each in self.kept[mark:]:
            del self.seen[id(each)]
        del self.kept[mark:]

    def anew(self, value: Any) -> Any:
        """`encode`, for use with `deeply`: a second attempt starts where the first one did."""
        self.forget()
        return self.encode(value)

    def encode(self, value: Any, depth: int = 0) -> Any:  # noqa: PLR0911  the hot path, flat
        """The JSON tree of `value`; Uncrossable where it has none."""
        kind = type(value)
        if kind in SCALARS:
            return _scalar(value, kind, self)
        if depth > DEPTH:
            raise Uncrossable("a value is nested too deeply to cross")
        if kind is tuple:
            return {"t": self._items(value, depth)}
        number = self.seen.get(id(value))
        if number is not None:
            return {"r": number}
        if kind is list:
            self._number(value)
            return self._items(value, depth)
        if kind is dict:
            self._number(value)
            return {"d": self._pairs(value, depth)}
        if kind is set or kind is frozenset:
            if kind is set:
                self._number(value)
            return {"s" if kind is set else "z": self._items(value, depth)}
        if kind is bytes:
            return {"y": base64.b64encode(value).decode()}
        return self._other(value, depth)

    def _other(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if self.classes.get(kind.__name__) is kind:
            parts = instances.take_apart(value)
            if parts is not None:
                if type(parts) is dict:
                    self._number(value)
                return {"v": [f".{kind.__name__}", self.encode(parts, depth + 1)]}
        parts = values.take_apart(value)
        if parts is not None:
            return self._of_parts(value, *parts, depth)
        if self.handle is None:
            raise Uncrossable(f"a {type(value).__name__} cannot cross")
        found, base = self.handle(value), derived.base_of(kind, opens=self.opens)
        if base is None or "h" not in found:
            return found
        content = self.encode(derived.PLAIN[base](value), depth + 1)
        if type(content) is dict and "h" in content:
            return found  # a moment in a time zone of the peer's own
        words = {name: self.encode(text) for name, text in derived.words_of(value, base).items()}
        return {"k": [found["h"][0], kind.__name__, content, words]}

    def _of_parts(self, value: Any, name: str, fields: tuple[Any, ...], depth: int) -> Any:
        """A value type; a table is numbered after what it holds."""
        if type(value) in values.MUTABLE or arrays.is_array(value):
            self._number(value)
        if name in UNEQUAL:
            self.unequal = self.unequal or is_unequal(value)
        tree = {"v": [name, *(self.encode(field, depth + 1) for field in fields)]}
        if name in science.TABLES:
            self._number(value)
        return self._with_class(value, tree) if name == "namedtuple" else tree

    def _with_class(self, value: Any, tree: Any) -> Any:
        """A named tuple of a class that has more than fields."""
        if self.handle is None or not values.has_more(type(value)):
            return tree
        try:
            found = self.handle(value)
        except Uncrossable:  # the tests' own: the candidate gets what is plain in it
            return tree
        if "h" not in found:
            return found
        words = {name: self.encode(text) for name, text in derived.words_of(value, tuple).items()}
        return {"k": [found["h"][0], type(value).__name__, tree, words]}

    def contents(self, container: Any) -> Any:
        """What a container that the peer already knows holds now: its kind and its elements."""
        kind = type(container)
        if kind is list or kind is deque:
            return ["l", self._items(container, 0)]
        if kind is set:
            return ["s", self._items(container, 0)]
        if isinstance(container, dict):
            return ["d", self._pairs(container, 0)]
        return self._whole(container)

    def _whole(self, container: Any) -> Any:
        """The same for what has no elements that are numbered."""
        if type(container) is bytearray:
            return ["y", self.encode(bytes(container))]
        if arrays.is_array(container):
            return ["a", self.encode(arrays.contents(container))]
        if science.is_table(container):
            return ["p", self._table(container)]
        return ["o", self.encode(instances.take_apart(container))]

    def _table(self, container: Any) -> Any:
        parts = science.take_apart(container)
        if parts is None:
            raise Uncrossable(f"a {type(container).__name__} holds what cannot cross")
        return self.encode(parts)

    def _number(self, value: Any) -> None:
        self.seen[id(value)] = self._start + len(self.kept)
        self.kept.append(value)

    def _items(self, items: Any, depth: int) -> list[Any]:
        """Elements; a run of plain scalars is checked by C code, not one by one."""
        kinds = set(map(type, items))
        if kinds <= SCALARS and _all_plain(items, kinds):
            return list(items)
        encode, below = self.encode, depth + 1
        return [encode(item, below) for item in items]

    def _pairs(self, mapping: dict[Any, Any], depth: int) -> list[Any]:
        encode, below = self.encode, depth + 1
        return [[encode(key, below), encode(value, below)] for key, value in mapping.items()]


def is_unequal(value: Any) -> bool:
    """Whether a value is not equal to itself, as NaN is not."""
    try:
        return not bool(value == value)  # noqa: PLR0124  that is the question
    except ArithmeticError:  # Decimal("sNaN")
        return True


def _scalar(value: Any, kind: type, encoder: Encoder | None = None) -> Any:
    if kind is int:
        return value if -SMALL <= value < SMALL else {"i": hex(value)}
    if kind is float:
        if math.isfinite(value):
            return value
        if encoder is not None and is_unequal(value):
            encoder.unequal = True
        return {"f": struct.pack(">d", value).hex()}
    if kind is str:
        return value if _has_no_surrogates(value) else {"u": [ord(each) for each in value]}
    return value


def _has_no_surrogates(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _all_plain(items: Any, kinds: set[type]) -> bool:
    if len(kinds) > 1:
        return all(type(_scalar(item, type(item))) is not dict for item in items)
    if kinds == {int}:
        return min(items) >= -SMALL and max(items) < SMALL
    if kinds == {float}:
        return all(map(math.isfinite, items))
    if kinds == {str}:
        return all(map(_has_no_surrogates, items))
    return True


class Decoder:
    """One message's state on the receiving side."""

    def __init__(
        self,
        mirror: ObjectMirror | None = None,
        handle: Callable[[int, str], Any] | None = None,
        own: Callable[[int], Any] | None = None,
        classes: Mapping[str, type] | None = None,
    ) -> None:
        """`own` resolves this side's handles; `classes` are the prompt's, which may cross whole."""
        self.kept: list[Any] = []
        """The containers that this message brings."""
        self._mirror = mirror
        self._start = mirror.count if mirror else 0
        self.handle = handle
        self.own = own
        self.classes = classes or {}
        self.gifts: list[Any] = []
        """Handles, values of TELLING, and such as equal nothing."""
        self._mark = self._gift_mark = 0

    def mark(self) -> None:
        """A part of the message is read, for good."""
        self._mark, self._gift_mark = len(self.kept), len(self.gifts)

    def forget(self) -> None:
        """Forget what a broken attempt numbered."""
        del self.kept[self._mark :], self.gifts[self._gift_mark :]

    def anew(self, tree: Any) -> Any:
        """`decode`, for use with `deeply`: a second attempt starts where the first one did."""
        self.forget()
        return self.decode(tree)

    def decode(self, tree: Any, depth: int = 0) -> Any:
        """The value; ValueError where `tree` is not one that `Encoder` makes."""
        kind = type(tree)
        if kind is list:
            items: list[Any] = []
            self.kept.append(items)
            self._fill(items, tree, depth)
            return items
        if kind is not dict:
            return tree
        if len(tree) != 1 or depth > 2 * DEPTH:
            raise ValueError("not a value")
        ((tag, content),) = tree.items()
        maker = _MAKERS.get(tag)
        if maker is None:
            raise ValueError("not a value")
        return maker(self, content, depth + 1)

    def _fill(self, items: list[Any], tree: list[Any], depth: int) -> None:
        kinds = set(map(type, tree))
        if list in kinds or dict in kinds:
            decode, below = self.decode, depth + 1
            if depth > 2 * DEPTH:
                raise ValueError("nested too deeply")
            for item in tree:
                items.append(decode(item, below))  # noqa: PERF401  a cycle must see what is there
        else:
            items.extend(tree)

    def elements(self, content: Any, depth: int) -> list[Any]:
        """The decoded elements of a list that is not itself a value."""
        if type(content) is not list:
            raise ValueError("not a list of values")
        items: list[Any] = []
        self._fill(items, content, depth)
        return items

    def pairs(self, content: Any, depth: int, into: Any) -> Any:
        """Fill a mapping."""
        if type(content) is not list:
            raise ValueError("not a list of pairs")
        for pair in content:
            if type(pair) is not list or len(pair) != PAIR:
                raise ValueError("not a pair")
            key = self.decode(pair[0], depth)
            values.put(into, key, self.decode(pair[1], depth))
        return into

    def make_dict(self, content: Any, depth: int) -> Any:
        """A dict, numbered before its elements."""
        made: dict[Any, Any] = {}
        self.kept.append(made)
        return self.pairs(content, depth, made)

    def make_set(self, content: Any, depth: int) -> Any:
        """A set, numbered before its elements."""
        made: set[Any] = set()
        self.kept.append(made)
        return values.collect(made.update, self.elements(content, depth)) or made

    def make_value(self, content: Any, depth: int) -> Any:
        """A value type of the standard library, or an instance of the prompt's."""
        if type(content) is not list or not content or type(content[0]) is not str:
            raise ValueError("not a named value")
        made = values.put_together(self, content[0], content[1:], depth)
        if content[0] in TELLING or (content[0] in UNEQUAL and is_unequal(made)):
            self.gifts.append(made)
        return made

    def make_reference(self, content: Any, _depth: int) -> Any:
        """A container seen before, in this message or in an earlier one."""
        place = _index(content, self._start + len(self.kept)) - self._start
        if place >= 0:
            return self.kept[place]
        return self._mirror.find(content) if self._mirror else None

    def make_handle(self, content: Any, _depth: int) -> Any:
        """One of the peer's objects."""
        if type(content) is not list or len(content) != PAIR or self.handle is None:
            raise ValueError("not a handle")
        found = self.handle(_index(content[0], 1 << 31), _text(content[1]))
        self.gifts.append(found)
        return found

    def make_derived(self, content: Any, depth: int) -> Any:
        """A value of a class of the peer's that derives from a plain one."""
        if type(content) is not list or len(content) != DERIVED_PARTS or self.handle is None:
            raise ValueError("not a derived value")
        number, name, tree, words = content
        if type(words) is not dict:
            raise ValueError("not a value's words")
        said = {key: _text(self.decode(each, depth)) for key, each in words.items()}
        remote = self.handle(_index(number, 1 << 31), "instance")
        made = derived.make(remote, name, self.decode(tree, depth), said)
        self.gifts.append(made)
        return made

    def make_own(self, content: Any, _depth: int) -> Any:
        """One of this side's objects."""
        if self.own is None:
            raise ValueError("no handles here")
        return self.own(_index(content, 1 << 31))


def _index(value: Any, limit: int) -> int:
    if type(value) is not int or not 0 <= value < limit:
        raise ValueError("not an index")
    return value


def _text(value: Any) -> str:
    if type(value) is not str:
        raise ValueError("not a text")
    return value


def _big_int(_: Decoder, content: Any, _depth: int) -> int:
    digits = _text(content).removeprefix("-").removeprefix("0x")
    if not digits or set(digits) - HEX:
        raise ValueError("not a hexadecimal number")
    return int(content, 16)


def _special_float(decoder: Decoder, content: Any, _depth: int) -> float:
    data = bytes.fromhex(_text(content))
    if len(data) != FLOAT_BYTES:
        raise ValueError("not eight bytes")
    made = struct.unpack(">d", data)[0]
    if is_unequal(made):
        decoder.gifts.append(made)
    return made


def _odd_text(_: Decoder, content: Any, _depth: int) -> str:
    if type(content) is not list or set(map(type, content)) - {int}:
        raise ValueError("not code points")
    if content and not 0 <= min(content) <= max(content) <= sys.maxunicode:
        raise ValueError("not code points")
    return "".join(map(chr, content))


_MAKERS: dict[str, Callable[[Decoder, Any, int], Any]] = {
    "t": lambda decoder, content, depth: tuple(decoder.elements(content, depth)),
    "s": Decoder.make_set,
    "z": lambda decoder, content, depth: values.collect(
        frozenset, decoder.elements(content, depth)
    ),
    "d": Decoder.make_dict,
    "i": _big_int,
    "f": _special_float,
    "u": _odd_text,
    "y": lambda _decoder, content, _depth: base64.b64decode(_text(content), validate=True),
    "v": Decoder.make_value,
    "r": Decoder.make_reference,
    "h": Decoder.make_handle,
    "k": Decoder.make_derived,
    "b": Decoder.make_own,
}

_encoder = json.JSONEncoder(separators=(",", ":"), check_circular=False, allow_nan=False)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


_scanner = json.JSONDecoder(parse_constant=_no_constant)


def dumps(tree: Any) -> bytes:
    """JSON text of a tree."""
    return _encoder.encode(tree).encode("ascii")


def loads(text: bytes) -> Any:
    """A tree; ValueError where it is not JSON, or holds NaN or infinities by name."""
    return _scanner.decode(text.decode("ascii"))


def deeply(action: Callable[..., Any], *arguments: Any) -> Any:
    """`action(*arguments)`; once more with room for values as deep as DEPTH where that lacked."""
    try:
        return action(*arguments)
    except RecursionError:
        before = sys.getrecursionlimit()
        sys.setrecursionlimit(before + 8 * DEPTH)
        try:
            return action(*arguments)
        finally:
            sys.setrecursionlimit(before)
