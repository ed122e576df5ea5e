"""A checker that stays for the next interview. Standard library only.

Tests that only compute (see `Interview.tidy`) leave nothing behind in their process, so a fork per
sample would buy nothing. Everything else gets a process of its own. Candidates always do. That
tests are tidy is a look at their text and no wall: those of several owners never share a process.

It speaks with the engine itself (see `examiner`); its supervisor has its output and its end.
"""

import os
import select
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from grader.sandboxes._slot import wire

if TYPE_CHECKING:
    from grader.sandboxes._slot.inbox import FrameInbox
    from grader.sandboxes._slot.meter import StepMeter
    from grader.sandboxes._slot.streams import StepStreams


class CheckerLeftError(OSError):
    """A standing checker is gone without a word of why: never the candidate's doing."""


def spoken(inbox: "FrameInbox") -> tuple[str, str]:
    """What the engine says during an interview: that it is over, or has to end."""
    try:
        frame = inbox.receive()
    except (EOFError, OSError):
        sys.exit(0)
    return ("done", "") if frame.header.get("op") == wire.DONE else ("exit", "stopped")


def attended(
    ended: str, evidence: str, code: int, facts: Mapping[str, Any], outputs: list[bytes]
) -> dict[str, Any]:
    """What the engine is told when it asks how a checker did; its record it has already.

    A slot whose checker was killed is not used again: who did that may have done more.
    """
    return {
        "ended": "exit" if ended == "done" else ended, "evidence": evidence, "peak_mb": 0.0,
        "residue": "a checker was killed" if ended == "signal" else "",
        "code": code, "record": {},
        "stdout": len(outputs[0]), "stderr": len(outputs[1]), "over": "",
        "collected": [], **facts,
    }  # fmt: skip


class StandingChecker:
    """The supervisor's hold on a living checker process."""

    def __init__(self, pid: int, streams: "StepStreams") -> None:
        """`streams`: what it prints to."""
        self.pid = pid
        self.streams = streams
        self.exit_descriptor = os.pidfd_open(pid)
        self.poll = streams.poll
        self.poll.register(self.exit_descriptor, select.POLLIN)

    def attend(self, inbox: "FrameInbox", meter: "StepMeter", tick_s: float) -> tuple[str, str]:
        """How it has to end, and why; `spoken` where the engine says something in `inbox`.

        Nothing where it has left by itself.
        """
        if inbox.has_more():
            return "spoken", ""
        channel = inbox.fileno()
        self.poll.register(channel, select.POLLIN)
        due = tick_s
        try:
            while True:
                for descriptor, _ in self.poll.poll(min(due, tick_s) * 1000):
                    if descriptor == channel:
                        return "spoken", ""
                    if descriptor == self.exit_descriptor:
                        return "", ""
                    over = self.streams.read(descriptor)
                    if over:
                        return "output", f"{over} cap"
                if meter.elapsed() >= due:
                    ended, evidence = meter.verdict()
                    if ended:
                        return ended, evidence
                    due = meter.elapsed() + tick_s
        finally:
            self.poll.unregister(channel)

    def outputs(self) -> list[bytes]:
        """What was printed since the last call."""
        self.streams.drain()
        kept = [bytes(self.streams.data[name]) for name in ("stdout", "stderr")]
        for data in self.streams.data.values():
            data.clear()
        return kept

    def close(self) -> None:
        """Let go; the process must be dead."""
        os.close(self.exit_descriptor)
        self.streams.close()
