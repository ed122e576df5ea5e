"""Whether a candidate is answering, and since when. Standard library only.

The checker marks each question and each answer in a pipe that no candidate ever holds. The
candidate's supervisor reads it only where it looks at its clocks anyway: most interviews are over
before that, and nobody is woken for a mark.
"""

import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.sandboxes._slot.wire import Frame

ASKED, ANSWERED = b"?", b"."
ROOM = 1.125
"""What a batch of answers may take in single answers: see `Candidate.answer_many`, which leaves off
when a sixteenth of one is spent; and clocks are read now and then."""
READ_BYTES = 64 << 10


class QuestionWatch:
    """The supervisor's end."""

    def __init__(self, descriptor: int, call_cpu_s: float) -> None:
        """`call_cpu_s`: CPU seconds that all processes of the candidate may spend on one answer."""
        os.set_blocking(descriptor, False)
        self.descriptor = descriptor
        self.call_cpu_s = call_cpu_s
        self._since_s: float | None = None

    def is_overdue(self, used_s: float) -> bool:
        """Whether the answer that is due has cost too much; `used_s`: CPU until now."""
        marks = b""
        with suppress(BlockingIOError):
            marks = os.read(self.descriptor, READ_BYTES)
        if marks:
            self._since_s = used_s if marks.endswith(ASKED) else None
        return self._since_s is not None and used_s - self._since_s > ROOM * self.call_cpu_s

    def close(self) -> None:
        """After the step."""
        os.close(self.descriptor)


def of_frame(frame: "Frame") -> QuestionWatch | None:
    """A candidate's clock for single answers; its end of the pipe is none of the task's."""
    limit_s = frame.header.get("call_cpu_s")
    if not limit_s or frame.header.get("role") == "checker":
        return None
    return QuestionWatch(frame.descriptors.pop(), limit_s)


class QuestionClock:
    """The checker's end; says nothing where no answer has a limit of its own."""

    def __init__(self, call_cpu_s: float = 0.0, descriptor: int = -1) -> None:
        """`descriptor`: the pipe's writing end, or -1."""
        self.call_cpu_s = call_cpu_s
        self._descriptor = descriptor

    def asked(self) -> None:
        """A question goes out."""
        self._mark(ASKED)

    def answered(self) -> None:
        """Its answer is here."""
        self._mark(ANSWERED)

    def close(self) -> None:
        """No more questions."""
        if self._descriptor >= 0:
            os.close(self._descriptor)

    def _mark(self, what: bytes) -> None:
        if self._descriptor >= 0:
            with suppress(OSError):  # the supervisor may be done with the candidate
                os.write(self._descriptor, what)
