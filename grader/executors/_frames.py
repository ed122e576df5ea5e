"""Messages between a pool and its worker processes, which trust each other: length and pickle."""

import pickle
import socket
import struct
from typing import Any

import anyio

LENGTH = struct.Struct(">Q")
PIECE = 1 << 20


class Frames:
    """One end of a socket pair; messages go out whole and in order."""

    def __init__(self, channel: socket.socket) -> None:
        """Take over `channel`."""
        channel.setblocking(False)  # noqa: FBT003  no keyword
        self.channel = channel
        self._turn = anyio.Lock()  # two senders' messages must not interleave

    async def send(self, message: object) -> None:
        """Send a message; OSError where the other end is gone."""
        data = pickle.dumps(message, protocol=5)
        async with self._turn:
            for part in (LENGTH.pack(len(data)), data):
                view = memoryview(part)
                while view:
                    try:
                        view = view[self.channel.send(view) :]
                    except BlockingIOError:
                        await anyio.wait_writable(self.channel)

    async def idle(self) -> None:
        """Wait until nobody sends any more: who waits on a socket must not see it closed."""
        async with self._turn:
            pass

    async def receive(self) -> Any:
        """The next message; EOFError or OSError where there is none any more."""
        (size,) = LENGTH.unpack(await self._exactly(LENGTH.size))
        return pickle.loads(await self._exactly(size))  # noqa: S301  from our own process

    async def _exactly(self, size: int) -> bytearray:
        data = bytearray(size)
        view = memoryview(data)
        while view:
            try:
                count = self.channel.recv_into(view, min(len(view), PIECE))
            except BlockingIOError:
                await anyio.wait_readable(self.channel)
                continue
            if not count:
                raise EOFError
            view = view[count:]
        return data

    def close(self) -> None:
        """Let go: the other end sees an end."""
        self.channel.close()
