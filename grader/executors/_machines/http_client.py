"""The little of HTTP/1.1 that a driver speaks with its machines: one request, a body that streams.

What comes back is bounded in every part: head, lines, errors. No redirects, no proxies, no cookies.
"""

import ssl
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple
from urllib.parse import urlsplit

import anyio
from anyio.abc import ByteStream

from grader.errors import UsageError
from grader.executors._machines.machine import MachineLostError
from grader.executors._machines.wire import LINE_BYTES

HEAD_BYTES = 32_768
SENTENCE_BYTES = 4096
PIECE = 1 << 18
CONNECT_S = 10.0
SIZE_DIGITS = 12
BROKEN = (OSError, anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream)


class WorkerUrl(NamedTuple):
    """Where a machine listens."""

    is_tls: bool
    host: str
    port: int
    path: str
    """Before ours, without a slash at its end."""

    @property
    def authority(self) -> str:
        """As the Host header has it."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return f"{name}:{self.port}"


def worker_url(text: str) -> WorkerUrl:
    """A URL taken apart; UsageError where it cannot be asked."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise UsageError(f"--worker-url {text[:200]}: {error}") from error
    plain = text.isascii() and text.isprintable() and " " not in text
    if parts.scheme not in {"http", "https"} or not parts.hostname or not plain:
        raise UsageError(f"--worker-url {text[:200]!r}: an address as http://HOST:PORT is expected")
    if parts.username is not None or parts.query or parts.fragment:
        raise UsageError("--worker-url: only scheme, host, port and path; tokens have their option")
    is_tls = parts.scheme == "https"
    usual = 443 if is_tls else 80
    return WorkerUrl(is_tls, parts.hostname, port or usual, parts.path.rstrip("/"))


class HttpAnswerError(Exception):
    """The machine answered with another status than 200."""

    def __init__(self, status: int, sentence: str) -> None:
        """`sentence`: the beginning of its body."""
        super().__init__(f"status {status}: {sentence}")
        self.status = status


class ResponseBody:
    """The body of an answer, as lines or whole."""

    def __init__(self, stream: ByteStream, rest: bytes, headers: dict[str, str]) -> None:
        """`rest`: what came with the head."""
        self._stream = stream
        self._buffer = bytearray(rest)
        self._is_chunked = "chunked" in headers.get("transfer-encoding", "").lower()
        length = headers.get("content-length", "")
        self._left = int(length) if length.isdigit() and len(length) < SIZE_DIGITS else -1

    async def lines(self) -> AsyncIterator[list[bytes]]:
        """Lines without their feed, those that came together; MachineLostError where it breaks off.

        Or where one is too long.
        """
        rest = bytearray()
        async for piece in self._pieces():
            *whole, last = piece.split(b"\n")
            if whole:
                first, *others = whole
                yield [line for line in (bytes(rest + first), *others) if line]
                rest.clear()
            rest += last
            if len(rest) > LINE_BYTES:
                raise MachineLostError("a line of it is longer than any answer")
        if rest:
            raise MachineLostError("its answer broke off within a line")

    async def beginning(self, most: int) -> bytes:
        """At most so many bytes of it."""
        data = bytearray()
        async for piece in self._pieces():
            data += piece
            if len(data) > most:
                break
        return bytes(data[:most])

    async def _pieces(self) -> AsyncIterator[bytes]:
        if not self._is_chunked:
            async for piece in self._plain():
                yield piece
            return
        while size := await self._size():
            while size:
                if not self._buffer:
                    await self._more()
                piece = bytes(self._buffer[:size])
                del self._buffer[: len(piece)]
                size -= len(piece)
                yield piece
            await self._line()

    async def _plain(self) -> AsyncIterator[bytes]:
        left = self._left
        while left:
            if not self._buffer:
                try:
                    await self._more()
                except MachineLostError:
                    if left < 0:  # it ends with its connection
                        return
                    raise
            piece = bytes(self._buffer) if left < 0 else bytes(self._buffer[:left])
            del self._buffer[: len(piece)]
            left -= len(piece) if left > 0 else 0
            yield piece

    async def _size(self) -> int:
        word = (await self._line()).partition(b";")[0].strip()
        try:
            if len(word) > SIZE_DIGITS:
                raise ValueError
            return int(word, 16)
        except ValueError:
            raise MachineLostError("it does not speak HTTP") from None

    async def _line(self) -> bytes:
        while (end := self._buffer.find(b"\r\n")) < 0:
            if len(self._buffer) > HEAD_BYTES:
                raise MachineLostError("it does not speak HTTP")
            await self._more()
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        return line

    async def _more(self) -> None:
        self._buffer += await _received(self._stream)


@asynccontextmanager
async def asked(
    url: WorkerUrl, path: str, *, token: str, body: bytes | None = None
) -> AsyncGenerator[ResponseBody]:
    """The body of the answer to a request; HttpAnswerError, or MachineLostError without one."""
    stream = await _connected(url)
    try:
        try:
            await stream.send(_head(url, path, token, body))
            if body:
                await stream.send(body)
        except BROKEN:
            raise MachineLostError("its connection broke off") from None
        status, response = await _answered(stream)
        if status != 200:  # noqa: PLR2004  HTTP
            sentence = await response.beginning(SENTENCE_BYTES)
            raise HttpAnswerError(status, sentence.decode("utf-8", "replace"))
        yield response
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.aclose_forcefully(stream)


async def _connected(url: WorkerUrl) -> ByteStream:
    try:
        with anyio.fail_after(CONNECT_S):
            if url.is_tls:
                context = ssl.create_default_context()
                return await anyio.connect_tcp(
                    url.host, url.port, ssl_context=context, tls_standard_compatible=False
                )
            return await anyio.connect_tcp(url.host, url.port)
    except TimeoutError:
        raise MachineLostError(f"no connection within {CONNECT_S:g} s") from None
    except BROKEN as error:
        raise MachineLostError(str(error) or type(error).__name__) from None


def _head(url: WorkerUrl, path: str, token: str, body: bytes | None) -> bytes:
    lines = [
        f"{'GET' if body is None else 'POST'} {url.path}{path} HTTP/1.1",
        f"Host: {url.authority}",
        "Connection: close",
        "User-Agent: grader",
    ]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode()


async def _received(stream: ByteStream) -> bytes:
    try:
        return await stream.receive(PIECE)
    except BROKEN:
        raise MachineLostError("its connection broke off") from None


async def _answered(stream: ByteStream) -> tuple[int, ResponseBody]:
    data = bytearray()
    while (end := data.find(b"\r\n\r\n")) < 0:
        if len(data) > HEAD_BYTES:
            raise MachineLostError("it does not speak HTTP")
        data += await _received(stream)
    lines = bytes(data[:end]).decode("latin-1").split("\r\n")
    words = lines[0].split(" ")
    if len(words) < 2 or not words[0].startswith("HTTP/1.") or not words[1].isdigit():  # noqa: PLR2004
        raise MachineLostError("it does not speak HTTP")
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in lines[1:])
    }
    return int(words[1][:3]), ResponseBody(stream, bytes(data[end + 4 :]), headers)
