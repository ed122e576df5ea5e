"""A checker that stays for the next interview. Standard library only.

Tests that only compute (see `Interview.tidy`) leave nothing behind in their process, so a fork per
sample would buy nothing. Everything else gets a process of its own. Candidates always do. That
tests are tidy is a look at their text and no wall: those of several owners never share a process.
"""

import os
import select
import socket
from typing import TYPE_CHECKING, Any

from grader.sandboxes._slot import wire
from grader.sandboxes._slot.inbox import FrameInbox

if TYPE_CHECKING:
    from grader.sandboxes._slot.meter import StepMeter
    from grader.sandboxes._slot.streams import StepStreams


class CheckerLeftError(OSError):
    """A standing checker is gone without a word of why: never the candidate's doing."""


class StandingChecker:
    """The supervisor's hold on a living checker process."""

    def __init__(
        self, pid: int, control: socket.socket, streams: "StepStreams", owner: str
    ) -> None:
        """`control` carries requests there and records back; `owner`: whose tests it runs."""
        self.pid = pid
        self.owner = owner
        self.control = control
        self._records = FrameInbox(control)
        self.streams = streams
        self.exit_descriptor = os.pidfd_open(pid)
        self.poll = streams.poll
        self.poll.register(self.exit_descriptor, select.POLLIN)
        self.poll.register(control.fileno(), select.POLLIN)

    def has_ended(self) -> bool:
        """Whether it is there no more."""
        return bool(select.select([self.exit_descriptor], [], [], 0)[0])

    def begin(self, frame: wire.Frame) -> None:
        """Hand a request over."""
        data = memoryview(wire.encode(frame.header, frame.body))
        sent = socket.send_fds(self.control, [data], frame.descriptors)
        if sent < len(data):
            self.control.sendall(data[sent:])

    def attend(
        self, inbox: FrameInbox, meter: "StepMeter", ticks: tuple[float, float]
    ) -> tuple[str, str, dict[str, Any] | None]:
        """How it ended, why, and the record; no record where the process has to go.

        `inbox` is the engine's: a word in it means that the step must end.
        """
        if inbox.has_more():
            return "exit", "stopped", None
        channel = inbox.fileno()
        self.poll.register(channel, select.POLLIN)
        due, tick = ticks
        try:
            while True:
                for descriptor, _ in self.poll.poll(min(due, tick) * 1000):
                    if descriptor in {self.control.fileno(), self.exit_descriptor}:
                        return self._record()
                    if descriptor == channel:
                        return "exit", "stopped", None
                    over = self.streams.read(descriptor)
                    if over:
                        return "output", f"{over} cap", None
                if meter.elapsed() >= due:
                    ended, evidence = meter.verdict()
                    if ended:
                        return ended, evidence, None
                    due = meter.elapsed() + tick
        finally:
            self.poll.unregister(channel)

    def _record(self) -> tuple[str, str, dict[str, Any] | None]:
        """What it sent, which may be its last word; none where it died without one."""
        try:
            record = self._records.receive().header
        except (EOFError, OSError, ValueError):
            return "", "", None
        self.streams.drain()
        return "", "", record

    def outputs(self) -> list[bytes]:
        """What was printed since the last call."""
        kept = [bytes(self.streams.data[name]) for name in ("stdout", "stderr")]
        for data in self.streams.data.values():
            data.clear()
        return kept

    def close(self) -> None:
        """Let go; the process must be dead."""
        self.control.close()
        os.close(self.exit_descriptor)
        self.streams.close()
