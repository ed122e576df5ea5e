"""The values that a file of samples holds, whatever it is packed in.

A value is one line of JSON Lines, one item of a JSON list, one row of a table, or one JSON text.
What cannot be read is named, with the command that converts it.
"""

import bz2
import csv
import io
import json
import lzma
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from grader.benchmarks._rows import (
    BUFFER_BYTES,
    BYTE_ORDER_MARK,
    LINE_BYTES,
    STDIN,
    JsonRow,
    all_of,
    decoded,
    kind_of,
    next_line,
    opened,
    parsed,
)
from grader.benchmarks._shapes.answers import BODIES, IDS
from grader.errors import UsageError

START_BYTES = 4096
MAGIC = {
    b"\x28\xb5\x2f\xfd": ("compressed with Zstandard", "zstd -d {name}"),
    b"\xff\xfe": ("UTF-16", "iconv -f UTF-16 -t UTF-8 {name} > samples.jsonl"),
    b"\xfe\xff": ("UTF-16", "iconv -f UTF-16 -t UTF-8 {name} > samples.jsonl"),
    b"7z\xbc\xaf\x27\x1c": ("a 7-Zip archive", "7z x {name}"),
    b"Rar!": ("a RAR archive", "unrar x {name}"),
    b"SQLite format 3\0": ("an SQLite database", "sqlite3 -json {name} 'SELECT …'"),
    b"ARROW1": ("an Arrow file", "python -c 'import datasets' to write it with to_json()"),
    b"%PDF": ("a PDF document", ""),
    b"\x89PNG": ("a picture", ""),
    b"\x80\x04": ("a Python pickle", "json.dump() in the program that wrote it"),
    b"\x80\x05": ("a Python pickle", "json.dump() in the program that wrote it"),
    b"<!DOCTYPE": ("an HTML page, a report rather than samples", ""),
    b"<html": ("an HTML page, a report rather than samples", ""),
    b"<?xml": ("an XML document", ""),
    b"---\n": ("a YAML document", "yq -o=json {name}"),
    b"diff --git": ("a patch", ""),
}
"""First bytes → what such a file is, and the command that makes one that can be read."""
TAR_AT, TAR = 257, b"ustar"
ZIP, XZ, BZIP2, PARQUET = b"PK\x03\x04", b"\xfd7zXZ\x00", b"BZh", b"PAR1"
INSPECT_SAMPLES = "samples/"
"""The folder of an Inspect log (`.eval`, a zip archive) that holds a JSON text per sample."""


class FileContents(NamedTuple):
    """What a file holds."""

    values: Iterator[JsonRow]
    """Each value with its place; a value that is no object stands under the key `VALUE`."""
    shape: str = ""
    """The packing, where the file is not plain JSON Lines; for a note to the user."""


VALUE = "\0value"
"""The key of a value that is not an object: a text, a list of texts, a list of lists."""


def contents(source: str) -> FileContents:
    """Open `source` (a path, or `-`) and look at its first bytes; values are read as they come.

    Raises UsageError that names what the file seems to be where it cannot be read.
    """
    name = "<stdin>" if source == STDIN else source
    if source == STDIN:
        return FileContents(_streamed(source, name))
    start = _start(source)
    if start.startswith(ZIP):
        return _zipped(Path(source), name)
    if start.startswith(PARQUET):
        return FileContents(_table(Path(source), name), "a parquet table")
    if start.startswith((XZ, BZIP2)):
        return FileContents(_unpacked(source, name, start))
    refuse_others(start, name)
    return FileContents(_streamed(source, name), "a CSV table" if _is_csv(start) else "")


def refuse_others(start: bytes, name: str) -> None:
    """UsageError where the first bytes are those of another kind of file."""
    text = start.removeprefix(BYTE_ORDER_MARK).lstrip()
    for magic, (what, command) in MAGIC.items():
        if start.startswith(magic) or text[: len(magic)].lower() == magic.lower():
            more = f"; {command.format(name=name)}" if command else ""
            raise UsageError(f"{name}: this is {what}, and samples are JSON Lines{more}")
    if start[TAR_AT : TAR_AT + len(TAR)] == TAR:
        raise UsageError(
            f"{name}: this is a tar archive, and samples are JSON Lines; tar xf {name}"
        )


