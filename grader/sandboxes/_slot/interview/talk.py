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

from grader.sandboxes._slot.interview import codec, errors
from grader.sandboxes._slot.interview.draws import SharedDraws
from grader.sandboxes._slot.interview.mirror import ObjectMirror
from grader.sandboxes._slot.questions import QuestionClock

LENGTH = struct.Struct(">I")
MAX_FRAME = 256 << 20
CHUNK_BYTES = 64 << 10
MOST_QUESTIONS = 1 << 53


class Gone(BaseException):
    """The peer closed the channel. Not to be caught by `except Exception`."""


class OutOfTurn(BaseException):
    """The peer sent what no honest peer sends."""


class ConversationEnd:
    """One end of a conversation."""

    def __init__(self, channel: socket.socket) -> None:
        """`channel` is a connected stream socket."""
        self.channel = channel
        self.early = b""
        """What was read of the next frames."""
        self.own: list[Any] = []
        self.own_numbers: dict[int, int] = {}
        self.classes: dict[str, type] = {}
        self.mirror = ObjectMirror()
        self.shared: set[int] = set()
        """What both sides still held when the last question was answered."""
        self.questions = 0
        self.serve: Callable[[dict[str, Any]], dict[str, Any]] = _serve_nothing
        self.clock = QuestionClock()
        self.draws: SharedDraws | None = None
        """Where both ends draw random numbers as one process would."""

    def close(self) -> None:
        """Hang up."""
        self.channel.close()
        self.clock.close()

    def send(self, message: dict[str, Any]) -> None:
        """Write one frame."""
        if self.draws:
            message = self.draws.put(message)
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
        if self.draws:
            try:
                self.draws.take(message)
            except ValueError as error:
                raise OutOfTurn(str(error)) from None
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
        return self.answer_to(number)

    def answer_to(self, number: int) -> dict[str, Any]:
        """Serve the peer until the answer to the question of that number comes."""
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

    def encoder(self) -> codec.Encoder:
        """For one message of this side's."""
        return codec.Encoder(self.mirror, handle=self._handle, classes=self.classes)

    def decoder(self) -> codec.Decoder:
        """For one message of the peer's."""
        return codec.Decoder(
            self.mirror, handle=self._remote, own=self.own_object, classes=self.classes
        )

    def is_nested(self) -> bool:
        """Whether another question waits for the end of this one."""
        return False

    def changes(self, encoder: codec.Encoder, changed: list[int]) -> list[Any]:
        """The new contents of these containers."""
        return [[number, encoder.contents(self.mirror.objects[number])] for number in changed]

    def reply_of(self, outcome: list[Any], sent: range, reply: dict[str, Any]) -> dict[str, Any]:
        """The answer to a question that brought the containers `sent`.

        `outcome`: an exception or None, the value, and the lists and dicts of arguments. All are
        emptied: what only the caller holds is not held. The reader reads what has changed first,
        then the value.
        """
        encoder, changed = self.encoder(), self.mirror.changed(nested=self.is_nested())

        def put() -> None:
            encoder.forget()
            if changed:
                reply["m"] = self.changes(encoder, changed)
            if outcome[0] is None:
                reply["v"] = encoder.encode(outcome[1])
            else:
                reply["x"] = errors.describe(outcome[0], encoder)

        try:
            codec.deeply(put)
        except (codec.Uncrossable, RecursionError) as error:
            encoder.forget()
            reply.pop("m", None)
            reply["x"] = errors.describe(codec.Uncrossable(str(error)), encoder)
        for held in outcome[2:]:
            held.clear()
        outcome.clear()
        given = self.mirror.add_held(encoder.kept)
        if self.mirror.objects:
            self.mirror.remember(changed)
            self._keep(sent, given, reply)
        return reply

    def _keep(self, sent: range, given: list[int], reply: dict[str, Any]) -> None:
        """Say which containers of this exchange are held on, and which of earlier ones no more."""
        left = [*self.mirror.let_go(sent)[0], *given]
        gone = self.mirror.let_go(sorted(self.shared))[1] if self.shared else []
        gone += self.mirror.tidy(self.shared.union(left))
        left = [number for number in left if number in self.mirror.objects]
        if gone := self.shared.intersection(gone):
            reply["g"] = sorted(gone)
            self.shared -= gone
        if left:
            reply["t"] = left
            self.shared.update(left)
            self.mirror.remember_all()

    def farewell(self) -> list[int]:
        """Before a question: which containers of earlier ones this side holds no more."""
        gone = self.mirror.let_go(sorted(self.shared))[1]
        gone += self.mirror.tidy(self.shared)
        self.shared -= set(gone)
        return gone

    def settle(self, answer: dict[str, Any], sent: range, given: list[Any]) -> list[int]:
        """After an answer that gave these: the containers that both sides hold on.

        ValueError where the peer names others.
        """
        kept, gone = numbers(answer.get("t")), numbers(answer.get("g"))
        if not kept:
            self.mirror.skip(given)
            self.mirror.forget(sent)
        else:
            exchanged = {*sent, *self.mirror.add(given)}
            if not exchanged.issuperset(kept):
                raise ValueError("not containers of this question")
            self.mirror.forget(exchanged.difference(kept))
            self.shared.update(kept)
            self.mirror.remember_all()
        if gone:
            if not self.shared.issuperset(gone):
                raise ValueError("not containers of earlier questions")
            self.forget(gone)
        return kept

    def forget(self, gone: list[int]) -> None:
        """The peer holds these no more."""
        self.mirror.forget(gone)
        self.shared.difference_update(gone)

    def _handle(self, value: Any) -> dict[str, Any]:
        raise codec.Uncrossable(f"a {type(value).__name__} cannot cross")

    def _remote(self, number: int, kind: str) -> Any:
        raise ValueError(f"no handles here: {number} {kind}")

    def _exactly(self, size: int) -> bytes:
        while len(self.early) < size <= CHUNK_BYTES:
            self.early += self._some(CHUNK_BYTES)
        data, self.early = self.early[:size], self.early[size:]
        if len(data) == size:
            return data
        whole = bytearray(size)  # a large one is copied once
        whole[: len(data)] = data
        view = memoryview(whole)[len(data) :]
        while view:
            try:
                got = self.channel.recv_into(view)
            except OSError:
                raise Gone from None
            if not got:
                raise Gone
            view = view[got:]
        return bytes(whole)

    def _some(self, size: int) -> bytes:
        try:
            data = self.channel.recv(size)
        except OSError:
            raise Gone from None
        if not data:
            raise Gone
        return data


def _serve_nothing(_request: dict[str, Any]) -> dict[str, Any]:
    raise OutOfTurn("a request where none is served")


def numbers(said: Any) -> list[int]:
    """A list of numbers that the peer sent, or none; ValueError for anything else."""
    if said is None:
        return []
    if type(said) is not list or set(map(type, said)) - {int}:
        raise ValueError("not numbers")
    return said
