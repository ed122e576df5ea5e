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
        self._descriptors: list[int] = []

    def fileno(self) -> int:
        """For who waits for a frame; `has_more` is asked first."""
        return self.channel.fileno()

    def has_more(self) -> bool:
        """Whether something has been read that stands behind the last frame."""
        return bool(self._ahead)

    def receive(self) -> wire.Frame:
        """The next frame; EOFError at the end of the channel.

        One call may bring several frames, but none behind one that has descriptors (unix(7): they
        are a barrier). So descriptors are the last frame's of all that was read.
        """
        got = len(self._ahead)
        self._buffer[:got] = self._ahead
        self._ahead = b""
        try:
            while got < wire.PREFIX.size:
                new, found = self._some(self._buffer[got:])
                got += new
                self._descriptors += found
            return self._frame(got)
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

    def _frame(self, got: int) -> wire.Frame:
        """One of which the first `got` bytes (and perhaps more) are in the buffer."""
        size = wire.PREFIX.size
        header, body = wire.lengths(bytes(self._buffer[:size]))
        end = size + header + body
        if end <= got:
            whole = self._buffer[size:end]
            self._ahead = bytes(self._buffer[end:got])
            text, rest = bytearray(whole[:header]), bytearray(whole[header:])
            return wire.Frame(wire.parse(text), rest, [] if self._ahead else self._taken())
        text, rest = bytearray(header), bytearray(body)
        here = self._buffer[size:got]
        for part, there in ((text, here[:header]), (rest, here[header:])):
            view = memoryview(part)
            view[: len(there)] = there
            wire.fill(self.channel, view[len(there) :])
        return wire.Frame(wire.parse(text), rest, self._taken())

    def _taken(self) -> list[int]:
        found, self._descriptors = self._descriptors, []
        return found