def _start(source: str) -> bytes:
    """The first bytes of a regular file; none of a pipe, which can be read only once."""
    path = Path(source)
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as file:
            return file.read(START_BYTES)
    except OSError:
        return b""  # reading it says why


def _streamed(source: str, name: str) -> Iterator[JsonRow]:
    with opened(source, name) as stream:
        yield from values(stream, name)


def _unpacked(source: str, name: str, start: bytes) -> Iterator[JsonRow]:
    unpack: Any = lzma.open if start.startswith(XZ) else bz2.open
    try:
        with unpack(source) as file, io.BufferedReader(file, BUFFER_BYTES) as stream:
            yield from values(cast("IO[bytes]", stream), name)
    except lzma.LZMAError as error:
        raise UsageError(
            f"{name}: the compressed data are damaged ({error}); copy it again"
        ) from error


def _zipped(path: Path, name: str) -> FileContents:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise UsageError(f"{name}: a zip archive that cannot be read ({error})") from error
    members = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
    samples = [each for each in members if each.startswith(INSPECT_SAMPLES)]
    if samples:
        return FileContents(_inspect_members(archive, name, samples), "an Inspect log")
    texts = [each for each in members if each.lower().endswith((".jsonl", ".json", ".csv"))]
    if len(texts) != 1:
        raise UsageError(
            f"{name}: a zip archive with {len(texts)} JSON files; unzip {name} and name one of them"
        )
    return FileContents(_member(archive, name, texts[0]), "a zip archive")


def _member(archive: zipfile.ZipFile, name: str, member: str) -> Iterator[JsonRow]:
    place = f"{name}/{member}"
    try:
        with archive.open(member) as file, io.BufferedReader(cast("Any", file)) as stream:
            yield from values(cast("IO[bytes]", stream), place)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
        raise UsageError(f"{place}: cannot be unpacked ({error}); unzip it by hand") from error


def _inspect_members(archive: zipfile.ZipFile, name: str, members: list[str]) -> Iterator[JsonRow]:
    for member in sorted(members, key=_numbered):
        yield from _member(archive, name, member)


def _numbered(member: str) -> tuple[int, str]:
    """Samples of an Inspect log by their epoch, then by name."""
    epoch = member.rsplit("_epoch_", 1)[-1].removesuffix(".json")
    return (int(epoch) if epoch.isdigit() else 0, member)


def _table(path: Path, name: str) -> Iterator[JsonRow]:
    try:
        import pyarrow as pa  # noqa: PLC0415  an extra, and heavy
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError:
        raise UsageError(
            f"{name}: a parquet table; pip install 'grader[parquet]' to read it"
        ) from None
    try:
        number = 0
        for batch in cast("Any", parquet).ParquetFile(path).iter_batches():
            for item in batch.to_pylist():
                number += 1
                yield JsonRow(f"{name}[{number - 1}]", 0, item)
    except (cast("type[Exception]", cast("Any", pa).ArrowException), OSError) as error:
        first = str(error).partition("\n")[0]
        raise UsageError(f"{name}: a parquet table that cannot be read ({first})") from error


def _is_csv(start: bytes) -> bool:
    """Whether a first line names the columns of a table of samples."""
    head = start.removeprefix(BYTE_ORDER_MARK).split(b"\n", 1)[0].decode(errors="replace").strip()
    columns = {each.strip('" ') for each in head.split("\t" if "\t" in head else ",")}
    return not columns.isdisjoint(IDS) and not columns.isdisjoint(BODIES)


