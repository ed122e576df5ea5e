"""What a command prints: kept within bounds while it streams, the rest is counted and dropped."""

from collections import deque


class KeptStream:
    """One stream. Of too much output, `cut` keeps both ends and `end` keeps the beginning."""

    def __init__(self, cap: int, *, cut: bool) -> None:
        """`cap`: bytes that are kept."""
        self.head_cap = cap // 2 if cut else cap
        self.tail_cap = cap - self.head_cap
        self.head = bytearray()
        self.tail: deque[bytes] = deque()
        self.tail_size = self.dropped = 0

    def feed(self, data: bytes) -> None:
        """Take what came next."""
        room = self.head_cap - len(self.head)
        if room > 0:
            self.head += data[:room]
            data = data[room:]
        if not data:
            return
        if len(data) > self.tail_cap:
            self.dropped += len(data) - self.tail_cap
            data = data[len(data) - self.tail_cap :]
        if data:
            self.tail.append(data)
        self.tail_size += len(data)
        while self.tail_size > self.tail_cap:
            self._drop(self.tail_size - self.tail_cap)

    def _drop(self, excess: int) -> None:
        first = self.tail.popleft()
        if len(first) > excess:
            self.tail.appendleft(first[excess:])
        gone = min(len(first), excess)
        self.tail_size -= gone
        self.dropped += gone

    def data(self) -> bytes:
        """What was kept; a line between both ends says how much is missing."""
        if not self.dropped:
            return bytes(self.head) + b"".join(self.tail)
        if not self.tail_cap:
            return bytes(self.head)
        gap = f"\n[... {self.dropped} bytes cut ...]\n".encode()
        return bytes(self.head) + gap + b"".join(self.tail)


class CommandOutput:
    """Both streams of a command."""

    def __init__(self, cap: int, *, overflow: str) -> None:
        """`overflow`: as `Command.overflow`."""
        cut = overflow == "cut"
        self.ends = not cut
        self.streams = {1: KeptStream(cap, cut=cut), 2: KeptStream(cap, cut=cut)}

    def feed(self, number: int, data: bytes) -> bool:
        """Take bytes of stream 1 or 2; whether the command must be ended for them."""
        stream = self.streams[number]
        stream.feed(data)
        return self.ends and stream.dropped > 0

    def truncated(self) -> tuple[str, ...]:
        """Names of the streams of which something is missing."""
        names = {1: "stdout", 2: "stderr"}
        return tuple(names[number] for number, kept in self.streams.items() if kept.dropped)
