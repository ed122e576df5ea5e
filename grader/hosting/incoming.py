"""What comes from clients: forms, bounded while they come, and answers before all is there."""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from grader.server.front import lingered
from grader.server.reading import refuse_long, too_long

FORM_BYTES = 64 << 10
LINGER_S = 1.0
LINGER_BYTES = 16 << 20


async def form_of(request: Request, most: int = FORM_BYTES) -> FormData:
    """A form's fields; RefusedError where it has more bytes than that."""
    refuse_long(request.headers, most)
    size, receive = 0, request.receive

    async def bounded() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > most:
            raise too_long(most)
        return message

    inner = Request(request.scope, bounded)
    return await inner.form(max_files=1, max_fields=10, max_part_size=FORM_BYTES)


class EarlyAnswer:
    """An answer to a request whose body nobody has read, as an ASGI application.

    Once it is told, some of what is still sent is thrown away: else a client would be reset before
    it reads what was wrong.
    """

    def __init__(self, response: Response) -> None:
        """`response`: what is told."""
        self._response = response
        response.headers["Connection"] = "close"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell it, then read what comes."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.body" and not message.get("more_body"):
                await send({**message, "more_body": True})
                await lingered(receive, most=LINGER_BYTES, seconds=LINGER_S)
                message = {"type": "http.response.body"}
            await send(message)

        await self._response(scope, receive, sent)
