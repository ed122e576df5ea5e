"""What every request goes through: who asks, is there room, does the client stay, what is noted."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, NamedTuple, TypeVar

from grader.dialects.base import Answer, Dialect
from grader.errors import GraderError, InfraError, UsageError
from grader.server.access import AccessLog
from grader.server.admission import House
from grader.server.caller import client_of, refuse_other_sites
from grader.server.fair import FairBackend, SharedBackend
from grader.server.metrics import ServerMetrics
from grader.server.options import ServerOptions
from grader.server.reading import ClientGoneError, Message, Receive, Send, gone
from grader.server.refusal import RefusedError
from grader.server.tokens import ClientTokens
from grader.server.visit import Visit

CLIENT_GONE = 499
"""What nginx notes for a client that left; nobody is told."""
LINGER_S = 2.0
LINGER_BYTES = 256 << 20
VERDICT_HEADER = "X-Grader-Verdict"
Value = TypeVar("Value")


class Service(NamedTuple):
    """What all routes share."""

    options: ServerOptions
    tokens: ClientTokens
    house: House
    shared: SharedBackend
    metrics: ServerMetrics
    log: AccessLog

    def backend(self, visit: Visit) -> FairBackend:
        """The engine as this request sees it."""
        key = visit.headers.get("idempotency-key", "")
        return FairBackend(self.shared, visit.client, visit.arrived, key)


Work = Callable[[Visit, Receive, Send], Awaitable[Answer | None]]
"""Gives an answer, or None where it has sent one itself."""


class Handler(NamedTuple):
    """What one method of a path does."""

    work: Work
    voice: Dialect
    """In whose words refusals and trouble are told."""
    is_open: bool = False
    """Whether it is answered without a token."""


class Path:
    """One path, as an ASGI application."""

    def __init__(
        self, service: Service, route: str, handlers: Mapping[str, Handler], voice: Dialect
    ) -> None:
        """`handlers`: by method."""
        self._service = service
        self._route = route
        self._handlers = handlers
        self._voice = voice

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request, whatever it is."""
        visit = Visit(scope, self._route)
        handler = self._handlers.get("GET" if visit.method == "HEAD" else visit.method)
        voice = handler.voice if handler else self._voice
        coming, out = Incoming(receive, visit), Outgoing(send, visit)
        try:
            answer = await self._answer(visit, handler, coming, out)
            if answer is not None:
                await reply(answer, visit, coming, out)
        except ClientGoneError:
            visit.status = visit.status or CLIENT_GONE
        except RefusedError as error:
            answer = voice.refuse(error.status, error.sentence)
            headers = {**answer.headers, **error.headers}
            await reply(answer._replace(headers=headers), visit, coming, out)
        except (UsageError, FileNotFoundError) as error:
            status = 404 if isinstance(error, FileNotFoundError) else 422
            await reply(voice.refuse(status, str(error)), visit, coming, out)
        except GraderError as error:
            await reply(voice.trouble(error), visit, coming, out)
        except Exception as error:  # noqa: BLE001  boundary: one request's bug ends no other
            self._service.log.note_bug(error)
            told = InfraError(f"a bug in grader ({type(error).__name__}); its log says more")
            await reply(voice.trouble(told), visit, coming, out)
        finally:
            self._service.metrics.note(visit)
            self._service.log.note(visit)

    async def _answer(
        self, visit: Visit, handler: Handler | None, receive: Receive, send: "Outgoing"
    ) -> Answer | None:
        if not self._service.tokens and self._service.options.is_local:
            refuse_other_sites(visit.headers)
        if handler is None or not handler.is_open:
            visit.client = client_of(visit.headers, visit.address, self._service.tokens)
        if handler is None:
            allowed = ", ".join(self._handlers)
            if not allowed:
                raise RefusedError(404, f"there is no {visit.path[:200]!r}; see /openapi.json")
            raise RefusedError(405, f"{visit.method[:20]!r} is not for this path", Allow=allowed)
        return await handler.work(visit, receive, send)


class Incoming:
    """What comes from the client; notes when its body is whole."""

    def __init__(self, receive: Receive, visit: Visit) -> None:
        """Nothing was read yet."""
        self._receive = receive
        self._visit = visit

    async def __call__(self) -> Message:
        """As ASGI's `receive`."""
        message = await self._receive()
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            self._visit.is_read = True
        return message


class Outgoing:
    """The way to the client; notes what went out."""

    def __init__(self, send: Send, visit: Visit) -> None:
        """Nothing was sent yet."""
        self._send = send
        self._visit = visit
        self.has_begun = False

    async def __call__(self, message: Message) -> None:
        """As ASGI's `send`."""
        if message["type"] == "http.response.start":
            self.has_begun = True
            self._visit.status = message["status"]
        else:
            self._visit.bytes_out += len(message.get("body", b""))
        await self._send(message)


async def reply(answer: Answer, visit: Visit, receive: Receive, send: Outgoing) -> None:
    """Send a whole answer; what is unread of the request's body is read and thrown away first.

    Otherwise the client would be reset before it has read what was wrong.
    """
    if send.has_begun:
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        return
    headers = {
        "content-type": answer.content_type,
        "content-length": str(len(answer.body)),
        **answer.headers,
    }
    visit.verdict = answer.headers.get(VERDICT_HEADER, "")
    is_unread = not visit.is_read
    if is_unread:
        headers["connection"] = "close"
    pairs = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": pairs})
    await send({"type": "http.response.body", "body": answer.body, "more_body": is_unread})
    if is_unread:
        await lingered(receive)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def lingered(
    receive: Receive, *, most: int = LINGER_BYTES, seconds: float = LINGER_S
) -> None:
    """Read and throw away the rest of a body, for a while."""
    size = 0
    try:
        async with asyncio.timeout(seconds):
            while size < most:
                message = await receive()
                size += len(message.get("body", b""))
                if message["type"] == "http.disconnect" or not message.get("more_body"):
                    return
    except TimeoutError:
        return


async def unless_gone(work: Awaitable[Value], receive: Receive) -> Value:
    """What `work` gives; where the client leaves first it is cancelled, and ClientGoneError."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101  a coroutine of asyncio's runs in one
    is_over = has_left = False

    def leave(watch: "asyncio.Task[None]") -> None:
        nonlocal has_left
        if not (is_over or watch.cancelled()):
            has_left = True
            task.cancel()

    watch = asyncio.ensure_future(gone(receive))
    watch.add_done_callback(leave)
    try:
        return await work
    except asyncio.CancelledError:
        if has_left:
            raise ClientGoneError from None
        raise
    finally:
        is_over = True
        watch.cancel()
        if has_left:
            task.uncancel()
