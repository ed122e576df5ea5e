"""A sealed benchmark's file: a head, then a line for each task, its tests in one `age` file each.

`{"grader_sealed":1,"benchmark":…,"canary":…,"recipients":[…],"tasks":164,"content":…}`
`{"id":…,"kind":…,"prompt":…,"canary":…,"sealed":"base64 of an age file"}`

What is sealed is the whole task as the engine has it, whatever benchmark it is of. It says its id
and prompt again, so that no line can stand for another; `content` is a digest over all of it, so
that none can be left out, and it stays the same under another key. A task's length says little, for
it is filled up.
"""

import base64
import json
import secrets
import uuid
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import Field, ValidationError

from grader.core.limits import Limits
from grader.core.record import Record, digest, first_fault
from grader.core.sealed_task import SealedTask
from grader.core.task import Task
from grader.errors import UsageError
from grader.vault.keys import Opener, pyrage, sealed_to

MARK = b'{"grader_sealed":'
LINE_BYTES = 512 << 20
FILLED_BYTES = 1024
"""A sealed task's length is a multiple of it: `yes` and `no` must not differ in size."""
KNOWN_BROKEN = "its author calls it unsound"
"""The reason itself may say what the tests want."""


class SealedHead(Record):
    """The first line."""

    grader_sealed: int = Field(ge=1, le=1)
    benchmark: str
    version: str
    canary: str
    """A text that no honest answer holds; whoever trains on this file learns it."""
    recipients: tuple[str, ...]
    tasks: int
    content: str
    """Hex SHA-256 over what is sealed; the same under every key."""


class SealedLine(Record):
    """One task's line."""

    id: str
    kind: str
    limits: Limits
    prompt: str
    canary: str
    sealed: str
    """Base64 of an age file that holds an `OpenedTask`."""


class OpenedTask(Record):
    """What is sealed of a task."""

    nonce: str
    prompt: str
    task: dict[str, Any]


class SealedData(NamedTuple):
    """A file that was read; nothing of it is opened yet."""

    path: Path
    head: SealedHead
    lines: tuple[SealedLine, ...]


def is_sealed(path: Path | None) -> bool:
    """Whether a file is a sealed benchmark."""
    try:
        if path is None or not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(len(MARK)) == MARK
    except OSError:
        return False


def read(path: Path) -> SealedData:
    """The file's public part; UsageError where it is damaged."""
    try:
        with path.open("rb") as file:
            head = SealedHead.model_validate_json(file.readline(LINE_BYTES))
            lines = tuple(
                SealedLine.model_validate_json(line)
                for line in iter(lambda: file.readline(LINE_BYTES), b"")
            )
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    except ValidationError as error:
        fault = first_fault(error, "a line")
        raise UsageError(f"{path} is no sealed benchmark that can be read: {fault}") from None
    if len(lines) != head.tasks or len({each.id for each in lines}) != head.tasks:
        raise UsageError(f"{path} should hold {head.tasks} tasks, it was cut off or changed")
    return SealedData(path, head, lines)


def public_tasks(found: SealedData) -> Iterator[SealedTask]:
    """Tasks as everybody may know them: id, limits, prompt."""
    for line in found.lines:
        yield SealedTask(
            id=line.id,
            benchmark=found.head.benchmark,
            kind=line.kind,
            limits=line.limits,
            spec={"prompt": line.prompt},
            nonce="",
            is_open=False,
        )


def open_tasks(found: SealedData, opener: Opener) -> list[SealedTask]:
    """All tasks, opened in this process's memory; UsageError where the key is another one."""
    return [task_of(found, line, part) for line, part in opened(found, opener)]


def opened(found: SealedData, opener: Opener) -> list[tuple[SealedLine, bytes]]:
    """What is sealed in each line, after a look that it is whole."""
    parts = [(line, opener.open(from_base64(found, line))) for line in found.lines]
    if content_of(part for _, part in parts) != found.head.content:
        raise UsageError(f"{found.path} was changed after it was sealed; get it again")
    return parts


def from_base64(found: SealedData, line: SealedLine) -> bytes:
    """A line's age file."""
    try:
        return base64.b64decode(line.sealed, validate=True)
    except ValueError:
        raise UsageError(f"{found.path}: '{line.id[:80]!a}' is damaged; get it again") from None


def task_of(found: SealedData, line: SealedLine, part: bytes) -> SealedTask:
    """One opened task; a message about it must show nothing of it."""
    try:
        whole = OpenedTask.model_validate_json(part)
        task = SealedTask.model_validate({**whole.task, "nonce": whole.nonce})
    except ValidationError as error:
        place = ".".join(map(str, error.errors(include_input=False)[0]["loc"])) or "task"
        raise UsageError(
            f"{found.path}: '{line.id[:80]!a}' was sealed by another version ({place}); seal the"
            " data again"
        ) from None
    if (task.id, whole.prompt) != (line.id, line.prompt):
        raise UsageError(f"{found.path}: the line of '{line.id[:80]!a}' is another task's")
    if task.known_broken:
        return task.model_copy(update={"known_broken": KNOWN_BROKEN})
    return task


def content_of(parts: Iterable[bytes]) -> str:
    """What `SealedHead.content` is of opened parts."""
    return digest(*parts)


def seal(
    tasks: Mapping[str, Task],
    prompts: Mapping[str, str],
    *,
    benchmark: str,
    version: str,
    recipients: tuple[str, ...],
) -> Iterator[bytes]:
    """The lines of a new sealed file."""
    canary = f"canary GUID {uuid.uuid4()}"
    rows: list[tuple[dict[str, Any], bytes]] = []
    for task in tasks.values():
        prompt = prompts.get(task.id, "")
        whole = OpenedTask(
            nonce=secrets.token_hex(16), prompt=prompt, task=task.model_dump(mode="json")
        )
        public = {
            "id": task.id,
            "kind": task.kind,
            "limits": task.limits.model_dump(mode="json"),
            "prompt": prompt,
            "canary": canary,
        }
        rows.append((public, filled(whole.model_dump_json().encode())))
    head = SealedHead(
        grader_sealed=1,
        benchmark=benchmark,
        version=version,
        canary=canary,
        recipients=recipients,
        tasks=len(rows),
        content=content_of(part for _, part in rows),
    )
    return written(head, rows)


def reseal(found: SealedData, opener: Opener, recipients: tuple[str, ...]) -> Iterator[bytes]:
    """The lines of the same benchmark under other keys: what runs rest on stays the same."""
    rows = [
        (line.model_dump(mode="json", exclude={"sealed"}), part)
        for line, part in opened(found, opener)
    ]
    return written(found.head.model_copy(update={"recipients": recipients}), rows)


def written(head: SealedHead, rows: Iterable[tuple[dict[str, Any], bytes]]) -> Iterator[bytes]:
    """Lines of public parts and of what is to be sealed."""
    library, keys = pyrage(), sealed_to(head.recipients)
    yield head.model_dump_json().encode() + b"\n"
    for public, part in rows:
        sealed = base64.b64encode(library.encrypt(part, keys)).decode("ascii")
        yield json.dumps({**public, "sealed": sealed}).encode() + b"\n"


def filled(data: bytes) -> bytes:
    """JSON with blanks behind it, so that lengths come in steps."""
    return data + b" " * (-len(data) % FILLED_BYTES)
