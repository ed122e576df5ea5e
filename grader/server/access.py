"""The access log: one line of JSON per request, never with a body or a secret."""

import json
import os
import sys
import threading
import time
import traceback
from collections import deque
from pathlib import Path
from typing import Any

from grader.errors import UsageError
from grader.server.visit import Visit

LINES = 10_000
"""That may wait to be written; further ones are counted and lost."""
PATH_CHARS = 200
WAIT_S = 0.2
BUG_CHARS = 20_000


class AccessLog:
    """Writes from a thread of its own: who reads it slowly holds up no request."""

    def __init__(self, path: Path | None) -> None:
        """`path`: a file that is appended to; None: standard error. UsageError where it cannot."""
        self._descriptor = sys.stderr.fileno() if path is None else _opened(path)
        self._lines: deque[dict[str, Any]] = deque()
        self._lost = 0
        self._wake = threading.Event()
        self._is_over = False
        self._writer = threading.Thread(target=self._write, name="grader access log", daemon=True)
        self._writer.start()

    def note(self, visit: Visit) -> None:
        """Note a request that is over."""
        if len(self._lines) >= LINES:
            self._lost += 1
            return
        self._lines.append(told(visit))
        if not self._wake.is_set():
            self._wake.set()

    def note_bug(self, error: BaseException) -> None:
        """Note an error that nobody foresaw, escaped: it may quote what a client sent."""
        text = "".join(traceback.format_exception(error))
        self._lines.append({"bug": text[-BUG_CHARS:]})
        self._wake.set()

    def close(self) -> None:
        """Write what waits; at most a second."""
        self._is_over = True
        self._wake.set()
        self._writer.join(1)

    def _write(self) -> None:
        while True:
            self._wake.wait()
            if not self._is_over:
                time.sleep(WAIT_S)  # many lines in one call
            self._wake.clear()
            lines = [self._lines.popleft() for _ in range(len(self._lines))]
            if self._lost:
                lines.append({"lost_lines": self._lost})
                self._lost = 0
            try:
                _all("".join(map(written, lines)).encode(), self._descriptor)
            except OSError:
                self._lost += len(lines)
            if self._is_over:
                return


def told(visit: Visit) -> dict[str, Any]:
    """What of a request is noted; all that a client chose is cut.

    Of a known path the template is told: a session's name is a secret.
    """
    found = {
        "time": time.time(),
        "client": visit.client,
        "address": visit.address,
        "method": visit.method[:20],
        "path": visit.route or visit.path[:PATH_CHARS],
        "status": visit.status,
        "ms": round((time.monotonic() - visit.arrived) * 1000, 1),
        "bytes_in": visit.bytes_in,
        "bytes_out": visit.bytes_out,
    }
    return {**found, "verdict": visit.verdict} if visit.verdict else found


def written(line: dict[str, Any]) -> str:
    """A line as JSON, its time for people; all is escaped."""
    if "time" in line:
        now = line["time"]
        day = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now))
        line = {**line, "time": f"{day}.{now % 1 * 1000:03.0f}Z"}
    return json.dumps(line, separators=(",", ":")) + "\n"


def _opened(path: Path) -> int:
    try:
        return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
    except OSError as error:
        raise UsageError(f"--access-log {path}: {error.strerror}") from error


def _all(data: bytes, descriptor: int) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
