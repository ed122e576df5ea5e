"""One journal line: a result as JSON whose first key is the CRC-32 of the rest of the line.

`{"crc":"89abcdef","task_id":…,"index":…,"verdict":…,"sample_digest":…,"same_as":…,…,"chain":…}`

The keys that a scan needs come first and in this order, so that it reads them without parsing
JSON. Fields with their default value are left out: a default must never change its meaning. The
last key chains the lines: the SHA-256 of the line before's chain and of this line's own text. It is
checked by `grader verify`; lines of older graders have none.
"""

import hashlib
import json
import re
import zlib
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError, to_json

from grader.core.execution import StepResult
from grader.core.record import without_surrogates
from grader.core.result import Result, Verdict
from grader.record import received
from grader.record.received import LARGEST, LATEST

CRC_CHARS = len('{"crc":"89abcdef",')
CHAIN_KEY = b',"chain":"'
CHAIN_CHARS = 64
"""Hexadecimal digits of a link."""
TAIL_CHARS = len(CHAIN_KEY) + CHAIN_CHARS + len('"}\n')
KEY_FIELDS = {"task_id", "index", "verdict", "sample_digest", "same_as"}
LONGEST = 1e12
"""Seconds or MiB: nothing that anybody measures is more."""
DIGITS = 15
"""Of an index that is read without parsing it."""
VERDICTS = frozenset(verdict.value.encode() for verdict in Verdict)
AGAIN = re.compile(rb',\s*"(?:task_id|index|verdict|sample_digest|same_as)"')
HEAD = re.compile(
    rb'\{"crc":"[0-9a-f]{8}","task_id":"([^"\\]*)","index":(\d+),"verdict":"(\w+)"'
    rb',"sample_digest":"(\w*)"(?:,"same_as":(\d+))?[,}]'
)


class CorruptLine(ValueError):  # noqa: N818  a fact about some bytes; the reader knows whose fault it is
    """These bytes are not a whole journal line."""


@dataclass(slots=True)
class LineEntry:
    """What a scan needs to know of one line; not a Record, which would double a scan's time."""

    task_id: str
    index: int
    sample_digest: str
    verdict: str
    same_as: int | None
    offset: int
    """Byte in the journal at which the line begins."""


class LineChain:
    """The writing end of a chain of lines."""

    def __init__(self, head: str) -> None:
        """`head`: the last line's link, or the journal's origin."""
        self.head = head

    def encode(self, result: Result) -> bytes:
        """The line of `result`, with its line feed, linked to the one before."""
        return self.encode_text(text(result))

    def encode_text(self, rest: bytes) -> bytes:
        """The same for what `text` gave."""
        self.head = link(self.head, rest)
        rest = b'%b%b%b"}' % (rest[:-1], CHAIN_KEY, self.head.encode())
        return b'{"crc":"%08x",%b\n' % (zlib.crc32(rest), rest)


def encode(result: Result) -> bytes:
    """A line without a link, as graders before the chain wrote it."""
    rest = text(result)
    return b'{"crc":"%08x",%b\n' % (zlib.crc32(rest), rest)


def link(head: str, rest: bytes) -> str:
    """The link of a line: `rest` is its text without the brace, the checksum and the link."""
    return hashlib.sha256(head.encode() + rest).hexdigest()


class LineParts(NamedTuple):
    """A checked line's text and its link; the link is empty in lines of older graders."""

    rest: bytes
    link: str


def parts(line: bytes) -> LineParts:
    """Take the link off a checked line."""
    if line[-TAIL_CHARS : -TAIL_CHARS + len(CHAIN_KEY)] != CHAIN_KEY:
        return LineParts(line[CRC_CHARS:-1], "")
    linked = line[-TAIL_CHARS + len(CHAIN_KEY) : -3].decode("ascii", errors="replace")
    return LineParts(line[CRC_CHARS:-TAIL_CHARS] + b"}", linked)


def text(result: Result) -> bytes:
    """`body`, with lone surrogates spelled out where there are any."""
    try:
        return body(result)
    except (PydanticSerializationError, UnicodeEncodeError):
        return body(Result.model_validate(without_surrogates(result.model_dump())))


def body(result: Result) -> bytes:
    """The line without its brace, checksum and link."""
    head: dict[str, Any] = {
        "task_id": result.task_id,
        "index": result.index,
        "verdict": result.verdict,
        "sample_digest": result.sample_digest,
    }
    if result.same_as is not None:
        head["same_as"] = result.same_as
    tail = result.__pydantic_serializer__.to_json(result, exclude_defaults=True, exclude=KEY_FIELDS)
    begin = to_json(head)[1:-1]
    return begin + b"}" if tail == b"{}" else begin + b"," + tail[1:]


def check(line: bytes) -> None:
    """Raise Corrupt unless `line` (with its line feed) is whole and its checksum holds."""
    try:
        stored = int(line[8:16], 16)
    except ValueError:
        raise CorruptLine("it does not begin with a checksum") from None
    if line[-1:] != b"\n" or stored != zlib.crc32(line[CRC_CHARS:-1]):
        raise CorruptLine("its checksum does not match")


