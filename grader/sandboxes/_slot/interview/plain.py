"""The candidate's end as long as questions and answers are plain. Standard library only.

This process is a copy of another one, and each page of memory that it touches is copied first: the
full codec touches a hundred. So what most programs need stands here in two functions, for scalars
and flat lists of them. Whatever is more (an argument that was changed or is still held, a result
that something else holds too, an exception) is left to the full codec, which goes on as if it had
read the question itself: what is sent is the same to the byte.
"""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# (values of unknown type are what this module is about)

import json.encoder
import json.scanner
from operator import is_
from os import read, write
from sys import getrefcount
from typing import Any, NamedTuple

SMALL = 1 << 63
SCALARS = frozenset({int, float, str, bool, type(None)})
PREFIX_BYTES = 4
CHUNK_BYTES = 64 << 10
KEYS = 4
"""Of a question that brings no changes and no names, and whose output nobody hears."""
_forget_frames: Any = BaseException.with_traceback
READY = b'\0\0\0\x0e{"ready":true}'
_make_encoder: Any = getattr(json.encoder, "c_make_encoder", None)
_make_scanner: Any = getattr(json.scanner, "c_make_scanner", None)
CAN = bool(_make_encoder and _make_scanner)
"""Whether this Python has them in C: others would touch more than is saved."""
_NO = False
"""Neither sorted keys, nor skipped ones, nor numbers that JSON does not know."""
_parts_of: Any = CAN and _make_encoder(
    None, None, json.encoder.encode_basestring_ascii, None, ":", ",", _NO, _NO, _NO
)
_scan: Any = CAN and _make_scanner(json.JSONDecoder())


class LeftToCodec(NamedTuple):
    """Where the full codec goes on."""

    data: bytes
    """What was read of further questions."""
    crossed: int
    """How many containers have crossed."""
    number: int = 0
    """The question that was asked already, if any."""
    name: str = ""
    """What was called."""
    outcome: list[Any] | None = None
    """What came of it: see `Talk.reply_of`."""
    before: list[tuple[Any, ...]] | None = None
    """What those of its arguments that are lists held before."""


def serve(channel: int, names: dict[str, Any]) -> LeftToCodec | None:  # noqa: C901, PLR0911  flat: see above
    """Say that the program has run, then answer; None where nobody asks any more.

    `names` are the program's globals. OSError where the channel is broken.
    """
    write(channel, READY)
    data, count = b"", 0
    while True:
        while len(data) < PREFIX_BYTES or len(data) < (
            end := PREFIX_BYTES + int.from_bytes(data[:PREFIX_BYTES], "big")
        ):
            if len(data) > CHUNK_BYTES:
                return LeftToCodec(data, count)
            more = read(channel, CHUNK_BYTES)
            if not more:
                return None
            data += more
        try:
            asked = _scan(data[PREFIX_BYTES:end].decode("ascii"), 0)[0]
        except (ValueError, RecursionError):
            return LeftToCodec(data, count)
        if len(asked) != KEYS or asked["q"] != "call" or asked["n"] not in names:
            return LeftToCodec(data, count)
        arguments, number, before = asked["a"], asked["i"], list[Any]()
        for each in arguments:
            if type(each) is list and SCALARS.issuperset(map(type, each)):
                before.append(tuple(each))
            elif type(each) not in SCALARS:
                return LeftToCodec(data, count)
        data, name = data[end:], asked["n"]
        asked = each = None
        try:
            value = names[name](*arguments)
        except BaseException as error:  # noqa: BLE001  boundary: the solution's exceptions
            _forget_frames(error, None)  # they hold what may be all the memory that there is
            return LeftToCodec(data, count, number, name, [error, None, arguments, {}], before)
        text = _text(value, arguments, before)
        if not text:
            return LeftToCodec(data, count, number, name, [None, value, arguments, {}], before)
        count += len(before) + (type(value) is list)
        value = arguments = None
        answer = b'{"v":%b,"i":%d}' % (text.encode("ascii"), number)
        answer = len(answer).to_bytes(PREFIX_BYTES, "big") + answer
        while answer:
            answer = answer[write(channel, answer) :]


def _text(  # noqa: C901, PLR0911, PLR0912  the same
    value: Any, arguments: list[Any], before: list[tuple[Any, ...]]
) -> str:
    """The JSON text of a plain value that only its caller holds; '' for any other.

    So it is where an argument is no more what it was `before`, or is held.
    """
    kind, lists = type(value), iter(before)
    for each in arguments:
        if type(each) is list:
            was = next(lists)
            if getrefcount(each) > ARGUMENT_ALONE or len(each) != len(was):
                return ""
            if not all(map(is_, each, was)):
                return ""
    if kind is list and getrefcount(value) > VALUE_ALONE:
        return ""
    if kind is list or kind is tuple:
        kinds, items = set(map(type, value)), value
    else:
        kinds, items = {kind}, (value,)
    if not kinds <= SCALARS:
        return ""
    if int in kinds or str in kinds:
        for each in items:
            if type(each) is int and not -SMALL <= each < SMALL:
                return ""
            if type(each) is str and not each.isascii():
                return ""
    try:
        text = "".join(_parts_of(value, 0))
    except ValueError:  # not a number, or infinite
        return ""
    return f'{{"t":{text}}}' if kind is tuple else text


def _references_of_value() -> int:
    value: list[Any] = []
    return _references(value)


def _references(value: Any) -> int:
    return getrefcount(value)


def _references_of_argument(arguments: list[Any]) -> int:
    for each in arguments:
        if type(each) is list:
            return getrefcount(each)
    return 0


VALUE_ALONE = _references_of_value()
"""References to a value that only `serve` holds, counted by this interpreter in `_text`."""
ARGUMENT_ALONE = _references_of_argument([[]])
