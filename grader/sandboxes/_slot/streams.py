"""What comes out of a step while it runs: bounded and never waited for. Standard library only."""

import os
import select

RECORD_BYTES = 1 << 20
READ_BYTES = 64 << 10
"""As much as a pipe holds; more would have the C library ask the kernel for memory each time."""
ANYBODY = 0o666
"""Rights of what a task's user may also open by name, as `/dev/stdout`."""
PRINTED = ("stdout", "stderr")
RECORD = "record"


class StepStreams:
    """The pipes of one step: bounded buffers that are filled while it runs."""

    def __init__(self, output_bytes: int, names: tuple[str, ...] = (*PRINTED, RECORD)) -> None:
        """Open a pipe for each name.

        Who waits on `poll` is not woken by the completion record, which is read at the end, until
        `listen` is called: a long one needs a reader.
        """
        caps = dict.fromkeys(PRINTED, output_bytes) | {RECORD: RECORD_BYTES}
        self.caps = {name: caps[name] for name in names}
        self.ends = {name: os.pipe2(os.O_CLOEXEC) for name in names}
        for name in PRINTED:
            os.fchmod(self.ends[name][1], ANYBODY)
        self.data = {name: bytearray() for name in names}
        self.names = {self.ends[name][0]: name for name in names}
        self.poll = select.poll()
        self._all = select.poll()
        self._unblocked: set[int] = set()
        for descriptor, name in self.names.items():
            self._all.register(descriptor, select.POLLIN)
            if name != RECORD:
                self.poll.register(descriptor, select.POLLIN)

    def writers(self) -> list[int]:
        """The other ends; as long as one is open here, no reader sees an end of file."""
        return [writer for _, writer in self.ends.values()]

    def listen(self) -> None:
        """Wake who waits for the record too."""
        self.poll.register(self.ends[RECORD][0], select.POLLIN)

    def read(self, descriptor: int) -> str:
        """Take what is there; the name of the stream when it went over its cap."""
        if descriptor not in self._unblocked:  # a task may have opened the pipe and read first
            os.set_blocking(descriptor, False)
            self._unblocked.add(descriptor)
        try:
            chunk = os.read(descriptor, READ_BYTES)
        except BlockingIOError:
            return ""
        if not chunk:
            self.poll.unregister(descriptor)
            self._all.unregister(descriptor)
            os.close(descriptor)
            del self.names[descriptor]
            return ""
        return self._take(descriptor, chunk)

    def drain(self) -> str:
        """Read what is left after every writer is dead; the name of a stream over its cap.

        Without waiting for an end of file: a writer may be on its way in a message that nobody
        will receive any more.
        """
        over, full = "", True
        while full:
            full = False
            for descriptor, event in self._all.poll(0):
                if event & select.POLLIN:
                    chunk = os.read(descriptor, READ_BYTES)
                    over = self._take(descriptor, chunk) or over
                    full = full or len(chunk) == READ_BYTES
        return over

    def _take(self, descriptor: int, chunk: bytes) -> str:
        name = self.names[descriptor]
        buffer = self.data[name]
        room = self.caps[name] - len(buffer)
        buffer += chunk[:room]
        return name if len(chunk) > room and name != RECORD else ""

    def close(self) -> None:
        """Let go of readers that never ended."""
        for descriptor in self.names:
            os.close(descriptor)
