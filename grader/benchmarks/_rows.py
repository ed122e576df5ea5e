"""Read rows (JSON objects) from JSON Lines or a JSON list, plain or gzip, one at a time.

Every complaint is a UsageError that begins with `file:line`.
"""

import gzip
import io
import json
import sys
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple, NoReturn, cast

from grader.errors import UsageError

STDIN = "-"
GZIP_MAGIC = b"\x1f\x8b"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
LINE_BYTES = 256 * 1024 * 1024
"""A longer line is refused: no benchmark has one, and a decompression bomb would."""
BUFFER_BYTES = 64 * 1024
SHOWN_CHARACTERS = 60


class JsonRow(NamedTuple):
    """One JSON object and the place where it stood."""

    file: str
    line: int
    """1-based; 0 where lines mean nothing."""
    value: dict[str, Any]
    shape: str = ""
    """How it was written, where not as rows of this kind usually are."""
    key: str = ""
    """What it stood under in an object of rows."""

    @property
    def place(self) -> str:
        """`file:line`, or `file` alone, as messages begin."""
        return f"{self.file}:{self.line}" if self.line else self.file


def json_lines(source: str | Path) -> Iterator[JsonRow]:
    """Rows of a JSON Lines file, or of standard input where `source` is `-`; blanks are skipped.

    Holds one line at a time. Compression is recognised by content, not by name.
    """
    name = "<stdin>" if source == STDIN else str(source)
    with opened(source, name) as stream:
        yield from _lines(stream, name)


def json_list(path: Path) -> Iterator[JsonRow]:
    """Rows of a file that is one JSON list of objects; each one's place is `file[index]`."""
    name = str(path)
    with opened(path, name) as stream:
        yield from _items(stream, name)


def json_rows(source: str | Path) -> Iterator[JsonRow]:
    """Rows of JSON Lines or of one JSON list, whichever `source` (or standard input, `-`) holds."""
    name = "<stdin>" if source == STDIN else str(source)
    with opened(source, name) as stream:
        yield from (_items if _begins_list(stream, name) else _lines)(stream, name)


def _begins_list(stream: Any, name: str) -> bool:
    try:
        start: bytes = stream.peek(BUFFER_BYTES)
    except (OSError, EOFError, zlib.error) as error:
        unreadable(error, name)
    return start.removeprefix(BYTE_ORDER_MARK).lstrip().startswith(b"[")


def _lines(stream: IO[bytes], name: str) -> Iterator[JsonRow]:
    number = 0
    while line := next_line(stream, name, number + 1):
        number += 1
        if number == 1:
            line = line.removeprefix(BYTE_ORDER_MARK)
        if not line.isspace() and line:
            yield JsonRow(name, number, _object(line, name, number))


def _items(stream: IO[bytes], name: str) -> Iterator[JsonRow]:
    text = decoded(all_of(stream, name).removeprefix(BYTE_ORDER_MARK), name, None)
    value = parsed(text, name, None)
    if not isinstance(value, list):
        raise UsageError(f"{name}: one JSON list of objects is expected, found {kind_of(value)}")
    for index, item in enumerate(cast("list[object]", value)):
        place = f"{name}[{index}]"
        if not isinstance(item, dict):
            raise UsageError(f"{place}: an object is expected, found {kind_of(item)}")
        yield JsonRow(place, 0, cast("dict[str, Any]", item))


def json_object_or_list(path: Path) -> Iterator[JsonRow]:
    """Rows of a file that is one JSON list of objects, or one object whose values they are.

    A file of JSON Lines with another name is taken for what it is.
    """
    name = str(path)
    with opened(path, name) as stream:
        text = decoded(all_of(stream, name).removeprefix(BYTE_ORDER_MARK), name, None)
    try:
        value = parsed(text, name, None)
    except UsageError:
        first, _, rest = text.lstrip().partition("\n")
        if not (first.startswith("{") and first.rstrip().endswith("}") and rest.strip()):
            raise
        yield from json_lines(path)
        return
    if isinstance(value, dict):
        found = cast("dict[str, object]", value)
        if "instance_id" in found:
            yield JsonRow(name, 0, found)
            return
        items = [(f"[{shown(key)}]", key, item) for key, item in found.items()]
    elif isinstance(value, list):
        listed = cast("list[object]", value)
        items = [(f"[{index}]", "", item) for index, item in enumerate(listed)]
    else:
        raise UsageError(f"{name}: a JSON list or object is expected, found {kind_of(value)}")
    for place, key, item in items:
        if not isinstance(item, dict):
            raise UsageError(f"{name}{place}: an object is expected, found {kind_of(item)}")
        yield JsonRow(f"{name}{place}", 0, cast("dict[str, Any]", item), key=key)


def text_of(row: JsonRow, key: str) -> str:
    """`row[key]`, which must be there and be a string."""
    value = _member(row, key)
    if isinstance(value, str):
        return value
    raise UsageError(f"{row.place}: '{key}' must be a string, found {kind_of(value)}")


def texts_of(row: JsonRow, key: str) -> list[str]:
    """`row[key]`, which must be there and be a list of strings."""
    value = _member(row, key)
    if isinstance(value, list):
        items = cast("list[object]", value)
        if all(isinstance(item, str) for item in items):
            return cast("list[str]", items)
    raise UsageError(f"{row.place}: '{key}' must be a list of strings")


