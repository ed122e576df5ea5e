"""The supervisor's end of its channel: most frames arrive with one call. Standard library only."""

import socket
import struct

from grader.sandboxes._slot import wire

BUFFER_BYTES = 64 << 10
DESCRIPTOR = struct.calcsize("i")
SPACE = socket.CMSG_SPACE(wire.MAX_DESCRIPTORS * DESCRIPTOR)


class FrameInbox:
    """Frames of one channel, in their order."""

    def __init__(self, channel: socket.socket) -> None:
        """`channel` blocks."""
        self.channel = channel
        self._buffer = memoryview(bytearray(BUFFER_BYTES))
        self._ahead = b""

    def fileno(self) -> int:
        """For who waits for a frame; `has_more` is asked first."""
        return self.channel.fileno()

    def has_more(self) -> bool:
        """Whether something has been read that stands behind the last frame."""
        return bool(self._ahead)

    def receive(self) -> wire.Frame:
        """The next frame; EOFError at the end of the channel."""
        descriptors: list[int] = []
        got = len(self._ahead)
        self._buffer[:got] = self._ahead
        self._ahead = b""
        try:
            while got < wire.PREFIX.size:
                new, found = self._some(self._buffer[got:])
                got += new
                descriptors += found
            return self._frame(got, descriptors)
        finally:
            self._buffer[:got] = bytes(got)  # a checker is a copy of this memory

    def _some(self, room: memoryview) -> tuple[int, list[int]]:
        got, ancillary, _, _ = self.channel.recvmsg_into([room], SPACE)
        if not got:
            raise EOFError
        if not ancillary:
            return got, []
        rights = ancillary[0][2]
        count = len(rights) // DESCRIPTOR
        return got, list(struct.unpack(f"{count}i", rights[: count * DESCRIPTOR]))

    def _frame(self, got: int, descriptors: list[int]) -> wire.Frame:
        """One of which the first `got` bytes (and perhaps more) are in the buffer."""
        size = wire.PREFIX.size
        header, body = wire.lengths(bytes(self._buffer[:size]))
        end = size + header + body
        if end <= got:
            whole = self._buffer[size:end]
            self._ahead = bytes(self._buffer[end:got])
            return wire.Frame(
                wire.parse(bytes(whole[:header])), bytearray(whole[header:]), descriptors
            )
        text, rest = bytearray(header), bytearray(body)
        here = self._buffer[size:got]
        for part, there in ((text, here[:header]), (rest, here[header:])):
            view = memoryview(part)
            view[: len(there)] = there
            wire.fill(self.channel, view[len(there) :])
        return wire.Frame(wire.parse(text), rest, descriptors)
