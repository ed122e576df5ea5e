"""What a step needs before its fork, and what its end means. Standard library only."""

import errno
import os
import signal
import stat
from contextlib import suppress
from typing import Any, NamedTuple, NoReturn

from grader.sandboxes._slot import wire
from grader.sandboxes._slot.meter import StepMeter

COLLECT_CAP = 64 << 20
SET_UP = b"k"
SAID_BYTES = 4096
RECORD_CHARS = {"said": 16, "exception": 200, "message": 4096, "traceback": 8192}
"""What any completion record may hold: texts, of at most so many characters."""
TRUSTED_PARTS = {"events": list, "learned": str, "leaving": bool}
"""What a checker's may hold besides."""
LAST_LINE = 1 << 31
ASKS, ANSWERS = 3, 4
"""What a command that talks over pipes reads and writes."""
FIRST_PIPE = 4
"""Where the two are before it begins: behind the completion record, which no command writes."""


class NotSetUpError(OSError):
    """A step's process came to its end before the program began: never the program's doing."""


class FileHasNoPlaceError(OSError):
    """What a session's steps left has no place or no room for a file; the slot is as it was."""


class RequestParts(NamedTuple):
    """The pieces of a request's body; no copies, so that `scrub` forgets them too."""

    source: memoryview
    stdin: memoryview
    files: memoryview
    code: memoryview


def split(request: dict[str, Any], body: bytearray) -> RequestParts:
    """Cut a request's body."""
    view = memoryview(body)
    source_end = request["source"]
    stdin_end = source_end + request["stdin"]
    files_end = len(view) - request.get("code", 0)
    return RequestParts(
        view[:source_end], view[source_end:stdin_end], view[stdin_end:files_end], view[files_end:]
    )


def readable(data: bytes | memoryview) -> int:
    """Standard input: nothing, or an anonymous file, so that no writer has to wait for a reader."""
    if not data:
        return os.open("/dev/null", os.O_RDONLY | os.O_CLOEXEC)
    descriptor = os.memfd_create("stdin", os.MFD_CLOEXEC)
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def put_files(request: dict[str, Any], files: memoryview | bytes, job: str) -> None:
    """Write the request's files into empty space; ValueError for one outside it.

    FileHasNoPlaceError where there is no room.
    """
    position = 0
    for path, mode, size in request.get("files", ()):
        place = os.path.normpath(os.path.join(job, path))
        if not place.startswith(job + "/"):
            raise ValueError(f"file outside the working directory: {path}")
        try:
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, "wb") as file:
                file.write(files[position : position + size])
            os.chmod(place, mode)
        except OSError as error:
            raise FileHasNoPlaceError(f"{path!r:.100}: {error.strerror}") from error
        position += size
    if request.get("files"):
        give_away(job)


def give_away(job: str) -> None:
    """Files were written as the supervisor's user; the task must be able to change them."""
    for folder, _, names in os.walk(job):
        os.chmod(folder, 0o1777 if folder == job else 0o777)
        for name in names:
            path = os.path.join(folder, name)
            os.chmod(path, os.stat(path).st_mode | 0o666)  # noqa: S103


def has_file(request: dict[str, Any]) -> bool:
    """Whether its program can be found where its tracebacks and `__file__` say it is."""
    return not request.get("argv") and request.get("visible", True)


def put_among_others(request: dict[str, Any], files: memoryview, job: str) -> None:
    """As `put_files`, where an earlier step's files lie.

    What is called so is replaced, and no link is followed anywhere; FileHasNoPlaceError where a
    folder is none, a folder has the name, or there is no room.
    """
    position = 0
    top = os.open(job, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        for path, mode, size in request.get("files", ()):
            data = files[position : position + size]
            try:
                _put(top, path, mode | 0o666, data)
            except OSError as error:
                raise FileHasNoPlaceError(f"{path!r:.100}: {error.strerror}") from error
            position += size
    finally:
        os.close(top)


def put_beside_others(path: str, source: memoryview) -> bool:
    """Write a program there unless something is called so or there is no room; whether it did."""
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o644)
    except OSError:
        return False
    with suppress(OSError), open(descriptor, "wb", buffering=0) as file:
        file.write(source)
    return True


def _put(folder: int, path: str, mode: int, data: memoryview) -> None:
    """Make a plain file below a folder."""
    *parents, name = os.path.normpath(path).split("/")
    if not name or ".." in (*parents, name) or path.startswith("/"):
        raise ValueError(f"file outside the working directory: {path}")
    folder = os.dup(folder)
    try:
        for parent in parents:
            with suppress(FileExistsError):
                os.mkdir(parent, dir_fd=folder)
                os.chmod(parent, 0o777, dir_fd=folder)  # noqa: S103  the task's too
            inner = os.open(
                parent, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder
            )
            os.close(folder)
            folder = inner
        _make_room(folder, name, len(data))
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(name, flags, 0o600, dir_fd=folder)
    finally:
        os.close(folder)
    with open(descriptor, "wb") as file:
        file.write(data)
        os.fchmod(descriptor, mode)