def _member(row: JsonRow, key: str) -> object:
    if key in row.value:
        return row.value[key]
    raise UsageError(
        f"{row.place}: no '{key}' (found: {keys_of(row.value)}); wrong file for --data?"
    )


def kind_of(value: object) -> str:
    """What a JSON value is, in JSON's own words."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "a list"
        case _:
            return "an object"


def shown(text: str) -> str:
    """`text` quoted, printable and short: safe in a message whatever it holds."""
    return ascii(text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "...")


def keys_of(value: dict[str, Any]) -> str:
    """The keys of `value`, for a message."""
    return ", ".join(shown(key) for key in list(value)[:12]) or "none"


@contextmanager
def opened(source: str | Path, name: str) -> Generator[IO[bytes]]:
    """A buffered byte stream over `source`, decompressed where it is gzip."""
    if source == STDIN:
        yield _plain(sys.stdin.buffer, name)
        return
    try:
        file = Path(source).open("rb")  # noqa: SIM115 - closed below
    except FileNotFoundError:
        raise UsageError(f"{name}: no such file; check the path") from None
    except OSError as error:
        raise UsageError(f"{name}: cannot be read ({error.strerror or error})") from error
    with file:
        yield _plain(file, name)


def _plain(stream: Any, name: str) -> IO[bytes]:
    try:
        magic = stream.peek(len(GZIP_MAGIC))[: len(GZIP_MAGIC)]
    except OSError as error:
        unreadable(error, name)
    if magic != GZIP_MAGIC:
        return stream
    return cast("IO[bytes]", io.BufferedReader(gzip.GzipFile(fileobj=stream), BUFFER_BYTES))


def next_line(stream: IO[bytes], name: str, number: int) -> bytes:
    """The next line with its end, empty at the end of the file."""
    try:
        line = stream.readline(LINE_BYTES)
    except (OSError, EOFError, zlib.error) as error:
        unreadable(error, f"{name}:{number}")
    if len(line) == LINE_BYTES:
        raise UsageError(f"{name}:{number}: longer than {LINE_BYTES >> 20} MiB; is it JSON Lines?")
    return line


def all_of(stream: IO[bytes], name: str) -> bytes:
    try:
        data = stream.read(LINE_BYTES)
    except (OSError, EOFError, zlib.error) as error:
        unreadable(error, name)
    if len(data) == LINE_BYTES:
        raise UsageError(f"{name}: longer than {LINE_BYTES >> 20} MiB")
    return data


def unreadable(error: Exception, place: str) -> NoReturn:
    if isinstance(error, EOFError):
        raise UsageError(
            f"{place}: the compressed data end early; the file is cut off, copy or make it again"
        ) from error
    if isinstance(error, zlib.error | gzip.BadGzipFile):
        raise UsageError(
            f"{place}: the gzip data are damaged ({error}); copy or make the file again"
        ) from error
    raise UsageError(f"{place}: cannot be read ({error})") from error


def _object(line: bytes, name: str, number: int) -> dict[str, Any]:
    text = decoded(line, name, number)
    value = parsed(text, name, number)
    if isinstance(value, dict):
        return cast("dict[str, Any]", value)
    kind = kind_of(value)
    more = "; give each of its items a line of its own" if kind == "a list" else ""
    raise UsageError(f"{name}:{number}: one JSON object per line is expected, found {kind}{more}")


def decoded(data: bytes, name: str, number: int | None) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = number or data.count(b"\n", 0, error.start) + 1
        raise UsageError(
            f"{name}:{line}: byte {error.start + 1} is not UTF-8; save the file as UTF-8"
            f" (iconv -f LATIN1 -t UTF-8 {name} > NEW, if it is Latin-1)"
        ) from None


def parsed(text: str, name: str, number: int | None) -> object:
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        end = len(text.rstrip())
        at_end = error.pos >= end or error.msg.startswith("Unterminated string")
        at = min(error.pos, end)  # behind a line break it would be column 1 of no line
        line, column = number or text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
        raise UsageError(
            f"{name}:{line}: not JSON at column {column} ({error.msg});"
            f" {json_hint(text, number, at_end=at_end)}"
        ) from None
    except _DuplicateKeyError as error:
        raise UsageError(
            f"{name}:{number or 1}: key {shown(error.key)} stands twice in one object; keep one"
        ) from None
    except RecursionError:
        raise UsageError(f"{name}:{number or 1}: nested too deeply; correct or remove it") from None
    except ValueError:  # an integer of more digits than Python converts
        raise UsageError(
            f"{name}:{number or 1}: a number of thousands of digits; make it a string or remove it"
        ) from None


def json_hint(text: str, number: int | None, *, at_end: bool) -> str:
    """The next move for a text that is no JSON; `number`: its line, None for a whole file."""
    if at_end and (number is None or not text.endswith("\n")):
        return "the text ends early; was the file cut off while it was written?"
    if text.lstrip().startswith("[") and number == 1:
        return "one JSON object per line is expected, not one list"
    if at_end:
        return "the line ends early; was it cut off while it was written?"
    return "correct or remove the line"


class _DuplicateKeyError(Exception):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _DuplicateKeyError(key)
            seen.add(key)
    return value


_DECODER = json.JSONDecoder(object_pairs_hook=_pairs)
