"""Reads a request's body: bounded in bytes and time."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from grader.server.admission import Guest
from grader.server.options import RequestBounds
from grader.server.refusal import RefusedError

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class ClientGoneError(Exception):
    """The client left before it was answered."""


def refuse_long(headers: Mapping[str, str], most: int) -> None:
    """RefusedError where the client says itself that it is too much."""
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()):
        raise RefusedError(400, "Content-Length: it is no number")
    if len(length) > 15 or int(length) > most:  # noqa: PLR2004  digits
        raise too_long(most)


def too_long(most: int) -> RefusedError:
    """What a client is told whose body has more bytes than that."""
    return RefusedError(413, f"the body is larger than {most >> 20} MiB")


async def piece(receive: Receive, wait_s: float) -> tuple[bytes, bool]:
    """The next piece of a body, and whether there is more; ClientGoneError where it broke off."""
    try:
        async with asyncio.timeout(wait_s):
            message = await receive()
    except TimeoutError:
        raise RefusedError(408, "the body did not come; send it at once") from None
    if message["type"] == "http.disconnect":
        raise ClientGoneError
    return message.get("body", b""), bool(message.get("more_body", False))


async def whole_body(receive: Receive, guest: Guest, bounds: RequestBounds) -> bytes:
    """The body; RefusedError where it is too large or too slow, ClientGoneError without its end.

    TurnedAwayError where others hold all the room there is.
    """
    ends_at = asyncio.get_running_loop().time() + bounds.body_total_s
    pieces: list[bytes] = []
    size = 0
    while True:
        left_s = ends_at - asyncio.get_running_loop().time()
        data, has_more = await piece(receive, min(bounds.body_s, left_s))
        size += len(data)
        if size > bounds.body_bytes:
            raise too_long(bounds.body_bytes)
        guest.hold(len(data))
        pieces.append(data)
        if not has_more:
            return b"".join(pieces)


async def gone(receive: Receive) -> None:
    """Wait until the client leaves."""
    while (await receive())["type"] != "http.disconnect":
        pass
