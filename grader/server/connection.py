"""uvicorn's connection with what it lacks: bounds on heads, patience, and number.

uvicorn has no time limit until the headers are there, none for a client that does not read, and
none on the headers' size; its bound on connections turns new clients away instead of idle ones.
"""

import time
from asyncio import TimerHandle
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from grader.server.options import ConnectionBounds
from grader.server.visit import ARRIVED

STATUS = {
    400: "Bad Request",
    408: "Request Timeout",
    431: "Request Header Fields Too Large",
    503: "Service Unavailable",
}


class PatientConnections:
    """Connections that no request occupies, those first that wait longest."""

    def __init__(self, bounds: ConnectionBounds) -> None:
        """None yet."""
        self.bounds = bounds
        self.count = 0
        self.refused = 0
        self._idle: dict[GuardedConnection, None] = {}

    def idle(self, connection: "GuardedConnection") -> None:
        """It waits for a request."""
        self._idle.pop(connection, None)
        self._idle[connection] = None

    def busy(self, connection: "GuardedConnection") -> None:
        """A request occupies it, or it is gone."""
        self._idle.pop(connection, None)

    def has_room(self, newest: "GuardedConnection") -> bool:
        """Whether one more may stay; the one that waits longest makes room for it."""
        if self.count <= self.bounds.connections:
            return True
        for oldest in self._idle:
            if oldest is not newest:
                self.refused += 1
                oldest.end()
                return True
        return False


class GuardedConnection(HttpToolsProtocol):
    """One connection; subclasses have `others` (see `guarded`)."""

    others: PatientConnections

    def connection_made(self, transport: Any) -> None:
        """Take it, or say that there are too many."""
        super().connection_made(transport)
        self._patience: TimerHandle | None = None
        self._reading_patience: TimerHandle | None = None
        self._head_bytes = 0
        self._is_in_head = True
        self._is_refused = False
        self.others.count += 1
        self.others.idle(self)
        self._wait(self.others.bounds.head_s)
        if not self.others.has_room(self):
            self.refuse(503, "too many connections; try again later")

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self.others.count -= 1
        self.others.busy(self)
        self._stop_waiting()
        if self._reading_patience is not None:
            self._reading_patience.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes of a head or a body."""
        if self._is_refused:
            return
        if self._is_in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._is_in_head and self._head_bytes > self.others.bounds.head_bytes:
            self._refuse_head()

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        cast("dict[str, Any]", self.scope)[ARRIVED] = time.monotonic()
        self._is_in_head = True
        self._fields = 0
        if not self._is_answering():
            self._wait(self.others.bounds.head_s)

    def on_url(self, url: bytes) -> None:
        """Count."""
        self._count(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count."""
        self._count(name + value)
        super().on_header(name, value)

    def _count(self, field: bytes) -> None:
        self._fields += len(field) + 4
        if self._fields > self.others.bounds.head_bytes:
            self._refuse_head()
            raise ValueError

    def on_headers_complete(self) -> None:
        """A request begins."""
        self._is_in_head = False
        self._head_bytes = 0
        self._stop_waiting()
        self.others.busy(self)
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """It waits for the next request."""
        super().on_response_complete()
        if not self.transport.is_closing() and self.cycle.response_complete:
            self.others.idle(self)

    def pause_writing(self) -> None:
        """The client does not read."""
        super().pause_writing()
        patience = self.others.bounds.write_s
        self._reading_patience = self.loop.call_later(patience, self.abort)

    def resume_writing(self) -> None:
        """It does again."""
        if self._reading_patience is not None:
            self._reading_patience.cancel()
            self._reading_patience = None
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP is told so."""
        del msg
        self.refuse(400, "this is no HTTP request that can be read")

    def refuse(self, status: int, sentence: str) -> None:
        """Say a sentence and close."""
        if self._is_refused or self.transport.is_closing():
            return
        self._is_refused = True
        body = b'{"error":"' + sentence.encode() + b'","retry":false}'
        if self._is_unanswered():
            self.transport.write(
                f"HTTP/1.1 {status} {STATUS[status]}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
                + body
            )
        self.transport.close()

    def end(self) -> None:
        """Close it while nothing runs on it."""
        self._is_refused = True
        self.transport.close()

    def abort(self) -> None:
        """Let it go with all that was not read."""
        self.transport.abort()

    def _is_answering(self) -> bool:
        cycle = cast("RequestResponseCycle | None", self.cycle)
        return cycle is not None and not cycle.response_complete

    def _is_unanswered(self) -> bool:
        """Whether nothing was sent for the request that is read; nothing of it is sent now."""
        if self.pipeline:
            return False
        if not self._is_answering():
            return True
        if self.cycle.response_started:
            return False
        self.cycle.disconnected = True
        self.cycle.message_event.set()
        return True

    def _refuse_head(self) -> None:
        size = self.others.bounds.head_bytes >> 10
        self.refuse(431, f"the request line and headers are larger than {size} KiB")

    def _wait(self, seconds: float) -> None:
        self._stop_waiting()
        self._patience = self.loop.call_later(seconds, self._tire)

    def _tire(self) -> None:
        self.refuse(408, "the headers did not come; send them at once")

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


def guarded(bounds: ConnectionBounds) -> tuple[type[GuardedConnection], PatientConnections]:
    """A class for uvicorn, and what all its connections share."""
    shared = PatientConnections(bounds)
    return type("BoundedConnection", (GuardedConnection,), {"others": shared}), shared