def values(stream: IO[bytes], name: str) -> Iterator[JsonRow]:
    """The values of a byte stream: lines of JSON, one JSON text over many lines, or a CSV table."""
    first = next_line(stream, name, 1).removeprefix(BYTE_ORDER_MARK)
    number = 1
    while first and not first.strip():
        number += 1
        first = next_line(stream, name, number)
    if not first:
        return
    if _is_csv(first):
        yield from _csv(first, stream, name)
    elif _goes_on(first):
        yield from _whole(first + all_of(stream, name), name, number)
    else:
        yield from _line(first, name, number)
        while line := next_line(stream, name, number + 1):
            number += 1
            if not line.isspace():
                yield from _line(line, name, number)


def _goes_on(line: bytes) -> bool:
    """Whether a first line is the beginning of a longer JSON text, or one list."""
    start = line.strip()
    if start.startswith(b"["):
        return True
    if not start.startswith(b"{") or not line.endswith(b"\n"):
        return False
    try:
        _, end = json.JSONDecoder().raw_decode(start.decode())
    except json.JSONDecodeError as error:
        # A text that ends early: the object goes on in the next line.
        return error.pos >= len(start.decode().rstrip()) - 1 and b'"' not in start[-1:]
    except (ValueError, RecursionError):
        return False
    return end == 0


def _line(line: bytes, name: str, number: int) -> Iterator[JsonRow]:
    """The values of one line: one as a rule; objects that stand side by side, or before a comma."""
    text = decoded(line, name, number)
    try:
        yield _row(parsed(text, name, number), name, number)
    except UsageError:
        several = _side_by_side(text)
        if several is None:
            raise
        for value in several:
            yield _row(value, name, number)


def _side_by_side(text: str) -> list[object] | None:
    """Objects one after the other, with or without commas between; None where it is not that."""
    found: list[object] = []
    at, text = 0, text.strip()
    while at < len(text):
        try:
            value, at = json.JSONDecoder().raw_decode(text, at)
        except (ValueError, RecursionError):
            return None
        found.append(value)
        rest = text[at:].lstrip(", \t\r\n")
        at = len(text) - len(rest)
    is_several = len(found) > 1 or text.endswith(",")
    return found if is_several and all(isinstance(each, dict) for each in found) else None


def _whole(data: bytes, name: str, number: int) -> Iterator[JsonRow]:
    """One JSON text over several lines; a list gives its items."""
    if len(data) >= LINE_BYTES:
        raise UsageError(f"{name}: longer than {LINE_BYTES >> 20} MiB; write it as JSON Lines")
    text = decoded(data, name, None)
    try:
        value = parsed(text, name, None)
    except UsageError:
        several = _side_by_side(text)
        if several is None:
            lines = text.splitlines()
            if lines[0].strip().startswith("[") and len(lines) > 1 and _is_json(lines[0]):
                raise UsageError(
                    f"{name}:{number}: one JSON object per line is expected, found a list"
                ) from None
            raise
        for each in several:
            yield _row(each, name, 0)
        return
    if not isinstance(value, list):
        yield _row(value, name, 0)
        return
    for index, item in enumerate(cast("list[object]", value)):
        yield _row(item, f"{name}[{index}]", 0)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _row(value: object, name: str, number: int) -> JsonRow:
    if isinstance(value, dict):
        return JsonRow(name, number, cast("dict[str, Any]", value))
    if isinstance(value, str | list) and not number:
        return JsonRow(name, number, {VALUE: value})
    place = f"{name}:{number}" if number else name
    kind = kind_of(cast("object", value))
    more = "; give each of its items a line of its own" if kind == "a list" else ""
    raise UsageError(f"{place}: one JSON object per line is expected, found {kind}{more}")


def _csv(first: bytes, stream: IO[bytes], name: str) -> Iterator[JsonRow]:
    text = decoded(first + all_of(stream, name), name, None)
    delimiter = "\t" if "\t" in text.split("\n", 1)[0] else ","
    limit = csv.field_size_limit(LINE_BYTES)
    try:
        table = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        for item in table:
            yield JsonRow(name, table.line_num, {str(key): value for key, value in item.items()})
    except csv.Error as error:
        raise UsageError(f"{name}: a CSV table that cannot be read ({error})") from error
    finally:
        csv.field_size_limit(limit)
