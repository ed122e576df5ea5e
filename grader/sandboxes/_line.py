"""The engine's end of a socket to a process of its own: bytes out, bytes in, and until when.

What is asked and answered a thousand times a second has neither a timer nor a registration of its
own: the socket stays registered with the event loop, and one timer looks now and then whether a
last moment has passed.
"""

import asyncio
import math
import socket
from collections.abc import Sequence
from contextlib import suppress

import anyio

from grader.sandboxes._forks import forget_in_forks

LARGE_BYTES = 1 << 20


class SocketLine:
    """One socket, used by one task at a time; all of it in one event loop."""

    def __init__(self, channel: socket.socket) -> None:
        """`channel` is connected, and this line's from now on."""
        channel.setblocking(False)  # noqa: FBT003  no keyword
        forget_in_forks(channel)
        self.channel = channel
        self._due = math.inf
        self._timer: asyncio.TimerHandle | None = None
        self._waiter: asyncio.Future[bytes] | None = None
        self._size = 0
        """How much it wants."""
        self._unread = b""
        """What came for one who was cancelled at that moment."""
        self._loop: asyncio.AbstractEventLoop | None = None
        """Where the socket is registered."""

    def within(self, seconds: float) -> None:
        """Whatever is waited for from now on raises TimeoutError when that time is over."""
        loop = asyncio.get_running_loop()
        self._due = loop.time() + seconds
        if self._timer is None or self._timer.when() > self._due:
            if self._timer:
                self._timer.cancel()
            self._timer = loop.call_at(self._due, self._look)

    def at_leisure(self) -> None:
        """Nothing is waited for; the timer finds that out by itself."""
        self._due = math.inf

    async def send(self, data: bytes, descriptors: Sequence[int] = ()) -> None:
        """Send all, with the descriptors beside the first byte; OSError where nobody reads."""
        view = memoryview(data)
        while view:
            try:
                if descriptors:
                    view = view[socket.send_fds(self.channel, [view], list(descriptors)) :]
                    descriptors = ()
                else:
                    view = view[self.channel.send(view) :]
            except BlockingIOError:
                with anyio.fail_after(self._due - asyncio.get_running_loop().time()):
                    await anyio.wait_writable(self.channel)

    async def some(self, size: int) -> bytes:
        """At most so many bytes; EOFError where no more will come."""
        data = self.at_once(size) or await self._awaited(size)
        if not data:
            raise EOFError
        return data

    def at_once(self, size: int) -> bytes:
        """What is there already, at most so many bytes; EOFError where no more will come."""
        if self._unread:
            data, self._unread = self._unread[:size], self._unread[size:]
            return data
        try:
            data = self.channel.recv(size)
        except BlockingIOError:
            return b""
        if not data:
            raise EOFError
        return data

    async def filled(self, begin: bytes, size: int) -> memoryview:
        """`size` bytes that start with those of `begin`, which were read already."""
        data = bytearray(size)
        filled = len(begin)
        data[:filled] = begin
        while filled < size:
            more = await self.some(min(size - filled, LARGE_BYTES))
            data[filled : filled + len(more)] = more
            filled += len(more)
        return memoryview(data)

    def has_ended(self) -> bool:
        """Whether the other end is closed; only while nothing is on its way."""
        try:
            return not self.channel.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def close(self) -> None:
        """Safe to call twice."""
        self._ignore()
        if self._timer:
            self._timer.cancel()
            self._timer = None
        self.channel.close()

    async def _awaited(self, size: int) -> bytes:
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._loop.add_reader(self.channel, self._wake)
        waiter = self._waiter = self._loop.create_future()
        self._size = size
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and not waiter.exception():
                self._unread = waiter.result()
            raise
        finally:
            self._waiter = None

    def _wake(self) -> None:
        """Read at once, or the loop would find the socket readable a second time."""
        waiter = self._waiter
        if waiter is None:
            self._ignore()  # the end of a process that nobody asks anything
        elif not waiter.done():
            try:
                waiter.set_result(self.channel.recv(self._size))
            except BlockingIOError:
                return
            except OSError as error:
                waiter.set_exception(error)

    def _ignore(self) -> None:
        loop, self._loop = self._loop, None
        if loop and not loop.is_closed():
            with suppress(OSError, ValueError):
                loop.remove_reader(self.channel)

    def _look(self) -> None:
        self._timer = None
        loop = asyncio.get_running_loop()
        if math.isinf(self._due):
            return
        if loop.time() < self._due:
            self._timer = loop.call_at(self._due, self._look)
        elif self._waiter and not self._waiter.done():
            self._waiter.set_exception(TimeoutError())