def _make_room(folder: int, name: str, size: int) -> None:
    """Remove what is called so, if a file of this size can take its place; else OSError."""
    space = os.statvfs(f"/proc/self/fd/{folder}")
    free = space.f_bavail * space.f_frsize
    with suppress(FileNotFoundError):
        old = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if old.st_nlink == 1:
            free += old.st_blocks * 512
        if free >= size:
            os.unlink(name, dir_fd=folder)
    if free < size:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def put_program(request: dict[str, Any], source: memoryview | bytes) -> None:
    """Write it there."""
    if not has_file(request):
        return
    descriptor = os.open(request["path"], os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o644)
    os.write(descriptor, source)
    os.close(descriptor)


def command(request: dict[str, Any]) -> NoReturn:
    """Become the command; as in shells 126 where it may not be run, 127 where it is not there."""
    environment = {**os.environ, **dict(request.get("env", ()))}
    if request.get("pipes"):
        os.dup2(FIRST_PIPE, ASKS)
        os.dup2(FIRST_PIPE + 1, ANSWERS)
    named = request.get("cwd") or request["argv"][0]
    try:
        if folder := request.get("cwd"):
            os.chdir(folder)
            named = request["argv"][0]
        os.execvpe(request["argv"][0], request["argv"], environment)  # noqa: S606
    except OSError as error:
        os.write(2, f"{named}: {error.strerror}\n".encode())
        os._exit(126 if isinstance(error, PermissionError) else 127)


def confirmed(reader: int, status: int) -> int:
    """The step's wait status (a fresh namespace's init sends it); OSError where set-up failed.

    Only code of ours ever holds the writing end: it is closed before the program starts. `reader`
    does not block: whoever could still write is dead.
    """
    said = chunk = b""
    with suppress(BlockingIOError):
        while not chunk or len(chunk) == SAID_BYTES:
            chunk = os.read(reader, SAID_BYTES)
            said += chunk
    if said.startswith(b"!"):
        raise NotSetUpError(f"setting the task up failed: {said[1:].decode(errors='replace')}")
    if not said.startswith(SET_UP) and not os.WIFSIGNALED(status):
        raise NotSetUpError("setting the task up ended early")
    inner = said.removeprefix(SET_UP)
    return int(inner) if inner else status


def natural(status: int, meter: StepMeter) -> tuple[str, str]:
    """How a step that was not stopped came to its end."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
    else:
        return "exit", ""
    if number in {signal.SIGXCPU, signal.SIGKILL} and meter.cpu_used_up():
        return "timeout", "cpu limit"
    try:
        return "signal", signal.Signals(number).name
    except ValueError:
        return "signal", f"signal {number}"


def code(status: int) -> int:
    """Exit status, or number of the signal."""
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def record(data: bytes, nonce: bytes, *, trusted: bool) -> dict[str, Any]:
    """The completion record, if what arrived is one and only one; nothing but known, flat parts.

    Bounded here, for encoded anew a text may take twelve times as many bytes as it has characters.
    `trusted`: a checker wrote it.
    """
    if not data.startswith(nonce):
        return {}
    try:
        said = wire.parse(data[len(nonce) :])
    except (ValueError, RecursionError):
        return {}
    flat: dict[str, Any] = {
        key: said[key][:most] for key, most in RECORD_CHARS.items() if type(said.get(key)) is str
    }
    if type(said.get("line")) is int and 0 <= said["line"] < LAST_LINE:
        flat["line"] = said["line"]
    if trusted:
        flat |= {
            key: said[key] for key, kind in TRUSTED_PARTS.items() if type(said.get(key)) is kind
        }
    if "events" in flat:
        flat["events"] = [each for each in flat["events"] if isinstance(each, str)]
    return flat


def collect(folder: int, paths: list[str], cap: int) -> list[tuple[str, bytes]]:
    """Plain files below a folder, each cut at `cap` bytes; no link is followed anywhere."""
    found: list[tuple[str, bytes]] = []
    for path in paths:
        with suppress(OSError), open(_open_plain(folder, path), "rb") as file:
            found.append((path, file.read(min(cap, COLLECT_CAP))))
    return found


def _open_plain(folder: int, path: str) -> int:
    """A descriptor of a regular file; OSError for everything else. Never waits."""
    *parents, name = os.path.normpath(path).split("/")
    if not name or ".." in (*parents, name) or path.startswith("/"):
        raise OSError(f"not below the working directory: {path}")
    folder = os.dup(folder)
    try:
        for parent in parents:
            inner = os.open(parent, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = inner
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
        descriptor = os.open(name, flags, dir_fd=folder)
    finally:
        os.close(folder)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"not a regular file: {path}")
    return descriptor
