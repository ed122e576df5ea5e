"""What a step needs before its fork, and what its end means. Standard library only."""

import os
import signal
import stat
from contextlib import suppress
from typing import Any, NoReturn

from grader.sandboxes._slot import wire
from grader.sandboxes._slot.meter import Meter

COLLECT_CAP = 64 << 20
SET_UP = b"k"
RECORD_PARTS = {
    "said": str, "exception": str, "message": str, "line": int, "traceback": str,
    "events": list, "learned": str, "leaving": bool,
}  # fmt: skip
"""What a completion record may hold, and of which type exactly."""


def split(request: dict[str, Any], body: bytearray) -> tuple[memoryview, memoryview]:
    """Source and standard input of a request; no copies, so that `scrub` forgets them too."""
    view = memoryview(body)
    source_end = request["source"]
    return view[:source_end], view[source_end : source_end + request["stdin"]]


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


def put_files(request: dict[str, Any], body: bytearray, job: str) -> None:
    """Write the request's files; ValueError for one outside the working directory."""
    position = request["source"] + request["stdin"]
    for path, mode, size in request.get("files", ()):
        place = os.path.normpath(os.path.join(job, path))
        if not place.startswith(job + "/"):
            raise ValueError(f"file outside the working directory: {path}")
        folder = os.path.dirname(place)
        os.makedirs(folder, exist_ok=True)
        with open(place, "wb") as file:
            file.write(body[position : position + size])
        os.chmod(place, mode)
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


def put_program(request: dict[str, Any], source: memoryview) -> None:
    """Write the program to where its tracebacks and `__file__` will say it is."""
    if request.get("argv") or not request.get("visible", True):
        return
    descriptor = os.open(request["path"], os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o644)
    os.write(descriptor, source)
    os.close(descriptor)


def command(request: dict[str, Any]) -> NoReturn:
    """Become the command."""
    environment = {**os.environ, **dict(request.get("env", ()))}
    try:
        os.execvpe(request["argv"][0], request["argv"], environment)  # noqa: S606
    except OSError as error:
        os.write(2, f"{request['argv'][0]}: {error.strerror}\n".encode())
        os._exit(127)


def confirmed(reader: int, status: int) -> int:
    """The step's wait status (a fresh namespace's init sends it); OSError where set-up failed.

    Only code of ours ever holds the writing end: it is closed before the program starts.
    """
    said = b""
    while chunk := os.read(reader, 4096):
        said += chunk
    os.close(reader)
    if said.startswith(b"!"):
        raise OSError(f"setting the task up failed: {said[1:].decode(errors='replace')}")
    if not said.startswith(SET_UP) and not os.WIFSIGNALED(status):
        raise OSError("setting the task up ended early")
    inner = said.removeprefix(SET_UP)
    return int(inner) if inner else status


def natural(status: int, meter: Meter) -> tuple[str, str]:
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


def record(data: bytes, nonce: bytes) -> dict[str, Any]:
    """The completion record, if what arrived is one and only one; nothing but known, flat parts."""
    if not data.startswith(nonce):
        return {}
    try:
        said = wire.parse(data[len(nonce) :])
    except (ValueError, RecursionError):
        return {}
    flat = {key: said[key] for key, kind in RECORD_PARTS.items() if type(said.get(key)) is kind}
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
