"""Download one file over HTTP, whole and with the right checksum, or say why not."""

import hashlib
import http.client
import os
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from grader.errors import UsageError

Progress = Callable[[int, int | None], None]
CHUNK_BYTES = 64 * 1024
FILE_BYTES = 1024 * 1024 * 1024
READ_TIMEOUT_S = 30.0
WHOLE_TIMEOUT_S = 600.0
RETRIES = 2
PAUSE_S = 0.5
SERVER_ERROR = 500


class _AgainError(Exception):
    """Trouble that another try may cure; `str()` says what it was."""


def download(
    url: str,
    target: Path,
    *,
    sha256: str,
    progress: Progress | None = None,
    pause_s: float = PAUSE_S,
) -> Path:
    """Fetch `url` to `target`, which appears only when it is whole and its checksum is right.

    An empty `sha256` is that of a file whose publisher gives none.

    Connection trouble, cut-off answers and server errors are tried RETRIES times more, after
    `pause_s` seconds, then twice that. Raises UsageError naming the URL and the next move.
    """
    if not url.startswith(("https://", "http://")):
        raise UsageError(f"{url}: not an http or https address; correct GRADER_MIRROR")
    for attempt in range(RETRIES + 1):
        try:
            return _whole(url, target, sha256=sha256, progress=progress)
        except _AgainError as error:
            if attempt == RETRIES:
                raise _unavailable(url, f"{error}, {RETRIES + 1} times", target.name) from error
            time.sleep(pause_s * 2**attempt)
    raise AssertionError("the last attempt returns or raises")


def _whole(url: str, target: Path, *, sha256: str, progress: Progress | None) -> Path:
    """One attempt: into a temporary file beside `target`, then renamed."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        raise _unwritable(target.parent, error) from error
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            found = _receive(url, file.write, name=target.name, progress=progress)
        if sha256 and found != sha256:
            raise UsageError(
                f"{url}: SHA-256 {found[:16]}… where {sha256[:16]}… was expected: a changed or"
                f" meddled file; try again, or pass a copy that you trust with --data PATH"
            )
        part.replace(target)
    except OSError as error:  # network trouble has become another type by now
        raise _unwritable(target.parent, error) from error
    finally:
        part.unlink(missing_ok=True)
    return target


def _receive(
    url: str, write: Callable[[bytes], int], *, name: str, progress: Progress | None
) -> str:
    """Stream the answer's body into `write`; its hex SHA-256."""
    state, received = hashlib.sha256(), 0
    deadline = time.monotonic() + WHOLE_TIMEOUT_S
    with _answer(url, name) as answer:
        length = answer.headers.get("Content-Length", "")
        expected = int(length) if length.isdecimal() else None
        while chunk := _chunk(answer):
            write(chunk)
            state.update(chunk)
            received += len(chunk)
            if progress:
                progress(received, expected)
            if received > FILE_BYTES or time.monotonic() > deadline:
                raise _unavailable(
                    url, f"not over after {received >> 20} MiB or {WHOLE_TIMEOUT_S:g} s", name
                )
    if expected is not None and received < expected:
        raise _AgainError(f"the answer was cut off after {received} of {expected} bytes")
    return state.hexdigest()


def _answer(url: str, name: str) -> http.client.HTTPResponse:
    request = urllib.request.Request(url, headers={"User-Agent": "grader"})  # noqa: S310 - checked
    try:
        return urllib.request.urlopen(request, timeout=READ_TIMEOUT_S)  # noqa: S310 - http(s) only
    except urllib.error.HTTPError as error:
        with error:
            reason = f"the server says {error.code} {error.reason}"
        if error.code >= SERVER_ERROR:
            raise _AgainError(reason) from error
        raise _unavailable(url, reason, name) from error
    except urllib.error.URLError as error:
        raise _AgainError(f"cannot be reached ({error.reason})") from error
    except (OSError, http.client.HTTPException) as error:
        raise _AgainError(f"the connection broke ({error})") from error


def _chunk(answer: http.client.HTTPResponse) -> bytes:
    try:
        return answer.read(CHUNK_BYTES)
    except (OSError, http.client.HTTPException) as error:
        raise _AgainError(f"the connection broke ({error})") from error


def _unavailable(url: str, reason: str, name: str) -> UsageError:
    reason = " ".join(reason.split()).encode("ascii", "backslashreplace").decode()
    reason = "".join(character if character.isprintable() else "?" for character in reason)
    return UsageError(
        f"{url}: {reason}; without a network, fetch {name} elsewhere and pass it with --data PATH"
    )


def _unwritable(directory: Path, error: OSError) -> UsageError:
    return UsageError(
        f"{directory}: the download cannot be stored ({error.strerror or error}); set GRADER_CACHE"
        " to a directory with space that you may write"
    )
