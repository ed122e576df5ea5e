"""Frames, handles and nested requests: the same conversation seen from either end.

Standard library only. While one side waits for an answer it serves the other side's requests, so
that callbacks work. What a side serves is its own decision (`serve`).
"""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# (values of unknown type are what this module is about)

import socket
import struct
from collections.abc import Callable
from typing import Any

from grader.sandboxes._slot.interview import codec, values
from grader.sandboxes._slot.questions import Clock

LENGTH = struct.Struct(">I")
MAX_FRAME = 256 << 20
MESSAGE_CHARS = 4096
MOST_QUESTIONS = 1 << 53


class Gone(BaseException):
    """The peer closed the channel. Not to be caught by `except Exception`."""


class OutOfTurn(BaseException):
    """The peer sent what no honest peer sends."""


class Talk:
    """One end of a conversation."""

    def __init__(self, channel: socket.socket) -> None:
        """`channel` is a connected stream socket."""
        self.channel = channel
        self.own: list[Any] = []
        self.own_numbers: dict[int, int] = {}
        self.classes: dict[str, type] = {}
        self.questions = 0
        self.serve: Callable[[dict[str, Any]], dict[str, Any]] = _serve_nothing
        self.clock = Clock()

    def close(self) -> None:
        """Hang up."""
        self.channel.close()
        self.clock.close()

    def send(self, message: dict[str, Any]) -> None:
        """Write one frame."""
        data = codec.deeply(codec.dumps, message)
        try:
            self.channel.sendall(LENGTH.pack(len(data)) + data)
        except OSError:
            raise Gone from None

    def receive(self) -> dict[str, Any]:
        """Read one frame; OutOfTurn where it is not a JSON object."""
        (length,) = LENGTH.unpack(self._exactly(LENGTH.size))
        if length > MAX_FRAME:
            raise OutOfTurn(f"a frame of {length} bytes")
        data = self._exactly(length)
        try:
            message = codec.deeply(codec.loads, data)
        except (ValueError, RecursionError) as error:
            raise OutOfTurn(f"not JSON: {error}") from None
        if type(message) is not dict:
            raise OutOfTurn("not a message")
        return message

    def ask(self, message: dict[str, Any]) -> dict[str, Any]:
        """Send a request and serve the peer's own until the answer comes.

        An answer has its question's number, so that none counts for another one: neither what was
        sent before anything was asked, nor what comes too late.
        """
        self.questions += 1
        number = self.questions
        self.clock.asked()
        self.send({**message, "i": number})
        while True:
            answer = self.receive()
            if "q" in answer:
                self.reply(answer)
            elif answer.get("i") == number:
                self.clock.answered()
                return answer
            else:
                raise OutOfTurn("an answer to another question")

    def reply(self, request: dict[str, Any]) -> None:
        """Answer one of the peer's requests."""
        number = request.get("i")
        is_number = type(number) is int and 0 < number < MOST_QUESTIONS
        self.send({**self.serve(request), "i": number if is_number else 0})

    def hand_out(self, value: Any, kind: str) -> dict[str, Any]:
        """A handle on one of this side's objects; the same object gets the same handle."""
        number = self.own_numbers.get(id(value))
        if number is None:
            number = len(self.own)
            self.own.append(value)
            self.own_numbers[id(value)] = number
        return {"h": [number, kind]}

    def own_object(self, number: int) -> Any:
        """The object behind a handle that this side gave out."""
        if type(number) is not int or not 0 <= number < len(self.own):
            raise ValueError("no such handle")
        return self.own[number]

    def _exactly(self, size: int) -> bytes:
        data = bytearray(size)
        view = memoryview(data)
        while view:
            try:
                got = self.channel.recv_into(view)
            except OSError:
                raise Gone from None
            if not got:
                raise Gone
            view = view[got:]
        return bytes(data)


def _serve_nothing(_request: dict[str, Any]) -> dict[str, Any]:
    raise OutOfTurn("a request where none is served")


def describe(error: BaseException, encode: Callable[[Any], Any]) -> list[Any]:
    """An exception as `[standard class names, nearest first], arguments or None, message`."""
    names = [kind.__name__ for kind in type(error).__mro__ if _is_standard(kind)]
    try:
        arguments = encode(tuple(error.args))
    except Exception:  # noqa: BLE001  boundary: arguments may be anything
        arguments = None
    try:
        message = worded(error)
    except Exception:  # noqa: BLE001  boundary: a hostile __str__
        message = ""
    return [[type(error).__name__[:200], *names], arguments, message]


def worded(error: BaseException) -> str:
    """The beginning of its text, as it crosses; raises what its own `__str__` raises."""
    return str(error)[:MESSAGE_CHARS].encode(errors="backslashreplace").decode()


def _is_standard(kind: type) -> bool:
    return values.ERRORS.get(kind.__name__) is kind or kind.__name__ in {
        "SystemExit", "KeyboardInterrupt", "GeneratorExit",
    }  # fmt: skip
