"""What comes out of a step while it runs: bounded and never waited for. Standard library only."""

import os
import select

RECORD_BYTES = 1 << 20
READ_BYTES = 256 << 10
ANYBODY = 0o666
"""Rights of what a task's user may also open by name, as `/dev/stdout`."""


class Streams:
    """The pipes of one step: bounded buffers that are filled while it runs."""

    def __init__(self, output_bytes: int) -> None:
        """Open three pipes: stdout, stderr, completion record."""
        self.caps = {"stdout": output_bytes, "stderr": output_bytes, "record": RECORD_BYTES}
        self.ends = {name: os.pipe2(os.O_CLOEXEC) for name in self.caps}
        for name in ("stdout", "stderr"):
            os.fchmod(self.ends[name][1], ANYBODY)
        self.data = {name: bytearray() for name in self.caps}
        self.names = {self.ends[name][0]: name for name in self.caps}
        self.poll = select.poll()
        for descriptor in self.names:
            os.set_blocking(descriptor, False)
            self.poll.register(descriptor, select.POLLIN)

    def close_writers(self) -> None:
        """In the supervisor, after the fork."""
        for _, writer in self.ends.values():
            os.close(writer)

    def read(self, descriptor: int) -> str:
        """Take what is there; the name of the stream when it went over its cap."""
        name = self.names[descriptor]
        try:
            chunk = os.read(descriptor, READ_BYTES)
        except BlockingIOError:
            return ""
        if not chunk:
            self.poll.unregister(descriptor)
            os.close(descriptor)
            del self.names[descriptor]
            return ""
        buffer = self.data[name]
        room = self.caps[name] - len(buffer)
        buffer += chunk[:room]
        return name if len(chunk) > room and name != "record" else ""

    def drain(self) -> str:
        """Read what is left after every writer is dead; the name of a stream over its cap.

        Without waiting for an end of file: a writer may be on its way in a message that nobody
        will receive any more.
        """
        over = ""
        for descriptor in list(self.names):
            while descriptor in self.names and select.select([descriptor], [], [], 0)[0]:
                over = self.read(descriptor) or over
        return over

    def close(self) -> None:
        """Let go of readers that never ended."""
        for descriptor in self.names:
            os.close(descriptor)
