"""`POST /v1/grade/batch`: lines in, lines out in order of completion, both streaming.

At most a window of lines is under way; further ones are read when results were taken.
"""

import asyncio
from typing import Any

from grader.dialects._native_asked import GradeBody
from grader.dialects._native_told import cause_of, written
from grader.dialects.base import Answer, Request, body_of
from grader.dialects.native import told_verdict
from grader.errors import GraderError, TurnedAwayError, UsageError
from grader.server.admission import Guest
from grader.server.caller import LINES_TYPES, refuse_other_types
from grader.server.front import Service, Work
from grader.server.lines import lines_of, refuse_if_none
from grader.server.reading import ClientGoneError, Receive, Send, gone
from grader.server.refusal import RefusedError
from grader.server.visit import Visit

TYPE = "application/x-ndjson"
PER_WORKER = 4
LEAST = 8
OUT_BYTES = 8 << 20
"""Results that may wait for a client which sends everything before it reads anything."""


class BatchLine(GradeBody):
    """One line: what is graded, and what its result is called."""

    id: str | int | None = None


def work_of(service: Service) -> Work:
    """The route's work."""

    async def work(visit: Visit, receive: Receive, send: Send) -> Answer | None:
        refuse_other_types(visit.headers, LINES_TYPES)
        with service.house.entered(visit.client) as guest:
            await BatchStream(service, visit, guest, receive, send).through()
        return None

    return work


class BatchStream:
    """One batch."""

    def __init__(
        self, service: Service, visit: Visit, guest: Guest, receive: Receive, send: Send
    ) -> None:
        """Nothing was read yet."""
        self._service = service
        self._visit = visit
        self._guest = guest
        self._receive = receive
        self._send = send
        self._places = asyncio.Semaphore(max(LEAST, PER_WORKER * service.options.engine.workers))
        self._going = 0
        self._out: list[bytes] = []
        self._out_bytes = 0
        self._news = asyncio.Event()
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._is_read = False
        self._has_begun = False

    async def through(self) -> None:
        """Grade all lines; RefusedError and UsageError only where no result was sent yet."""
        try:
            async with asyncio.TaskGroup() as group:
                reader = group.create_task(self._read(group))
                await self._write()
                reader.cancel()
        except BaseExceptionGroup as several:
            error = several.exceptions[0]
            if not self._has_begun or not isinstance(error, RefusedError | UsageError):
                raise error from None
            await self._put(written({"error": str(error), "retry": False}))
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _read(self, group: asyncio.TaskGroup) -> None:
        count = 0
        async for line in lines_of(self._receive, self._service.options.requests):
            count += 1
            await self._has_room.wait()
            await self._places.acquire()
            self._going += 1
            group.create_task(self._one(count, line))
        refuse_if_none(count)
        self._is_read = True
        self._news.set()
        await gone(self._receive)
        raise ClientGoneError

    async def _one(self, number: int, line: bytes) -> None:
        told = written(await self._told(number, line))
        self._out.append(told)
        self._out_bytes += len(told)
        if self._out_bytes > OUT_BYTES:
            self._has_room.clear()
        self._going -= 1
        self._places.release()
        self._news.set()

    async def _told(self, number: int, line: bytes) -> dict[str, Any]:
        named: dict[str, Any] = {"line": number}
        try:
            if self._service.house.is_draining:
                raise TurnedAwayError("the server is about to end; try again elsewhere or later")
            with self._guest.holding(len(line)):
                body = body_of(Request(line), BatchLine)
                if body.id is not None:
                    named["id"] = body.id
                backend = self._service.backend(self._visit)
                return {**named, **await told_verdict(body, backend)}
        except UsageError as error:
            return {**named, "error": str(error), "retry": False}
        except GraderError as error:
            cause = cause_of(error).value
            return {**named, "error": str(error), "cause": cause, "retry": True}

    async def _write(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            lines, self._out, self._out_bytes = self._out, [], 0
            self._has_room.set()
            if lines:
                await self._put(b"\n".join(lines))
            if self._is_read and not self._going and not self._out:
                if not self._has_begun:
                    await self._begin()
                return

    async def _begin(self) -> None:
        self._has_begun = True
        await self._send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-type", TYPE.encode())],
            }
        )

    async def _put(self, lines: bytes) -> None:
        if not self._has_begun:
            await self._begin()
        await self._send({"type": "http.response.body", "body": lines + b"\n", "more_body": True})