def decode(line: bytes) -> Result:
    """The result of a checked line."""
    check(line)
    try:
        result = Result.model_validate_json(b"{" + parts(line).rest)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise CorruptLine(f"{where}: {first['msg']} (written by another version?)") from error
    if why := implausible(result) or contradiction(line, result):
        raise CorruptLine(why)
    return result


def implausible(result: Result) -> str:
    """Which number of a result no run has; empty where all are sound."""
    if not (
        0 <= result.index <= LARGEST
        and 0 <= (result.same_as or 0) <= LARGEST
        and 0 <= result.attempts <= LARGEST
        and 0 <= result.solution_lines <= LARGEST
    ):
        return "index or another count: it is not from 0 to 2^53"
    for name, share in (("solution_share", result.solution_share), ("score", result.score)):
        if not 0 <= (share or 0) <= 1:
            return f"{name}: it is not from 0 to 1"
    execution = result.execution
    if execution is None:
        return ""
    around = execution.around
    if not 0 <= execution.started_at <= LATEST or (
        around and not all(0 <= seconds <= LONGEST for _, seconds in around)
    ):
        return "execution: its time is none"
    for step in execution.steps:
        checker = step.checker
        if not is_measured(step) or (checker is not None and not is_measured(checker)):
            return f"step '{step.name[:40]}': it has no sound measurements"
    return ""


def is_measured(side: StepResult) -> bool:
    """Whether time and memory are numbers that can be (a comparison with NaN is never true)."""
    return (
        0 <= side.wall_s <= LONGEST
        and 0 <= side.cpu_s <= LONGEST
        and 0 <= side.wait_s <= LONGEST
        and 0 <= side.peak_mb <= LONGEST
        and -LARGEST <= side.code <= LARGEST
        and (side.checker is None or side.checker.checker is None)
    )


def contradiction(line: bytes, result: Result) -> str:
    """What a scan of a line says otherwise than its reader, as where a key stands twice."""
    found = HEAD.match(line)
    if found is not None and is_said_once(line, found.end()):
        return ""
    entry = parsed(line, 0)
    read = (entry.task_id, entry.index, entry.verdict, entry.sample_digest, entry.same_as)
    said = (
        result.task_id, result.index, result.verdict, result.sample_digest, result.same_as
    )  # fmt: skip
    return "" if read == said else "a key stands twice in it"


def is_said_once(line: bytes, end: int) -> bool:
    """Whether plainly no key of the head, which ends there, comes again, spelled in any way."""
    is_spelled = line.find(b"\\", end) < 0 or line.find(b"\\u", end) < 0
    return is_spelled and AGAIN.search(line, end - 1) is None


def glance(line: bytes, names: dict[bytes, str], *, offset: int) -> LineEntry:
    """The key fields of a checked line; `names` interns task ids over a whole scan."""
    found = HEAD.match(line)
    if found is None or not is_said_once(line, found.end()):
        return parsed(line, offset)
    task, index, verdict, sample_digest, same_as = found.groups()
    if verdict not in VERDICTS:
        raise CorruptLine(
            f"verdict: '{verdict.decode()[:40]}' is none (written by another version?)"
        )
    name = names.get(task)
    try:
        if name is None:
            name = names.setdefault(task, task.decode())
        if len(index) > DIGITS or (same_as and len(same_as) > DIGITS):
            raise CorruptLine("index: it is not from 0 to 2^53")
    except UnicodeDecodeError as error:
        raise CorruptLine(f"task_id: {error}") from error
    return LineEntry(
        name,
        int(index),
        sample_digest.decode(),
        verdict.decode(),
        None if same_as is None else int(same_as),
        offset,
    )


def parsed(line: bytes, offset: int) -> LineEntry:
    """The slow twin of `glance`: task ids with escapes, lines that other writers made."""
    try:
        received.refuse_twice(line)
        value = json.loads(line)
        entry = LineEntry(
            value["task_id"],
            value["index"],
            value.get("sample_digest", ""),
            value["verdict"],
            value.get("same_as"),
            offset,
        )
        entry.task_id.encode()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CorruptLine(f"it is no result ({type(error).__name__}: {error})") from error
    counts = (entry.index, 0 if entry.same_as is None else entry.same_as)
    is_sound = is_verdict(entry.verdict) and is_text(entry.sample_digest)
    if not is_sound or not all(map(is_count, counts)):
        raise CorruptLine("it is no result (a key has a value of another kind)")
    return entry


def is_verdict(value: object) -> bool:
    """Whether a value of JSON is a verdict."""
    return isinstance(value, str) and value.encode(errors="replace") in VERDICTS


def is_text(value: object) -> bool:
    """Whether a value of JSON is a text."""
    return type(value) is str


def is_count(value: object) -> bool:
    """Whether a value of JSON may number samples."""
    return type(value) is int and 0 <= value <= LARGEST
